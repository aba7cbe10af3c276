"""How soon runner speaks: its help beside `import typer`, and its first request beside a ten-line script with openai.

Whole processes, run in turn (A B A B ...) after one warm-up each, so that a machine that gets slower does so for both.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.figures import Figure
from tests.loopback import LoopbackApi

SCRIPT = """
from openai import OpenAI
client = OpenAI()
messages = [{"role": "system", "content": "Be brief."}]
for turn in ["Hello, who are you?"]:
    messages.append({"role": "user", "content": turn})
    reply = client.chat.completions.create(model="gpt-5.4-mini", messages=messages)
    messages.append({"role": "assistant", "content": reply.choices[0].message.content})
print(messages[-1]["content"])
"""


def time_process(command: list[str], folder: Path, environ: dict[str, str]) -> float:
    """Seconds that a whole process takes."""
    start = time.monotonic()
    subprocess.run(command, cwd=folder, env=environ, check=True, capture_output=True, timeout=60)
    return time.monotonic() - start


def time_first_request(command: list[str], folder: Path, environ: dict[str, str]) -> float:
    """Seconds from the start of a process to its first request."""
    with LoopbackApi() as api:
        start = time.monotonic()
        environ = {**environ, "OPENAI_BASE_URL": api.base_url, "OPENAI_API_KEY": "sk-benchmark"}
        subprocess.run(command, cwd=folder, env=environ, check=True, capture_output=True, timeout=60)
        return api.records[0].at - start


def compare(name: str, ours: Callable[[], float], theirs: Callable[[], float], rounds: int) -> Figure:
    """The medians of both, with their ratio pair by pair and their difference."""
    pairs = [(ours(), theirs()) for _ in range(rounds + 1)][1:]
    mine, other = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    ratio = statistics.median(a / b for a, b in pairs)
    later = statistics.median(a - b for a, b in pairs)
    return Figure(name, ratio, "{:.2f} x", f"{mine:.3f} s : {other:.3f} s, {later:+.3f} s")


def measure(rounds: int, say: Callable[[str], None]) -> Iterator[Figure]:
    """Both figures."""
    python, environ = sys.executable, {**os.environ, "CI": "1", "PYTHONDONTWRITEBYTECODE": "0"}
    environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    runner = [python, "-m", "runner"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "hello.yaml").write_text(
            "system: Be brief.\nturns: ['Hello, who are you?']\n", encoding="utf-8"
        )
        (folder / "script.py").write_text(SCRIPT, encoding="utf-8")
        say("start-up: help")
        yield compare(
            "start-up: runner --help beside `import typer`",
            lambda: time_process([*runner, "--help"], folder, environ),
            lambda: time_process([python, "-c", "import typer"], folder, environ),
            rounds,
        )
        say("start-up: first request")
        yield compare(
            "start-up: first request of runner play beside a ten-line script",
            lambda: time_first_request([*runner, "play", "hello.yaml", "--quiet"], folder, environ),
            lambda: time_first_request([python, "script.py"], folder, environ),
            rounds,
        )
