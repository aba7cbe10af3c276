"""What a design can show: the smallest p that its test can reach, the difference that it sees four times of five; pure.

Law: more trials never make the difference larger that can be seen.
"""

from collections.abc import Sequence
from math import comb, sqrt
from typing import Final

from runner.core.statistics.paired import FEWEST_BLOCKS, detectable_over, is_by_block
from runner.core.statistics.rates import check_share, quantile
from runner.core.statistics.significance import Block

USUAL: Final = 0.9
"""The rate that is taken where nothing is known of it: nine trials of ten pass."""
_STEP: Final = 0.005


def smallest_p(sizes: Sequence[tuple[int, int]], *, by_block: bool) -> float:
    """The smallest two-sided p of the test of such blocks, (trials here, trials there) each.

    By blocks each sign is flipped, else labels are dealt anew within each: of all ways two at least are as far apart as
    any can be.
    """
    if by_block:
        return min(1.0, 2.0 ** (1 - len(sizes)))
    ways = 1
    for here, there in sizes:
        ways *= comb(here + there, here)
    return min(1.0, 2 / ways)


def fewest_blocks(alpha: float, tests: int = 1) -> int:
    """How many blocks stand for others: of fewer no outcome at all would be called a difference, as one of so many tests."""
    fewest = FEWEST_BLOCKS
    while smallest_p([(1, 1)] * fewest, by_block=True) * tests > alpha:
        fewest += 1
    return fewest


def detectable_rates(
    rates: Sequence[float], trials: float, level: float = 0.95, power: float = 0.8
) -> float | None:
    """The smallest difference from these rates, one a block, that so many trials of each side show with so much power.

    The same in every block, towards one half; the normal approximation of two proportions (Fleiss 1981), stratified. It is
    a little less than what exact tests need where trials are few. None where even the largest is not seen.
    """
    if not rates or trials < 1:
        raise ValueError("a difference is seen of one block or more, and of trials")
    reach, certain = quantile(0.5 + check_share(level) / 2), quantile(check_share(power))
    middle = sum(rates) / len(rates)
    sign = -1 if middle >= 0.5 else 1
    for number in range(1, round(1 / _STEP) + 1):
        difference = number * _STEP
        moved = [min(1.0, max(0.0, rate + sign * difference)) for rate in rates]
        apart = abs(sum(moved) / len(moved) - middle)
        before, after = _spread(rates), _spread(moved)
        pooled = 2 * _spread([(one + other) / 2 for one, other in zip(rates, moved, strict=True)])
        if apart >= reach * sqrt(pooled / trials) + certain * sqrt((before + after) / trials):
            return apart
    return None


def detectable_here(
    blocks: Sequence[Block], alpha: float, tests: int = 1, *, power: float = 0.8
) -> float | None:
    """The smallest difference that these blocks show four times of five, as one of so many tests (Holm's first step).

    Rates are those of both sides together, drawn towards one half by one trial. With the block as unit it is no less than
    what so many blocks show that are as far apart as these. None where the test cannot come down to alpha.
    """
    by_block = is_by_block(blocks, fewest_blocks(alpha, tests))
    if smallest_p([(block.n_base, block.n_now) for block in blocks], by_block=by_block) * tests > alpha:
        return None
    level = 1 - alpha / tests
    rates = [
        (block.passed_base + block.passed_now + 0.5) / (block.n_base + block.n_now + 1) for block in blocks
    ]
    trials = 2 / (1 / sum(block.n_base for block in blocks) + 1 / sum(block.n_now for block in blocks))
    found = detectable_rates(rates, trials, level, power)
    if found is None or not by_block:
        return found
    return max(found, detectable_over([float(block.difference) for block in blocks], level, power))


def _spread(rates: Sequence[float]) -> float:
    """The variance of a trial within its block, mean over blocks."""
    return sum(rate * (1 - rate) for rate in rates) / len(rates)
