"""What comes of a trial, taken together from its verdicts, and how many trials of a block came out so; it asks for nothing.

Law: a check that failed has failed, whatever else went wrong in the trial; a trial in which no check applied never passed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from runner.core.assessment import BlockVerdict, TrialOutcome
from runner.core.finding import Verdict
from runner.core.run import Run, Summary
from runner.core.transcript import PlayedTurn, Transcript, TrialStatus

UNSAID: Final = "what it says was not captured, so neither it nor what follows was played"
"""Why a turn was left out that nothing else ended."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What is known so far of one trial."""

    passed: bool = False
    """Whether any check passed."""
    failed: bool = False
    broken: bool = False
    unanswered: bool = False

    def with_verdict(self, verdict: Verdict) -> "Marks":
        """The marks with those of a check; the same object where it adds nothing."""
        match verdict.outcome:
            case "passed" if not self.passed:
                return replace(self, passed=True)
            case "failed" if not self.failed:
                return replace(self, failed=True)
            case "broken" if not self.broken:
                return replace(self, broken=True)
            case _:
                return self

    def with_condition(self, verdict: Verdict) -> "Marks":
        """The marks with what a turn's condition found, which passes and fails nothing, but may break."""
        return self.with_verdict(verdict) if verdict.outcome == "broken" else self

    def with_skipped(self) -> "Marks":
        """The marks of a trial of which turns were left out though every turn before had its reply: it has failed."""
        return self if self.unanswered or self.failed else replace(self, failed=True)

    def outcome(self, status: TrialStatus) -> TrialOutcome:
        """What came of the trial, given how it ended."""
        if self.failed:
            return "failed"
        if self.unanswered or status == "unanswered":
            return "unanswered"
        if status != "finished":
            return "unfinished"
        if self.broken:
            return "broken"
        return "passed" if self.passed else "unmeasured"

    @classmethod
    def of(cls, summary: Summary) -> Self:
        """The marks of a trial of which a summary is remembered."""
        return cls(
            passed=summary.passed > 0,
            failed=summary.failed > 0 or (summary.skipped and summary.status != "unanswered"),
            broken=summary.broken > 0,
            unanswered=summary.status == "unanswered",
        )


NO_MARKS = Marks()


def outcome_of(transcript: Transcript) -> TrialOutcome:
    """What came of a trial that was written down."""
    marks = NO_MARKS
    for verdict in transcript.all_verdicts:
        marks = marks.with_verdict(verdict)
    for turn in transcript.turns:
        marks = marks if turn.when is None else marks.with_condition(turn.when)
    if transcript.status == "finished" and any(turn.status == "skipped" for turn in transcript.turns):
        marks = marks.with_skipped()
    return marks.outcome(transcript.status)


def unsaid(transcript: Transcript) -> PlayedTurn | None:
    """The turn with which a trial ended that could not be said, since what it says was not captured; else None."""
    if transcript.status != "finished" or any(each.outcome == "failed" for each in transcript.all_verdicts):
        return None
    return next((turn for turn in transcript.turns if turn.status == "skipped"), None)


def remembered(run: Run) -> Mapping[str, tuple[Marks, TrialStatus]]:
    """What an earlier part of a run knows of each trial that began, as it stands now: its marks, and how it ended."""
    return {name: (Marks.of(summary), summary.status) for name, summary in run.trials.items()}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many trials of a block came out so; those that did not end are not counted."""

    passed: int = 0
    failed: int = 0
    broken: int = 0
    unanswered: int = 0
    unmeasured: int = 0

    @classmethod
    def of(cls, outcomes: Iterable[TrialOutcome]) -> Self:
        """The counts of some trials."""
        found = Counter(outcomes)
        return cls(
            passed=found["passed"],
            failed=found["failed"],
            broken=found["broken"],
            unanswered=found["unanswered"],
            unmeasured=found["unmeasured"],
        )

    def plus(self, outcome: TrialOutcome) -> "Counts":
        """The counts with one trial more."""
        match outcome:
            case "passed":
                return replace(self, passed=self.passed + 1)
            case "failed":
                return replace(self, failed=self.failed + 1)
            case "broken":
                return replace(self, broken=self.broken + 1)
            case "unanswered":
                return replace(self, unanswered=self.unanswered + 1)
            case "unmeasured":
                return replace(self, unmeasured=self.unmeasured + 1)
            case "unfinished":
                return self

    @property
    def measured(self) -> int:
        """How many passed or failed."""
        return self.passed + self.failed

    @property
    def lost(self) -> int:
        """How many ended, and neither passed nor failed."""
        return self.broken + self.unanswered + self.unmeasured

    @property
    def ended(self) -> int:
        """How many ended."""
        return self.measured + self.lost

    @property
    def unclear(self) -> BlockVerdict:
        """What a block is where what is missing could change its verdict."""
        return "unanswered" if self.unanswered else "broken" if self.broken else "undecided"
