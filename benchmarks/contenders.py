"""Who plays the work: runner as people type it, the loop with openai, and two floors below which nobody comes."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from benchmarks.work import Work

_LOOP: Final = Path(__file__).with_name("loop.py")


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to play the work."""

    name: str
    kind: Literal["runner", "openai", "openai-aiohttp", "post", "bare"]
    http: Literal["auto", "httpx"] = "auto"

    def command(self, base_url: str, in_flight: int) -> list[str]:
        """What is typed, in a folder that the work was written to."""
        if self.kind == "runner":
            play = ["-m", "runner", "play", "work.yaml", "--quiet", "--in-flight", str(in_flight)]
            return [sys.executable, *play]
        return [sys.executable, str(_LOOP), self.kind, base_url, "work.json", str(in_flight)]

    def write(self, work: Work, folder: Path) -> None:
        """Write what it plays."""
        work.write(folder, http=self.http)


RUNNER: Final = Contender("runner play", "runner")
RUNNER_HTTPX: Final = Contender("runner play, without aiohttp", "runner", "httpx")
LOOP: Final = Contender("the loop: AsyncOpenAI, chat.completions.create", "openai")
LOOP_AIOHTTP: Final = Contender("the loop with openai[aiohttp]", "openai-aiohttp")
POST: Final = Contender("openai[aiohttp], post() of joined bytes", "post")
BARE: Final = Contender("bare aiohttp, joined bytes: the floor", "bare")

ALL: Final = (RUNNER, RUNNER_HTTPX, LOOP, LOOP_AIOHTTP, POST, BARE)


def environment(base_url: str) -> Mapping[str, str]:
    """The environment of every contender."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    root = str(Path(__file__).parents[1])
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join([root, *filter(None, [kept.get("PYTHONPATH")])]),
        "OPENAI_BASE_URL": base_url,
        "OPENAI_API_KEY": "sk-benchmark",
        "CI": "1",
    }
