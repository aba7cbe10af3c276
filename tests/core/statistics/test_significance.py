"""Exact tests of two runs, and of many at once; against scipy and statsmodels."""

from fractions import Fraction
from importlib import import_module
from itertools import product
from random import Random

import pytest

from runner.core.statistics.significance import (
    Alternative,
    Block,
    benjamini_hochberg,
    holm,
    label_permutation,
    mcnemar,
    mcnemar_worse,
    sign_flip,
)

SCIPY = import_module("scipy.stats")
TABLES = import_module("statsmodels.stats.contingency_tables")
MANY = import_module("statsmodels.stats.multitest")
WAYS: tuple[Alternative, Alternative] = ("less", "two-sided")


def test_mcnemar_at_its_reference_values() -> None:
    """Of 15 pairs that disagree 3 against 12: .0352, mid-p .0213."""
    p, mid_p = mcnemar(3, 12)
    assert (round(p, 4), round(mid_p, 4)) == (0.0352, 0.0213)


def test_mcnemar_is_that_of_statsmodels() -> None:
    """The exact p is statsmodels', and one-sided scipy's; where nothing disagrees it is 1."""
    assert mcnemar(0, 0) == (1, 1)
    assert mcnemar_worse(0, 0) == 1
    for b, c in product(range(12), repeat=2):
        assert mcnemar(b, c) == mcnemar(c, b)
        if b + c:
            theirs = TABLES.mcnemar([[9, b], [c, 9]], exact=True).pvalue
            assert mcnemar(b, c).p == pytest.approx(theirs)
            one_sided = SCIPY.binomtest(b, b + c, alternative="greater").pvalue
            assert mcnemar_worse(b, c) == pytest.approx(one_sided)
            mid_p = theirs - SCIPY.binom.pmf(b, b + c, 0.5) if b != c else 1
            assert mcnemar(b, c).mid_p == pytest.approx(mid_p)


@pytest.mark.parametrize("way", WAYS)
def test_sign_flip_is_that_of_scipy(way: Alternative) -> None:
    """All ways to flip are counted, as scipy's permutation test of pairs counts them."""
    chance = Random(5)
    for _ in range(30):
        now = [Fraction(chance.randint(0, 5), 5) for _ in range(chance.randint(2, 8))]
        base = [Fraction(chance.randint(0, 3), 3) for _ in now]
        differences = [float(one - other) for one, other in zip(now, base, strict=True)]
        theirs = SCIPY.permutation_test(
            (differences,), sum, permutation_type="samples", alternative=way, n_resamples=10_000
        )
        # scipy doubles the smaller tail, which for sums symmetric about 0 is the same
        exact = [one - other for one, other in zip(now, base, strict=True)]
        assert sign_flip(exact, alternative=way) == pytest.approx(min(1, theirs.pvalue))


def test_five_blocks_never_suffice() -> None:
    """Flipping five signs two-sided cannot come below .0625, and six come to .03125."""
    assert sign_flip([-1] * 5, alternative="two-sided") == 0.0625
    assert sign_flip([-1] * 6, alternative="two-sided") == 0.03125
    assert sign_flip([-1] * 6) == 0.015625


def test_floats_are_the_decimals_they_are_written_as() -> None:
    """.1 and .2 flipped against .3 tie, as they do on paper; what did not change counts for nothing."""
    assert sign_flip([0.1, 0.2, -0.3]) == sign_flip([1, 2, -3]) == sign_flip([1, 0, 2, -3, 0]) == 0.625
    assert sign_flip([]) == sign_flip([0, 0.0]) == sign_flip([0], alternative="two-sided") == 1


def test_too_many_ways_are_drawn() -> None:
    """Differences whose sums are too many to count are flipped by chance: the same every time, and about the same p."""
    chance = Random(6)
    differences = [chance.gauss(-0.1, 1) for _ in range(100)]
    drawn = sign_flip(differences)
    assert drawn == sign_flip(differences) != sign_flip(differences, chance=Random(7))
    rounded = [round(difference, 2) for difference in differences]
    assert drawn == pytest.approx(sign_flip(rounded), abs=0.02)
    assert sign_flip([-1 - each / 1e9 for each in range(1, 100)]) == 1 / 10_000


@pytest.mark.parametrize("way", WAYS)
def test_one_block_is_fishers_exact_test(way: Alternative) -> None:
    """Labels permuted within one block give Fisher's p, as scipy has it."""
    for n_base, n_now in ((1, 1), (5, 5), (10, 4), (40, 60)):
        for passed_base, passed_now in product(range(0, n_base + 1, 3), range(0, n_now + 1, 3)):
            table = [[passed_now, n_now - passed_now], [passed_base, n_base - passed_base]]
            theirs = SCIPY.fisher_exact(table, alternative=way).pvalue
            ours = label_permutation([(passed_base, n_base, passed_now, n_now)], way)
            assert ours == pytest.approx(theirs, rel=1e-9)


def test_several_blocks_are_permuted_each_in_itself() -> None:
    """Over several blocks p is that of all ways to deal out each block's passes, weighed by how many there are."""
    blocks = [(2, 3, 1, 2), (4, 4, 2, 4), (1, 2, 0, 3)]
    margins = [SCIPY.hypergeom(n_a + n_b, a + b, n_b) for a, n_a, b, n_b in blocks]
    chances: dict[int, float] = {}
    for dealt in product(range(3), range(5), range(4)):
        weight = 1.0
        for margin, passed in zip(margins, dealt, strict=True):
            weight *= margin.pmf(passed)
        chances[sum(dealt)] = chances.get(sum(dealt), 0) + weight
    assert label_permutation(blocks) == pytest.approx(sum(chances[total] for total in range(4)))
    extreme = sum(chance for chance in chances.values() if chance <= chances[3] * (1 + 1e-7))
    assert label_permutation(blocks, "two-sided") == pytest.approx(extreme)


def test_large_blocks_are_permuted_too() -> None:
    """10,000 trials a side are within reach, and agree with scipy."""
    theirs = SCIPY.fisher_exact([[8_900, 1_100], [9_000, 1_000]], alternative="less").pvalue
    assert label_permutation([(9_000, 10_000, 8_900, 10_000)]) == pytest.approx(theirs, rel=1e-6)


def test_blocks_without_a_choice_say_nothing() -> None:
    """Where all passed, none did, or one run has no trials, there is nothing to deal out, and p is 1."""
    assert label_permutation([]) == label_permutation([(5, 5, 3, 3), (0, 5, 0, 3), (0, 0, 2, 5)]) == 1
    with pytest.raises(ValueError, match="6 of 5"):
        label_permutation([(6, 5, 1, 5)])


def test_many_ps_are_adjusted_as_statsmodels_does() -> None:
    """Holm's and Benjamini and Hochberg's values are statsmodels', in the order given, ties and all."""
    chance = Random(8)
    for count in (1, 2, 5, 40):
        ps = [round(chance.random() ** 3, 2) for _ in range(count)]
        assert holm(ps) == pytest.approx(MANY.multipletests(ps, method="holm")[1])
        assert benjamini_hochberg(ps) == pytest.approx(MANY.multipletests(ps, method="fdr_bh")[1])
    assert holm([]) == benjamini_hochberg([]) == ()


def test_a_block_the_other_way_round() -> None:
    """Swapping the runs turns the difference round."""
    block = Block(4, 5, 1, 3)
    assert block.difference == Fraction(1, 3) - Fraction(4, 5) == -block.swap().difference
