"""How probable what was seen would be if nothing had changed: exact tests of two runs, and of many at once; pure.

A p value is two-sided, or `less`: how often chance alone makes the later run look as bad as this, or worse.
"""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, compress
from math import comb, gcd, lcm
from random import Random
from typing import Final, Literal, NamedTuple

from runner.core.statistics.rates import SEED, check_count

Alternative = Literal["less", "two-sided"]
"""Whether only the later run being worse counts as strange, or a difference either way."""

DRAWS: Final = 9_999
"""How many ways to flip are drawn where there are too many to count."""

_MOST_STEPS: Final = 2_000_000
"""Up to so many steps the ways to flip are counted, one by one sum: a second or two at worst."""
_TIE: Final = 1e-7
"""Probabilities this near to each other, as a share of them, are equal."""


class Block(NamedTuple):
    """One scenario and case in two runs: how many of its trials passed, of how many."""

    passed_base: int
    n_base: int
    passed_now: int
    n_now: int

    def swap(self) -> "Block":
        """The same with the runs the other way round."""
        return Block(self.passed_now, self.n_now, self.passed_base, self.n_base)

    @property
    def difference(self) -> Fraction:
        """The rate now less the rate of the base; below 0 where it is worse now."""
        return Fraction(self.passed_now, self.n_now) - Fraction(self.passed_base, self.n_base)


class McNemar(NamedTuple):
    """How probable it is that of the pairs that disagree so many, or more, are of one kind."""

    p: float
    """Exact and two-sided."""
    mid_p: float
    """With half the probability of what was seen itself, two-sided: less cautious (Fagerland et al. 2013)."""


def mcnemar(b: int, c: int) -> McNemar:
    """The test of pairs that disagree: b passed in the base alone, c passed now alone (McNemar 1947, exact).

    Two-sided 2 P(X <= min(b, c)), X binomial of b + c at one half.
    """
    tail, pairs = _halves(b + c, min(b, c)), b + c
    seen = Fraction(comb(pairs, b), 1 << pairs)
    return McNemar(min(1.0, float(2 * tail)), min(1.0, float(2 * tail - seen)))


def mcnemar_worse(b: int, c: int) -> float:
    """The same one-sided, that it is worse now: P(X >= b), X binomial of b + c at one half."""
    return float(_halves(b + c, c))


def sign_flip(
    differences: Sequence[Fraction | float],
    *,
    alternative: Alternative = "less",
    chance: Random | None = None,
) -> float:
    """The probability of such a sum of differences (now less base, one a block) if each could as well be its opposite.

    All ways to flip are counted (Fisher 1935); where those are too many, some are drawn, and what was seen counts as
    one of them: (1 + hits) / (1 + drawn) (Phipson, Smyth 2010). Fractions are exact; a float is the decimal it is
    written as.
    """
    exact = [Fraction(str(difference)) for difference in differences if difference]
    scale = lcm(*(difference.denominator for difference in exact))
    steps = [int(difference * scale) for difference in exact]
    seen, sizes = sum(steps), [abs(step) for step in steps]
    ways = _count_flips(sizes)
    if ways is not None:
        far = sum(many for total, many in ways.items() if _is_as_far(total, seen, alternative))
        return far / (1 << len(sizes))
    chance = chance or Random(SEED)  # noqa: S311 - no secret
    totals = (_flip(sizes, chance) for _ in range(DRAWS))
    return (1 + sum(_is_as_far(total, seen, alternative) for total in totals)) / (1 + DRAWS)


def label_permutation(
    blocks: Sequence[tuple[int, int, int, int]], alternative: Alternative = "less"
) -> float:
    """The probability of so many passes now if each block's passes were dealt out to the two runs by chance.

    Exact: the hypergeometric distributions of the blocks, convolved (Cochran-Mantel-Haenszel); of one block it is
    Fisher's exact test. Two-sided it adds up all totals that are as improbable as the one seen, or more so.
    """
    chances, total, least = [1.0], 0, 0
    for passed_base, n_base, passed_now, n_now in blocks:
        check_count(passed_base, n_base)
        check_count(passed_now, n_now)
        first, dealt = _deal(passed_base + passed_now, n_base, n_now)
        chances, total, least = _convolve(chances, dealt), total + passed_now, least + first
    seen = chances[total - least]
    if alternative == "less":
        return min(1.0, sum(chances[: total - least + 1]))
    return min(1.0, sum(chance for chance in chances if chance <= seen * (1 + _TIE)))


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """Each p value as it stands among the others, in their order: below alpha, no error among all of them (Holm 1979)."""
    order = sorted(range(len(ps)), key=lambda at: ps[at])
    raised = accumulate((min(1.0, ps[at] * (len(ps) - rank)) for rank, at in enumerate(order)), max)
    return _in_order(order, list(raised))


def benjamini_hochberg(ps: Sequence[float]) -> tuple[float, ...]:
    """Each p value as it stands among the others, in their order: below q, a share of q errors among those (1995)."""
    order = sorted(range(len(ps)), key=lambda at: -ps[at])
    lowered = accumulate(
        (min(1.0, ps[at] * len(ps) / (len(ps) - rank)) for rank, at in enumerate(order)), min
    )
    return _in_order(order, list(lowered))


def _in_order(order: Sequence[int], values: Sequence[float]) -> tuple[float, ...]:
    """The values back where they came from."""
    return tuple(value for _, value in sorted(zip(order, values, strict=True)))


def _halves(pairs: int, most: int) -> Fraction:
    """The probability that of so many tosses of a coin at most so many come up heads."""
    return Fraction(sum(comb(pairs, heads) for heads in range(most + 1)), 1 << pairs)


def _count_flips(sizes: Sequence[int]) -> Counter[int] | None:
    """In how many ways each sum comes about; None where finding out would take too long."""
    whole = gcd(*sizes) or 1
    reached = accumulate((size // whole for size in sizes), initial=1)  # more sums than these there cannot be
    if sum(min(sums, 1 << min(at, 64)) for at, sums in enumerate(reached)) > _MOST_STEPS:
        return None
    ways = Counter({0: 1})
    for size in sizes:
        flipped: Counter[int] = Counter()
        for total, many in ways.items():
            flipped[total + size] += many
            flipped[total - size] += many
        ways = flipped
    return ways


def _flip(sizes: Sequence[int], chance: Random) -> int:
    """One sum of differences, each with a sign of chance."""
    signs = f"{chance.getrandbits(len(sizes)):0{len(sizes)}b}"
    return 2 * sum(compress(sizes, map("1".__eq__, signs))) - sum(sizes)


def _is_as_far(total: int, seen: int, alternative: Alternative) -> bool:
    """Whether a sum speaks at least as much as the one that was seen."""
    return total <= seen if alternative == "less" else abs(total) >= abs(seen)


def _deal(passed: int, n_base: int, n_now: int) -> tuple[int, list[float]]:
    """The fewest passes that can fall to now, and the probability of that many, one more, and so on."""
    first, last = max(0, passed - n_base), min(passed, n_now)
    ways = [comb(n_now, first) * comb(n_base, passed - first)]
    for k in range(first, last):
        ways.append(ways[-1] * (n_now - k) * (passed - k) // ((k + 1) * (n_base - passed + k + 1)))
    whole = comb(n_base + n_now, passed)
    return first, [many / whole for many in ways]


def _convolve(one: Sequence[float], other: Sequence[float]) -> list[float]:
    """The probabilities of the sums of two independent counts."""
    summed = [0.0] * (len(one) + len(other) - 1)
    for at, share in enumerate(one):
        for beside, chance in enumerate(other):
            summed[at + beside] += share * chance
    return summed
