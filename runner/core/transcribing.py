"""A transcript made from a trial's events: the fold that every command and every run reads conversations by; it is pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from runner.core.asking import turn_of, turn_slot
from runner.core.check import Subject
from runner.core.event import (
    Adjusted,
    Answered,
    Begun,
    ChatEvent,
    Finished,
    Heard,
    Instructed,
    Judged,
    Reopened,
    Retried,
    Skipped,
    TrialEvent,
    Typed,
    Unanswered,
    Undone,
    Weighed,
    part_anew,
)
from runner.core.finding import Verdict
from runner.core.message import Answer, Message
from runner.core.transcript import (
    Exchange,
    PlayedTurn,
    Transcript,
    TrialStatus,
    TurnStatus,
    sum_known,
    sum_usage,
)
from runner.core.trial import Line, Trial
from runner.core.value import Json


class _Turn:
    """What is gathered of one turn while folding."""

    def __init__(self) -> None:
        self.status: TurnStatus = "unplayed"
        self.exchanges: list[Exchange] = []
        self.verdicts: list[Verdict] = []
        self.when: Verdict | None = None


def transcribe(
    trial: Trial, captured: Mapping[str, str], not_taken: Collection[int], subject: Subject
) -> Transcript:
    """The transcript of a conversation up to one of its replies, as a check sees it: without verdicts, of no run yet."""
    fold = _Fold(trial)
    fold.captured = dict(captured)
    for turn in not_taken:
        fold.turns[turn].status = "not-taken"
    for each in subject.replies:
        slot = turn_slot(each.turn)
        fold.add(Answered(trial=trial.id, slot=slot, purpose="turn", key="", answer=each.answer))
        fold.add(Heard(trial=trial.id, turn=each.turn))
    return fold.close("").model_copy(update={"messages": subject.messages})


def fold_transcript(run: str, trial: Trial, events: Iterable[TrialEvent]) -> Transcript:
    """The transcript of a trial, from its events in the order in which they were written."""
    fold = _Fold(trial)
    earlier, present = part_anew(events)
    for event in earlier:
        fold.recall(event)
    for event in present:
        fold.add(event)
    return fold.close(run)


class _Fold:
    """The transcript in the making."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.script = trial.script
        """As it is after the events so far: an open one grows."""
        self.messages: list[Message] = list(trial.script.opening)
        self.turns = [_Turn() for _ in trial.script.turns]
        self.verdicts: list[Verdict] = []
        self.answers: list[Answer] = []
        self.latest: dict[str, Answer] = {}
        """The last answer to each turn, by its slot."""
        self.status: TrialStatus = "stopped"
        self.error: dict[str, Json] | None = None
        self.next_turn = 0
        self.captured: dict[str, str] = {}
        """What was taken out of replies, by name."""
        self.standing: tuple[Line, _Turn, list[Message]] | None = None
        """A turn that is asked again as it was, with its messages."""

    def add(self, event: TrialEvent) -> None:
        """Take in one event."""
        match event:
            case Begun() | Reopened():
                pass
            case Answered():
                self.answers.append(event.answer)
                self.latest[event.slot] = event.answer
            case Heard():
                self._hear(event.turn)
            case Weighed():
                self._weigh(event.turn, event.verdict)
            case Judged():
                self._judge(event.turn, event.verdict)
            case Unanswered():
                self._miss(event.turn)
            case Skipped():
                self._skip(event.turn)
            case Finished():
                self._say_gold(len(self.turns))
                self.status = "finished"
            case Typed() | Retried() | Undone() | Instructed() | Adjusted():
                self._add_typed(event)

    def recall(self, event: TrialEvent) -> None:
        """Take in an event of an earlier telling: its answers are counted, and what failed then stands with its turn."""
        if not isinstance(event, Answered):
            return
        self.answers.append(event.answer)
        self.latest[event.slot] = event.answer
        turn = turn_of(event.slot)
        if event.answer.failure is not None and turn is not None and turn < len(self.turns):
            self.turns[turn].exchanges.append(_exchange(event.answer, None))

    def _add_typed(self, event: ChatEvent) -> None:
        """Take in what a person did in a chat; one that had ended goes on."""
        match event:
            case Typed():
                self._type(event.line)
            case Retried():
                standing = self.script.turns[-1], self.turns[-1], self.messages[-2:]
                self._take_back(len(self.turns) - 1)
                self._type(event.line)
                self.standing = standing
            case Undone():
                aside = self.standing if event.turn == len(self.turns) - 1 else None
                self._take_back(event.turn)
                if aside is not None:
                    self._put_back(*aside)
            case Instructed():
                self._instruct(event.message)
            case Adjusted():
                pass
        self.status = "stopped"

    def _type(self, line: Line) -> None:
        """Put a turn at the end of the script."""
        self.script = self.script.with_line(line)
        self.turns.append(_Turn())

    def _put_back(self, line: Line, turn: _Turn, messages: Sequence[Message]) -> None:
        """Put a turn that was asked again in vain back as it was."""
        self.script = self.script.with_line(line)
        self.turns.append(turn)
        self.messages += messages
        self.next_turn = len(self.turns)

    def _say_gold(self, until: int) -> None:
        """Put the gold turns up to a turn into the history."""
        for index in range(self.next_turn, until):
            if self.turns[index].status == "unplayed":
                self.messages.append(self.script.turns[index].said(self.captured))
                self.turns[index].status = "given"
        self.next_turn = until

    def _judge(self, index: int | None, verdict: Verdict) -> None:
        """Note a verdict, and what its check took out of the reply."""
        verdicts = self.verdicts if index is None else self.turns[index].verdicts
        verdicts.append(verdict)
        if verdict.captured is not None and verdict.name is not None:
            self.captured[verdict.name] = verdict.captured

    def _skip(self, index: int) -> None:
        """Leave out the turns from one on."""
        self._say_gold(index)
        for turn in self.turns[index:]:
            turn.status = "skipped"

    def _weigh(self, index: int, verdict: Verdict) -> None:
        """Note whether a turn is taken; a condition that broke stands among its verdicts."""
        self._say_gold(index)
        turn = self.turns[index]
        turn.when = verdict
        if verdict.outcome != "passed":
            turn.status = "not-taken"
        if verdict.outcome == "broken":
            turn.verdicts.append(verdict)

    def _hear(self, index: int) -> None:
        """Put a user line and its reply into the history."""
        answer = self.latest[turn_slot(index)]
        assert answer.reply is not None
        self._say_gold(index)
        self.messages += [self.script.turns[index].said(self.captured), answer.reply.said]
        self.turns[index].status = "heard"
        self.turns[index].exchanges.append(_exchange(answer, len(self.messages) - 1))
        self.next_turn = index + 1
        self.standing = None

    def _miss(self, index: int) -> None:
        """Note a user line that was sent and got no reply."""
        self._say_gold(index)
        self.messages.append(self.script.turns[index].said(self.captured))
        exchange = _exchange(self.latest[turn_slot(index)], None)
        self.turns[index].status = "unanswered"
        self.turns[index].exchanges.append(exchange)
        self.next_turn = index + 1
        self.status = "unanswered"
        self.error = {**(exchange.error or {}), "turn": index}

    def _take_back(self, index: int) -> None:
        """Take the turns from one on out of the history; what they cost stays counted."""
        said = sum(1 + bool(turn.exchanges and turn.exchanges[-1].message) for turn in self._said(index))
        del self.messages[len(self.messages) - said :]
        del self.turns[index:]
        self.script = self.script.until(index)
        self.next_turn = min(self.next_turn, index)
        self.error = self.standing = None

    def _said(self, index: int) -> list[_Turn]:
        """The turns from one on whose lines stand among the messages."""
        return [turn for turn in self.turns[index:] if turn.status != "unplayed"]

    def _instruct(self, message: Message | None) -> None:
        """Put another system message, or none, at the head of the history."""
        before = len(self.script.opening)
        self.script = self.script.instructed(message)
        self.messages[:before] = self.script.opening
        shift = len(self.script.opening) - before
        for turn in self.turns if shift else ():
            turn.exchanges = [_moved(exchange, shift) for exchange in turn.exchanges]

    def close(self, run: str) -> Transcript:
        """The transcript of what was taken in."""
        script = self.script
        counted = [answer for answer in self.answers if not answer.is_refused]
        turns = tuple(
            PlayedTurn(
                turn=index,
                id=line.id,
                path=line.path or None,
                line=line.line,
                params=script.params_of(index),
                status=played.status,
                exchanges=tuple(played.exchanges),
                verdicts=tuple(played.verdicts),
                when=played.when,
            )
            for index, (line, played) in enumerate(zip(script.turns, self.turns, strict=True))
        )
        return Transcript(
            run=run,
            id=self.trial.id,
            scenario=script.scenario,
            path=script.path,
            case=script.case,
            variant=script.axes,
            repeat=self.trial.repeat,
            tags=script.tags,
            provider=script.provider,
            model=script.model,
            params=script.params,
            status=self.status,
            error=self.error,
            started_at=min((start for answer in self.answers if (start := _start(answer))), default=None),
            duration_s=_duration(self.answers),
            messages=tuple(self.messages),
            turns=turns,
            verdicts=tuple(self.verdicts),
            usage=sum_usage([answer.usage for answer in counted]),
            cost_usd=sum_known([answer.cost_usd for answer in counted]),
        )


