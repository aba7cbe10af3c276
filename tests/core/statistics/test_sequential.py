"""The sequential probability ratio test, and what it costs."""

from collections.abc import Callable
from random import Random

import pytest

from runner.core.statistics.rates import at_least
from runner.core.statistics.sequential import enumerate_sprt, fixed_design, sprt


def test_the_test_at_its_reference_values() -> None:
    """.95 against .80 at 5 % and 10 %: 23.6 trials if good, 21.0 if bad, against 38; errors of .031 and .089."""
    expected = enumerate_sprt(0.95, 0.80, 0.05, 0.10)
    assert round(expected.mean_if_good, 1) == 23.6
    assert round(expected.mean_if_bad, 1) == 21.0
    assert (round(expected.alpha, 3), round(expected.beta, 3)) == (0.031, 0.089)
    assert expected.undecided_if_good == expected.undecided_if_bad == 0
    assert fixed_design(0.95, 0.80, 0.05, 0.10) == (38, 34)


def test_the_fixed_design_is_the_least_that_keeps_both_errors() -> None:
    """34 of 38 keep both errors, and no number of 37 does."""
    assert at_least(34, 38, 0.95) >= 0.95
    assert at_least(34, 38, 0.80) <= 0.10
    assert not any(at_least(c, 37, 0.95) >= 0.95 and at_least(c, 37, 0.80) <= 0.10 for c in range(38))


def test_it_goes_on_until_it_knows() -> None:
    """The first trials say nothing; 14 that all pass have passed, 3 that all fail have failed."""
    test = sprt(0.95, 0.80, 0.05, 0.10)
    assert [test.verdict(n, n) for n in (0, 1, 13, 14)] == [None, None, None, "passed"]
    assert [test.verdict(0, n) for n in (1, 2, 3)] == [None, None, "failed"]


def test_an_end_leaves_some_undecided() -> None:
    """With at most 20 trials the errors shrink, the mean does, and what is left over is told."""
    ended, open_ended = (enumerate_sprt(0.95, 0.80, 0.05, 0.10, most=most) for most in (20, None))
    assert ended.mean_if_good < open_ended.mean_if_good
    assert ended.alpha < open_ended.alpha
    assert ended.beta < open_ended.beta
    assert 0 < ended.undecided_if_bad < ended.undecided_if_good < 1


def test_playing_it_comes_to_what_was_counted() -> None:
    """5,000 blocks at the good rate end as often, and after as many trials, as the enumeration says."""
    test, expected, chance = sprt(0.9, 0.6, 0.1, 0.1), enumerate_sprt(0.9, 0.6, 0.1, 0.1), Random(4)
    lengths, failed = [], 0
    for _ in range(5_000):
        passed = trials = 0
        while not (verdict := test.verdict(passed, trials)):
            passed, trials = passed + (chance.random() < 0.9), trials + 1
        lengths.append(trials)
        failed += verdict == "failed"
    assert sum(lengths) / 5_000 == pytest.approx(expected.mean_if_good, rel=0.05)
    assert failed / 5_000 == pytest.approx(expected.alpha, abs=0.015)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: sprt(0.8, 0.95, 0.05, 0.1),
        lambda: sprt(1, 0.8, 0.05, 0.1),
        lambda: sprt(0.9, 0, 0.05, 0.1),
        lambda: sprt(0.9, 0.8, 0, 0.1),
        lambda: sprt(0.9, 0.8, 0.6, 0.4),
        lambda: fixed_design(0.8, 0.8, 0.05, 0.1),
        lambda: sprt(0.9, 0.8, 0.05, 0.1).verdict(3, 2),
    ],
)
def test_what_cannot_be_told_apart_is_refused(ask: Callable[[], object]) -> None:
    """Rates the wrong way round, certain ones, or errors that come to 1 raise ValueError."""
    with pytest.raises(ValueError, match=r"\w"):
        ask()
