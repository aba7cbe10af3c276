"""What starting costs: rooms that a command needs only when it runs are not loaded before."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = (
    "openai",
    "pydantic",
    "rich",
    "yaml",
    "asyncio",
    "httpx2",
    "filelock",
    "runner.core",
    "runner.operations",
)


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [sys.executable, *arguments], env=environ, capture_output=True, text=True, check=True
    )


@pytest.mark.parametrize("words", [None, ["--help"], ["--version"]])
def test_the_front_door_is_light(words: list[str] | None) -> None:
    """Importing the app, its help and its version load no heavy room."""
    lines = [
        "import sys, contextlib, io",
        "from runner.cli import app",
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):",
        f"    {words!r} and app({words!r}, prog_name='runner')",
        f"print([name for name in {HEAVY!r} if name in sys.modules])",
    ]
    assert python("-c", "\n".join(lines)).stdout.strip() == "[]"


def test_help_answers_at_once() -> None:
    """`runner --help` costs at most 1.6 times what importing typer costs, the best of each; a busy machine gets more tries."""
    best: dict[str, float] = {}
    for tried in range(30):
        if tried >= 5 and best["help"] <= 1.6 * best["typer"]:
            break
        for name, arguments in (("typer", ["-c", "import typer"]), ("help", ["-m", "runner", "--help"])):
            began = time.perf_counter()
            python(*arguments)
            best[name] = min(best.get(name, 9.0), time.perf_counter() - began)
    assert best["help"] <= 1.6 * best["typer"]
