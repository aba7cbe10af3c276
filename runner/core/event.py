"""What happened, in the past tense: the wire format of the journal, tagged by `event` and versioned by its first line.

Law: the state of a conversation, of a plan and of a run is the fold of their events; nothing else is remembered.
"""

import json
from collections.abc import Iterable
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from runner.core.finding import Verdict
from runner.core.message import Answer, FailureKind, Message, Purpose
from runner.core.trial import Line, Script
from runner.core.value import Json, Value

SCHEMA: Final = "runner.journal/1"
"""The journal's schema; a newer major version is refused, unknown fields are kept."""


class Planned(Value):
    """A variant rendered to the letter, written once, before the first of its repeats begins."""

    event: Literal["planned"] = "planned"
    script: Script
    """The literal conversation, up to what the model will say."""
    plays: str
    """The digest of all that decides what is sent."""
    judges: str
    """The digest of all that decides the verdicts."""
    place: int | None = None
    """Where the first of its repeats that began stands in the whole plan, 0-based; null where there is no plan."""


class Begun(Value):
    """A trial was taken from the plan."""

    event: Literal["begun"] = "begun"
    trial: str
    """The trial's id."""


class Typed(Value):
    """A turn was typed, and stands at the end of an open script."""

    event: Literal["typed"] = "typed"
    trial: str
    """The trial's id."""
    line: Line
    """The turn: its message, and what goes with its request."""


class Retried(Value):
    """The last turn of an open script was asked again; the reply that it had stands aside until another one is heard."""

    event: Literal["retried"] = "retried"
    trial: str
    """The trial's id."""
    line: Line
    """The turn: its message, and what goes with its request this time."""


class Undone(Value):
    """The turns of an open script from one on were taken back; of one that was asked again, the asking alone."""

    event: Literal["undone"] = "undone"
    trial: str
    """The trial's id."""
    turn: int
    """The first turn that is taken back, 0-based."""


class Instructed(Value):
    """The system message of an open script was changed; what was said stays."""

    event: Literal["instructed"] = "instructed"
    trial: str
    """The trial's id."""
    message: Message | None
    """None where there is none any more."""


class Answered(Value):
    """A request came to its end, with a reply or without; written the moment it arrives."""

    event: Literal["answered"] = "answered"
    trial: str
    """The trial's id."""
    slot: str
    """Which of the conversation's requests this answers."""
    purpose: Purpose
    """What it was for: the next reply, or a check."""
    key: str
    """The request's hash chain key."""
    draw: int = 1
    """Which repeat of the same question this was, 1-based."""
    answer: Answer
    """The reply or the failure, with tries, tokens, cost and times."""


class Heard(Value):
    """A reply was put into the history."""

    event: Literal["heard"] = "heard"
    trial: str
    """The trial's id."""
    turn: int
    """0-based."""


class Weighed(Value):
    """Whether a turn is taken came to be known."""

    event: Literal["weighed"] = "weighed"
    trial: str
    """The trial's id."""
    turn: int
    """0-based."""
    verdict: Verdict
    """What its condition found in the last reply: the turn is taken where it passed."""


class Judged(Value):
    """A check came to its verdict."""

    event: Literal["judged"] = "judged"
    trial: str
    """The trial's id."""
    turn: int | None = None
    """0-based; None for a check about the conversation as a whole."""
    index: int
    """Which of that turn's (or the conversation's) checks."""
    verdict: Verdict
    """What the check found."""


class Skipped(Value):
    """The turns from one on will not be played."""

    event: Literal["skipped"] = "skipped"
    trial: str
    """The trial's id."""
    turn: int
    """The first turn that is skipped, 0-based."""
    reason: str
    """Why."""


class Unanswered(Value):
    """A turn got no reply; the conversation ends there, since one with a hole in its history is none."""

    event: Literal["unanswered"] = "unanswered"
    trial: str
    """The trial's id."""
    turn: int
    """0-based."""
    kind: FailureKind
    """Why, in a word."""


class Finished(Value):
    """A conversation was played and judged to its end."""

    event: Literal["finished"] = "finished"
    trial: str
    """The trial's id."""


class Stopped(Value):
    """The run was ended before its end, by a person or a budget; not a failure."""

    event: Literal["stopped"] = "stopped"
    reason: str
    """Why: a person, the system, a budget."""


class Adjusted(Value):
    """What goes with the questions of an open script from here on was changed; what was asked stays."""

    event: Literal["adjusted"] = "adjusted"
    trial: str
    """The trial's id."""
    params: dict[str, Json] = {}
    """The request fields, all of them."""


class Reopened(Value):
    """A trial that had ended, or whose script has changed, is told anew; what was answered in the same words is kept."""

    event: Literal["reopened"] = "reopened"
    trial: str
    """The trial's id."""


ChatEvent = Typed | Retried | Undone | Instructed | Adjusted
"""What can happen to a trial whose script is open; it may also be finished, and go on."""

TrialEvent = (
    Begun | Reopened | ChatEvent | Answered | Weighed | Heard | Judged | Skipped | Unanswered | Finished
)
"""What can happen to one trial."""


def part_anew(events: Iterable[TrialEvent]) -> tuple[list[TrialEvent], list[TrialEvent]]:
    """A trial's events before it was last reopened, which may be another script's, and those since; all, if it never was."""
    told = list(events)
    begins = max((place for place, event in enumerate(told) if isinstance(event, Reopened)), default=0)
    return told[:begins], told[begins:]


Event = Planned | TrialEvent | Stopped
"""What can stand in a journal."""

_EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="event")])


def dump_event(event: Event) -> dict[str, Json]:
    """The event as JSON data, its tag first."""
    return {"event": event.event, **event.dump()}


def read_event(line: bytes) -> Event:
    """The event in a line of JSON, read and validated in one go; raises `ValueError` where there is none.

    That takes half the time of reading it first, but refuses lone surrogates: what is refused is read the longer way.
    """
    try:
        return _EVENTS.validate_json(line)
    except ValidationError:
        return load_event(json.loads(line))


def load_event(data: Json) -> Event:
    """The event that `dump_event` wrote; raises `pydantic.ValidationError` where the data is not one."""
    return _EVENTS.validate_python(data)
