"""What a setting does to conversations, in sentences: agreement, diversity, length, endings, money, time; beyond the A/A pair or not."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from runner.core.comparison.compared import Cell, Compared, Estimate, Paired
from runner.core.comparison.phrasing import is_even, joined, name_of, points
from runner.core.wording import count, percent, probability

_PLAIN: Final = {"stop", "tool_calls", "function_call", "unknown"}
"""How a reply ends that says all it was to say, or of which nobody knows."""
NAMES: Final = {
    "words": "words of a reply",
    "completion_tokens": "tokens of a trial's replies",
    "cost_usd": "US dollars of a trial",
    "latency_s": "seconds of a reply",
    "similarity": "likeness of repeats",
    "same_replies": "agreement of repeats",
}
"""What moves from one cell to another, in words."""
_QUANTITIES: Final[dict[str, Callable[[Cell], Estimate]]] = {
    "words": lambda cell: cell.words,
    "completion_tokens": lambda cell: cell.completion_tokens,
    "cost_usd": lambda cell: cell.cost_each,
    "latency_s": lambda cell: cell.latency_s,
}
_RICHES: Final[dict[str, Callable[[Cell], Estimate]]] = {
    "replies": lambda cell: cell.diversity.unique,
    "words": lambda cell: cell.diversity.distinct_1,
    "pairs of words": lambda cell: cell.diversity.distinct_2,
}


def describe(found: Compared) -> Iterator[str]:
    """What becomes of the conversations in each cell that was played, against the base and its twin."""
    played = [cell for cell in found.cells if cell.status == "played"]
    base = next((cell for cell in played if cell.role == "base"), None)
    twin = next((cell for cell in played if cell.role == "twin"), None)
    treatments = [cell for cell in played if cell.role == "treatment"]
    if base is None:
        return
    yield from _agree(found, treatments, base, twin)
    yield from _as_base(treatments, base, twin)
    yield from _verdicts(played)
    evenly = is_even([_each(cell) for cell in played])
    if evenly:  # with more repeats more of them differ: they would be told apart by their number
        yield from _part(played)
    yield from _alike(found, treatments, base, twin)
    if evenly:
        yield from _rich(played)
    yield from _unreliable(played)
    yield from _sized(found, treatments, base)
    yield from _ended(played)


def beyond(found: Compared, name: str, cell: Cell, twin: Cell | None) -> str:
    """Whether a shift of a cell is beyond what chance does, in brackets; empty where that was not tested.

    With an A/A pair it has to be further from the base than that: what moves the base as far is not the setting.
    """
    shift = cell.shifts.get(name)
    if shift is None or shift.p_adjusted is None:
        return ""
    p, differs = probability(shift.p_adjusted), shift.p_adjusted <= found.alpha
    again = None if twin is None else twin.shifts.get(name)
    if again is None:
        return f" ({'' if differs else 'not shown to be '}beyond chance, {p})"
    if differs and abs(shift.value) <= abs(again.value):
        return f" (no further from the base than the A/A pair, {p})"
    return f" ({'' if differs else 'not shown to be '}beyond the A/A pair, {p})"


def _agree(found: Compared, treatments: Sequence[Cell], base: Cell, twin: Cell | None) -> Iterator[str]:
    """How far repeats agree word for word, in each cell."""
    told = [
        f"{_share(cell.agreement.pairs)} at {cell.label}{beyond(found, 'same_replies', cell, twin)}"
        for cell in treatments
        if cell.agreement.pairs.value is not None
    ]
    if base.agreement.pairs.value is None or not told:
        return
    noise = (
        f" and {_share(twin.agreement.pairs)} at {name_of(twin.label, twin.role)}"
        if twin is not None and twin.agreement.pairs.value is not None
        else ""
    )
    yield (
        f"Two repeats of a turn agree word for word in {joined(told)}, "
        f"against {_share(base.agreement.pairs)} at {base.label}{noise}."
    )


def _as_base(treatments: Sequence[Cell], base: Cell, twin: Cell | None) -> Iterator[str]:
    """How often a reply is word for word one of the base's."""
    told = [
        f"{_share(cell.agreement.with_base)} at {cell.label}"
        for cell in treatments
        if cell.agreement.with_base.value is not None
    ]
    chance = base.agreement.with_base
    noise = (
        f", against {_share(chance)} in the A/A pair" if twin is not None and chance.value is not None else ""
    )
    if told:
        yield f"Held against {base.label}, replies to the same turn are equal in {joined(told)}{noise}."


def _verdicts(played: Sequence[Cell]) -> Iterator[str]:
    """How often all repeats come to the same verdicts, whatever they say."""
    told = [
        f"{percent(agree.value)} % of {count(agree.n, 'turn')} at {name_of(cell.label, cell.role)}"
        for cell in played
        if (agree := cell.agreement.same_verdicts) is not None and agree.value is not None
    ]
    if len(told) > 1:
        yield f"All repeats of a turn come to the same verdicts in {joined(told)}."


def _share(estimate: Estimate) -> str:
    """A share of pairs, with their number."""
    return f"{percent(estimate.value or 0.0)} % of {count(estimate.n, 'pair')}"


