"""The rate of several blocks together; against statsmodels and plain loops."""

from importlib import import_module
from math import sqrt

import pytest

from runner.core.statistics.pooled import mean_rate, mean_rate_interval

PROPORTION = import_module("statsmodels.stats.proportion")


@pytest.mark.parametrize(("passed", "trials"), [(0, 5), (9, 10), (5, 5), (95, 100)])
def test_of_one_block_it_is_wilson_s(passed: int, trials: int) -> None:
    """One block alone has the score interval of statsmodels."""
    theirs = PROPORTION.proportion_confint(passed, trials, 0.05, "wilson")
    assert mean_rate_interval([(passed, trials)]) == pytest.approx(theirs, abs=1e-12)


def test_blocks_weigh_the_same_and_their_variances_are_recovered() -> None:
    """The mean is that of the rates, not of the trials; each block adds the square of how far its own end is."""
    blocks = [(1, 2), (30, 40), (0, 10)]
    rates = [0.5, 0.75, 0.0]
    middle = sum(rates) / 3
    below = above = 0.0
    for (passed, trials), rate in zip(blocks, rates, strict=True):
        low, high = PROPORTION.proportion_confint(passed, trials, 0.05, "wilson")
        below += (rate - low) ** 2
        above += (high - rate) ** 2
    assert mean_rate(blocks) == pytest.approx(middle)
    expected = (middle - sqrt(below) / 3, middle + sqrt(above) / 3)
    assert mean_rate_interval(blocks) == pytest.approx(expected)


def test_six_blocks_that_differ_are_drawn_anew() -> None:
    """Items that all pass or all fail say little of others, however often each was tried."""
    blocks = [(1000, 1000)] * 3 + [(0, 1000)] * 3
    few = mean_rate_interval(blocks[1:])
    many = mean_rate_interval(blocks)
    assert few.high - few.low < 0.01
    assert many.low < 0.2
    assert many.high > 0.8
    assert many == mean_rate_interval(blocks)


def test_what_has_no_mean_is_refused() -> None:
    """Without blocks, or with one that was not played, there is nothing."""
    for blocks in ([], [(0, 0)], [(1, 2), (0, 0)]):
        with pytest.raises(ValueError, match="needs blocks"):
            mean_rate_interval(blocks)
