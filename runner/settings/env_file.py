"""What a `.env` says, line by line, and how a line of it is spelt; pure text: it opens no file and exports nothing.

Law: whatever is written here is read back to the letter, and no line is shown in what is said of it: it may be a key.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dotenv.parser import parse_stream

_BARE: Final = re.compile(r"[\w.:/@%+,=-]+", re.ASCII)
"""Values that mean themselves without quotes, to every program that reads such files."""
_EXPORTED: Final = re.compile(r"\s*export\s")
_SPACE: Final = re.compile(r"\s*")
_LINE_END: Final = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a `.env` that says something."""

    line: int
    """1-based."""
    name: str
    """Empty where the line cannot be read."""
    value: str
    complaint: str = ""
    """What is wrong with the line; empty where nothing is."""


def entries(text: str) -> Iterator[Entry]:
    """What a `.env` says, in its order; nothing is put in the place of a `$`, which a key may hold."""
    for binding in parse_stream(io.StringIO(text, newline="")):
        before = _SPACE.match(binding.original.string)
        assert before is not None
        line = binding.original.line + len(_LINE_END.findall(before[0]))
        if binding.error:
            why = "cannot be read: expected NAME=value, e.g. OPENAI_API_KEY=...; a quote that opens a value must close it"
            yield Entry(line, "", "", why)
        elif (
            binding.key is not None and binding.value is None and not _EXPORTED.match(binding.original.string)
        ):
            yield Entry(line, "", "", "has no `=`: expected NAME=value, e.g. OPENAI_API_KEY=...")
        elif binding.key is not None:
            yield Entry(line, binding.key, binding.value or "")


def spell(name: str, value: str) -> str:
    """A line that gives a name a value on one line, without its end."""
    if _BARE.fullmatch(value):
        return f"{name}={value}"
    if "'" not in value and "\\" not in value:
        return f"{name}='{value}'"
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{name}='{quoted}'"


def is_sendable(key: str) -> bool:
    """Whether a key holds nothing but what a header can carry: printable ASCII without spaces."""
    return bool(key) and all("!" <= character <= "~" for character in key)


def unwrapped(text: str, name: str) -> str:
    """The key in what somebody pasted: without spaces and quotes around it, and without `export NAME=` before it."""
    text = text.strip()
    if re.match(rf"(?:(?:export|set)\s+|\$env:)?{re.escape(name)}\s*=", text):
        line = re.sub(r"^(?:set\s+|\$env:)", "", text)
        return next((entry.value.strip() for entry in entries(line) if entry.name == name), "")
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`":
        return text[1:-1].strip()
    return text
