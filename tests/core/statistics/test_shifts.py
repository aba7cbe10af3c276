"""Whether a quantity moved; against scipy, and against every way counted one by one."""

from collections.abc import Sequence
from importlib import import_module
from itertools import combinations, product
from random import Random

import pytest

from runner.core.statistics.rates import hodges_lehmann
from runner.core.statistics.shifts import (
    mean_interval,
    relabelled,
    relabelled_pairs,
    signed_rank,
    signed_rank_interval,
)

SCIPY = import_module("scipy.stats")


def mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def test_signed_ranks_are_those_of_scipy() -> None:
    """Without ties the exact two-sided p is scipy's."""
    chance = Random(4)
    for count in (1, 5, 6, 13, 40):
        values = [chance.gauss(0.3, 1) for _ in range(count)]
        assert signed_rank(values) == pytest.approx(SCIPY.wilcoxon(values, method="exact").pvalue)


def test_ties_share_their_ranks_and_every_way_is_counted() -> None:
    """With ties p is that of all ways to flip the signs, and what does not differ is left out."""
    values = [1.0, 1.0, -2.0, 3.0, 3.0, 0.0, 2.0]
    apart = [value for value in values if value]
    ranks = SCIPY.rankdata([abs(value) for value in apart])
    seen = abs(sum(rank if value > 0 else -rank for rank, value in zip(ranks, apart, strict=True)))
    ways = [
        abs(sum(sign * rank for sign, rank in zip(signs, ranks, strict=True)))
        for signs in product((1, -1), repeat=6)
    ]
    assert signed_rank(values) == pytest.approx(sum(way >= seen for way in ways) / len(ways))
    assert signed_rank([0.0, 0.0]) == signed_rank([]) == 1


def test_many_differences_are_normal() -> None:
    """Beyond sixty the normal distribution serves, ties corrected for, as scipy has it."""
    chance = Random(1)
    values = [float(chance.randint(-3, 5)) for _ in range(90)]
    theirs = SCIPY.wilcoxon(values, method="approx", correction=False).pvalue
    assert signed_rank(values) == pytest.approx(theirs)


@pytest.mark.parametrize("count", [6, 9, 25, 61, 80])
def test_the_interval_is_what_the_test_does_not_refuse(count: int) -> None:
    """Within its ends a shift is not refused at 5 %, beyond them it is; the typical difference lies between."""
    chance = Random(count)
    values = [chance.gauss(1, 2) for _ in range(count)]
    ends = signed_rank_interval(values)
    assert ends is not None
    assert ends.low <= hodges_lehmann(values) <= ends.high
    step = 1e-7
    for end, outwards in ((ends.low, -step), (ends.high, step)):
        assert signed_rank([value - end - outwards for value in values]) <= 0.05 + 2e-3 * (count > 60)
        assert signed_rank([value - end + outwards for value in values]) > 0.05 - 2e-3 * (count > 60)


def test_five_differences_have_no_interval() -> None:
    """Flipping five signs cannot come below one in sixteen."""
    assert signed_rank_interval([1.0, 2.0, 3.0, 4.0, 5.0]) is None
    assert signed_rank_interval([]) is None
    assert signed_rank_interval([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) == (1, 6)


def test_turning_round_changes_signs_alone() -> None:
    """Both ends change places and signs; p stays."""
    values = [0.5, -1.0, 2.0, 3.0, 3.0, 4.5, 0.25]
    turned = [-value for value in values]
    ends, other = signed_rank_interval(values), signed_rank_interval(turned)
    assert ends is not None
    assert other == (-ends.high, -ends.low)
    assert signed_rank(values) == signed_rank(turned)


def test_labels_dealt_anew_come_near_to_all_ways() -> None:
    """The probability is that of all ways to deal the labels, as near as 999 draws come."""
    base, now = [1.0, 2.0, 3.0, 4.0], [3.5, 5.0, 6.0, 2.5]
    pool, seen = [*base, *now], abs(sum(now) - sum(base)) / 4
    ways = [abs(2 * sum(pool[place] for place in kept) - sum(pool)) / 4 for kept in combinations(range(8), 4)]
    exact = sum(way >= seen - 1e-9 for way in ways) / len(ways)
    found = relabelled([(base, now)], mean)
    assert found == pytest.approx(exact, abs=0.05)
    assert found == relabelled([(now, base)], mean)


def test_labels_stay_within_their_blocks() -> None:
    """Blocks that are far apart from each other do not hide that each of them moved."""
    blocks = [
        ([100.0 * number + small for small in (0, 1, 2)], [100.0 * number + small for small in (7, 8, 9)])
        for number in range(5)
    ]
    found = relabelled(blocks, mean)
    assert found is not None
    assert found < 0.01
    assert relabelled([([], [1.0])], mean) is None
    assert relabelled([], mean) is None


def test_pairs_dealt_anew_come_near_to_all_ways() -> None:
    """The number is the mean over the pairs of each side; equal sides are never far apart."""

    def same(one: str, other: str) -> float:
        return float(one == other)

    def pairs(said: list[str]) -> float:
        made = list(combinations(said, 2))
        return sum(same(*pair) for pair in made) / len(made)

    base, now = list("aaaa"), list("bcda")
    pool, seen = base + now, pairs(base) - pairs(now)
    ways = []
    for kept in combinations(range(8), 4):
        one = [pool[place] for place in kept]
        other = [pool[place] for place in range(8) if place not in kept]
        ways.append(abs(pairs(one) - pairs(other)))
    exact = sum(way >= seen - 1e-9 for way in ways) / len(ways)
    found = relabelled_pairs([(base, now)], same)
    assert found == pytest.approx(exact, abs=0.05)
    assert found == relabelled_pairs([(now, base)], same)
    assert relabelled_pairs([(base, base)], same) == 1
    assert relabelled_pairs([(base, ["a"])], same) is None


def test_a_mean_has_the_interval_of_its_groups() -> None:
    """Values of one group are drawn together: many of one group say no more than one."""
    ends = mean_interval([[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]])
    assert ends is not None
    assert 1 < ends.low < 3.5 < ends.high < 6
    assert mean_interval([[1.0] * 50, [2.0] * 50, [3.0] * 50, [4.0] * 50, [5.0] * 50, [6.0] * 50]) == ends
    assert mean_interval([[], []]) is None
