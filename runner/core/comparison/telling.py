"""What a comparison found and what it could not find, in sentences, the most important first; it computes no test.

Law: a rate never stands without its number of trials, and "no difference" never without how large one may still be.
"""

from collections.abc import Iterable, Iterator, Sequence

from runner.core.comparison.compared import Cell, Compared
from runner.core.comparison.describing import NAMES, describe
from runner.core.comparison.phrasing import joined, margin_of, name_of, points
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


def _lost(played: Sequence[Cell]) -> Iterator[str]:
    """Which cells lost trials otherwise than the base: nothing else of them can be taken as it stands."""
    for cell in played:
        if cell.answered is not None and cell.answered.verdict == "differs":
            yield cell.answered.words


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
            yield f"{_capital(_axis(found))} does not matter for the checks, within {margin_of(found.margin)}: that holds for all {len(held)} values."
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
