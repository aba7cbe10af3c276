"""What rules ask, as numbers."""

import pytest

from runner.core.gates.rule import AllOf, AnyOf, PassRate, Pooled, Sequential
from runner.core.statistics.rates import lower_bound, upper_bound


@pytest.mark.parametrize(
    ("rate", "trials", "needed"), [(0.8, 5, 4), (1.0, 5, 5), (0.5, 5, 3), (0.07, 100, 7)]
)
def test_a_counted_rate_is_reached_or_missed(rate: float, trials: int, needed: int) -> None:
    """Between holding and failing there is nothing."""
    rule = PassRate("", rate)
    assert (rule.needed(trials), rule.failing(trials)) == (needed, needed - 1)


@pytest.mark.parametrize(("rate", "least"), [(0.8, 14), (0.9, 29), (0.95, 59), (0.99, 299)])
def test_a_rate_with_confidence_needs_enough_trials(rate: float, least: int) -> None:
    """The fewest trials that are enough are those of the table in the statistics; one fewer can only fail it."""
    rule = PassRate("", rate, 0.95)
    assert rule.needed(least) == least
    assert rule.needed(least - 1) == least
    assert rule.failing(1) == (-1 if rate <= 0.95 else 0)


def test_a_rate_with_confidence_is_undecided_between_its_bounds() -> None:
    """At the two numbers the exact bounds cross the rate that is asked."""
    rule, trials = PassRate("", 0.8, 0.95), 50
    needed, failing = rule.needed(trials), rule.failing(trials)
    assert lower_bound(needed, trials, 0.95) >= 0.8 > lower_bound(needed - 1, trials, 0.95)
    assert upper_bound(failing, trials, 0.95) < 0.8 <= upper_bound(failing + 1, trials, 0.95)
    assert failing < needed - 1


def test_all_of_some_and_any_of_some() -> None:
    """7 of 10: all of three pass with .2917, one of three with .9917."""
    assert AllOf("", 3, 0.2916).needed(10) == 7
    assert AllOf("", 3, 0.2918).needed(10) == 8
    assert AnyOf("", 3, 0.9916).needed(10) == 7
    assert AnyOf("", 3, 0.9918).needed(10) == 8
    assert AnyOf("", 1, 0.1).needed(10) == 1
    for rule in (AllOf("", 3, 0.1), AnyOf("", 3, 0.1)):
        assert (rule.needed(2), rule.failing(2)) == (3, -1), "of fewer trials than are drawn nothing is known"


def test_a_sequential_test_decides_at_its_bounds() -> None:
    """14 passes in a row are good, 3 failures in a row are bad; what lies between goes on."""
    rule = Sequential("", 0.95, 0.8, 0.05, 0.1)
    assert rule.needed(14) == 14
    assert rule.needed(13) == 14
    assert rule.says(13, 13) == "undecided"
    assert rule.passes_to_hold(0, 0, 100) == 14
    assert rule.passes_to_hold(10, 10, 100) == 4
    assert rule.passes_to_hold(0, 0, 5) == 6, "more than are left"
    fails = rule.fails_to_fail(0, 0, 100)
    assert rule.says(0, fails) == "failed"
    assert rule.says(0, fails - 1) == "undecided"
    assert rule.failing(fails) == 0
    assert rule.failing(fails - 1) == -1


@pytest.mark.parametrize(
    ("statistic", "value"),
    [("max", 10), ("mean", 4), ("total", 20), ("median", 3), ("p50", 3), ("p95", 8.8), ("p0", 1)],
)
def test_numbers_are_pooled(statistic: str, value: float) -> None:
    """Percentiles lie between two values."""
    assert Pooled("", "latency", statistic, 1).of([10, 1, 4, 3, 2]) == pytest.approx(value)
