"""Two runs of the same blocks: how much the rate changed, between which ends, and whether it got worse; pure.

Law: with the runs the other way round the difference and its ends change their signs, and nothing else changes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from random import Random
from typing import Final, Literal

from runner.core.statistics.rates import (
    SEED,
    Interval,
    check_count,
    check_share,
    percentile,
    quantile,
    resamples_of,
    wilson,
)
from runner.core.statistics.significance import Alternative, Block, label_permutation, sign_flip

FEWEST_BLOCKS: Final = 6
"""With fewer blocks no claim reaches beyond them: flipping five signs cannot come below 1/16, two-sided."""
DISCORDANCE: Final = 0.2
"""The share of pairs taken to disagree where nothing is known of it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run held against its base, over all blocks that both played; rates, and differences of rates, from -1 to 1."""

    difference: float
    """The mean rate of the blocks now, less that of the base: below 0 where it is worse now."""
    low: float
    high: float
    """The ends of the interval of the difference."""
    p: float
    """One-sided: how often a run that is no worse looks as bad as this."""
    p_two_sided: float
    unit: Literal["block", "repeat"]
    """What was drawn: with `block` the blocks stand for others like them, with `repeat` it is of these blocks alone."""
    blocks: int
    detectable: float
    """The smallest drop that so many trials show four times of five: about, see `detectable`; with the block as unit no less
    than what so many blocks show that are as far apart as these."""
    is_worse: bool
    """Whether p is at or below alpha."""


def regression(
    blocks: Iterable[Block],
    alpha: float = 0.05,
    level: float = 0.95,
    *,
    discordance: float = DISCORDANCE,
    chance: Random | None = None,
    resamples: int | None = None,
    fewest: int = FEWEST_BLOCKS,
) -> Comparison:
    """Whether a run is worse than its base, over blocks in an order that stays (chance draws them by their place).

    With six blocks or more, each played equally often in both runs, the block is the unit: sign-flip test over the
    differences of the blocks, bootstrap over blocks, and never ends nearer than repeats alone would draw them.
    Otherwise the repeat is the unit: labels permuted within blocks, and the interval of `stratified`.
    Raises ValueError without blocks, or where one was not played in both runs.
    """
    played = [Block(*block) for block in blocks]
    if not played:
        raise ValueError("there is no block that both runs played")
    ends = stratified(played, level)
    by_block = is_by_block(played, fewest)
    smallest = detectable(sum(min(block.n_base, block.n_now) for block in played), discordance, level)
    if by_block:
        chance = chance or Random(SEED)  # noqa: S311 - no secret
        resamples = resamples or resamples_of(len(played))
        drawn = _bootstrap([float(block.difference) for block in played], level, chance, resamples)
        ends = Interval(min(ends.low, drawn.low), max(ends.high, drawn.high))
        smallest = max(smallest, detectable_over([float(block.difference) for block in played], level))
    p, p_two_sided = (
        _probability(played, alternative, chance, by_block=by_block) for alternative in ("less", "two-sided")
    )
    return Comparison(
        difference=float(sum(block.difference for block in played) / len(played)),
        low=ends.low,
        high=ends.high,
        p=p,
        p_two_sided=p_two_sided,
        unit="block" if by_block else "repeat",
        blocks=len(played),
        detectable=smallest,
        is_worse=p <= check_share(alpha),
    )


def is_by_block(blocks: Sequence[Block], fewest: int = FEWEST_BLOCKS) -> bool:
    """Whether there are blocks enough to stand for others, each played equally often in both runs."""
    return len(blocks) >= fewest and all(block.n_base == block.n_now for block in blocks)


def newcombe(passed_a: int, n_a: int, passed_b: int, n_b: int, level: float = 0.95) -> Interval:
    """The interval of the rate of b less that of a, both independent: the hybrid score interval (Newcombe 1998, no. 10).

    From d - sqrt((p_b - l_b)2 + (u_a - p_a)2) to d + sqrt((u_b - p_b)2 + (p_a - l_a)2), l and u the ends of `wilson`.
    """
    return stratified([Block(passed_a, n_a, passed_b, n_b)], level)


def stratified(blocks: Sequence[Block], level: float = 0.95) -> Interval:
    """The interval of the mean over blocks of the rate now less that of the base, all trials independent.

    A linear function of binomial proportions, each weighing one part in so many blocks, whose variances are recovered
    from their Wilson intervals (Zou, Huang, Zhang 2009); of one block it is `newcombe`. It speaks of these blocks alone.
    """
    below, above, difference = 0.0, 0.0, 0.0
    for block in blocks:
        if not block.n_base or not block.n_now:
            raise ValueError(f"a block needs trials in both runs, not {block.n_base} and {block.n_now}")
        base, now = block.passed_base / block.n_base, block.passed_now / block.n_now
        of_base = wilson(block.passed_base, block.n_base, level)
        of_now = wilson(block.passed_now, block.n_now, level)
        below += (now - of_now.low) ** 2 + (of_base.high - base) ** 2
        above += (of_now.high - now) ** 2 + (base - of_base.low) ** 2
        difference += now - base
    middle, each = difference / len(blocks), 1 / len(blocks)
    return Interval(max(-1.0, middle - each * sqrt(below)), min(1.0, middle + each * sqrt(above)))


def detectable(n: int, discordance: float = DISCORDANCE, level: float = 0.95, power: float = 0.8) -> float:
    """The smallest difference of rates that n pairs of trials show with so much power: (z_level + z_power) sqrt(disc / n).

    `discordance` is the share of pairs that disagree (Miller 2024); the difference is the same in every block. At most 1.
    An approximation: where trials are few, the exact tests need 1.2 to 1.8 times as much (`python -m benchmarks.gates`).
    """
    if n < 1 or not 0 <= discordance <= 1:
        raise ValueError(f"{n} pairs, {discordance!r} of which disagree, show nothing")
    reach = quantile(0.5 + check_share(level) / 2) + quantile(check_share(power))
    return min(1.0, reach * sqrt(discordance / n))


def detectable_over(differences: Sequence[float], level: float = 0.95, power: float = 0.8) -> float:
    """The smallest mean difference that so many blocks show with so much power, as far apart as theirs are: at most 1.

    (z_level + z_power) sd / sqrt(n): where a change does one thing to one block and another to the next, more trials of
    each block show nothing smaller, only more blocks do.
    """
    count, middle = len(differences), sum(differences) / len(differences)
    reach = quantile(0.5 + check_share(level) / 2) + quantile(check_share(power))
    spread = sum((each - middle) ** 2 for each in differences) / (count - 1)
    return min(1.0, reach * sqrt(spread / count))


def discordance_of(counts: Iterable[tuple[int, int]]) -> float:
    """The share of pairs of trials of one block that disagree though nothing changed, from (passed, trials) of each.

    2p(1 - p), mean over blocks played twice or more, each p drawn towards one half by one trial, so that few trials
    which all passed are not taken to be certain; the usual `DISCORDANCE` where no block was played twice.
    """
    shares = []
    for passed, trials in counts:
        check_count(passed, trials)
        rate = (passed + 0.5) / (trials + 1)
        shares += [2 * rate * (1 - rate)] if trials > 1 else []
    return sum(shares) / len(shares) if shares else DISCORDANCE


def _probability(
    blocks: Sequence[Block], alternative: Alternative, chance: Random | None, *, by_block: bool
) -> float:
    """The p value of the test that suits the blocks."""
    if not by_block:
        return label_permutation(blocks, alternative)
    return sign_flip([block.difference for block in blocks], alternative=alternative, chance=chance)


def _bootstrap(differences: Sequence[float], level: float, chance: Random, resamples: int) -> Interval:
    """The interval of the mean of blocks drawn anew (Efron 1979, percentile method), of equal ends either way round."""
    count = len(differences)
    means = [sum(chance.choices(differences, k=count)) / count for _ in range(resamples)]
    left = (1 - level) / 2
    return Interval(percentile(means, left), 0.0 - percentile([-mean for mean in means], left))
