"""Text in columns: how wide it is, where it is wrapped or cut, how a table fits; it neither prints nor colours.

Law: what is one character for a reader (a letter with its marks, a family of emoji) is neither parted nor cut.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from wcwidth import iter_graphemes, wcswidth

NO_BREAK = "\u00a0"
"""A space at which no line is parted; it is written as a plain one."""
GAP = "  "
"""What stands between the columns of a table."""


_PIECE: Final = re.compile(r"[ \t\n]|[^ \t\n]+")
_LONGEST: Final = 32
"""Code points that are taken for one character at most: marks can be heaped up without end."""


def width_of(text: str) -> int:
    """How many columns a terminal gives to a text."""
    return len(text) if text.isascii() else sum(map(_width_of_character, characters(text)))


def _width_of_character(character: str) -> int:
    """How many columns a terminal gives to a character with all that belongs to it."""
    return 1 if character < "\u007f" else max(0, wcswidth(character))


def characters(text: str) -> Iterator[str]:
    """What a reader takes for one character each."""
    if text.isascii():
        yield from text
        return
    for character in iter_graphemes(text):
        if len(character) <= _LONGEST:
            yield character
        else:
            yield from (character[at : at + _LONGEST] for at in range(0, len(character), _LONGEST))


class Flow:
    """Text written as it comes: wrapped at words, every line after the first indented."""

    def __init__(
        self, write: Callable[[str], None], width: int, indent: int = 0, column: int | None = 0
    ) -> None:
        """Take where to write, how wide a line is, and the column in which the text begins, if one is written to."""
        self._write = write
        self._width = max(width, indent + 8)
        self._indent = indent
        self._column = column
        """None at the start of a line on which nothing stands yet."""
        self._gap = ""
        self._breaks = 0
        """Line ends that wait for a text after them: empty lines at either end of a text are not written."""
        self._word = ""
        self._word_width = 0
        self._last = ""
        """A character to which more may belong that has not come yet."""
        self._began = False

    def feed(self, text: str) -> None:
        """Write more text; a last word without an end waits for what follows."""
        for piece in _PIECE.findall(text):
            if piece == "\n":
                self._break()
            elif piece in " \t":
                self._put_word()
                self._gap += "    " if piece == "\t" else " "
            else:
                *whole, self._last = characters(self._last + piece)
                for character in whole:
                    self._add(character)

    def _add(self, character: str) -> None:
        """Let a character follow those of the word that waits."""
        width = _width_of_character(character)
        if width == 2:  # such scripts break between any two characters
            self._put_waiting()
            self._put(character, width)
            return
        self._word += character
        self._word_width += width
        if self._word_width >= self._width - self._indent:
            self._put_waiting()

    def end(self) -> None:
        """Write what waits, and end the line if anything stands on it."""
        self._put_word()
        if self._column is not None:
            self._write("\n")
        self._column = None
        self._gap = ""
        self._breaks = 0

    def _put_word(self) -> None:
        """Write the word that waits, which has come to its end."""
        if self._last:
            last, self._last = self._last, ""
            self._add(last)
        self._put_waiting()

    def _put_waiting(self) -> None:
        """Write what waits of a word."""
        if self._word:
            self._put(self._word, self._word_width)
            self._word, self._word_width = "", 0

    def _put(self, piece: str, width: int) -> None:
        """Write a piece that is not parted, on the next line where this one has no room."""
        if self._breaks:
            self._write("\n" * self._breaks)
            self._breaks, self._column = 0, None
        self._began = True
        if self._column is not None and self._column + len(self._gap) + width > self._width:
            if self._column > self._indent:
                self._write("\n")
                self._column = None
            self._gap = ""
        if self._column is None:
            self._write(" " * self._indent)
            self._column = self._indent
            self._gap = self._gap[: max(0, self._width - self._indent - width)]
        self._write(self._gap + piece.replace(NO_BREAK, " "))
        self._column += len(self._gap) + width
        self._gap = ""

    def _break(self) -> None:
        """End the line that is being written."""
        self._put_word()
        self._breaks += self._began
        self._gap = ""


def wrapped(text: str, width: int, indent: int = 0, column: int = 0) -> str:
    """The text wrapped at words, every line after the first indented; it begins in a column and ends without a line end."""
    pieces: list[str] = []
    flow = Flow(pieces.append, width, indent, column)
    flow.feed(text)
    flow.end()
    return "".join(pieces).removesuffix("\n")


def shortened(text: str, width: int, sign: str = "…") -> str:
    """The text, cut in its middle where it is wider than so many columns."""
    if width_of(text) <= width:
        return text
    room = max(0, width - len(sign))
    parts = list(characters(text))
    return "".join([*_head(parts, room - room // 2), sign, *_head(parts[::-1], room // 2)[::-1]])


def headed(text: str, width: int, sign: str = "…") -> str:
    """The text, cut at its end where it is wider than so many columns."""
    if width_of(text) <= width:
        return text
    return "".join(_head(list(characters(text)), max(0, width - len(sign)))) + sign


def _head(parts: Sequence[str], width: int) -> Sequence[str]:
    """As many of the first characters as so many columns hold."""
    used = 0
    for place, character in enumerate(parts):
        used += _width_of_character(character)
        if used > width:
            return parts[:place]
    return parts


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    text: str
    style: str = ""
    """The name of a style; empty for none."""


def table(
    rows: Sequence[Sequence[Cell]],
    width: int,
    paint: Callable[[str, str], str],
    sign: str = "…",
    narrowest: int = 14,
) -> list[str] | None:
    """The rows as lines, names to the left and numbers to the right; None where so many columns do not hold them.

    Names are cut before that, down to `narrowest` columns, as long as no two of them then look alike.
    """
    widths = [max(width_of(cell.text) for cell in column) for column in zip(*rows, strict=True)]
    spare = width - sum(widths) - len(GAP) * (len(widths) - 1)
    if spare < 0:
        widths[0] = max(min(widths[0], narrowest), widths[0] + spare)
    if sum(widths) + len(GAP) * (len(widths) - 1) > width:
        return None
    names = [shortened(row[0].text, widths[0], sign) for row in rows]
    if len(set(names)) < len({row[0].text for row in rows}):
        return None
    lines = []
    for name, (first, *rest) in zip(names, rows, strict=True):
        cells = [paint(name, first.style) + " " * (widths[0] - width_of(name))]
        for cell, each in zip(rest, widths[1:], strict=True):
            cells.append(" " * (each - width_of(cell.text)) + paint(cell.text, cell.style))
        lines.append(GAP.join(cells).rstrip())
    return lines
