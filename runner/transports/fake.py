"""A transport for tests that answers out of a function, at once or late; it opens nothing."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass

from runner.core.message import Answer, Attempt, Failure, Message, Reply, Request
from runner.transports import Delta, Notify, Started

Outcome = str | Reply | Failure | Answer
"""What the function gives: a reply's text, a reply, a failure, or all of an answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the fake saw it."""

    request: Request
    messages: list[Message]
    """What its chain holds."""


class FakeTransport:
    """A transport without a network."""

    def __init__(self, respond: Callable[[Request, list[Message]], Outcome], *, delay: float = 0) -> None:
        """Take what answers, and the seconds that each answer takes."""
        self._respond = respond
        self._delay = delay
        self.asked: list[Asked] = []
        """Every request, in order of arrival."""
        self.in_flight = 0
        self.peak = 0
        """The highest number of requests that were unanswered at one time."""
        self.closed = False

    async def send(self, request: Request, notify: Notify) -> Answer:
        """What the function gives, as an answer."""
        messages: list[Message] = json.loads(b"[%b]" % request.chain.body)
        self.asked.append(Asked(request, messages))
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        try:
            notify(Started(request.slot, self.in_flight))
            await asyncio.sleep(self._delay)
            outcome = self._respond(request, messages)
            if isinstance(outcome, str) and outcome:
                notify(Delta(request.slot, outcome))
            return as_answer(outcome)
        finally:
            self.in_flight -= 1

    async def close(self) -> None:
        """Note that it was closed."""
        self.closed = True


def as_answer(outcome: Outcome) -> Answer:
    """A reply's text, a reply or a failure as a whole answer."""
    if isinstance(outcome, Answer):
        return outcome
    if isinstance(outcome, Failure):
        return Answer(failure=outcome, attempts=(Attempt(outcome=outcome.kind, status=outcome.status),))
    if isinstance(outcome, str):
        outcome = Reply(
            message={"role": "assistant", "content": outcome}, finish_reason="stop", served_model="fake"
        )
    return Answer(reply=outcome, attempts=(Attempt(outcome="replied", status=200),))
