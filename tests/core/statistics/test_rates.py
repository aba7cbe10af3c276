"""Rates with what bounds them, and what is typical of numbers; against scipy, statsmodels and numpy."""

from collections.abc import Callable
from importlib import import_module
from math import isclose
from random import Random
from statistics import median

import pytest

from runner.core.statistics.rates import (
    Agreement,
    Interval,
    agreement,
    at_least,
    clopper_pearson,
    hodges_lehmann,
    lower_bound,
    median_interval,
    pass_at,
    pass_hat,
    percentile,
    upper_bound,
    wilson,
)

SCIPY = import_module("scipy.stats")
PROPORTION = import_module("statsmodels.stats.proportion")
NUMPY = import_module("numpy")

COUNTS = [(0, 1), (1, 1), (0, 5), (5, 5), (9, 10), (18, 20), (1, 30), (95, 100), (500, 1000), (9_990, 10_000)]


@pytest.mark.parametrize(
    ("passed", "trials", "low", "high"),
    [
        (9, 10, 0.5958, 0.9821),
        (5, 5, 0.5655, 1),
        (18, 20, 0.6990, 0.9721),
        (95, 100, 0.8882, 0.9785),
        (0, 5, 0, 0.4345),
    ],
)
def test_wilson_at_its_reference_values(passed: int, trials: int, low: float, high: float) -> None:
    """The interval of a pass rate is the one that statistics.md gives."""
    assert tuple(round(end, 4) for end in wilson(passed, trials)) == (low, high)


def test_clopper_pearson_at_its_reference_value() -> None:
    """The exact interval of 9 of 10 is the one that statistics.md gives."""
    assert tuple(round(end, 4) for end in clopper_pearson(9, 10)) == (0.5550, 0.9975)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize(("passed", "trials"), COUNTS)
def test_intervals_are_those_of_statsmodels(passed: int, trials: int, level: float) -> None:
    """Wilson's and Clopper and Pearson's intervals are those of statsmodels, to nine digits."""
    for ours, method in ((wilson, "wilson"), (clopper_pearson, "beta")):
        theirs = PROPORTION.proportion_confint(passed, trials, alpha=1 - level, method=method)
        assert ours(passed, trials, level) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize(("passed", "trials"), COUNTS)
def test_bounds_are_those_of_scipy(passed: int, trials: int, confidence: float) -> None:
    """The one-sided bounds are those of scipy's exact binomial test."""
    greater, less = (
        SCIPY.binomtest(passed, trials, alternative=way).proportion_ci(confidence)
        for way in ("greater", "less")
    )
    assert lower_bound(passed, trials, confidence) == pytest.approx(greater.low, abs=1e-9)
    assert upper_bound(passed, trials, confidence) == pytest.approx(less.high, abs=1e-9)


@pytest.mark.parametrize("rate", [0.0, 1e-6, 0.05, 0.5, 0.9, 0.999, 1.0])
@pytest.mark.parametrize(("passed", "trials"), [*COUNTS, (-1, 3), (4, 3), (5_000, 10_000), (8_700, 10_000)])
def test_tails_are_those_of_scipy(passed: int, trials: int, rate: float) -> None:
    """The probability of so many passes or more is scipy's, far out too."""
    assert at_least(passed, trials, rate) == pytest.approx(
        SCIPY.binom.sf(passed - 1, trials, rate), rel=1e-9, abs=1e-300
    )


def test_without_a_trial_anything_is_possible() -> None:
    """Nothing played says nothing: every interval is the whole range."""
    assert wilson(0, 0) == clopper_pearson(0, 0) == Interval(0.0, 1.0)


def test_pass_hat_and_pass_at() -> None:
    """Of 10 trials, 7 passed: three drawn all pass with .2917, any of them with .9917."""
    assert round(pass_hat(7, 10, 3), 4) == 0.2917
    assert round(pass_at(7, 10, 3), 4) == 0.9917
    assert pass_hat(7, 10, 1) == pass_at(7, 10, 1) == 0.7
    assert (pass_hat(10, 10, 10), pass_at(0, 10, 10)) == (1.0, 0.0)
    assert isclose(
        pass_hat(9_000, 10_000, 5_000), SCIPY.hypergeom.pmf(5_000, 10_000, 9_000, 5_000), abs_tol=1e-12
    )


@pytest.mark.parametrize("share", [0, 0.1, 0.25, 0.5, 0.9, 0.95, 1])
def test_percentiles_are_those_of_numpy(share: float) -> None:
    """Percentiles are linear between two values, as numpy's are unless asked otherwise."""
    chance = Random(1)
    for count in (1, 2, 3, 10, 101):
        values = [chance.gauss(0, 1) for _ in range(count)]
        assert percentile(values, share) == pytest.approx(NUMPY.percentile(values, share * 100))


def test_the_interval_of_a_median_is_about_that_of_scipy() -> None:
    """The bootstrap interval is the same every time, holds the median, and is scipy's but for what chance draws."""
    chance = Random(2)
    values = [chance.lognormvariate(0, 1) for _ in range(60)]
    ours = median_interval(values)
    assert ours == median_interval(values[::-1])
    assert ours.low < median(values) < ours.high
    theirs = SCIPY.bootstrap((values,), NUMPY.median, method="percentile", rng=3).confidence_interval
    assert ours == pytest.approx((theirs.low, theirs.high), rel=0.05)
    assert median_interval([7.0]) == (7, 7)


def test_hodges_lehmann_is_the_median_of_all_means_of_two() -> None:
    """One wild difference does not move what is typical of the pairs."""
    assert hodges_lehmann([1, 2, 100]) == median([1, 1.5, 50.5, 2, 51, 100])
    assert hodges_lehmann([0.5]) == 0.5
    assert hodges_lehmann([-1, -2, -100]) == -hodges_lehmann([1, 2, 100])


def test_agreement() -> None:
    """Replies agree where all are equal; besides, the share that says what most say is known."""
    assert agreement(["a", "a", "a"]) == Agreement(1, 1.0)
    assert agreement(["a", "b", "a", "c"]) == Agreement(0, 0.5)
    assert agreement([(True, False)]) == Agreement(1, 1.0)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: wilson(3, 2),
        lambda: wilson(-1, 2),
        lambda: wilson(1, 2, 1),
        lambda: lower_bound(1, 2, 0),
        lambda: upper_bound(3, 2, 0.95),
        lambda: clopper_pearson(1, 2, 95),
        lambda: pass_hat(1, 2, 3),
        lambda: pass_at(1, 2, 0),
        lambda: percentile([], 0.5),
        lambda: percentile([1], 1.5),
        lambda: median_interval([]),
        lambda: hodges_lehmann([]),
        lambda: agreement([]),
    ],
)
def test_what_cannot_be_counted_is_refused(ask: Callable[[], object]) -> None:
    """More passed than played, a level of 1, or nothing at all raises ValueError."""
    with pytest.raises(ValueError, match=r"\w"):
        ask()
