"""Numbers of a comparison within its sentences: points, percent, probabilities, trials; it decides nothing."""

from collections.abc import Sequence

from runner.core.comparison.compared import CellRole


def points(share: float, noun: str = "point") -> str:
    """A difference of shares in points, with its sign."""
    number = f"{100 * share:+.0f}"
    number = "0" if number in {"+0", "-0"} else number
    if not noun:
        return number
    return f"{number} {noun}" if number in {"+1", "-1"} else f"{number} {noun}s"


def percent(share: float) -> str:
    """A share as a number of per cent; what is nearly nothing or nearly all is not told as that."""
    number = 100 * share
    rounded = f"{number:.0f}"
    return f"{number:.1f}" if rounded in {"0", "100"} and rounded != f"{number:g}" else rounded


def probability(p: float) -> str:
    """A p value, as far as it tells something."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def count(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def trials_each(here: int, there: int) -> str:
    """The trials of two sides."""
    return f"{count(here, 'trial')} each" if here == there else f"{here:,} and {count(there, 'trial')}"


def name_of(label: str, role: CellRole) -> str:
    """A cell in a sentence."""
    return f"{label} again (A/A)" if role == "twin" else label


def joined(names: Sequence[str], last: str = "and") -> str:
    """Names in a row: 0.7, 1 and 1.5."""
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)
