"""What every exporter is given, and how files come back into messages; it reads no run and writes no file."""

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from runner.core.transcript import Transcript
from runner.core.value import Json

ReadFile = Callable[[str], bytes]
"""A file that was sent, by its SHA-256; raises StoreError where it is not there any more."""

_REFERENCE: Final = re.compile(r"(?:(data:[^;,]+;)|base64;)sha256,([0-9a-f]{64})\Z")
_FILE_FIELDS: Final = (("image_url", "url"), ("file", "file_data"), ("input_audio", "data"))
"""Where a content part holds a file."""


@dataclass(frozen=True, slots=True)
class Export:
    """Played conversations on their way to another format; they are read one by one, and as often as need be."""

    run: str
    """The run's name."""
    lines: Iterable[tuple[bytes, Transcript]]
    """Each transcript beside its line as it stands in the run's file."""
    read_file: ReadFile
    inline_files: bool = False
    """Whether files go in where they are referred to."""
    raw: bool = False
    """Whether cells are left as they are, though a spreadsheet may take them for formulas."""
    left_out: Counter[str] = field(default_factory=Counter)
    """How many conversations were left out, by the reason; an exporter counts them."""


def inlined(messages: Iterable[Json], read_file: ReadFile) -> list[Json]:
    """Messages with their files in the places of the references to them."""
    return [_inline_message(message, read_file) for message in messages]


def _inline_message(message: Json, read_file: ReadFile) -> Json:
    """A message with its files."""
    content = message.get("content")
    if not isinstance(content, list):
        return message
    return {**message, "content": [_inline_part(part, read_file) for part in content]}


def _inline_part(part: Json, read_file: ReadFile) -> Json:
    """A content part with its file, if it refers to one."""
    for kind, name in _FILE_FIELDS if isinstance(part, dict) else ():
        held = part.get(kind)
        if isinstance(held, dict) and isinstance(value := held.get(name), str):
            found = _REFERENCE.match(value)
            if found is not None:
                return {**part, kind: {**held, name: _spelled(found, read_file)}}
    return part


def _spelled(reference: re.Match[str], read_file: ReadFile) -> str:
    """A file as the API wants it: a data URL, or bare base64."""
    content = b64encode(read_file(reference[2])).decode("ascii")
    return f"{reference[1]}base64,{content}" if reference[1] else content
