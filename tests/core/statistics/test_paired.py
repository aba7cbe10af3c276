"""Two runs of the same blocks; against statsmodels and abeval."""

from collections.abc import Callable
from fractions import Fraction
from importlib import import_module
from itertools import product
from random import Random
from statistics import stdev

import pytest

from runner.core.statistics.paired import (
    detectable,
    discordance_of,
    newcombe,
    regression,
    stratified,
)
from runner.core.statistics.rates import agreement, quantile, wilson
from runner.core.statistics.significance import Block, label_permutation, mcnemar, mcnemar_worse, sign_flip

PROPORTION = import_module("statsmodels.stats.proportion")
ABEVAL = import_module("abeval")


def test_newcombe_is_that_of_statsmodels() -> None:
    """The interval of two independent rates is statsmodels' `newcomb`, with b less a."""
    for n_a, n_b in ((1, 1), (5, 5), (20, 12), (200, 300)):
        for passed_a, passed_b in product(range(0, n_a + 1, 4), range(0, n_b + 1, 4)):
            theirs = PROPORTION.confint_proportions_2indep(passed_b, n_b, passed_a, n_a, method="newcomb")
            assert newcombe(passed_a, n_a, passed_b, n_b) == pytest.approx(theirs, abs=1e-12)


def test_newcombe_at_its_published_value() -> None:
    """56 of 70 less 48 of 80 is .2, from .0524 to .3339 (Newcombe 1998, table II, method 10)."""
    assert newcombe(48, 80, 56, 70) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_blocks_weigh_the_same_however_often_they_were_played() -> None:
    """The interval over blocks recovers the variance of each from its own, and lies about the mean of the blocks."""
    blocks = [Block(4, 5, 2, 5), Block(30, 40, 30, 40)]
    ends = [newcombe(*block) for block in blocks]
    middle = -0.2
    below = sum((float(block.difference) - end.low) ** 2 for block, end in zip(blocks, ends, strict=True))
    assert stratified(blocks).low == pytest.approx(middle - below**0.5 / 2)
    assert stratified(blocks * 4).low > stratified(blocks).low


@pytest.mark.parametrize(("n", "least"), [(20, 0.280), (50, 0.177), (100, 0.125), (500, 0.056)])
def test_what_can_be_detected_at_its_reference_values(n: int, least: float) -> None:
    """With a fifth of the pairs in disagreement so many pairs show what statistics.md says, and never more than all."""
    assert round(detectable(n), 3) == least
    assert detectable(1) == 1


def test_how_much_disagrees_though_nothing_changed() -> None:
    """All-passed blocks are not taken for certain, split ones disagree most, and single trials tell nothing."""
    assert discordance_of([(5, 5)]) == pytest.approx(2 * (11 / 12) * (1 / 12))
    assert discordance_of([(5, 10), (1, 1)]) == 0.5
    assert discordance_of([(1, 1)]) == discordance_of([]) == 0.2


def test_six_blocks_played_equally_often_are_the_unit() -> None:
    """Then p is that of flipping the signs of their differences, one-sided, and the difference is their mean."""
    blocks = [Block(5, 5, 3, 5), Block(4, 5, 3, 5), Block(3, 5, 3, 5), Block(2, 4, 1, 4), Block(5, 5, 4, 5)]
    blocks += [Block(1, 1, 0, 1)]
    found = regression(blocks)
    differences = [block.difference for block in blocks]
    assert (found.unit, found.blocks) == ("block", 6)
    assert found.difference == pytest.approx(float(sum(differences) / 6))
    assert found.p == sign_flip(differences) == 1 / 32
    assert found.p_two_sided == 1 / 16
    assert found.is_worse
    assert not regression(blocks, alpha=0.01).is_worse
    assert found.low < found.difference < found.high
    reach, spread = quantile(0.975) + quantile(0.8), stdev(map(float, differences))
    assert found.detectable == pytest.approx(reach * spread / 6**0.5)
    assert found.detectable > detectable(25)
    alike = regression([Block(5, 5, 4, 5)] * 6)
    assert alike.detectable == detectable(30)
    assert regression(blocks) == found


@pytest.mark.parametrize(
    "blocks",
    [
        [Block(10, 10, 5, 10)],
        [Block(5, 5, 2, 5)] * 5,
        [Block(5, 5, 2, 5)] * 5 + [Block(5, 5, 2, 4)],
    ],
)
def test_otherwise_the_repeat_is_the_unit(blocks: list[Block]) -> None:
    """Few blocks, or one played more often in one run: labels permuted within blocks, and the interval of the blocks."""
    found = regression(blocks)
    assert found.unit == "repeat"
    assert found.p == label_permutation(blocks)
    assert found.p_two_sided == label_permutation(blocks, "two-sided")
    assert (found.low, found.high) == stratified(blocks)
    assert found.is_worse


