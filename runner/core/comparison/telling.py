"""What a comparison found and what it could not find, in sentences, the most important first; it computes no test.

Law: a rate never stands without its number of trials, and "no difference" never without how large one may still be.
"""

import math
from collections.abc import Iterable, Iterator, Sequence

from runner.core.comparison.compared import Cell, Compared, Contrast
from runner.core.comparison.describing import NAMES, describe
from runner.core.comparison.phrasing import joined, name_of, points, trials_each
from runner.core.statistics.power import fewest_blocks
from runner.core.wording import count, percent, probability


def tell(found: Compared) -> Iterator[str]:
    """Whether it matters, how sure that is, for which scenario and turn, and what it does to the conversations."""
    played = [cell for cell in found.cells if cell.status == "played"]
    if not played:
        yield f"Nothing was compared: {_why_nothing(found.cells)}."
        yield from _refused(found.cells)
        return
    yield from _lost(played)
    yield from _warned(found)
    yield from _summed(found, played)
    for cell in played:
        if cell.contrast is not None and cell.role == "treatment":
            yield cell.contrast.words
    yield from _refused(found.cells)
    yield from _where(found)
    yield from _when(found, played)
    yield from describe(found)
    yield from _of_whom(found, played)


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
            told += f" The difference lies within the margin of {_margin(found.margin)} all the same."
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
        return f"{name} does not matter: {apart}, which is within the margin of {_margin(found.margin)}."
    told = f"No difference between {name} and {found.base} was shown: {apart}; {_shown(held)}."
    if found.margin is not None:
        told += f" Nor was it shown that they differ by no more than {_margin(found.margin)}."
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


def _lost(played: Sequence[Cell]) -> Iterator[str]:
    """Which cells lost trials otherwise than the base: nothing else of them can be taken as it stands."""
    for cell in played:
        if cell.answered is not None and cell.answered.verdict == "differs":
            yield cell.answered.words


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


def _margin(margin: float) -> str:
    """A margin in points."""
    return f"{100 * margin:g} point{'s' * (margin != 0.01)}"


def _why_nothing(cells: Iterable[Cell]) -> str:
    """Why there is nothing, from what became of the cells."""
    words = {
        "unsupported": "the model refuses the values",
        "unanswered": "no reply came",
        "unplayed": "nothing was played",
    }
    statuses = {cell.status for cell in cells}
    return next((told for status, told in words.items() if status in statuses), "there is nothing to compare")


def _refused(cells: Sequence[Cell]) -> Iterator[str]:
    """The cells without replies, each with the reason."""
    for cell in cells:
        name = name_of(cell.label, cell.role)
        ends = cell.reason.endswith(("...", "?"))
        why = f": {cell.reason if ends else cell.reason.rstrip('.') + '.'}" if cell.reason else "."
        if cell.status == "unsupported":
            yield f"{name} is not supported{why}"
        elif cell.status != "played":
            yield f"Nothing is known of {name}: {'no reply came' if cell.status == 'unanswered' else 'it was not played'}{why}"


def _warned(found: Compared) -> Iterator[str]:
    """That the base differs from itself, which puts all else in doubt."""
    for cell in found.cells:
        if cell.role != "twin":
            continue
        ps = {name: each.p_adjusted for name, each in cell.shifts.items() if each.p_adjusted is not None}
        moved = [
            NAMES[name] for name, p in ps.items() if p * len(ps) <= found.alpha
        ]  # Bonferroni over quantities
        passes = cell.contrast is not None and cell.contrast.verdict == "differs"
        if not passes and not moved:
            continue
        told = (
            cell.contrast.words
            if passes and cell.contrast is not None
            else f"it moved in the {joined(moved)}."
        )
        yield (
            f"The base differs from itself: {told} Something other than {_axis(found)} changed between "
            "trials, or chance did what it does once in many comparisons: be slow to trust the differences below."
        )


def _axis(found: Compared) -> str:
    """What is compared, as a noun."""
    return "the run" if found.by == "run" else found.by


