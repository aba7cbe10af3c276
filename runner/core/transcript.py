"""One played conversation as one line: a fold of a trial's events that is whole by itself; it sends and writes nothing.

Its `messages` are the accumulating list itself, as it was sent, with the last reply: they can be sent again, or used
as a line of chat fine-tuning data, without change. Only secrets are masked in it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Self

from runner.core.check import Verdict
from runner.core.event import (
    Answered,
    Begun,
    ChatEvent,
    Finished,
    Heard,
    Instructed,
    Judged,
    Skipped,
    TrialEvent,
    Typed,
    Unanswered,
    Undone,
)
from runner.core.message import Answer, Attempt, Message, Usage
from runner.core.trial import Trial
from runner.core.value import Json, Value

SCHEMA: Final = "runner.transcript/1"

TrialStatus = Literal["finished", "unanswered", "stopped", "skipped"]
"""How a trial ended: played to its end · a turn got no reply · left unfinished by a stop · never begun."""

TurnStatus = Literal["heard", "given", "unanswered", "skipped", "unplayed"]
"""Answered · a gold turn, put into the history · asked without a reply · left out · not reached."""


class Exchange(Value):
    """One request of a turn and what came of it."""

    message: int | None
    """The reply's place in `messages`, 0-based; null where there is none."""
    finish_reason: str | None = None
    """Why the reply ended, as the server says: `stop`, `length`."""
    served_model: str | None = None
    """The model that answered, as it names itself."""
    system_fingerprint: str | None = None
    """What the server says of its own state; the same one may repeat itself for a `seed`."""
    request_id: str | None = None
    """The server's own name for the request."""
    attempts: tuple[Attempt, ...] = ()
    """Every try, in order; the last one is the answer."""
    latency_s: float | None = None
    """Seconds from sending the last try to the end of its reply."""
    ttft_s: float | None = None
    """Seconds to the first token; null where the reply was not streamed."""
    started_at: str | None = None
    """When the last try was sent, UTC, ISO 8601."""
    in_flight: int | None = None
    """How many requests were under way at the provider when this one was sent, itself counted."""
    usage: Usage | None = None
    """Tokens; null where the server did not say."""
    cost_usd: float | None = None
    """US dollars; null where a price or the usage is not known."""
    replayed: bool = False
    """Whether the answer came from a recording."""
    error: dict[str, Json] | None = None
    """Why there is no reply: kind, message, status, param and code."""


class PlayedTurn(Value):
    """One turn of a transcript."""

    turn: int
    """0-based place among the scenario's turns, gold turns counted."""
    id: str | None = None
    """The name that its author gave it."""
    path: str | None = None
    """The file that the turn stands in, where that is not the scenario's own."""
    line: int = 0
    """Where it stands in its file, 1-based; 0 where it was typed."""
    params: dict[str, Json] = {}
    """What went with the turn's request."""
    status: TurnStatus
    """Answered; a gold turn, put into the history; asked without a reply; left out; not reached."""
    exchanges: tuple[Exchange, ...] = ()
    """The requests of the turn and what came of them."""
    verdicts: tuple[Verdict, ...] = ()
    """What its checks found."""


class Transcript(Value):
    """One played conversation."""

    schema_: str = SCHEMA
    """`runner.transcript/1`."""
    run: str
    """The run's name."""
    id: str
    """The trial's id."""
    scenario: str
    """The scenario's name."""
    path: str
    """The file that the scenario stands in."""
    case: str | None = None
    """The case's id; null where the scenario has no cases."""
    variant: dict[str, Json] = {}
    """Each axis of the matrix with its value, or the name of its value."""
    repeat: int
    """1-based."""
    tags: tuple[str, ...] = ()
    """The scenario's tags."""
    provider: str
    """The provider that was asked."""
    model: str
    """The model that was asked for."""
    params: dict[str, Json] = {}
    """The scenario's request fields, as they were sent."""
    status: TrialStatus
    """Played to its end; a turn got no reply; left unfinished by a stop; never begun."""
    error: dict[str, Json] | None = None
    """Why the trial is unanswered: kind, message, status and the turn."""
    started_at: str | None = None
    """UTC, ISO 8601."""
    duration_s: float | None = None
    """From the first request to the end of the last reply, seconds."""
    messages: tuple[Message, ...] = ()
    """The accumulating list as it was sent, with the last reply; only secrets are masked, and files are references."""
    turns: tuple[PlayedTurn, ...] = ()
    """Turn by turn: what was asked, what came of it, what the checks found."""
    verdicts: tuple[Verdict, ...] = ()
    """Of the checks about the conversation as a whole."""
    usage: Usage = Usage()
    """Sums over the exchanges; null where one of them is not known."""
    cost_usd: float | None = None
    """US dollars; null where a part is not known, never a guess."""

    def dump(self) -> dict[str, Json]:
        """The transcript as JSON data with every field of the format, known or null."""
        data = self.model_dump(mode="python")
        data.pop("schema_")
        return {"schema": self.schema_, **data}

    @classmethod
    def load(cls, data: Json) -> Self:
        """The transcript that `dump` wrote; raises `pydantic.ValidationError` where the data is none."""
        if isinstance(data, dict) and "schema" in data:
            data = {
                "schema_": data["schema"],
                **{key: value for key, value in data.items() if key != "schema"},
            }
        return cls.model_validate(data)

    @property
    def all_verdicts(self) -> tuple[Verdict, ...]:
        """Every verdict, the turns' first."""
        return (*(verdict for turn in self.turns for verdict in turn.verdicts), *self.verdicts)


