"""What files are read into: texts, lists and maps that know where they stand; nothing is interpreted here."""

import re
from dataclasses import dataclass, field
from typing import Final

from runner.formats.source.syntax import Source

_BEGINS_COMMENT: Final = re.compile(r"[ \t]*[ \t]#\S[^\n]*")


@dataclass(slots=True, eq=False)
class TextNode:
    """A scalar: its text as it was written."""

    source: Source
    line: int
    column: int
    text: str
    plain: bool = False
    """Whether it stood without quotes, so that it may mean a number."""
    start: int = 0
    end: int = 0
    """Where it stands in the source's text."""
    template: bool = True
    size: int = 1


@dataclass(slots=True, eq=False)
class ListNode:
    """A list."""

    source: Source
    line: int
    column: int
    items: "list[Node]" = field(default_factory=list)
    start: int = 0
    end: int = 0
    size: int = 1


@dataclass(slots=True, eq=False)
class MapNode:
    """A map; its keys keep their places too."""

    source: Source
    line: int
    column: int
    entries: "dict[str, Node]" = field(default_factory=dict)
    keys: dict[str, TextNode] = field(default_factory=dict)
    start: int = 0
    end: int = 0
    size: int = 1


Node = TextNode | ListNode | MapNode


def swallowed(node: TextNode) -> str | None:
    """The comment that cut a plain text short: one whose `#` is followed at once by a word."""
    if not node.plain or node.source.comments is False:
        return None
    found = _BEGINS_COMMENT.match(node.source.text, node.end)
    return found[0].strip() if found else None
