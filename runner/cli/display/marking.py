"""Texts with their changed words marked: in colour, or between brackets where there is none; it compares nothing itself.

Law: without colour a changed word stands between `[-` and `-]` or `{+` and `+}`.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from runner.cli.display.layout import NO_BREAK, width_of, wrapped
from runner.cli.display.screen import Screen
from runner.core.words import Span

OLD, NEW, END = "\ufff9", "\ufffa", "\ufffb"
"""Where a change begins and ends: without width, and never in a harmless text."""
_MARKS: Final = frozenset((OLD, NEW, END))
COLOURS: Final = {OLD: "red", NEW: "green"}
_BRACKETS: Final = {OLD: ("[-", "-]"), NEW: ("{+", "+}")}


def merged(spans: Sequence[Span]) -> str:
    """Two texts as one, the changes marked."""
    return "".join(
        span.old if span.is_same else _marked(span.old, OLD) + _marked(span.new, NEW) for span in spans
    )


def side_of(spans: Sequence[Span], mark: str) -> str:
    """One of two texts, its changes marked; where nothing is the same, no mark says more than the text."""
    texts = [(span.old if mark == OLD else span.new, span.is_same) for span in spans]
    if not any(same for _, same in texts):
        return "".join(text for text, _ in texts)
    return "".join(text if same else _marked(text, mark) for text, same in texts)


def _marked(text: str, mark: str) -> str:
    """A changed text between its marks, which keep out of the white space around it."""
    bare = text.strip()
    if not bare:
        return f"{mark}{text.replace(' ', NO_BREAK)}{END}" if text and "\n" not in text else text
    start = text.index(bare)
    return f"{text[:start]}{mark}{bare}{END}{text[start + len(bare) :]}"


def painted_lines(text: str, screen: Screen, width: int, indent: int) -> list[tuple[str, int]]:
    """A marked text as lines with their widths, to be written in a column; they are not indented."""
    if not screen.colour:
        text = "".join(_spelled(text))
    painted, mark = [], ""
    for line in wrapped(text, max(width - indent, 8)).split("\n"):
        pieces, mark = _pieces(line, mark)
        coloured = (screen.paint(piece, COLOURS[each]) if each else piece for piece, each in pieces)
        painted.append(("".join(coloured), width_of(line)))
    return painted


def _spelled(text: str) -> Iterator[str]:
    """A marked text with brackets in the places of the marks."""
    mark = ""
    for character in text:
        if character in _BRACKETS:
            mark = character
            yield _BRACKETS[mark][0]
        elif character == END:
            yield _BRACKETS[mark][1]
        else:
            yield character


def _pieces(line: str, mark: str) -> tuple[list[tuple[str, str]], str]:
    """The pieces of a line, each with the mark that it stands under, and the mark that the next line begins under."""
    pieces = []
    piece = ""
    for character in line:
        if character in _MARKS:
            pieces.append((piece, mark))
            piece, mark = "", "" if character == END else character
        else:
            piece += character
    return [*pieces, (piece, mark)], mark
