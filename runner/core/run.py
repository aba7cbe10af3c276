"""A run as the fold of its events: one small summary per trial, the totals, and the code that the program ends with."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, Self

from runner.core.budget import NOTHING as NOTHING_SPENT
from runner.core.budget import Spending, spent
from runner.core.event import (
    Adjusted,
    Answered,
    Begun,
    Event,
    Finished,
    Heard,
    Instructed,
    Judged,
    Planned,
    Reopened,
    Retried,
    Skipped,
    Stopped,
    TrialEvent,
    Typed,
    Unanswered,
    Undone,
    Weighed,
)
from runner.core.message import MISSING
from runner.core.transcript import TrialStatus, sum_known
from runner.core.value import Value

INTERRUPTION: Final = "interrupted"
"""Why a run was stopped that a person or the system ended."""

RunStatus = Literal["playing", "finished", "incomplete", "stopped"]
"""Still going, or killed · everything was played and judged · trials are unanswered or checks broke · ended early."""

# What ends a program, the worst first; house rule: a proven regression is not hidden by a lost trial.
BUG, INTERRUPTED, CANNOT_START, GATE_FAILED, INCOMPLETE, UNDECIDED, NOTHING, FINE = 3, 130, 2, 1, 4, 6, 5, 0
_WORST_FIRST = (BUG, INTERRUPTED, CANNOT_START, GATE_FAILED, INCOMPLETE, UNDECIDED, NOTHING, FINE)


@dataclass(slots=True)
class Summary:
    """What is remembered of one trial; everything else is in its transcript."""

    status: TrialStatus = "stopped"
    heard: int = 0
    """Turns that were answered."""
    passed: int = 0
    failed: int = 0
    broken: int = 0
    exchanges: int = 0
    """Requests that came to an end, with a reply or without, but for those that the server refused."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usage_known: bool = True
    """Whether every exchange told its tokens; one that failed may have cost some all the same."""
    cost_usd: float | None = 0.0
    """None once an exchange's cost is not known."""
    latency_s: float = 0.0
    """The sum over its exchanges."""
    failure: str | None = None
    """The kind of failure that left the trial unanswered."""
    skipped: bool = False
    """Whether turns were left out, since a check failed, a turn got no reply, or what it says was not captured."""
    unrecorded: bool = False
    """Whether a question of it, a turn's or a check's, has no recording."""


class Totals(Value):
    """What a run comes to; a sum is None where a part of it is not known."""

    trials: int
    """Those that began."""
    finished: int
    unanswered: int
    stopped: int
    """Those that began and did not end."""
    heard: int
    """Turns that were answered."""
    passed: int
    """Checks."""
    failed: int
    broken: int
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_usd: float | None

    @classmethod
    def of(cls, summaries: Collection[Summary]) -> Self:
        """The sums over some trials."""
        statuses = Counter(summary.status for summary in summaries)
        asked = any(summary.exchanges for summary in summaries)
        known = asked and all(summary.usage_known for summary in summaries)
        return cls(
            trials=len(summaries),
            finished=statuses["finished"],
            unanswered=statuses["unanswered"],
            stopped=statuses["stopped"],
            heard=sum(summary.heard for summary in summaries),
            passed=sum(summary.passed for summary in summaries),
            failed=sum(summary.failed for summary in summaries),
            broken=sum(summary.broken for summary in summaries),
            prompt_tokens=sum(summary.prompt_tokens for summary in summaries) if known else None,
            completion_tokens=sum(summary.completion_tokens for summary in summaries) if known else None,
            cost_usd=sum_known([summary.cost_usd for summary in summaries]) if asked else None,
        )


