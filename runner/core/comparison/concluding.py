"""What holding a cell against the base shows, in a sentence: it differs, it does not matter, or what stays open; it computes no test."""

import math

from runner.core.comparison.compared import Cell, Compared, Contrast
from runner.core.comparison.phrasing import margin_of, name_of, points, trials_each
from runner.core.wording import count, percent, probability


def verdict_of(cell: Cell, held: Contrast, found: Compared) -> str:
    """A cell's verdict in a sentence, with the difference, its interval and its trials."""
    name = f"{cell.label} again" if cell.role == "twin" else cell.label
    facts = f"{points(held.difference)}, {points(held.low, '')} to {points(held.high, '')}"
    numbers = f"{facts}; {_stands_on(held)}, {_sure(held)}"
    bound = _bound(held)
    if held.verdict == "differs":
        way = "more" if held.difference > 0 else "less"
        told = f"{name} passes {way} often than {found.base}, {_rates(held)} ({numbers})."
        if found.margin is not None and max(abs(held.low), abs(held.high)) <= found.margin:
            told += f" The difference lies within the margin of {margin_of(found.margin)} all the same."
        return told
    if held.verdict == "undecided" and (held.low > 0 or held.high < 0):
        way = "more" if held.difference > 0 else "less"
        why = (
            f"By itself that would be more than chance, but not as one of several values that were tried: more {_more(held)} with "
            "this value alone would tell."
            if held.p <= found.alpha
            else f"The interval takes that for more than chance and the test does not: more {_more(held)} would tell."
        )
        return f"Whether {name} differs from {found.base} stays open: it passed {way} often, {_rates(held)} ({numbers}). {why}"
    level = f"{percent(found.level)} % confidence"
    apart = f"{name} and {found.base} differ by less than {bound} points with {level} ({numbers})"
    if bound > 100:
        apart = f"anything is possible ({numbers})"
    if held.verdict == "equivalent" and found.margin is not None:
        return f"{name} does not matter: {apart}, which is within the margin of {margin_of(found.margin)}."
    told = f"No difference between {name} and {found.base} was shown: {apart}; {_shown(held)}."
    if found.margin is not None:
        told += f" Nor was it shown that they differ by no more than {margin_of(found.margin)}."
    return told


def answered_verdict(cell: Cell, held: Contrast, found: Compared) -> str:
    """Whether the trials of a cell stay unanswered more or less often than those of the base, in a sentence."""
    base = next(each for each in found.cells if each.role == "base")
    name = name_of(cell.label, cell.role)
    lost = f"{cell.unanswered:,} of {count(cell.trials, 'trial')} at {name}"
    numbers = f"{lost}, {base.unanswered:,} of {base.trials:,} at {base.label}; {_sure(held)}"
    if held.verdict != "differs":
        return f"That {name} loses more or fewer trials than {base.label} was not shown ({numbers})."
    more, less = (name, base.label) if held.difference < 0 else (base.label, name)
    return (
        f"More trials stay without a reply at {more} than at {less} ({numbers}): what is said of {more} below is of those "
        "that were answered, which may be the easy ones."
    )


def _stands_on(held: Contrast) -> str:
    """On what a verdict stands: trials, and over how many items where those were drawn."""
    on = trials_each(held.trials, held.base_trials)
    return f"{on} on {count(held.items, 'item')}" if held.unit == "item" else on


def _sure(held: Contrast) -> str:
    """How sure that is."""
    return probability(held.p_adjusted) + (" after Holm" if held.p_adjusted != held.p else "")


def _more(held: Contrast) -> str:
    """Of what more would tell."""
    return "items" if held.unit == "item" else "trials"


def _rates(held: Contrast) -> str:
    """The pass rates of a cell and of the base, on the items that both have."""
    return f"{percent(held.rate)} % against {percent(held.base_rate)} %"


def _bound(held: Contrast) -> int:
    """The whole number of points that the difference stays below."""
    return math.floor(round(100 * max(abs(held.low), abs(held.high)), 6)) + 1


def _shown(held: Contrast) -> str:
    """What such a design shows."""
    if held.detectable is None:
        return "so few trials cannot show any"
    return f"so many trials show at best a difference of about {100 * held.detectable:.0f} points four times of five"
