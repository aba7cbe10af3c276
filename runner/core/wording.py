"""How names, excerpts and numbers appear in sentences for people: bounded, harmless to a terminal; it decides nothing."""

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


def count(number: int, noun: str, nouns: str | None = None) -> str:
    """A number with its noun: `1 trial`, `1,200 trials`."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def percent(share: float) -> str:
    """A share as a number of per cent; what is nearly nothing or nearly all is not told as that."""
    number = 100 * share
    for digits in range(6):
        told = f"{number:.{digits}f}"
        if float(told) not in {0.0, 100.0} or number in {0.0, 100.0}:
            return told
    return f"{number:.0f}"


def probability(p: float) -> str:
    """A p value, as far as it tells something."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
