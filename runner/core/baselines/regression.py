"""Whether blocks that belong together got worse: by their trials where they repeat themselves, by a test elsewhere; pure.

Law: a block that repeats itself is never outvoted. One newly failing trial of it is a regression, whatever else is played.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from runner.core.assessment import Change, Comparison, Pair
from runner.core.statistics.paired import Comparison as Result
from runner.core.statistics.paired import discordance_of, regression
from runner.core.statistics.significance import Block, benjamini_hochberg, holm, label_permutation

LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Side:
    """One block on one side of a comparison."""

    id: str
    passed: int
    trials: int
    """Those that passed or failed."""
    failing: frozenset[int]
    """The repeats that failed, by number."""
    replies: Mapping[int, frozenset[str]]
    """By turn: the digests of what was said."""
    is_fixed: bool
    """Whether it says the same whenever it is asked: replayed, or once at temperature 0."""
    repeats: int
    """How many repeats there are of it, whatever came of them."""


@dataclass(frozen=True, slots=True)
class Couple:
    """A block beside the one that it is held against."""

    now: Side
    base: Side

    @property
    def is_fixed(self) -> bool:
        """Whether chance has no part in it, on either side."""
        return self.now.is_fixed and self.base.is_fixed

    @property
    def drops(self) -> frozenset[int]:
        """The repeats that fail now and did not before; one that was not played before was neither."""
        return frozenset(each for each in self.now.failing - self.base.failing if each <= self.base.repeats)

    @property
    def beyond(self) -> int:
        """How many repeats there are now that the base has not."""
        return max(0, self.now.repeats - self.base.repeats)

    @property
    def counts(self) -> Block:
        """How many trials passed of how many, on both sides."""
        return Block(self.base.passed, self.base.trials, self.now.passed, self.now.trials)

    @property
    def change(self) -> Change:
        """What became of the block: by its rate, then by its trials, then by what was said."""
        now, base = self.now, self.base
        if self.is_fixed and self.drops:
            return "newly failing"
        rate, before = now.passed * base.trials, base.passed * now.trials
        if self.is_fixed and self.beyond:  # then shares tell of other trials than those that are held
            rate, before = len(base.failing - now.failing), 0
        if rate < before:
            return "newly failing"
        if rate > before:
            return "newly passing"
        if now.passed < now.trials:
            return "still failing"
        return "unchanged" if now.replies == base.replies else "changed"


@dataclass(frozen=True, slots=True)
class Held:
    """The couples of one comparison, tested as far as chance has a part in them."""

    title: str
    couples: Sequence[Couple]
    unpaired: tuple[str, ...]
    alpha: float
    """What each of its tests is held against: where single blocks gate as well, half of what was asked."""
    gate_blocks: bool
    result: Result | None = None
    """Of the blocks that do not repeat themselves; None where there are none."""
    ps: Mapping[str, float] = field(default_factory=dict)
    """Of each of those blocks, by its id: the chance of such a drop."""

    @property
    def fixed(self) -> list[Couple]:
        """The couples in which chance has no part."""
        return [each for each in self.couples if each.is_fixed]


def hold(
    title: str, couples: Sequence[Couple], unpaired: tuple[str, ...], *, alpha: float, gate_blocks: bool
) -> Held:
    """Test couples. Where blocks gate beside all of them together, each of the two has half of alpha: else both could err."""
    drawn = [each for each in couples if not each.is_fixed]
    gate_blocks = gate_blocks and len(drawn) > 1  # of one block it is the same test
    alpha = alpha / 2 if gate_blocks else alpha
    if not drawn:
        return Held(title, couples, unpaired, alpha, gate_blocks)
    result = regression(
        [each.counts for each in drawn], alpha, LEVEL, discordance=discordance_of(_before(drawn))
    )
    ps = {each.now.id: label_permutation([each.counts], "less") for each in drawn}
    return Held(title, couples, unpaired, alpha, gate_blocks, result, ps)


def conclude(held: Sequence[Held]) -> list[Comparison]:
    """The comparisons of one base; where there are several, each test counts with all of them (Holm)."""
    tested = [each for each in held if each.result is not None]
    corrected = holm([each.result.p for each in tested if each.result is not None])
    of_title = {each.title: p for each, p in zip(tested, corrected, strict=True)}
    return [_conclude(each, of_title.get(each.title), len(tested)) for each in held]


def _conclude(held: Held, p: float | None, among: int) -> Comparison:
    """One comparison, given its p value among the others."""
    if not held.couples:
        reason = "nothing could be paired, so nothing is known of a regression"
        return Comparison(
            title=held.title, verdict="undecided", rule="test", alpha=held.alpha, unpaired=held.unpaired, reason=reason
        )  # fmt: skip
    ps = list(held.ps.values())
    adjusted = dict(zip(held.ps, holm(ps) if held.gate_blocks else benjamini_hochberg(ps), strict=True))
    failing = sum(each * among <= held.alpha for each in adjusted.values()) if held.gate_blocks else 0
    drops = sum(len(each.drops) for each in held.fixed)
    is_worse = p is not None and p <= held.alpha
    result = held.result
    return Comparison(
        title=held.title,
        verdict="failed" if drops or failing or is_worse else "passed",
        rule="replayed" if result is None else "test",
        unit="repeat" if result is None else result.unit,
        alpha=held.alpha,
        difference=_mean_difference(held.couples) if result is None else result.difference,
        low=None if result is None else result.low,
        high=None if result is None else result.high,
        level=None if result is None else LEVEL,
        p=None if result is None else result.p,
        detectable=None if result is None else result.detectable,
        pairs=tuple(_pair(each, held.ps, adjusted) for each in held.couples),
        unpaired=held.unpaired,
        reason=_reason(held, drops, failing, among, is_worse=is_worse),
    )


def _reason(held: Held, drops: int, failing: int, among: int, *, is_worse: bool) -> str:
    """The verdict in a sentence."""
    fixed, result = len(held.fixed), held.result
    repeated = f"{drops} newly failing trial{'s' * (drops != 1)}" if drops else "no trial is newly failing"
    if beyond := sum(each.beyond for each in held.fixed):
        repeated += f" ({beyond} further trial{'s' * (beyond != 1)} had nothing to be held against)"
    if result is None:
        return repeated
    if is_worse:
        tested = "it got worse"
    elif failing:
        tested = f"{failing} block{'s' * (failing != 1)} got worse"
    elif result.p <= held.alpha:
        tested = f"it got worse by itself, but not where {among} comparisons are made"
    else:
        tested = "no regression was found"
    if not fixed:
        return tested
    drawn = len(held.couples) - fixed
    alike = "1 block that repeats itself" if fixed == 1 else f"{fixed} blocks that repeat themselves"
    return f"{repeated} in {alike}; {tested} in {'the other one' if drawn == 1 else f'the {drawn} others'}"


def _pair(couple: Couple, ps: Mapping[str, float], adjusted: Mapping[str, float]) -> Pair:
    """A couple as it is told; where chance has no part, no chance is told."""
    return Pair(
        block=couple.now.id,
        base=couple.base.id,
        change=couple.change,
        passed=couple.now.passed,
        trials=couple.now.trials,
        base_passed=couple.base.passed,
        base_trials=couple.base.trials,
        p=ps.get(couple.now.id),
        p_adjusted=adjusted.get(couple.now.id),
    )


def _mean_difference(couples: Sequence[Couple]) -> float:
    """The rate now less the rate of the base, mean over blocks."""
    return float(sum(each.counts.difference for each in couples) / len(couples))


def _before(couples: Sequence[Couple]) -> list[tuple[int, int]]:
    """How many trials passed of how many, on the side that is held against, of blocks with several."""
    several = [(each.base.passed, each.base.trials) for each in couples if each.base.trials > 1]
    return several or [(each.base.passed, each.base.trials) for each in couples]
