"""A pass rate held against the one that is asked."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product

import pytest

from runner.core.statistics.deciding import (
    curtailed_mean,
    decide,
    fails_at,
    least_all_pass,
    more_to_decide,
    more_to_fail,
    more_to_pass,
    passes_needed,
    settled,
)
from runner.core.statistics.rates import lower_bound, upper_bound


@pytest.mark.parametrize(("rate", "trials"), [(0.8, 14), (0.9, 29), (0.95, 59), (0.99, 299)])
def test_how_many_trials_must_all_pass(rate: float, trials: int) -> None:
    """At 95 % confidence it takes as many as statistics.md says, and one fewer does not do."""
    assert least_all_pass(rate, 0.95) == trials
    assert lower_bound(trials, trials, 0.95) >= rate > lower_bound(trials - 1, trials - 1, 0.95)
    assert passes_needed(trials, rate, 0.95) == trials
    assert passes_needed(trials - 1, rate, 0.95) is None


def test_certainty_takes_no_number_of_trials() -> None:
    """No number of trials shows a rate of 1; a rate of 0 still takes one; a tie is enough."""
    assert least_all_pass(1, 0.95) is None
    assert least_all_pass(0, 0.95) == 1
    assert least_all_pass(0.5, 0.5) == 1
    assert least_all_pass(0.5, 0.75) == 2


@pytest.mark.parametrize(
    ("rate", "trials", "needed"),
    [
        (0.8, 5, 4),
        (0.7, 10, 7),
        (0.07, 100, 7),
        (0.29, 100, 29),
        (1, 3, 3),
        (0, 3, 0),
        (0.6, 5, 3),
        (0.9, 5, 5),
    ],
)
def test_counting_takes_the_rate_as_it_is_written(rate: float, trials: int, needed: int) -> None:
    """4 of 5 reach .8 and 7 of 100 reach .07, whatever floats make of it."""
    assert passes_needed(trials, rate) == needed
    assert fails_at(trials, rate) == (needed - 1 if needed else None)
    assert decide(needed, trials, rate) == "passed"
    assert not needed or decide(needed - 1, trials, rate) == "failed"


def test_a_fraction_is_a_rate_too() -> None:
    """Two thirds of three trials are two, which no decimal says."""
    assert passes_needed(3, Fraction(2, 3)) == 2


@pytest.mark.parametrize(("rate", "confidence"), [*product([0.05, 0.5, 0.8, 0.9, 0.99], [0.8, 0.95, 0.99])])
def test_with_confidence_the_bounds_decide(rate: float, confidence: float) -> None:
    """Passed where the lower bound reaches the rate, failed where the upper one stays below, undecided between."""
    for trials in (1, 5, 20, 60, 500):
        needed, failing = passes_needed(trials, rate, confidence), fails_at(trials, rate, confidence)
        for passed in range(trials + 1):
            passes = lower_bound(passed, trials, confidence) >= rate - 1e-12
            fails = upper_bound(passed, trials, confidence) < rate - 1e-12
            assert passes == (needed is not None and passed >= needed)
            assert fails == (failing is not None and passed <= failing)
            said = "passed" if passes else "failed" if fails else "undecided"
            assert decide(passed, trials, rate, confidence) == said


def test_nothing_measured_is_never_decided() -> None:
    """Without a trial nothing passes and nothing fails, whatever is asked."""
    for rate, confidence in product([0, 0.5, 1], [None, 0.95]):
        assert decide(0, 0, rate, confidence) == "undecided"
        assert passes_needed(0, rate, confidence) is fails_at(0, rate, confidence) is None


def test_how_many_more_could_decide() -> None:
    """After 5 of 5 at .9: 24 that all pass, or 3 that all fail; after 9 of 10 it takes 36 to pass."""
    assert more_to_pass(5, 5, 0.9, 0.95) == 24
    assert more_to_fail(5, 5, 0.9, 0.95) == more_to_decide(5, 5, 0.9, 0.95) == 3
    assert more_to_pass(9, 10, 0.9, 0.95) == 36
    assert more_to_decide(29, 29, 0.9, 0.95) == more_to_decide(0, 10, 0.9, 0.95) == 0
    assert more_to_decide(0, 0, 0.9, 0.95) == 2


def test_one_failure_decides_against_certainty() -> None:
    """A rate of 1 is never shown, and one failure disproves it; a rate of 0 is reached by the first trial."""
    assert more_to_pass(5, 5, 1, 0.95) is None
    assert more_to_decide(5, 5, 1, 0.95) == 1
    assert more_to_fail(5, 5, 0, 0.95) is None
    assert more_to_decide(0, 0, 0, 0.95) == 1


@pytest.mark.parametrize(("rate", "passed", "trials"), [*product([0.5, 0.8, 0.99], [0, 3, 5], [5, 9])])
def test_what_more_trials_decide_fewer_do_not(rate: float, passed: int, trials: int) -> None:
    """The number named decides, and one fewer leaves it open."""
    to_pass, to_fail = more_to_pass(passed, trials, rate, 0.95), more_to_fail(passed, trials, rate, 0.95)
    assert to_pass is not None
    assert to_fail is not None
    assert decide(passed + to_pass, trials + to_pass, rate, 0.95) == "passed"
    assert decide(passed, trials + to_fail, rate, 0.95) == "failed"
    if to_pass:
        assert decide(passed + to_pass - 1, trials + to_pass - 1, rate, 0.95) != "passed"
    if to_fail:
        assert decide(passed, trials + to_fail - 1, rate, 0.95) != "failed"


def test_a_block_is_settled_once_the_rest_changes_nothing() -> None:
    """At .8 of 5: four passes settle it, two failures do; at .9 with confidence 5 trials settle nothing but a failure."""
    assert settled(4, 4, 5, 0.8) == "passed"
    assert settled(3, 4, 5, 0.8) is None
    assert settled(2, 4, 5, 0.8) == "failed"
    assert settled(3, 3, 5, 0.9, 0.95) == "undecided"  # no longer can it fail, and it never could pass
    assert settled(0, 3, 5, 0.9, 0.95) == "failed"
    assert settled(1, 3, 29, 0.9, 0.95) is None


@pytest.mark.parametrize(
    ("rate", "trials", "true_rate", "confidence"),
    [*product([0.0, 0.5, 0.8, 1.0], [1, 4, 9], [0.0, 0.3, 0.95, 1.0], [None, 0.8])],
)
def test_the_mean_number_of_trials_is_that_over_all_ways(
    rate: float, trials: int, true_rate: float, confidence: float | None
) -> None:
    """Every way in which trials can come out, each stopped once it is settled: their mean is the one computed."""
    mean = 0.0
    for way in product((0, 1), repeat=trials):
        weight = true_rate ** sum(way) * (1 - true_rate) ** (trials - sum(way))
        stops = (at for at in range(trials + 1) if settled(sum(way[:at]), at, trials, rate, confidence))
        mean += weight * next(stops)
    assert curtailed_mean(rate, trials, true_rate, confidence) == pytest.approx(mean)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: passes_needed(5, 80),
        lambda: passes_needed(5, float("nan")),
        lambda: fails_at(5, 0.8, 1.0),
        lambda: decide(6, 5, 0.8),
        lambda: settled(3, 6, 5, 0.8),
        lambda: least_all_pass(0.8, 95),
        lambda: more_to_pass(6, 5, 0.8, 0.95),
        lambda: more_to_fail(-1, 5, 0.8, 0.95),
    ],
)
def test_what_is_no_rate_or_count_is_refused(ask: Callable[[], object]) -> None:
    """A rate of 80, a confidence of 1 or 6 of 5 raise ValueError."""
    with pytest.raises(ValueError, match=r"\w"):
        ask()
