"""Whether a quantity moved between two cells of an experiment, and how far: rank tests and labels dealt anew; pure.

Law: with the cells the other way round a shift and its ends change their signs, and p stays.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, combinations, product
from math import comb, erfc, prod, sqrt
from random import Random
from typing import Any, Final, TypeVar

from runner.core.statistics.rates import SEED, Interval, check_share, percentile, quantile

MOST_EXACT: Final = 60
"""Up to so many differences their signs are counted; beyond, the normal distribution is as good."""
DRAWS: Final = 999
"""How often labels are dealt anew."""
FEWEST_DRAWS: Final = 499
MOST_DEALT: Final = 500_000
"""Trials that labels are dealt to, all draws together; where that is too few, the fewest draws are made."""
MOST_PAIRED: Final = 30

_PLACES: Final = 12
"""Differences that are equal to so many places are equal: sums of floats are not exact."""
_NEAR: Final = 1e-9
_BITS: Final = 64
"""What a count of ways may take; there are 2^60 at most."""

T = TypeVar("T")


def signed_rank(differences: Sequence[float]) -> float:
    """The two-sided probability of such ranks if each difference could as well be its opposite (Wilcoxon 1945).

    Exact up to 60 differences, ties and all; differences of 0 are left out. 1 where nothing differs.
    """
    apart = [rounded for each in differences if (rounded := round(each, _PLACES))]
    if not apart:
        return 1.0
    doubled = _double_ranks([abs(each) for each in apart])
    seen = sum(rank for rank, each in zip(doubled, apart, strict=True) if each > 0)
    whole = sum(doubled)
    far = min(seen, whole - seen)
    if len(apart) > MOST_EXACT:
        spread = sqrt(sum(rank * rank for rank in doubled)) / 2
        return min(1.0, erfc((whole / 2 - far) / spread / sqrt(2)))
    return min(1.0, 2 * sum(_ways(tuple(sorted(doubled)))[: far + 1]) / (1 << len(apart)))


def signed_rank_interval(differences: Sequence[float], level: float = 0.95) -> Interval | None:
    """Between which means of two differences the typical one lies: what `signed_rank` would not refuse (Tukey 1949).

    None where there are so few that no level is reached: fewer than six at 95 %.
    """
    count, left = len(differences), (1 - check_share(level)) / 2
    means = sorted((one + other) / 2 for at, one in enumerate(differences) for other in differences[at:])
    if count > MOST_EXACT:
        spread = sqrt(count * (count + 1) * (2 * count + 1) / 24)
        outside = max(0, int(len(means) / 2 + quantile(left) * spread))
    else:
        ways = accumulate(_ways(tuple(range(1, count + 1))))
        outside = sum(many / (1 << count) <= left for many in ways)
    return Interval(means[outside - 1], means[-outside]) if outside else None


def relabelled(
    blocks: Sequence[tuple[Sequence[T], Sequence[T]]], statistic: Callable[[Sequence[T]], float | None]
) -> float | None:
    """The two-sided probability of such a difference if the trials of each block had got their labels by chance.

    Each block has the trials of both cells. The difference is that of a number of each side (`statistic`, None where it
    has none), mean over blocks; labels are dealt anew within blocks: in all ways where those
    are few, else in some that are drawn, and what was seen counts as one of them (Phipson, Smyth 2010). None where no block has a number on both sides.
    """
    pools = []
    for one, other in _turned(blocks):
        if statistic(one) is not None and statistic(other) is not None:
            pools.append(([*one, *other], len(one)))

    def apart(pool: Sequence[T], first: int, _: int) -> float:
        before, after = statistic(pool[:first]), statistic(pool[first:])
        return 0.0 if before is None or after is None else after - before

    return _deal(pools, apart)


def relabelled_pairs(
    blocks: Sequence[tuple[Sequence[T], Sequence[T]]], alike: Callable[[T, T], float]
) -> float | None:
    """The same of a number that pairs of trials have: its mean over the pairs of one cell less that of the other.

    Of each block at most so many trials of a cell are tried as `MOST_PAIRED`, the first; None where no block has two on
    both sides.
    """
    pools, rows = [], []
    for one, other in _turned(blocks):
        if len(one) > 1 and len(other) > 1:
            first, second = one[:MOST_PAIRED], other[:MOST_PAIRED]
            trials = [*first, *second]
            pools.append((list(range(len(trials))), len(first)))
            rows.append(_square(trials, alike))

    def apart(pool: Sequence[int], first: int, block: int) -> float:
        square = rows[block]
        return _inside(square, pool[first:]) - _inside(square, pool[:first])

    return _deal(pools, apart)


def _square(trials: Sequence[T], alike: Callable[[T, T], float]) -> list[list[float]]:
    """The number of each pair of trials, both ways round, and 0 of a trial with itself."""
    square = [[0.0] * len(trials) for _ in trials]
    for at, one in enumerate(trials):
        for beside in range(at):
            square[at][beside] = square[beside][at] = alike(trials[beside], one)
    return square


def _inside(square: Sequence[Sequence[float]], places: Sequence[int]) -> float:
    """The mean over the pairs of some trials."""
    total = sum(sum(map(square[place].__getitem__, places)) for place in places)
    return total / (len(places) * (len(places) - 1))


def _turned(blocks: Sequence[tuple[Sequence[T], Sequence[T]]]) -> Sequence[tuple[Sequence[T], Sequence[T]]]:
    """The blocks with their sides in an order that does not depend on which is called the first, so that p does not."""
    return min(list(blocks), [(other, one) for one, other in blocks], key=repr)


def _deal(
    pools: Sequence[tuple[list[Any], int]], apart: Callable[[Sequence[Any], int, int], float]
) -> float | None:
    """How often labels dealt anew set the sides of the pools as far apart as they were, either way; all ways if few."""
    if not pools:
        return None
    seen = abs(sum(apart(pool, first, block) for block, (pool, first) in enumerate(pools))) - _NEAR
    if prod(comb(len(pool), first) for pool, first in pools) <= DRAWS:
        each = [
            [apart(pool, first, block) for pool in _ways_to_deal(pool, first)]
            for block, (pool, first) in enumerate(pools)
        ]
        far = [abs(sum(way)) >= seen for way in product(*each)]
        return sum(far) / len(far)
    draws = max(FEWEST_DRAWS, min(DRAWS, MOST_DEALT // sum(len(pool) for pool, _ in pools)))
    chance, hits = Random(SEED), 0  # noqa: S311 - no secret
    for _ in range(draws):
        total = 0.0
        for block, (pool, first) in enumerate(pools):
            pool.sort(key=lambda _: chance.random())  # twice as quick as a shuffle
            total += apart(pool, first, block)
        hits += abs(total) >= seen
    return (1 + hits) / (1 + draws)


def _ways_to_deal(pool: Sequence[T], first: int) -> Iterator[list[T]]:
    """The pool in every order that parts it differently into the first so many and the rest."""
    for kept in combinations(range(len(pool)), first):
        rest = set(range(len(pool))).difference(kept)
        yield [pool[place] for place in (*kept, *rest)]


def mean_interval(groups: Sequence[Sequence[float]], level: float = 0.95) -> Interval | None:
    """The interval of the mean of all values where values come in groups, which are drawn anew whole (Efron 1979).

    As wide as Student's t has it for so many groups: few of them drawn anew lie too near (Hesterberg 2015). None where there
    are less than two groups.
    """
    sums = [(sum(group), len(group)) for group in groups if group]
    if len(sums) < 2:
        return None
    chance, left = Random(SEED), (1 - check_share(level)) / 2  # noqa: S311 - no secret
    means = []
    for _ in range(max(FEWEST_DRAWS, min(DRAWS, 200_000 // len(sums)))):
        drawn = chance.choices(sums, k=len(sums))
        means.append(sum(total for total, _ in drawn) / sum(many for _, many in drawn))
    middle = sum(total for total, _ in sums) / sum(many for _, many in sums)
    wider = student(1 - left, len(sums) - 1) / quantile(1 - left) * sqrt(len(sums) / (len(sums) - 1))
    low, high = percentile(means, left), percentile(means, 1 - left)
    return Interval(middle - wider * (middle - low), middle + wider * (high - middle))


def student(share: float, freedom: int) -> float:
    """The quantile of Student's t with five degrees of freedom or more, to three digits (Cornish, Fisher 1938).

    With fewer it is a little too near.
    """
    z = quantile(share)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + sum(term / float(freedom) ** power for power, term in enumerate(terms, start=1))


def _double_ranks(sizes: Sequence[float]) -> list[int]:
    """Twice the rank of each size, those that tie sharing theirs: whole numbers."""
    counts = Counter(sizes)
    above = dict(zip(sorted(counts), accumulate(counts[size] for size in sorted(counts)), strict=True))
    return [2 * above[size] - counts[size] + 1 for size in sizes]


@lru_cache(maxsize=64)
def _ways(ranks: tuple[int, ...]) -> list[int]:
    """In how many ways each sum of ranks comes about, from none of them to all; a polynomial in one long number."""
    packed = 1
    for rank in ranks:
        packed += packed << (_BITS * rank)
    mask = (1 << _BITS) - 1
    raw = packed.to_bytes((sum(ranks) + 1) * _BITS // 8, "little")
    return [int.from_bytes(raw[at : at + 8], "little") & mask for at in range(0, len(raw), _BITS // 8)]