def _exchange(answer: Answer, message: int | None) -> Exchange:
    """An answer as the transcript tells it."""
    reply, failure = answer.reply, answer.failure
    return Exchange(
        message=message,
        finish_reason=reply.finish_reason if reply else None,
        served_model=reply.served_model if reply else None,
        system_fingerprint=reply.system_fingerprint if reply else None,
        request_id=answer.request_id,
        attempts=answer.attempts,
        latency_s=answer.latency_s,
        ttft_s=answer.ttft_s,
        started_at=answer.started_at,
        in_flight=answer.in_flight,
        usage=answer.usage,
        cost_usd=answer.cost_usd,
        replayed=answer.replayed,
        error=failure.dump() if failure else None,
    )


def _moved(exchange: Exchange, by: int) -> Exchange:
    """An exchange whose reply stands so many places later."""
    if exchange.message is None:
        return exchange
    return exchange.model_copy(update={"message": exchange.message + by})


def _duration(answers: Sequence[Answer]) -> float | None:
    """Seconds from the first request's start to the last one's end."""
    starts = [datetime.fromisoformat(start) for answer in answers if (start := _start(answer))]
    ends = [
        datetime.fromisoformat(answer.started_at) + timedelta(seconds=answer.latency_s)
        for answer in answers
        if answer.started_at is not None and answer.latency_s is not None
    ]
    return round((max(ends) - min(starts)).total_seconds(), 6) if starts and ends else None


def _start(answer: Answer) -> str | None:
    """When a request was first sent."""
    return answer.asked_at or answer.started_at
