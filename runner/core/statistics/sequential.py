"""Stopping as soon as the trials tell good from bad: the sequential probability ratio test, and what it costs; pure."""

from dataclasses import dataclass
from itertools import count
from math import log
from typing import Final, Literal, NamedTuple

from runner.core.statistics.deciding import after_one
from runner.core.statistics.rates import at_least, check_count, check_share

_LOST: Final = 1e-12
"""Where fewer trials than this share still play, the rest changes no digit that is shown."""


class Expected(NamedTuple):
    """What a sequential test comes to, counted over all ways in which it can go."""

    mean_if_good: float
    mean_if_bad: float
    """How many trials it takes on average."""
    alpha: float
    """The probability that a good one fails."""
    beta: float
    """The probability that a bad one passes."""
    undecided_if_good: float
    undecided_if_bad: float
    """The probability that the most trials allowed end without a verdict."""


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Between which log likelihood ratios of bad to good the test goes on (Wald 1945)."""

    on_pass: float
    """What a pass adds; below 0."""
    on_fail: float
    """What a failure adds; above 0."""
    passes: float
    """At or below this it has passed."""
    fails: float
    """At or above this it has failed."""

    def verdict(self, passed: int, trials: int) -> Literal["passed", "failed"] | None:
        """What so many passes of so many trials say; None as long as more trials are needed."""
        check_count(passed, trials)
        ratio = passed * self.on_pass + (trials - passed) * self.on_fail
        return "failed" if ratio >= self.fails else "passed" if ratio <= self.passes else None


def sprt(good: float, bad: float, alpha: float, beta: float) -> Boundaries:
    """The test that tells a good rate from a bad one: ratios log(beta / (1 - alpha)) and log((1 - beta) / alpha).

    `alpha` is the probability allowed for failing a good one, `beta` for passing a bad one; 0 < bad < good < 1.
    Raises ValueError where they are not so, or alpha and beta come to 1.
    """
    if not 0 < bad < good < 1:
        raise ValueError(f"the rates must be 0 < bad < good < 1, not bad {bad!r} and good {good!r}")
    if check_share(alpha) + check_share(beta) >= 1:
        raise ValueError(f"alpha {alpha!r} and beta {beta!r} must stay below 1 together")
    steps = log(bad / good), log((1 - bad) / (1 - good))
    return Boundaries(*steps, log(beta / (1 - alpha)), log((1 - beta) / alpha))


def enumerate_sprt(
    good: float, bad: float, alpha: float, beta: float, *, most: int | None = None
) -> Expected:
    """What the test comes to, exactly: its mean trials and its errors, which stay near those allowed (Wald 1945).

    `most` trials end it without a verdict where it has none; without it, it goes on until it has one.
    """
    test = sprt(good, bad, alpha, beta)
    if_good, if_bad = (_play_out(test, rate, most) for rate in (good, bad))
    return Expected(if_good.mean, if_bad.mean, if_good.failed, if_bad.passed, if_good.playing, if_bad.playing)


def fixed_design(good: float, bad: float, alpha: float, beta: float) -> tuple[int, int]:
    """The fewest trials, and the passes asked of them, that tell good from bad without stopping early.

    With so many passes a good one fails with alpha at most, and a bad one passes with beta at most.
    """
    sprt(good, bad, alpha, beta)  # refuses what cannot be told apart
    needed = 0
    for trials in count(1):
        while at_least(needed + 1, trials, good) >= 1 - alpha:
            needed += 1
        if at_least(needed, trials, bad) <= beta:
            return trials, needed
    raise AssertionError


class _Course(NamedTuple):
    """How a test goes at a true rate: its mean trials, and what it ends with, as probabilities."""

    mean: float
    passed: float
    failed: float
    playing: float


def _play_out(test: Boundaries, true_rate: float, most: int | None) -> _Course:
    """How the test goes, over all ways in which trials can come out."""
    mean, passed, failed, playing = 0.0, 0.0, 0.0, {0: 1.0}
    for trials in count(1) if most is None else range(1, most + 1):
        mean += sum(playing.values())
        playing = after_one(playing, true_rate)
        verdicts = {passes: test.verdict(passes, trials) for passes in playing}
        passed += sum(playing.pop(passes) for passes, verdict in verdicts.items() if verdict == "passed")
        failed += sum(playing.pop(passes) for passes, verdict in verdicts.items() if verdict == "failed")
        if sum(playing.values()) < _LOST:
            playing = {}
            break
    return _Course(mean, passed, failed, sum(playing.values()))