class _Turn:
    """What is gathered of one turn while folding."""

    def __init__(self) -> None:
        self.status: TurnStatus = "unplayed"
        self.exchanges: list[Exchange] = []
        self.verdicts: list[Verdict] = []


def fold_transcript(run: str, trial: Trial, events: Iterable[TrialEvent]) -> Transcript:
    """The transcript of a trial, from its events in the order in which they were written."""
    fold = _Fold(trial)
    for event in events:
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
        self.pending: Answer | None = None
        self.status: TrialStatus = "stopped"
        self.error: dict[str, Json] | None = None
        self.next_turn = 0

    def add(self, event: TrialEvent) -> None:
        """Take in one event."""
        match event:
            case Begun():
                pass
            case Answered():
                self.answers.append(event.answer)
                self.pending = event.answer if event.purpose == "turn" else self.pending
            case Heard():
                self._hear(event.turn)
            case Judged():
                verdicts = self.verdicts if event.turn is None else self.turns[event.turn].verdicts
                verdicts.append(event.verdict)
            case Unanswered():
                self._miss(event.turn)
            case Skipped():
                for turn in self.turns[event.turn :]:
                    turn.status = "skipped"
            case Finished():
                self._say_gold(len(self.turns))
                self.status = "finished"
            case Typed() | Undone() | Instructed():
                self._add_typed(event)

    def _add_typed(self, event: ChatEvent) -> None:
        """Take in what a person did in a chat; one that had ended goes on."""
        match event:
            case Typed():
                self.script = self.script.with_line(event.line)
                self.turns.append(_Turn())
            case Undone():
                self._take_back(event.turn)
            case Instructed():
                self._instruct(event.message)
        self.status = "stopped"

    def _say_gold(self, until: int) -> None:
        """Put the gold turns up to a turn into the history."""
        for index in range(self.next_turn, until):
            if self.turns[index].status == "unplayed":
                self.messages.append(self.script.turns[index].message)
                self.turns[index].status = "given"
        self.next_turn = until

    def _hear(self, index: int) -> None:
        """Put a user line and its reply into the history."""
        assert self.pending is not None
        assert self.pending.reply is not None
        self._say_gold(index)
        self.messages += [self.script.turns[index].message, self.pending.reply.said]
        self.turns[index].status = "heard"
        self.turns[index].exchanges.append(_exchange(self.pending, len(self.messages) - 1))
        self.next_turn = index + 1
        self.pending = None

    def _miss(self, index: int) -> None:
        """Note a user line that was sent and got no reply."""
        assert self.pending is not None
        self._say_gold(index)
        self.messages.append(self.script.turns[index].message)
        exchange = _exchange(self.pending, None)
        self.turns[index].status = "unanswered"
        self.turns[index].exchanges.append(exchange)
        self.next_turn = index + 1
        self.pending = None
        self.status = "unanswered"
        self.error = {**(exchange.error or {}), "turn": index}

    def _take_back(self, index: int) -> None:
        """Take the turns from one on out of the history; what they cost stays counted."""
        said = sum(1 + bool(turn.exchanges and turn.exchanges[-1].message) for turn in self._said(index))
        del self.messages[len(self.messages) - said :]
        del self.turns[index:]
        self.script = self.script.until(index)
        self.next_turn = min(self.next_turn, index)
        self.pending, self.error = None, None

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


def sum_known(numbers: Sequence[float | None]) -> float | None:
    """The sum; None where there is nothing to add, or one of the numbers is not known."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None


def sum_usage(usages: Sequence[Usage | None]) -> Usage:
    """The sum of each kind of token; None where one of them is not known."""
    totals: dict[str, Any] = {}
    for name in Usage.model_fields:
        total = sum_known([None if usage is None else getattr(usage, name) for usage in usages])
        totals[name] = None if total is None else int(total)
    return Usage(**totals)


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