def _part(played: Sequence[Cell]) -> Iterator[str]:
    """At which turn repeats part; of a single turn the share that agrees says it."""
    if max((len(cell.turns) for cell in played), default=0) < 2:
        return
    told = []
    for cell in played:
        at, never = cell.agreement.diverges_at, cell.agreement.never
        if never.value is None:
            continue
        name = name_of(cell.label, cell.role)
        stay = f" (never in {percent(never.value)} % of {count(never.n, 'item')})" if never.value else ""
        told.append(f"{name} never" if at is None else f"{name} at turn {at:g}{stay}")
    if told:
        yield f"Where repeats part, median over items: {', '.join(told)}."


def _alike(found: Compared, treatments: Sequence[Cell], base: Cell, twin: Cell | None) -> Iterator[str]:
    """How alike repeats are letter by letter, in each cell."""
    told = [
        f"{percent(cell.diversity.similarity.value)} % at {cell.label}{beyond(found, 'similarity', cell, twin)}"
        for cell in treatments
        if cell.diversity.similarity.value is not None
    ]
    there = base.diversity.similarity
    if there.value is None or not told:
        return
    again = None if twin is None else twin.diversity.similarity.value
    noise = (
        f" and {percent(again)} % at {name_of(twin.label, twin.role)}"
        if twin is not None and again is not None
        else ""
    )
    yield (
        f"Repeats are alike, letter by letter, by {joined(told)}, against {percent(there.value)} % at {base.label}{noise} "
        f"({count(there.n, 'pair')} there)."
    )


def _each(cell: Cell) -> float:
    """How many replies a turn of an item has, on average, of those that have several; 0 without any."""
    turns = cell.agreement.same_replies.n
    return cell.diversity.unique.n / turns if turns else 0.0


def _rich(played: Sequence[Cell]) -> Iterator[str]:
    """How many different replies, words and pairs of words there are."""
    cells = [cell for cell in played if cell.role != "twin" and cell.diversity.unique.value is not None]
    if len(cells) < 2:
        return
    told = [
        f"{noun} {', '.join(f'{percent(pick(cell).value or 0.0)} % at {cell.label}' for cell in cells)}"
        for noun, pick in _RICHES.items()
        if all(pick(cell).value is not None for cell in cells)
    ]
    replies = sum(cell.diversity.unique.n for cell in cells)
    yield f"Different among all that repeats say ({replies:,} replies): {'; '.join(told)}."


def _unreliable(played: Sequence[Cell]) -> Iterator[str]:
    """How far the score of a trial ranges over repeats."""
    told = [
        f"{points(each.unreliability).removeprefix('+')} at {name_of(cell.label, cell.role)} (A90 {percent(each.a90)} %, {count(each.n, 'trial')})"
        for cell in played
        if (each := cell.stability) is not None
    ]
    if told:
        yield f"Over repeats the score of a trial, the share of its checks that passed, ranges over {', '.join(told)}."


def _sized(found: Compared, treatments: Sequence[Cell], base: Cell) -> Iterator[str]:
    """What of length, tokens, money and time shifted."""
    still: list[str] = []
    for name, pick in _QUANTITIES.items():
        noun, shifted, seen = NAMES[name], False, list[str]()
        for cell in treatments:
            shift, here, there = cell.shifts.get(name), pick(cell), pick(base)
            if shift is None or shift.p_adjusted is None or here.value is None or there.value is None:
                continue
            if not here.value and not there.value:  # what costs nothing does not cost more
                continue
            if any(f"{abs(each or 0):.3g}" != "0" for each in (shift.value, shift.low, shift.high)):
                seen.append(f"{shift.value:+.3g}{_between(shift)} at {cell.label}")
            if shift.p_adjusted <= found.alpha and f"{abs(shift.value):.3g}" != "0":
                shifted = True
                yield (
                    f"{noun[:1].upper()}{noun[1:]}: {_number(here.value)} at {cell.label}, {_number(there.value)} at {base.label} "
                    f"(medians; typically {shift.value:+.3g}{_between(shift)}, {probability(shift.p_adjusted)})."
                )
        still += [f"{noun} ({'; '.join(seen)})"] if seen and not shifted else []
    if still:
        yield f"No shift beyond chance was shown in the {joined(still, 'or')}, as typical differences from {base.label}."


def _between(shift: Paired) -> str:
    """The interval of a shift."""
    return "" if shift.low is None or shift.high is None else f", {shift.low:+.3g} to {shift.high:+.3g}"


def _number(value: float) -> str:
    """A number as far as it tells something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _ended(played: Sequence[Cell]) -> Iterator[str]:
    """How replies end early, and how often models refuse."""
    early, refused = [], []
    for cell in played:
        total = sum(cell.finish_reasons.values())
        for why, number in cell.finish_reasons.items():
            early += (
                [f"{number:,} of {total:,} at {name_of(cell.label, cell.role)} (`{why}`)"]
                if why not in _PLAIN
                else []
            )
        if cell.refusals.value:
            number = round(cell.refusals.value * cell.refusals.n)
            refused.append(f"{number:,} of {cell.refusals.n:,} at {name_of(cell.label, cell.role)}")
    if early:
        yield f"Replies that ended early: {', '.join(early)}."
    if refused:
        yield f"Replies by which the model refused: {', '.join(refused)}."
