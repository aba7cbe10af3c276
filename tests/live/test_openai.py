"""The real API, for those who ask for it: RUNNER_LIVE=1 and OPENAI_API_KEY; costs a fraction of a cent."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KEY = os.environ.get("OPENAI_API_KEY", "")  # read before the fixture that hides it from all tests

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(
        not (KEY and os.environ.get("RUNNER_LIVE")), reason="RUNNER_LIVE and OPENAI_API_KEY are not set"
    ),
]


@pytest.mark.parametrize("how", ["--stream", "--no-stream"])
def test_a_conversation_is_played_on_the_real_api(tmp_path: Path, how: str) -> None:
    """Two turns are answered, and the second reply knows the first line."""
    scenario = "system: Answer in one word.\nturns: [My name is Ada., What is my name?]\n"
    (tmp_path / "name.yaml").write_text(scenario, encoding="utf-8")
    played = subprocess.run(
        [sys.executable, "-m", "runner", "play", "name.yaml", how, "--set", "params.max_completion_tokens=200", "--json"],
        cwd=tmp_path, env={**os.environ, "OPENAI_API_KEY": KEY}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert played.returncode == 0, played.stderr
    transcripts = Path(json.loads(played.stdout)["transcripts"])
    [line] = (tmp_path / transcripts).read_text(encoding="utf-8").splitlines()
    assert "Ada" in json.loads(line)["messages"][-1]["content"]