@dataclass(slots=True)
class Run:
    """The trials of a run that began, by id, in the order in which they began."""

    trials: dict[str, Summary] = field(default_factory=dict)
    planned: set[str] = field(default_factory=set)
    """Variants that stand in the journal."""
    stopped: str | None = None
    """Why the run ended early; None while nobody stopped it."""
    running: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    """How many trials have each status, among those that ended."""
    spent: Spending = NOTHING_SPENT
    """What is known to have been spent; what no answer told is not in it."""

    @classmethod
    def fold(cls, events: Iterable[Event]) -> "Run":
        """The run that its events make."""
        run = cls()
        for event in events:
            run.add(event)
        return run

    def add(self, event: Event) -> None:
        """Take in one event; in place, since a copy would cost what the run already holds."""
        match event:
            case Planned():
                self.planned.add(event.script.variant)
            case Stopped():
                self.stopped = event.reason
            case _:
                self._add_to_trial(event)

    def _add_to_trial(self, event: TrialEvent) -> None:
        """Take in what happened to one trial."""
        match event:
            case Begun():
                self._summary(event.trial)
                self.stopped = None
            case Answered():
                self.spent += spent(event.answer)
                _add_answer(self._summary(event.trial), event)
            case Heard():
                self._summary(event.trial).heard += 1
            case Judged() | Weighed():
                _count(self._summary(event.trial), event)
            case Unanswered():
                self._summary(event.trial).failure = event.kind
                self._end(event.trial, "unanswered")
            case Finished():
                self._end(event.trial, "finished")
            case Typed() | Retried() | Undone() | Instructed() | Adjusted():
                self._go_on(event.trial)
            case Reopened():
                self._go_on(event.trial)
                _forget(self._summary(event.trial))
            case Skipped():
                self._summary(event.trial).skipped = True

    def _summary(self, trial: str) -> Summary:
        """The trial's summary, made when the trial is first heard of."""
        summary = self.trials.get(trial)
        if summary is None:
            summary = self.trials[trial] = Summary()
            self.running += 1
        return summary

    def _end(self, trial: str, status: TrialStatus) -> None:
        """Note how a trial ended."""
        self._summary(trial).status = status
        self.counts[status] += 1
        self.running -= 1

    def _go_on(self, trial: str) -> None:
        """Note that a trial goes on that had perhaps ended; what stopped the run is over as well."""
        summary = self._summary(trial)
        if summary.status != "stopped":
            self.counts[summary.status] -= 1
            self.running += 1
        summary.status, summary.failure, self.stopped = "stopped", None, None

    def ended(self) -> Iterator[str]:
        """The ids of trials with nothing left to play."""
        return (trial for trial, summary in self.trials.items() if summary.status != "stopped")

    def status(self, planned: int) -> RunStatus:
        """How the run stands, of so many planned trials."""
        if self.stopped is not None and not self._all_ended(planned):
            return "stopped"
        if self.counts["unanswered"] or any(summary.broken for summary in self.trials.values()):
            return "incomplete"
        return "finished" if self.counts["finished"] == planned else "playing"

    def _all_ended(self, planned: int) -> bool:
        """Whether nothing is left to play: a stop that came too late, or was resumed from, stopped nothing."""
        return self.counts["finished"] + self.counts["unanswered"] >= planned

    def totals(self) -> "Totals":
        """The sums over all trials that began."""
        return Totals.of(self.trials.values())

    def exit_code(self, planned: int) -> int:
        """The code that `play` ends with, of so many planned trials; a failed check leaves it at 0."""
        codes = {FINE}
        if not planned:
            codes.add(NOTHING)
        if self.stopped is not None and not self._all_ended(planned):
            codes.add(INTERRUPTED if self.stopped == INTERRUPTION else INCOMPLETE)
        if self.counts["finished"] < planned or any(summary.broken for summary in self.trials.values()):
            codes.add(INCOMPLETE)
        return worst(codes)


def worst(codes: Iterable[int]) -> int:
    """The code that wins where several hold."""
    return min(codes, key=_WORST_FIRST.index)


def _forget(summary: Summary) -> None:
    """Forget what is told anew of a trial; what was spent stays counted."""
    summary.heard = summary.passed = summary.failed = summary.broken = 0
    summary.unrecorded = summary.skipped = False


def _add_answer(summary: Summary, event: Answered) -> None:
    """Add an exchange's tokens, cost and time."""
    answer = event.answer
    usage = answer.usage
    summary.latency_s += answer.latency_s or 0
    summary.unrecorded |= answer.failure is not None and answer.failure.kind == MISSING
    if answer.is_refused:
        return
    summary.exchanges += 1
    if usage is None or usage.prompt_tokens is None or usage.completion_tokens is None:
        summary.usage_known = False
    if usage is not None:
        summary.prompt_tokens += usage.prompt_tokens or 0
        summary.completion_tokens += usage.completion_tokens or 0
    if summary.cost_usd is not None:
        summary.cost_usd = None if answer.cost_usd is None else summary.cost_usd + answer.cost_usd


def _count(summary: Summary, event: Judged | Weighed) -> None:
    """Count a verdict; a condition is none, unless it broke."""
    outcome = event.verdict.outcome
    judged = isinstance(event, Judged)
    summary.passed += judged and outcome == "passed"
    summary.failed += judged and outcome == "failed"
    summary.broken += outcome == "broken"
