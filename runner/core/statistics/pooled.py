"""The rate of several blocks taken together, each weighing the same; never as if all trials were of one; pure."""

from collections.abc import Sequence
from math import sqrt
from random import Random

from runner.core.statistics.paired import FEWEST_BLOCKS
from runner.core.statistics.rates import SEED, Interval, check_share, percentile, resamples_of, wilson


def mean_rate(blocks: Sequence[tuple[int, int]], level: float = 0.95) -> float:
    """The mean of the rates of blocks, (passed, trials) each; raises ValueError without blocks, or without trials."""
    _check(blocks, level)
    return sum(passed / trials for passed, trials in blocks) / len(blocks)


def mean_rate_interval(blocks: Sequence[tuple[int, int]], level: float = 0.95) -> Interval:
    """The interval of that mean: the variance of each block recovered from its Wilson interval (Zou, Huang, Zhang 2009).

    Of one block it is `wilson`. With six or more, the ends are never nearer than blocks drawn anew have them (Efron
    1979), so that it speaks of others like them; with fewer it speaks of these blocks alone.
    """
    _check(blocks, level)
    middle, count = mean_rate(blocks, level), len(blocks)
    ends = [(passed / trials, wilson(passed, trials, level)) for passed, trials in blocks]
    low = max(0.0, middle - sqrt(sum((rate - end.low) ** 2 for rate, end in ends)) / count)
    high = min(1.0, middle + sqrt(sum((end.high - rate) ** 2 for rate, end in ends)) / count)
    if count < FEWEST_BLOCKS:
        return Interval(low, high)
    chance, rates, left = Random(SEED), [rate for rate, _ in ends], (1 - level) / 2  # noqa: S311 - no secret
    means = [sum(chance.choices(rates, k=count)) / count for _ in range(resamples_of(count))]
    return Interval(min(low, percentile(means, left)), max(high, percentile(means, 1 - left)))


def _check(blocks: Sequence[tuple[int, int]], level: float) -> None:
    """Raise ValueError where there is no mean."""
    check_share(level)
    if not blocks or not all(trials for _, trials in blocks):
        raise ValueError("a mean of rates needs blocks, and trials in each of them")
