"""What the end of a run is told from beside the folded run: reasons and latencies; a few bytes per answer, no text.

Law: an event that is of no interest here costs one look at its type.
"""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from runner.core.event import Answered, Event, Judged
from runner.core.finding import Verdict
from runner.core.run import Run
from runner.core.transcript import Transcript
from runner.transports.breaker import cause_of

MOST_REASONS = 50
"""How many trials' reasons are remembered; far fewer are shown, and the transcripts have them all."""
MOST_ALIKE = 10
"""How many trials that are unanswered for one reason are told one by one."""
_CUT = {"length", "content_filter"}
"""Finish reasons that say a reply is not whole."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that went wrong with a trial."""

    outcome: str
    """`unanswered`, `failed` or `broken`."""
    turn: int | None
    """0-based; None for the conversation as a whole."""
    what: str
    """The check's name, or the kind of the failure."""
    reason: str
    of: str | None = None
    """Of what a check at the foot speaks."""


@dataclass(slots=True)
class Tally:
    """What was gathered while the run was played, or from its transcripts."""

    troubles: dict[str, list[Trouble]] = field(default_factory=dict)
    """By trial, for the first of those that have any."""
    latencies: dict[str, "array[float]"] = field(default_factory=dict)
    """Seconds of each reply, by variant."""
    causes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many trials are unanswered for each reason, by kind and message; of so many reasons."""
    cut: Counter[str] = field(default_factory=Counter)
    """How many replies of turns were cut, by what cut them: `length` or `content_filter`."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    answered: int = 0

    @classmethod
    def of(cls, transcripts: Iterable[Transcript]) -> Self:
        """What is gathered from transcripts, as if all of them had been played just now."""
        tally = cls()
        for transcript in transcripts:
            tally._add_transcript(transcript)
        return tally

    def _add_transcript(self, transcript: Transcript) -> None:
        """Take in a whole conversation."""
        for turn in transcript.turns:
            for exchange in turn.exchanges:
                if exchange.error is None and exchange.latency_s is not None:
                    self._add_latency(transcript.id, exchange.latency_s)
                self._note_end(exchange.finish_reason)
            if turn.status == "unanswered":
                kind, message = (
                    str((transcript.error or {}).get(name) or "") for name in ("kind", "message")
                )
                self._note(transcript.id, Trouble("unanswered", turn.turn, kind, message))
            self._add_verdicts(transcript.id, turn.turn, turn.verdicts)
        self._add_verdicts(transcript.id, None, transcript.verdicts)

    def _add_verdicts(self, trial: str, turn: int | None, verdicts: Iterable[Verdict]) -> None:
        """Note the verdicts that are troubles."""
        for verdict in verdicts:
            if verdict.outcome in {"failed", "broken"}:
                self._note(trial, Trouble(verdict.outcome, turn, verdict.check, verdict.reason, verdict.of))

    def _add_latency(self, trial: str, latency_s: float) -> None:
        """Remember how long a reply took."""
        self.latencies.setdefault(trial.rpartition("#")[0], array("d")).append(latency_s)

    def hears(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, Answered):
            self._add_answer(event)
        elif isinstance(event, Judged):
            self._add_verdicts(event.trial, event.turn, (event.verdict,))

    def _add_answer(self, event: Answered) -> None:
        """Count an answer; note why it is none."""
        answer = event.answer
        self.answered += 1
        if (usage := answer.usage) is not None:
            self.prompt_tokens += usage.prompt_tokens or 0
            self.completion_tokens += usage.completion_tokens or 0
        if event.purpose != "turn":
            return
        self._note_end(answer.reply.finish_reason if answer.reply else None)
        if answer.failure is not None:
            turn = int(event.slot[event.slot.find("[") + 1 : event.slot.find("]")])
            self._note(event.trial, Trouble("unanswered", turn, answer.failure.kind, answer.failure.message))
        elif answer.latency_s is not None:
            self._add_latency(event.trial, answer.latency_s)

    def _note_end(self, finish_reason: str | None) -> None:
        """Count a reply that was cut."""
        if finish_reason in _CUT:
            self.cut[finish_reason] += 1

    def shared(self) -> dict[tuple[str, str], int]:
        """How many trials are unanswered for a reason that many of them have, by kind and message."""
        return {cause: number for cause, number in self.causes.most_common() if number > MOST_ALIKE}

    def _note(self, trial: str, trouble: Trouble) -> None:
        """Remember a reason, for so many trials."""
        if trouble.outcome == "unanswered":
            cause = trouble.what, cause_of(trouble.reason)
            if cause in self.causes or len(self.causes) < MOST_REASONS:
                self.causes[cause] += 1
        if trial in self.troubles:
            self.troubles[trial].append(trouble)
        elif len(self.troubles) < MOST_REASONS:
            self.troubles[trial] = [trouble]


def troubles_of(trial: str, run: Run, tally: Tally) -> list[Trouble]:
    """What went wrong with a trial; without reasons where that happened before this part of the run."""
    known = tally.troubles.get(trial, [])
    summary = run.trials[trial]
    found = [*known]
    if summary.failure is not None and not any(each.outcome == "unanswered" for each in known):
        found.append(Trouble("unanswered", None, summary.failure, ""))
    for outcome, number in (("failed", summary.failed), ("broken", summary.broken)):
        missing = number - sum(each.outcome == outcome for each in known)
        found += [Trouble(outcome, None, "a check", "")] * missing
    return found