def test_blocks_that_all_agree_are_not_taken_for_certain() -> None:
    """A bootstrap over equal differences has no width; what repeats could hide still bounds the difference."""
    found = regression([Block(5, 5, 5, 5)] * 6)
    assert (found.difference, found.p, found.p_two_sided) == (0, 1, 1)
    assert (found.low, found.high) == stratified([Block(5, 5, 5, 5)] * 6)
    assert found.low < -0.1


def test_blocks_that_disagree_widen_the_interval() -> None:
    """Where blocks differ more than their repeats do, drawing blocks anew bounds the difference."""
    blocks = [Block(20, 20, 0, 20)] * 3 + [Block(20, 20, 20, 20)] * 3
    found, repeats = regression(blocks), stratified(blocks)
    assert found.low < repeats.low < repeats.high < found.high
    assert (found.low, found.high) == pytest.approx((-0.83, -0.17), abs=0.01)
    assert not found.is_worse


@pytest.mark.parametrize(
    "ask",
    [
        lambda: regression([]),
        lambda: regression([Block(0, 0, 1, 1)]),
        lambda: regression([Block(2, 1, 1, 1)]),
        lambda: regression([Block(1, 1, 1, 1)], alpha=0),
        lambda: detectable(0),
        lambda: detectable(10, 2),
        lambda: discordance_of([(3, 2)]),
    ],
)
def test_what_was_not_played_is_refused(ask: Callable[[], object]) -> None:
    """No block, a block without trials, an alpha of 0 raise ValueError."""
    with pytest.raises(ValueError, match=r"\w"):
        ask()


def test_formulas_are_those_of_abeval() -> None:
    """Wilson's interval, McNemar's p, the detectable difference and exact agreement are abeval's."""
    for passed, trials in product(range(6), range(5, 40, 7)):
        theirs = ABEVAL.proportion_ci(passed, trials)
        assert wilson(passed, trials) == pytest.approx((theirs.lo, theirs.hi))
    for b, c in product(range(8), repeat=2):
        theirs = ABEVAL.mcnemar_exact([1] * b + [0] * c + [1], [0] * b + [1] * c + [1])
        assert mcnemar(b, c).p == pytest.approx(theirs["p"])
    for n in (20, 50, 100, 500):
        assert detectable(n) == pytest.approx(ABEVAL.mde(n, 0.2**0.5))
    groups = {"a": [1, 1, 1], "b": [1, 0, 1], "c": [0, 0]}
    exact = ABEVAL.judge_reliability(groups).exact_agreement
    assert sum(agreement(group).total for group in groups.values()) / 3 == pytest.approx(exact)


def test_verdicts_on_pairs_of_runs_are_those_of_abeval() -> None:
    """On the same pairs the difference and p are abeval's but for its draws, and so is the verdict, away from .05."""
    chance, reps, told = Random(9), 2_000, 0
    for drop, repeats in product((0, 0.1, 0.2, 0.4), (1, 1, 5, 5)):
        blocks = []
        for _ in range(chance.choice((8, 20, 40))):
            rate = chance.choice((0.5, 0.8, 1))
            passed = [sum(chance.random() < each for _ in range(repeats)) for each in (rate, rate - drop)]
            blocks.append(Block(passed[0], repeats, passed[1], repeats))
        rates = [
            [block.passed_base / repeats for block in blocks],
            [block.passed_now / repeats for block in blocks],
        ]
        theirs, ours = ABEVAL.paired_compare(*rates, reps=reps), regression(blocks)
        assert ours.difference == pytest.approx(theirs.diff)
        error = 4 * (ours.p_two_sided * (1 - ours.p_two_sided) / reps) ** 0.5 + 2 / reps
        assert ours.p_two_sided == pytest.approx(theirs.p_permutation, abs=error)
        if abs(ours.p_two_sided - 0.05) > error:
            told += 1
            assert (ours.p_two_sided < 0.05) == (theirs.p_permutation < 0.05)
        step = 1.01 / (
            repeats * len(blocks)
        )  # never narrower than its bootstrap, but for what its draws shift
        assert ours.low <= theirs.ci_lo + step
        assert ours.high >= theirs.ci_hi - step
        if repeats == 1:
            lost = sum(block.difference == Fraction(-1) for block in blocks)
            gained = sum(block.difference == Fraction(1) for block in blocks)
            assert ours.p_two_sided == pytest.approx(theirs.mcnemar["p"])
            assert ours.p == pytest.approx(mcnemar_worse(lost, gained))
    assert told > 10