def _summed(found: Compared, played: Sequence[Cell]) -> Iterator[str]:
    """Whether the setting matters for what passes."""
    held = [
        (cell, cell.contrast) for cell in played if cell.role == "treatment" and cell.contrast is not None
    ]
    if not any(cell.measured for cell in played):
        if any(cell.broken for cell in played):
            yield "Nothing was measured, since checks broke in every trial: what follows is about the replies alone."
            return
        yield (
            "Nothing was measured, since no check applied: what follows is about the replies alone. "
            "With `expect:` in the scenarios it would say which value does better."
        )
    elif not held:
        if any(cell.role == "treatment" for cell in played):
            yield f"No value could be held against {found.base}: no item was measured in both."
    elif len(held) > 1:
        differ = [cell.label for cell, contrast in held if contrast.verdict == "differs"]
        if differ:
            yield f"{_capital(_axis(found))} matters for the checks: {len(differ)} of {count(len(held), 'value')} {_verb(differ)} from {found.base}: {joined(differ)}."
        elif gappy := [cell.label for cell in played if cell.is_gappy]:
            yield f"What passes says little of {joined(gappy)}, since what passed is known of the trials with a reply alone."
        elif all(contrast.verdict == "equivalent" for _, contrast in held) and found.margin is not None:
            yield f"{_capital(_axis(found))} does not matter for the checks, within {_margin(found.margin)}: that holds for all {len(held)} values."
        else:
            yield f"No value of {found.by} was shown to pass more or less often than {found.base}, of {len(held)} that were tried."


def _verb(names: Sequence[str]) -> str:
    """The verb of some cells."""
    return "differs" if len(names) == 1 else "differ"


def _capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _where(found: Compared) -> Iterator[str]:
    """In which scenarios a cell differs."""
    if len(found.by_scenario) < 2:
        return
    tested = [
        (place.p_adjusted, row, place)
        for row in found.by_scenario
        for place in row.places
        if place.role == "treatment" and place.p_adjusted is not None
    ]
    if not tested:
        return
    shown = sorted((each for each in tested if each[0] <= found.alpha), key=lambda each: each[0])
    if not shown:
        most = max(place.measured for _, _, place in tested)
        yield (
            f"In no single one of {len(found.by_scenario)} scenarios was a difference shown (Benjamini-Hochberg over "
            f"{len(tested):,} tests); with {count(most, 'trial')} of each at most that rules out large ones alone."
        )
        return
    told = [
        f"{row.id} at {place.label} ({points(place.difference or 0.0)}; {place.passed:,} of "
        f"{count(place.measured, 'trial')} passed, {probability(p)})"
        for p, row, place in shown[:3]
    ]
    more = f", and {len(shown) - 3} more" if len(shown) > 3 else ""
    differs = any(
        cell.contrast is not None and cell.contrast.verdict == "differs"
        for cell in found.cells
        if cell.role == "treatment"
    )
    lead = "Where it differs" if differs else "Single scenarios go up or down all the same"
    yield f"{lead}, as far as each alone shows (Benjamini-Hochberg over {len(tested):,} tests): {'; '.join(told)}{more}."


def _when(found: Compared, played: Sequence[Cell]) -> Iterator[str]:
    """At which turn a cell that differs is furthest from the base."""
    base = next((cell for cell in played if cell.role == "base"), None)
    for cell in played:
        if (
            base is None
            or cell.contrast is None
            or cell.role != "treatment"
            or cell.contrast.verdict != "differs"
        ):
            continue
        of_base = {turn.turn: turn.pass_rate for turn in base.turns}
        gaps = [
            (abs(turn.pass_rate.value - other.value), turn.turn, turn.pass_rate, other)
            for turn in cell.turns
            if turn.pass_rate is not None
            and turn.pass_rate.value is not None
            and (other := of_base.get(turn.turn)) is not None
            and other.value is not None
        ]
        if len(gaps) < 2:
            continue
        widest, turn, here, there = max(gaps, key=lambda gap: (gap[0], -gap[1]))
        if not widest:
            yield f"No turn's checks tell {cell.label} from {found.base}: those about the conversation as a whole do."
            continue
        yield (
            f"Turn by turn {cell.label} is furthest from {found.base} at turn {turn + 1}: the checks of that turn hold in "
            f"{percent(here.value or 0)} % of {count(here.n, 'trial')}, against {percent(there.value or 0)} % of {there.n:,}."
        )


def _of_whom(found: Compared, played: Sequence[Cell]) -> Iterator[str]:
    """Of what all this is said, where there are too few items to stand for others."""
    noun = "scenario" if found.items == len(found.by_scenario) else "item"
    these = f"this {noun}" if found.items == 1 else f"these {found.items} {noun}s"
    fewest = fewest_blocks(found.alpha, max(1, sum(cell.role == "treatment" for cell in found.cells)))
    if 0 < found.items < fewest:
        others = "it" if found.items == 1 else "them"
        yield f"All of this is said of {these} alone: {fewest} or more would say something of others like {others}."
        return
    alone = [
        cell.label
        for cell in played
        if cell.role == "treatment" and cell.contrast is not None and cell.contrast.unit == "repeat"
    ]
    if alone:
        yield f"What passes at {joined(alone)} is said of {these} alone: not every item was measured as often there as at {found.base}."
