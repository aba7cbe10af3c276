"""The trials of a block, counted, as a gate's rules look at them: what is sure, what is open, and how that is said.

Law: a rate never stands without the number of its trials, nor an interval where trials were stopped early.
"""

from collections.abc import Sequence
from typing import Final, Literal

from runner.core.assessment import BlockVerdict, Ruling, TrialOutcome
from runner.core.gates.outcome import Counts
from runner.core.statistics.rates import wilson

LEVEL: Final = 0.95
"""The confidence of the interval that stands beside every rate."""

Standing = Literal["passed", "failed", "undecided", "open"]
"""What a rule says of a range of possible passes: the same everywhere in it, or not."""


class Evidence:
    """The trials of a block, counted."""

    def __init__(self, outcomes: Sequence[TrialOutcome], planned: int, *, curtailed: bool) -> None:
        """Count them, of so many planned ones; `curtailed`: they were stopped once the verdict could not change."""
        self.outcomes = outcomes
        self.planned = planned
        self.counts = Counts.of(outcomes)
        self.curtailed = curtailed and self.counts.ended < planned
        self.unplayed = planned - self.counts.ended
        """Trials that did not begin, or did not end."""

    @property
    def missing(self) -> int:
        """How many neither passed nor failed."""
        return self.unplayed + self.counts.lost

    def standing(self, needed: int, failing: int) -> Standing:
        """What a rule says of it that so many passes hold, and so many fail."""
        low, high = self.counts.passed, self.counts.passed + self.missing
        if low >= needed:
            return "passed"
        if high <= failing:
            return "failed"
        return "undecided" if high < needed and low > failing else "open"

    def verdict(self, standing: Standing) -> BlockVerdict:
        """The verdict where a rule says so."""
        return self.counts.unclear if standing == "open" else standing

    def rate(self) -> str:
        """How many trials passed, with the interval of the rate unless trials were stopped early."""
        counts = self.counts
        if not counts.measured:
            return "no trial passed or failed"
        trials = "trial" if counts.measured == 1 else "trials"
        said = f"{counts.passed} of {counts.measured} {trials} passed"
        if self.curtailed:
            return f"{said} (stopped early, {self.unplayed} of {self.planned} not needed)"
        low, high = wilson(counts.passed, counts.measured, LEVEL)
        share = percent(counts.passed / counts.measured)
        return f"{said} ({share}, 95 % interval {100 * low:.0f}-{100 * high:.0f} %)"

    def absent(self) -> str:
        """What is missing, in words; empty where nothing is."""
        counts = self.counts
        parts = [
            (counts.unanswered, "unanswered"),
            (counts.broken, "broken"),
            (counts.unmeasured, "without a check that applied"),
            (0 if self.curtailed else self.unplayed, "not played to the end"),
        ]
        return ", ".join(f"{number} {what}" for number, what in parts if number)

    def said(self, *more: str) -> str:
        """The rate, what is missing, and what there is to say beside it."""
        return "; ".join(part for part in (self.rate(), self.absent(), *more) if part)

    def ruling(self, rule: str, verdict: BlockVerdict, reason: str, more: int | None = None) -> Ruling:
        """What a rule about the share of passes says."""
        counts = self.counts
        share = counts.passed / counts.measured if counts.measured else None
        bounds = None if share is None or self.curtailed else wilson(counts.passed, counts.measured, LEVEL)
        return Ruling(
            rule=rule,
            verdict=verdict,
            observed=share,
            low=None if bounds is None else bounds.low,
            high=None if bounds is None else bounds.high,
            level=None if bounds is None else LEVEL,
            curtailed=self.curtailed,
            more=more,
            reason=reason,
        )


def percent(share: float) -> str:
    """A share in percent with one digit at most, which never says all or nothing where it is not."""
    digits = f"{100 * share:.1f}"
    if float(digits) in {0.0, 100.0} and share not in {0.0, 1.0}:
        digits = f"{100 * share:.4g}" if share < 0.5 else f"{100 * share:.6g}"
    return f"{digits.removesuffix('.0')} %"
