"""How far a number that pairs of repeats have could waver with other trials of the same few items; it draws nothing.

Each trial is left out once (jackknife, Efron 1981), with all that it said, so that its turns are never taken for
independent. That forgets how far the pairs themselves scatter, which matters where all replies are about as frequent:
the variance of so many independent pairs is added, as if all turns of an item went together. Over six items or more,
intervals are over items instead.
"""

from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from typing import Final

from runner.core.comparison.observing import Tried
from runner.core.comparison.units import Unit, same_across
from runner.core.statistics.rates import Interval, quantile

_STILL: Final = 1e-15

Change = Callable[[Unit, str], float | None]
"""By how much the number of a unit changes if one reply, by its digest, had not come; None where that is not known."""


def same_change(unit: Unit, digest: str) -> float | None:
    """What leaving out one reply changes in the share of equal pairs."""
    return _change(unit, unit.same, unit.counts[digest] - 1.0)


def alike_change(unit: Unit, digest: str) -> float | None:
    """What leaving out one reply changes in the mean likeness."""
    return _change(unit, unit.similarity, unit.likes.get(digest))


def _change(unit: Unit, mean: float | None, own: float | None) -> float | None:
    """What leaving out one reply changes in a mean over pairs, given the sum over the pairs that it has part in."""
    if unit.n < 3 or mean is None or own is None:
        return None
    return 2 * (mean * (unit.n - 1) - own) / ((unit.n - 1) * (unit.n - 2))


def across_change(others: Mapping[tuple[str, int], Unit]) -> Change:
    """What tells how much leaving out one reply changes in the share of pairs with another cell's that are equal."""
    shares: dict[tuple[str, int], float | None] = {}  # of each unit once, not of each of its replies

    def change(unit: Unit, digest: str) -> float | None:
        place = unit.item, unit.turn
        other = others.get(place)
        if place not in shares:
            shares[place] = None if other is None else same_across(unit.counts, other.counts)
        share = shares[place]
        if other is None or share is None or unit.n < 2:
            return None
        return (share - other.counts[digest] / other.n) / (unit.n - 1)

    return change


def scatter(share: float | None, pairs: int) -> float:
    """The variance of a share of so many independent pairs."""
    return 0.0 if share is None or not pairs else share * (1 - share) / pairs


def variance(
    units: Sequence[Unit],
    trials: Mapping[str, Sequence[Tried]],
    change: Change,
    scattered: Callable[[Unit], float] | None = None,
) -> float | None:
    """The variance of the mean over units of a number, the trials of each item drawn anew; None where it is not known.

    `scattered` is the variance of a unit's number were its pairs independent.
    """
    by_item: dict[str, list[Unit]] = {}
    for unit in units:
        by_item.setdefault(unit.item, []).append(unit)
    total = 0.0
    for item, own in by_item.items():
        sums = []
        for tried in trials[item]:
            changes = [change(unit, tried.replies[unit.turn]) for unit in own if unit.turn in tried.replies]
            known = [each for each in changes if each is not None]
            if len(known) < len(changes):
                return None
            sums += [sum(known)] if known else []
        mean = sum(sums) / len(sums)
        total += (len(sums) - 1) / len(sums) * sum((each - mean) ** 2 for each in sums)
        total += sum(sqrt(scattered(unit)) for unit in own) ** 2 if scattered else 0.0
    return total / len(units) ** 2 if units else None


def ends(value: float | None, *variances: float | None, level: float = 0.95) -> Interval | None:
    """The interval about a share; None where nothing wavered, which does not say that nothing could."""
    known = [each for each in variances if each is not None]
    if value is None or len(known) < len(variances) or sum(known) <= _STILL:
        return None
    reach = quantile(0.5 + level / 2) * sqrt(sum(known))
    return Interval(max(0.0, value - reach), min(1.0, value + reach))
