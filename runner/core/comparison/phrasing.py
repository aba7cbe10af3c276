"""Numbers of a comparison within its sentences: points, trials, cells; it decides nothing."""

from collections.abc import Sequence
from typing import Final

from runner.core.comparison.compared import CellRole
from runner.core.wording import count

UNEVEN: Final = 1.1
"""Replies to a turn, so many times as many as in another cell, are not held against each other as they are."""


def points(share: float, noun: str = "point") -> str:
    """A difference of shares in points, with its sign."""
    number = f"{100 * share:+.0f}"
    number = "0" if number in {"+0", "-0"} else number
    if not noun:
        return number
    return f"{number} {noun}" if number in {"+1", "-1"} else f"{number} {noun}s"


def trials_each(here: int, there: int) -> str:
    """The trials of two sides."""
    return f"{count(here, 'trial')} each" if here == there else f"{here:,} and {count(there, 'trial')}"


def margin_of(margin: float) -> str:
    """A margin in points."""
    return f"{100 * margin:g} point{'s' * (margin != 0.01)}"


def is_even(numbers: Sequence[float]) -> bool:
    """Whether there are about as many replies to a turn in every cell; those without any do not count."""
    known = [number for number in numbers if number]
    return not known or max(known) <= UNEVEN * min(known)


def name_of(label: str, role: CellRole) -> str:
    """A cell in a sentence."""
    return f"{label} again (A/A)" if role == "twin" else label


def joined(names: Sequence[str], last: str = "and") -> str:
    """Names in a row: 0.7, 1 and 1.5."""
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)
