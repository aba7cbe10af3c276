"""What a cell comes to over its items: rates, agreement, diversity, length, endings, time; no cell is tested here."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from runner.core.comparison.compared import Agreement, Diversity, Estimate, Stability, TurnNumbers
from runner.core.comparison.observing import CellKey, Observed, Text, Tried
from runner.core.comparison.units import Unit, mean_of, same_across, unit_of
from runner.core.comparison.wavering import (
    Change,
    across_change,
    alike_change,
    ends,
    same_change,
    scatter,
    variance,
)
from runner.core.statistics.paired import FEWEST_BLOCKS
from runner.core.statistics.pooled import mean_rate, mean_rate_interval
from runner.core.statistics.rates import Interval, median_interval, percentile
from runner.core.statistics.shifts import mean_interval

Units = dict[tuple[str, int], Unit]
"""By item and turn."""
ByItem = Mapping[str, Sequence[Tried]]
"""The trials of a cell, by the item's id."""


@dataclass(frozen=True, slots=True)
class Side:
    """A cell with the replies that its own are held against."""

    trials: ByItem
    units: Units
    against: Units
    """Those of the base; of the base, its twin's; empty where there are none."""
    beside: ByItem
    """The trials that those are of."""
    texts: Mapping[str, Text]

    def parted(self, groups: Sequence[Sequence[str]]) -> list["Side"]:
        """The same on some items alone, group by group; no item is in two of them."""
        group_of = {item: number for number, items in enumerate(groups) for item in items}
        units: list[Units] = [{} for _ in groups]
        for place, unit in self.units.items():
            if place[0] in group_of:
                units[group_of[place[0]]][place] = unit
        trials = [{item: self.trials[item] for item in items} for items in groups]
        return [
            Side(tried, said, self.against, self.beside, self.texts)
            for tried, said in zip(trials, units, strict=True)
        ]

    @property
    def all(self) -> list[Tried]:
        """Every trial, item by item."""
        return [tried for trials in self.trials.values() for tried in trials]


def sides_of(seen: Observed) -> dict[CellKey, Side]:
    """Every cell with the replies of its units."""
    units = {key: _units_of(trials, seen.texts) for key, trials in seen.trials.items()}
    by_role = {key[1]: key for key in seen.trials if key[1] != "treatment"}
    found = {}
    for key, trials in seen.trials.items():
        other = by_role.get("twin" if key[1] == "base" else "base")
        against, beside = ({}, {}) if other is None else (units[other], seen.trials[other])
        found[key] = Side(trials, units[key], against, beside, seen.texts)
    return found


def _units_of(trials: ByItem, texts: Mapping[str, Text]) -> Units:
    """The units of a cell, in the order of items and turns."""
    found = {}
    for item, tried in trials.items():
        for turn in sorted({turn for each in tried for turn in each.replies}):
            found[item, turn] = unit_of(item, turn, tried, texts)
    return found


def rate_of(trials: ByItem) -> Estimate | None:
    """The pass rate, mean over items; None where nothing was measured."""
    return _mean_rate(
        [[tried.outcome == "passed" for tried in each if tried.is_measured] for each in trials.values()]
    )


def _mean_rate(groups: Iterable[Sequence[bool]]) -> Estimate | None:
    """The mean over items of the share of what passed, with its interval."""
    blocks = [(sum(group), len(group)) for group in groups if group]
    if not blocks:
        return None
    low, high = mean_rate_interval(blocks)
    return Estimate(value=mean_rate(blocks), low=low, high=high, n=sum(trials for _, trials in blocks))


