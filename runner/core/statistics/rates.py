"""Rates with what bounds them, and numbers with what is typical of them; numbers in, numbers out, nothing shown.

Rates and probabilities are shares from 0 to 1, a level or a confidence lies between 0 and 1. What cannot be counted
(more passed than played, a level of 1) raises ValueError.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from math import comb, exp, lgamma, log, log1p, sqrt
from random import Random
from statistics import NormalDist
from typing import Final, NamedTuple

RESAMPLES: Final = 5_000
"""How often a bootstrap draws anew."""
FEWEST_RESAMPLES: Final = 1_000
MOST_DRAWN: Final = 500_000
"""Values that are drawn, all resamples together; of so many values that these are few resamples, the fewest are made."""
SEED: Final = 20_240
"""Where chance begins unless it is handed in: the same data have the same interval everywhere, always."""

_NORMAL: Final = NormalDist()
_HALVINGS: Final = 60
"""Halving 0 to 1 so often leaves nothing that a float could tell apart."""
_NEGLIGIBLE: Final = 1e-17


class Interval(NamedTuple):
    """What a value may lie between, both ends included."""

    low: float
    high: float


class Agreement(NamedTuple):
    """How far replies to the very same question are the same."""

    total: int
    """1 where all of them are equal, 0 otherwise; its mean over turns is TARr@N (Atil et al. 2024)."""
    largest: float
    """The share of those that say what most of them say."""


def quantile(share: float) -> float:
    """The value that a standard normal variable stays below with a probability between 0 and 1."""
    return _NORMAL.inv_cdf(share)


def wilson(passed: int, trials: int, level: float = 0.95) -> Interval:
    """The score interval of a rate: (p + z2/2n +- z sqrt(p(1-p)/n + z2/4n2)) / (1 + z2/n) (Wilson 1927).

    `passed` of `trials` that are independent of each other; without a trial anything is possible, 0 to 1.
    """
    check_count(passed, trials)
    z = quantile(0.5 + check_share(level) / 2)
    if not trials:
        return Interval(0.0, 1.0)
    rate = passed / trials
    shrunk = 1 + z * z / trials
    middle = (rate + z * z / (2 * trials)) / shrunk
    half = z / shrunk * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    low = min(max(0.0, middle - half), rate) if passed else 0.0
    return Interval(low, max(min(1.0, middle + half), rate) if passed < trials else 1.0)


def clopper_pearson(passed: int, trials: int, level: float = 0.95) -> Interval:
    """The exact interval of a rate: both one-sided bounds, each with half of what the level leaves (1934)."""
    each = 0.5 + check_share(level) / 2
    return Interval(lower_bound(passed, trials, each), upper_bound(passed, trials, each))


def lower_bound(passed: int, trials: int, confidence: float) -> float:
    """The rate at which so many passes, or more, come with a probability of 1 - confidence (Clopper, Pearson 1934)."""
    check_count(passed, trials)
    left = 1 - check_share(confidence)
    if not passed:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        rate = (low + high) / 2
        low, high = (rate, high) if at_least(passed, trials, rate) < left else (low, rate)
    return low


def upper_bound(passed: int, trials: int, confidence: float) -> float:
    """The rate at which so few passes, or fewer, come with a probability of 1 - confidence (Clopper, Pearson 1934)."""
    return 1 - lower_bound(trials - passed, trials, confidence)


def at_least(passed: int, trials: int, rate: float) -> float:
    """The probability of `passed` or more of independent trials at a rate, to about ten digits.

    The shorter tail is summed outwards from its largest term, until a term adds nothing.
    """
    if passed <= 0 or rate >= 1:
        return float(passed <= trials)
    if passed > trials or rate <= 0:
        return 0.0
    if passed > trials * rate:
        return min(1.0, _tail(passed, trials, rate))
    return max(0.0, 1 - _tail(trials - passed + 1, trials, 1 - rate))


def _tail(passed: int, trials: int, rate: float) -> float:
    """The probability of `passed` or more, where that is at or beyond the mean."""
    ways = lgamma(trials + 1) - lgamma(passed + 1) - lgamma(trials - passed + 1)
    term = exp(ways + passed * log(rate) + (trials - passed) * log1p(-rate))
    odds, whole = rate / (1 - rate), 0.0
    while term > whole * _NEGLIGIBLE:
        whole += term
        term *= (trials - passed) / (passed + 1) * odds
        passed += 1
    return whole


def pass_hat(passed: int, trials: int, k: int) -> float:
    """pass^k, that k trials drawn from those played all passed: C(passed, k) / C(trials, k) (tau-bench 2024).

    Raises ValueError where fewer than k were played.
    """
    _check_draw(passed, trials, k)
    return comb(passed, k) / comb(trials, k)


def pass_at(passed: int, trials: int, k: int) -> float:
    """pass@k, that of k trials drawn from those played any passed: 1 - C(failed, k) / C(trials, k) (Chen et al. 2021).

    Raises ValueError where fewer than k were played.
    """
    _check_draw(passed, trials, k)
    return 1 - comb(trials - passed, k) / comb(trials, k)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share (0 to 1) of the values stays below, linear between two of them (Hyndman, Fan 1996, type 7).

    In the values' own unit; raises ValueError without values.
    """
    if not values or not 0 <= share <= 1:
        raise ValueError(
            f"a percentile needs values and a share from 0 to 1, not {len(values)} and {share!r}"
        )
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def resamples_of(count: int) -> int:
    """How often so many values are drawn anew: the fewest where there are so many that their mean hardly moves."""
    return max(FEWEST_RESAMPLES, min(RESAMPLES, MOST_DRAWN // max(1, count)))


def median_interval(values: Sequence[float], seed: int = SEED, level: float = 0.95) -> Interval:
    """The bootstrap interval of a median, in the values' own unit (Efron 1979, percentile method).

    Values are independent of each other, one a block; raises ValueError without values.
    """
    chance, ordered, left = Random(seed), sorted(values), 1 - check_share(level)  # noqa: S311 - no secret
    resamples = resamples_of(len(values)) * bool(values)
    drawn = [percentile(chance.choices(ordered, k=len(ordered)), 0.5) for _ in range(resamples)]
    return Interval(percentile(drawn, left / 2), percentile(drawn, 1 - left / 2))


def hodges_lehmann(differences: Sequence[float]) -> float:
    """The typical difference of pairs, in their own unit: the median of the means of all two of them (1963).

    Takes as many steps as there are pairs of differences; raises ValueError without differences.
    """
    means = [(one + other) / 2 for at, one in enumerate(differences) for other in differences[at:]]
    return percentile(means, 0.5)


def agreement(replies: Sequence[Hashable]) -> Agreement:
    """How far the replies of all trials to one turn agree, or the answers of a check; raises ValueError without any."""
    if not replies:
        raise ValueError("nothing was replied that could agree")
    [(_, most)] = Counter(replies).most_common(1)
    return Agreement(int(most == len(replies)), most / len(replies))


def check_count(passed: int, trials: int) -> None:
    """Raise ValueError where so many cannot have passed of so many."""
    if not 0 <= passed <= trials:
        raise ValueError(f"{passed} of {trials} trials cannot have passed")


def check_share(share: float) -> float:
    """The share that was given; raises ValueError where it does not lie between 0 and 1."""
    if not 0 < share < 1:
        raise ValueError(f"{share!r} does not lie between 0 and 1, both excluded")
    return share


def _check_draw(passed: int, trials: int, k: int) -> None:
    """Raise ValueError where k trials cannot be drawn."""
    check_count(passed, trials)
    if not 1 <= k <= trials:
        raise ValueError(f"{k} trials cannot be drawn from {trials}")
