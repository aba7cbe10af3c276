"""How quantities of a cell shifted from the base, item by item, and whether chance alone does so; it decides nothing."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from runner.core.comparison.compared import Paired
from runner.core.comparison.observing import CellKey, Text, Tried
from runner.core.comparison.summing import Side
from runner.core.comparison.units import Unit, longest_compared, similarity
from runner.core.statistics.paired import FEWEST_BLOCKS
from runner.core.statistics.rates import hodges_lehmann, percentile
from runner.core.statistics.shifts import (
    MOST_PAIRED,
    relabelled,
    relabelled_pairs,
    signed_rank,
    signed_rank_interval,
)
from runner.core.statistics.significance import holm

Said = dict[int, str]
"""The replies of a trial: their digests by turn."""
Numbers = tuple[float, ...]


def shifts_of(sides: Mapping[CellKey, Side], fewest: int = FEWEST_BLOCKS) -> dict[CellKey, dict[str, Paired]]:
    """What shifted in each cell but the base, with p values after Holm over the treatments, quantity by quantity.

    With as many items as `fewest` they stand for others, else they are tested by their own trials.
    """
    base = next(side for key, side in sides.items() if key[1] == "base")
    found = {key: _shifts(base, side, fewest) for key, side in sides.items() if key[1] != "base"}
    treatments = [key for key in found if key[1] == "treatment"]
    for name in dict.fromkeys(name for each in found.values() for name in each):
        ps = {
            key: p
            for key in treatments
            if name in found[key] and (p := found[key][name].p_adjusted) is not None
        }
        for key, p in zip(ps, holm(list(ps.values())), strict=True):
            found[key][name] = found[key][name].model_copy(update={"p_adjusted": p})
    return found


def _shifts(base: Side, side: Side, fewest: int) -> dict[str, Paired]:
    """Every quantity that is known on both sides."""
    found: dict[str, Paired | None] = {
        "words": _scalar(base, side, fewest, lambda tried: _words(tried, side.texts)),
        "completion_tokens": _scalar(base, side, fewest, lambda tried: _one(tried.completion_tokens)),
        "cost_usd": _scalar(base, side, fewest, lambda tried: _one(tried.cost)),
        "latency_s": _scalar(base, side, fewest, lambda tried: tried.latencies),
        "similarity": _pairwise(base, side, fewest, lambda unit: unit.similarity, _test_alike),
        "same_replies": _pairwise(base, side, fewest, lambda unit: unit.same, _test_same),
    }
    return {name: shift for name, shift in found.items() if shift is not None}


def _one(number: float | None) -> Numbers:
    """A number that may not be known."""
    return () if number is None else (number,)


def _words(tried: Tried, texts: Mapping[str, Text]) -> Numbers:
    """The words of each reply of a trial."""
    return tuple(float(texts[digest].words) for digest in tried.replies.values())


def _scalar(base: Side, side: Side, fewest: int, numbers: Callable[[Tried], Numbers]) -> Paired | None:
    """The shift of the median of numbers that trials have; None where no item has it on both sides."""
    blocks = []
    for item, trials in base.trials.items():
        blocks.append(([numbers(tried) for tried in trials], [numbers(tried) for tried in side.trials[item]]))
    apart = [_less(_median_in(now), _median_in(before)) for before, now in blocks]
    known = [each for each in apart if each is not None]
    return _typical(known, fewest, partial(relabelled, blocks, _median_in))


def _median_in(trials: Sequence[Numbers]) -> float | None:
    """The median of all numbers of some trials."""
    numbers = [number for each in trials for number in each]
    return percentile(numbers, 0.5) if numbers else None


def _less(number: float | None, other: float | None) -> float | None:
    """One number less another; None where one is not known."""
    return None if number is None or other is None else number - other


def _typical(differences: Sequence[float], fewest: int, test: Callable[[], float | None]) -> Paired | None:
    """The typical difference of items; with too few to stand for others, they are tested by their own trials."""
    if not differences:
        return None
    value, items = hodges_lehmann(differences), len(differences)
    ends = signed_rank_interval(differences)
    low, high = (None, None) if ends is None else ends
    p = test() if items < fewest else signed_rank(differences)
    return Paired(value=value, low=low, high=high, items=items, p_adjusted=p)


def _pairwise(
    base: Side,
    side: Side,
    fewest: int,
    number: Callable[[Unit], float | None],
    test: Callable[[Side, Side], float | None],
) -> Paired | None:
    """The shift of a number that pairs of repeats have, mean over the turns of an item."""
    before, now = _by_item(base, number), _by_item(side, number)
    apart = [now[item] - before[item] for item in before if item in now]
    return _typical(apart, fewest, partial(test, base, side))


def _by_item(side: Side, number: Callable[[Unit], float | None]) -> dict[str, float]:
    """Of each item the mean over turns."""
    found: dict[str, list[float]] = {}
    for (item, _), unit in side.units.items():
        if (known := number(unit)) is not None:
            found.setdefault(item, []).append(known)
    return {item: sum(numbers) / len(numbers) for item, numbers in found.items()}


def _test_alike(base: Side, side: Side) -> float | None:
    """The probability of such a shift of likeness by chance."""
    most = max(
        (max(len(unit.counts) for unit in each.units.values()) for each in (base, side) if each.units),
        default=1,
    )
    longest, known = longest_compared(2 * min(most, MOST_PAIRED)), {}

    def alike(one: str, other: str) -> float:
        pair = (one, other) if one < other else (other, one)
        if pair not in known:
            known[pair] = similarity(*(side.texts[digest].beginning[:longest] for digest in pair))
        return known[pair]

    return relabelled_pairs(_said_blocks(base, side), partial(_over_turns, alike))


def _test_same(base: Side, side: Side) -> float | None:
    """The probability of such a shift of the share of pairs that are equal by chance."""
    return relabelled_pairs(
        _said_blocks(base, side), partial(_over_turns, lambda one, other: float(one == other))
    )


def _said_blocks(base: Side, side: Side) -> list[tuple[list[Said], list[Said]]]:
    """What the trials of each item said, in the base and in the cell; those without a reply are left out."""
    return [
        (
            [tried.replies for tried in trials if tried.replies],
            [tried.replies for tried in side.trials[item] if tried.replies],
        )
        for item, trials in base.trials.items()
    ]


def _over_turns(alike: Callable[[str, str], float], one: Said, other: Said) -> float:
    """How alike two trials are, mean over the turns that both have; 0 where there is none."""
    numbers = [
        1.0 if digest == other[turn] else alike(digest, other[turn])
        for turn, digest in one.items()
        if turn in other
    ]
    return sum(numbers) / len(numbers) if numbers else 0.0
