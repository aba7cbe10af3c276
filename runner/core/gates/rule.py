"""What a gate can ask of a block, rule by rule, as data with its arithmetic; it knows no trial and words no verdict.

Law: a rule about passes is two numbers for so many trials, how many passes hold it and how many fail it: what lies
between them is undecided.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import fsum
from statistics import median
from typing import Final, Literal

from runner.core.statistics.deciding import fails_at, passes_needed
from runner.core.statistics.rates import pass_at, pass_hat, percentile
from runner.core.statistics.sequential import Boundaries, sprt

Quantity = Literal["latency", "ttft", "cost"]
"""What is pooled over the trials of a block: seconds of each reply, seconds to its first token, US dollars of each trial."""

BEYOND: Final = 1e30
"""More than any second or dollar: what a number that is not known may be at most."""

_TIE: Final = 1e-12
"""Shares nearer to each other are equal: floats miss a tie by their last digits."""


@dataclass(frozen=True, slots=True)
class PassRate:
    """The share of trials that pass: as counted, or as far as it is shown with a confidence."""

    text: str
    rate: float
    confidence: float | None = None
    by_default: bool = False
    """Whether nobody wrote it: every check of every trial passes."""

    def needed(self, trials: int) -> int:
        """The fewest passes that hold it; one more than there are trials where none do."""
        return _thresholds(trials, self.rate, self.confidence)[0]

    def failing(self, trials: int) -> int:
        """The most passes that fail it; -1 where none do."""
        return _thresholds(trials, self.rate, self.confidence)[1]


@dataclass(frozen=True, slots=True)
class AllOf:
    """The chance that all of `k` trials pass (pass^k)."""

    text: str
    k: int
    rate: float

    def needed(self, trials: int) -> int:
        """The fewest passes that hold it; one more than there are trials where none do, as where they are fewer than `k`."""
        return _first(trials, lambda passed: pass_hat(passed, trials, self.k) >= self.rate - _TIE, self.k)

    def failing(self, trials: int) -> int:
        """The most passes that fail it; -1 where there are fewer trials than `k`."""
        return self.needed(trials) - 1 if trials >= self.k else -1


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The chance that one of `k` trials passes (pass@k)."""

    text: str
    k: int
    rate: float

    def needed(self, trials: int) -> int:
        """The fewest passes that hold it; one more than there are trials where none do, as where they are fewer than `k`."""
        return _first(trials, lambda passed: pass_at(passed, trials, self.k) >= self.rate - _TIE, self.k)

    def failing(self, trials: int) -> int:
        """The most passes that fail it; -1 where there are fewer trials than `k`."""
        return self.needed(trials) - 1 if trials >= self.k else -1


@dataclass(frozen=True, slots=True)
class Sequential:
    """The pass rate by the sequential probability ratio test: looked at after every trial, and decided at the first bound."""

    text: str
    good: float
    bad: float
    alpha: float
    """The chance of failing what is good."""
    beta: float
    """The chance of passing what is bad."""

    def needed(self, trials: int) -> int:
        """The fewest passes with which so many trials are good; one more than there are where none are enough."""
        return _first(trials, lambda passed: self.says(passed, trials) == "passed")

    def failing(self, trials: int) -> int:
        """The most passes with which so many trials are bad; -1 where even none is not bad yet."""
        return _first(trials, lambda passed: self.says(passed, trials) != "failed") - 1

    def says(self, passed: int, trials: int) -> Literal["passed", "failed", "undecided"]:
        """What the test says after so many trials."""
        return _test(self.good, self.bad, self.alpha, self.beta).verdict(passed, trials) or "undecided"

    def passes_to_hold(self, passed: int, trials: int, left: int) -> int:
        """How many passes in a row would decide for it; one more than are left where none would."""
        return _first(left, lambda more: self.says(passed + more, trials + more) == "passed")

    def fails_to_fail(self, passed: int, trials: int, left: int) -> int:
        """How many failures in a row would decide against it; one more than are left where none would."""
        return _first(left, lambda more: self.says(passed, trials + more) == "failed")


@dataclass(frozen=True, slots=True)
class Enough:
    """How many trials are measured at least."""

    text: str
    least: int


@dataclass(frozen=True, slots=True)
class Pooled:
    """What the replies or the trials of a block take, all together."""

    text: str
    quantity: Quantity
    statistic: str
    """`median`, `mean`, `max`, `total`, or a percentile such as `p95`."""
    limit: float
    """Seconds or US dollars; it may be reached."""

    def of(self, values: Sequence[float]) -> float:
        """What the numbers come to; there is at least one."""
        match self.statistic:
            case "max":
                return max(values)
            case "mean":
                return fsum(values) / len(values)
            case "total":
                return fsum(values)
            case "median":
                return median(values)
            case name:
                return percentile(values, float(name.removeprefix("p")) / 100)


Rule = PassRate | AllOf | AnyOf | Sequential | Enough | Pooled


@cache
def _thresholds(trials: int, rate: float, confidence: float | None) -> tuple[int, int]:
    """The fewest passes that hold a rate and the most that fail it; every block of a run asks the same."""
    needed, failing = passes_needed(trials, rate, confidence), fails_at(trials, rate, confidence)
    return trials + 1 if needed is None else needed, -1 if failing is None else failing


@cache
def _test(good: float, bad: float, alpha: float, beta: float) -> Boundaries:
    """The sequential test; every block of a run asks the same."""
    return sprt(good, bad, alpha, beta)


def _first(most: int, holds: Callable[[int], bool], drawn: int = 0) -> int:
    """The first number up to the most for which something holds, as it does for all above; one more where it never does.

    Of fewer trials than are drawn nothing holds.
    """
    return (
        most + 1 if most < drawn else bisect_left(range(most + 1), 1, key=lambda number: int(holds(number)))
    )
