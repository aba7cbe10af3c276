"""How names and excerpts appear in sentences for people: quoted, bounded, harmless to a terminal; it decides nothing."""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

LONGEST_NAME = 60
"""Names beyond this many characters are not compared with others: comparing costs their product."""

_JOINERS = "\u200c\u200d"
"""What makes one character of several, or keeps them apart; nothing is seen of them, and they belong to the text."""

MOST_COMPARED = 500
"""How many known names a name is compared with."""


def excerpt(text: str, limit: int = 60) -> str:
    """The text in double quotes on one line, cut in the middle, with what does not print written as an escape."""
    if len(text) > limit:
        half = (limit - 3) // 2
        text = f"{text[:half]}...{text[-half:]}"
    return '"' + "".join(_visible(character) for character in text) + '"'


def _visible(character: str) -> str:
    """A character as it is, or as an escape where a terminal would not show it."""
    if character == "\n":
        return "\\n"
    if character.isprintable() or character in _JOINERS:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def quoted(name: str) -> str:
    """A name in backticks, bounded, with what does not print escaped."""
    return f"`{excerpt(name)[1:-1]}`"


def listed(names: Iterable[str]) -> str:
    """Names in a row: `a`, `b` and `c`."""
    *most, last = [quoted(name) for name in names]
    return f"{', '.join(most)} and {last}" if most else last


def nearest(name: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known name that a name was perhaps meant to be."""
    if len(name) > LONGEST_NAME:
        return None
    lowered = {each.lower(): each for each in islice(known, MOST_COMPARED)}
    found = get_close_matches(name.lower(), lowered, 1, likeness)
    return lowered[found[0]] if found else None


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """The sentence about a name that is not known: the nearest one, or all of a few."""
    names = sorted(known)
    near = nearest(name, names)
    if near is not None:
        return f"unknown {what} {quoted(name)}; did you mean {quoted(near)}?"
    if not names:
        return f"unknown {what} {quoted(name)}; there is none here"
    if len(names) > 12:
        return f"unknown {what} {quoted(name)}"
    return f"unknown {what} {quoted(name)}; expected {listed(names) if len(names) == 1 else 'one of ' + listed(names)}"
