"""The README and the pages of docs/ as what they tell a reader to write and to type, in the order of reading."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"# ([\w./-]+\.(?:yaml|toml|py|csv|md|json))\n")

LEFT_OUT = ("make ", "pip ", "pipx ", "uv ", "git ", ". .venv", "runner pull")
"""Commands that install: they are tried by `.ci/run` itself, from a fresh clone."""


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    page: str
    line: int
    language: str
    text: str

    @property
    def name(self) -> str | None:
        """The file that the block is, where its first line says so."""
        found = _NAME.match(self.text)
        return found[1] if found else None

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def script(self) -> str:
        """The commands of a shell block that can be typed anywhere, with nobody at the keyboard."""
        lines = [line for line in self.text.splitlines() if not line.startswith(LEFT_OUT)]
        return "\n".join(
            re.sub(r"^runner chat(.*?)(  #.*)?$", r"runner chat\1 < /dev/null", line) for line in lines
        )


def blocks_of(page: str) -> Iterator[Block]:
    """The fenced blocks of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        yield Block(page, text.count("\n", 0, found.start()) + 1, found[1], found[2])
