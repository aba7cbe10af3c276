"""How the program ends: at once, but with everything done that was to be done."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import atexit, sys, threading, time
import runner.__main__ as program

def command(prog_name):
    atexit.register(print, "cleaned up")
    threading.Thread(target=lambda: (time.sleep(0.2), print("thread ended"))).start()
    print("said", end=" ")
    {ending}

program.app = command
program.main()
"""


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("sys.exit(4)", 4),
        ("sys.exit(0)", 0),
        ("sys.exit()", 0),
        ("sys.exit('why')", 1),
        ("raise ZeroDivisionError", 1),
        ("pass", 0),
    ],
)
@pytest.mark.parametrize("mode", ["quick", "dev"])
def test_leaves_with_the_code_after_threads_and_clean_up(
    ending: str, code: int, mode: str, tmp_path: Path
) -> None:
    """The exit code is the command's; threads end, what others left to be done is done, nothing printed is lost."""
    said = tmp_path / "said"
    options = ["-X", "dev", "-W", "ignore"] if mode == "dev" else []
    with said.open("wb") as file:
        done = subprocess.run(
            [sys.executable, *options, "-c", SCRIPT.format(ending=ending)],
            check=False,
            stdout=file,
            stderr=subprocess.DEVNULL,
        )
    assert done.returncode == code
    assert said.read_text(encoding="utf-8").split("\n")[:2] == ["said thread ended", "cleaned up"]