def mean_estimate(
    numbers: Iterable[tuple[str, float | None]], n: int, *variances: Callable[[], float | None]
) -> Estimate:
    """The mean of the numbers of units, each with its item, and its interval, where its variances are given.

    It is of these items alone; with six or more it is never nearer than items drawn anew have it, so that it speaks of others
    like them. None where nothing wavered, which does not say that nothing could.
    """
    groups: dict[str, list[float]] = {}
    for item, number in numbers:
        if number is not None:
            groups.setdefault(item, []).append(number)
    value = mean_of([number for group in groups.values() for number in group])
    around = ends(value, *(each() for each in variances)) if variances else None
    if len(groups) >= FEWEST_BLOCKS and value is not None:
        around = _wider(around, mean_interval(list(groups.values())), value)
    low, high = (None, None) if around is None else around
    return Estimate(value=value, low=low, high=high, n=n)


def _wider(one: Interval | None, other: Interval | None, value: float) -> Interval | None:
    """An interval that holds both, within 0 and 1; None where neither has a width."""
    known = [each for each in (one, other) if each is not None and each.high > each.low]
    if not known:
        return None
    low, high = min(each.low for each in known), max(each.high for each in known)
    return Interval(max(0.0, min(low, value)), min(1.0, max(high, value)))


def pairs_of(trials: ByItem, units: Sequence[Unit]) -> Estimate:
    """The share of pairs of repeats that are equal, mean over units."""
    return _of_pairs(trials, units, lambda unit: unit.same, same_change)


def similarity_of(trials: ByItem, units: Sequence[Unit]) -> Estimate:
    """The likeness of repeats, mean over units."""
    return _of_pairs(trials, units, lambda unit: unit.similarity, alike_change)


def _of_pairs(
    trials: ByItem, units: Sequence[Unit], number: Callable[[Unit], float | None], change: Change
) -> Estimate:
    """A number that pairs of repeats have, mean over units of which there are two or more."""
    several = [unit for unit in units if unit.n > 1]
    return mean_estimate(
        ((unit.item, number(unit)) for unit in several),
        sum(unit.pairs for unit in several),
        lambda: variance(several, trials, change, lambda unit: scatter(number(unit), unit.pairs)),
    )


def _with_base(side: Side, units: Sequence[Unit]) -> Estimate:
    """The share of pairs of a reply and one of the base that are equal, mean over units."""
    both = [
        (unit, other) for unit in units if (other := side.against.get((unit.item, unit.turn))) is not None
    ]
    own, others = [unit for unit, _ in both], [other for _, other in both]
    shares = {id(unit): (same_across(unit.counts, other.counts), unit.n * other.n) for unit, other in both}
    return mean_estimate(
        ((unit.item, shares[id(unit)][0]) for unit in own),
        sum(unit.n * other.n for unit, other in both),
        lambda: variance(
            own, side.trials, across_change(side.against), lambda unit: scatter(*shares[id(unit)])
        ),
        lambda: variance(others, side.beside, across_change(side.units)),
    )


def agreement_of(side: Side) -> Agreement:
    """How far the repeats of a cell agree."""
    units = list(side.units.values())
    several = [unit for unit in units if unit.n > 1]
    firsts = _first_apart(several)
    parting = [at for at in firsts.values() if at is not None]
    answers = [(item, same) for item, _, same in _agreeing(side.trials)]
    return Agreement(
        same_replies=mean_estimate(((unit.item, float(len(unit.counts) == 1)) for unit in several), len(several)),
        same_verdicts=mean_estimate(answers, len(answers)) if answers else None,
        pairs=pairs_of(side.trials, units),
        with_base=_with_base(side, units),
        diverges_at=percentile(parting, 0.5) if parting else None,
        never=Estimate(value=1 - len(parting) / len(firsts) if firsts else None, n=len(firsts)),
    )  # fmt: skip


def _first_apart(several: Iterable[Unit]) -> dict[str, float | None]:
    """Of each item the first turn, 1-based, at which repeats differ; None where they never do."""
    firsts: dict[str, float | None] = {}
    for unit in sorted(several, key=lambda unit: unit.turn):
        if firsts.setdefault(unit.item, None) is None and len(unit.counts) > 1:
            firsts[unit.item] = unit.turn + 1.0
    return firsts


