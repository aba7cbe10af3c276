"""What the errors are that a person can mend."""

import os
import subprocess
import sys
from pathlib import Path


def test_a_notebook_shows_the_sentence_alone(tmp_path: Path) -> None:
    """Where IPython shows an error, it is one sentence, without the lines of runner that raised it."""
    code = "import runner\nrunner.load('nope.yaml')"
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--colors", "NoColor", "-c", code],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
    )
    assert (done.stdout + done.stderr).strip() == "ProblemsError: nope.yaml: does not exist"
