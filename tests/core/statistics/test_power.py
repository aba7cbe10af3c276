"""What a design can show."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import NormalIndPower  # type: ignore[import-untyped]

from runner.core.statistics.paired import regression
from runner.core.statistics.power import detectable_here, detectable_rates, smallest_p
from runner.core.statistics.significance import Block, label_permutation, sign_flip


@pytest.mark.parametrize("sizes", [[(3, 3)], [(4, 4), (2, 2)], [(1, 1)], [(10, 10)]])
def test_no_outcome_comes_below_the_smallest_p(sizes: list[tuple[int, int]]) -> None:
    """It is the p of all that passed against none: by labels dealt anew as by signs flipped."""
    blocks = [Block(here, here, 0, there) for here, there in sizes]
    assert smallest_p(sizes, by_block=False) == pytest.approx(label_permutation(blocks, "two-sided"))


def test_signs_of_six_blocks_come_down_to_a_thirty_second() -> None:
    """Two of 64 ways."""
    found = smallest_p([(4, 4)] * 6, by_block=True)
    assert found == sign_flip([1.0] * 6, alternative="two-sided") == 1 / 32


@given(st.floats(0.05, 0.95), st.integers(1, 400))
def test_more_trials_see_no_less(rate: float, trials: int) -> None:
    """What can be seen with some trials can be seen with more."""
    some, more = detectable_rates([rate], trials), detectable_rates([rate], trials + 10)
    assert some is None or (more is not None and more <= some)


def test_it_is_about_what_simulated_trials_show() -> None:
    """Of a thousand experiments with that difference about four of five are told apart; less, where trials are few."""
    chance, rate, trials = Random(4), 0.9, 60
    difference = detectable_rates([rate], trials)
    assert difference is not None
    hits = 0
    for _ in range(1000):
        before = sum(chance.random() < rate for _ in range(trials))
        after = sum(chance.random() < rate - difference for _ in range(trials))
        hits += regression([Block(before, trials, after, trials)]).p_two_sided <= 0.05
    assert 0.72 <= hits / 1000 <= 0.88


def test_it_is_near_the_usual_formula() -> None:
    """Statsmodels' arcsine approximation gives about the same power at that difference."""
    for rate, trials in ((0.9, 40), (0.7, 100), (0.5, 60)):
        difference = detectable_rates([rate], trials)
        assert difference is not None
        moved = rate - difference
        effect = 2 * (_arcsine(rate) - _arcsine(moved))
        assert NormalIndPower().power(effect, trials, 0.05) == pytest.approx(0.8, abs=0.06)


def _arcsine(rate: float) -> float:
    from math import asin, sqrt

    return asin(sqrt(rate))


def test_too_few_trials_show_nothing() -> None:
    """Where no outcome at all would be called a difference, there is no smallest one; with four tests even less is."""
    assert detectable_here([Block(1, 1, 1, 1)], 0.05) is None
    assert detectable_here([Block(4, 4, 4, 4)], 0.05, tests=4) is None
    assert detectable_here([Block(4, 4, 4, 4)], 0.05) is not None
    alone, among = (
        detectable_here([Block(30, 40, 30, 40)], 0.05),
        detectable_here([Block(30, 40, 30, 40)], 0.05, tests=4),
    )
    assert alone is not None
    assert among is not None
    assert alone < among


def test_blocks_that_are_far_apart_show_less() -> None:
    """More trials of each of few blocks that move either way show nothing smaller: only more blocks do."""
    apart = [Block(90, 100, 10, 100), Block(10, 100, 90, 100)] * 4
    alike = [Block(50, 100, 50, 100)] * 8
    one, other = detectable_here(apart, 0.05), detectable_here(alike, 0.05)
    assert one is not None
    assert other is not None
    assert one > 3 * other
