"""Where results and talk go, and what may be done there: colour, redrawing, width; it knows nothing of runs.

Law: results go to stdout, talk goes to stderr; NO_COLOR, FORCE_COLOR, CI and TERM are looked at here and nowhere else.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self, TextIO

from runner.cli.display.lasting import lasting

NARROWEST: Final = 20
"""Columns that are written for even where a terminal says that it has fewer."""

_STYLES: Final = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}
_SIGNS: Final = {"passed": "✓", "failed": "✗", "broken": "!", "not-applicable": "-", "cut": "…", "none": "?"}
_PLAIN_SIGNS: Final = {
    "passed": "ok",
    "failed": "FAILED",
    "broken": "BROKE",
    "not-applicable": "-",
    "cut": "...",
    "none": "?",
}


@dataclass(frozen=True, slots=True)
class Screen:
    """The two streams of this program, and what whoever reads them can see."""

    out: TextIO
    """Where results go."""
    err: TextIO
    """Where talk goes."""
    reads: bool
    """Whether somebody reads the results on a terminal."""
    watches: bool
    """Whether somebody reads results and talk on a terminal that can be redrawn."""
    colour: bool
    """Whether results may be coloured."""
    colour_talk: bool
    """Whether talk may be coloured."""
    signs: Mapping[str, str]
    """Signs for outcomes, in letters where the encoding has no others."""

    @classmethod
    def open(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """The program's streams, as they and the environment say that they can be used."""
        out, err = sys.stdout, sys.stderr
        plain = environ.get("TERM") == "dumb" or environ.get("CI", "").lower() not in {"", "0", "false"}
        reads, hears = out.isatty() and not plain, err.isatty() and not plain
        forced, barred = bool(environ.get("FORCE_COLOR")), bool(environ.get("NO_COLOR"))
        # An old Windows console shows colours as rubbish; the newer ones say who they are.
        able = os.name != "nt" or any(name in environ for name in ("WT_SESSION", "ANSICON", "TERM"))
        return cls(
            out=out,
            err=err,
            reads=reads,
            watches=reads and hears,
            colour=not barred and (forced or (reads and able)),
            colour_talk=not barred and (forced or (hears and able)),
            signs=_SIGNS if _can_say("".join(_SIGNS.values()), out) else _PLAIN_SIGNS,
        )

    def outliving(self) -> Self:
        """The same screen for work that goes on when nobody can see it any more: what fails to be written is not told."""
        return replace(self, out=lasting(self.out), err=lasting(self.err))

    @property
    def width(self) -> int:
        """How many columns there are now."""
        return max(NARROWEST, shutil.get_terminal_size().columns)

    @property
    def height(self) -> int:
        """How many lines there are now."""
        return shutil.get_terminal_size().lines

    def tell(self, text: str = "", end: str = "\n") -> None:
        """Write a piece of the result."""
        self.out.write(text + end)
        self.out.flush()

    def say(self, text: str = "") -> None:
        """Write a line of talk."""
        self.err.write(text + "\n")
        self.err.flush()

    def paint(self, text: str, *styles: str) -> str:
        """The text in colour, where results may be coloured."""
        return painted(text, *styles) if self.colour else text

    def paint_talk(self, text: str, *styles: str) -> str:
        """The text in colour, where talk may be coloured."""
        return painted(text, *styles) if self.colour_talk else text


def painted(text: str, *styles: str) -> str:
    """The text between the codes of its styles."""
    codes = ";".join(_STYLES[style] for style in styles if style)
    return f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text


def _can_say(text: str, stream: TextIO) -> bool:
    """Whether a stream's encoding has all of these characters."""
    try:
        text.encode(stream.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
