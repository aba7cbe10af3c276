"""One played conversation as one line: a fold of a trial's events that is whole by itself; it sends and writes nothing.

Its `messages` are the accumulating list itself, as it was sent, with the last reply: they can be sent again, or used
as a line of chat fine-tuning data, without change. Only secrets are masked in it.
"""

import math
from collections.abc import Sequence
from typing import Any, Final, Literal, Self

from runner.core.finding import Verdict
from runner.core.message import Attempt, Message, Usage
from runner.core.value import Json, Value

SCHEMA: Final = "runner.transcript/1"

TrialStatus = Literal["finished", "unanswered", "stopped", "skipped"]
"""How a trial ended: played to its end · a turn got no reply · left unfinished by a stop · never begun."""

TurnStatus = Literal["heard", "given", "unanswered", "not-taken", "skipped", "unplayed"]
"""Answered · a gold turn, put into the history · asked without a reply · its condition did not hold · left out, since
the conversation had ended · not reached."""


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
    """Answered; a gold turn, put into the history; asked without a reply; its condition did not hold; left out, since the
    conversation had ended; not reached."""
    when: Verdict | None = None
    """Whether its condition held; null where it has none, or where it was not reached."""
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


def sum_known(numbers: Sequence[float | None]) -> float | None:
    """The sum; None where there is nothing to add, or one of the numbers is not known."""
    known = [number for number in numbers if number is not None]
    # To a trillionth, so that a sum of prices is not 1.7999999999999998.
    return round(math.fsum(known), 12) if known and len(known) == len(numbers) else None


def sum_usage(usages: Sequence[Usage | None]) -> Usage:
    """The sum of each kind of token; None where one of them is not known."""
    totals: dict[str, Any] = {}
    for name in Usage.model_fields:
        total = sum_known([None if usage is None else getattr(usage, name) for usage in usages])
        totals[name] = None if total is None else int(total)
    return Usage(**totals)
