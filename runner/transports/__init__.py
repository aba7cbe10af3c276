"""Windows that requests go out of: one method, `send`, whatever stands behind it; nothing here plays a conversation.

Law: a transport answers every request, with a reply or with a failure that has a name; during a run it raises nothing
but `runner.errors.ProviderError`, where a provider cannot be used as it is set, and what cancels it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from pydantic import Field

from runner.core.message import Answer, Request


@dataclass(frozen=True, slots=True)
class Started:
    """A request is on its way; what deltas said of an earlier try is void."""

    slot: str
    """The request's place in its conversation: `turns[3]`."""
    in_flight: int
    """How many requests are under way at this provider, this one counted."""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a reply has come."""

    slot: str
    text: str
    kind: Literal["content", "refusal", "reasoning"] = "content"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing is sent for a while."""

    slot: str
    seconds: float | None
    """How long, counted from now; None where that is not known."""
    reason: str
    """Why, as part of a sentence: `rate limited, try 2 of 5`."""
    is_brief: bool = False
    """Whether it is over in a moment, and not worth showing."""


Notice = Started | Delta | Waiting
"""What the live display is told; never folded, never journalled."""

Notify = Callable[[Notice], None]
"""Who is told."""


def ignore(notice: Notice) -> None:
    """Tell nobody."""


@runtime_checkable
class Transport(Protocol):
    """How a request becomes an answer."""

    async def send(self, request: Request, notify: Notify) -> Answer:
        """The answer to a request: a reply or a failure."""
        ...

    async def close(self) -> None:
        """Let go of connections and servers; nothing is sent afterwards."""
        ...


class Deferred(Answer):
    """A failure whose server said when to come again; `retry.Retry` makes a plain answer of it, so it leaves no trace."""

    retry_after_s: float = Field(exclude=True)
    """Seconds from the failure on."""


__all__ = ["Deferred", "Delta", "Notice", "Notify", "Started", "Transport", "Waiting", "ignore"]