def _verdicts_agree(trials: ByItem, turn: int) -> Estimate | None:
    """Of the items the share whose repeats have the same answers of one turn's checks; None where none was measured twice."""
    found = [(item, same) for item, at, same in _agreeing(trials) if at == turn]
    return mean_estimate(found, len(found)) if found else None


def _agreeing(trials: ByItem) -> Iterator[tuple[str, int, float]]:
    """Of each item and turn with checks (the whole is one more) whether all repeats have the same answers."""
    for item, tried in trials.items():
        for turn in sorted({turn for each in tried for turn in each.answers}):
            answers = [each.answers[turn] for each in tried if turn in each.answers]
            if len(answers) > 1:
                yield item, turn, float(len(set(answers)) == 1)


def stability_of(trials: ByItem) -> Stability | None:
    """What repeats do to scores, mean over items (Laban et al. 2025); None where no item was measured twice."""
    scores = [[tried.score for tried in each if tried.score is not None] for each in trials.values()]
    known = [each for each in scores if len(each) > 1]
    if not known:
        return None
    high = sum(percentile(each, 0.9) for each in known) / len(known)
    low = sum(percentile(each, 0.1) for each in known) / len(known)
    mean = sum(sum(each) / len(each) for each in known) / len(known)
    return Stability(mean=mean, a90=high, a10=low, unreliability=high - low, n=sum(map(len, known)))


def diversity_of(trials: ByItem, units: Sequence[Unit]) -> Diversity:
    """How different the replies of repeats are, mean over units."""
    several = [unit for unit in units if unit.n > 1]
    return Diversity(
        unique=mean_estimate(((unit.item, unit.unique) for unit in several), sum(unit.n for unit in several)),
        distinct_1=mean_estimate(((unit.item, unit.distinct_1) for unit in units), sum(unit.words for unit in units)),
        distinct_2=mean_estimate(
            ((unit.item, unit.distinct_2) for unit in units), sum(unit.neighbours for unit in units)
        ),
        similarity=similarity_of(trials, units),
    )  # fmt: skip


def median_of(values: Sequence[float]) -> Estimate:
    """The median; unknown where there is nothing."""
    return Estimate(value=percentile(values, 0.5) if values else None, n=len(values))


def latency_of(trials: ByItem) -> Estimate:
    """The median seconds of a reply; over six items or more with the interval of their medians, which holds it."""
    by_item = [[each for tried in group for each in tried.latencies] for group in trials.values()]
    found = median_of([each for group in by_item for each in group])
    medians = [percentile(group, 0.5) for group in by_item if group]
    if found.value is None or len(medians) < FEWEST_BLOCKS:
        return found
    low, high = median_interval(medians)
    return found.model_copy(update={"low": min(low, found.value), "high": max(high, found.value)})


def lengths(unit: Unit, texts: Mapping[str, Text]) -> list[float]:
    """The words of each reply of a unit."""
    return [float(texts[digest].words) for digest, many in unit.counts.items() for _ in range(many)]


def finish_reasons(trials: Iterable[Tried]) -> dict[str, int]:
    """How often each reason came, the most frequent first."""
    found = Counter(reason for tried in trials for reason in tried.finish_reasons)
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def turns_of(side: Side) -> tuple[TurnNumbers, ...]:
    """What becomes of a cell turn by turn, over items."""
    found = []
    for turn in sorted({turn for _, turn in side.units}):
        units = [unit for (_, at), unit in side.units.items() if at == turn]
        passed = [
            [each.passed[turn] for each in tried if turn in each.passed] for tried in side.trials.values()
        ]
        numbers = TurnNumbers(
            turn=turn,
            replies=sum(unit.n for unit in units),
            pass_rate=_mean_rate(passed),
            same_replies=pairs_of(side.trials, units),
            same_verdicts=_verdicts_agree(side.trials, turn),
            with_base=_with_base(side, units),
            words=median_of([length for unit in units for length in lengths(unit, side.texts)]),
        )
        found.append(numbers)
    return tuple(found)
