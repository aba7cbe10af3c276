"""When a request may be sent: once its provider's gate is open, with a place and within the rates; it sends nothing.

Law: no request is let out while its provider asked to be left alone, nor beyond its rates, nor once another one found out
that it must fail.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

from runner.core.message import Answer, Attempt, Failure, Request
from runner.transports import Notify, Waiting
from runner.transports.breaker import NEVER_LEFT, NOT_SENT
from runner.transports.limits import Limit
from runner.transports.rate import Passed
from runner.transports.scout import UNHEARD

_SPREAD: Final = 0.25
"""The share of a common wait, but a second at most, within which those who waited set out, not all at once."""
_SLICE: Final = 0.5
"""Seconds after which the rates are looked at again: what was reserved for an answer may not have been needed."""
_LEAST: Final = 0.001
"""No wait is shorter, so that the clock moves on."""


@dataclass(slots=True)
class Course:
    """One request with what has become of it so far."""

    request: Request
    notify: Notify
    replies: int
    """How many requests the provider had answered when this one came."""
    tokens: int
    """How many it will take, as far as one can tell."""
    tries: list[Attempt] = field(default_factory=list)
    waited: float = 0.0
    """Seconds since the last try that were waited."""
    spent: float = 0.0
    """Seconds of waiting that count against the longest wait: not those for a place, nor for the settings' own rates."""
    asked_at: str | None = None
    mark: int = 0
    """The level of the slots when it was sent."""
    passed: Passed | None = None


class Admission:
    """Where the requests to one provider wait until each may be sent."""

    def __init__(
        self,
        limit: Limit,
        longest_wait_s: float,
        *,
        chance: Random,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Take what is shared with all who send to the provider, and how long a request may wait in all."""
        self._limit = limit
        self._longest_wait_s = longest_wait_s
        self._chance = chance
        self._clock = clock
        self._sleep = sleep

    async def enter(self, course: Course) -> Failure | None:
        """Wait until the request may be sent, and take a slot for it; why it will not be, where it must not."""
        limit = self._limit
        while True:
            if not limit.scout.goes(course):
                await self._follow(course)
            if (held_back := await self._pass_gate(course)) is not None:
                return held_back
            if not limit.slots.take_now() and not await self._queue(course):
                continue
            if limit.closed_for() > 0 or limit.breaker.found(course.request.model) is not None:
                limit.slots.give_back()
                continue
            course.mark = limit.slots.mark
            if not limit.is_paced:
                return None
            is_let_out = False
            try:
                is_let_out = await self._keep_pace(course)
            finally:
                if not is_let_out:
                    limit.slots.give_back()
            if is_let_out:
                return None

    async def _follow(self, course: Course) -> None:
        """Wait for what the first request to the provider finds out; a moment is not worth telling."""
        began = self._clock()
        told = Waiting(course.request.slot, None, UNHEARD)
        course.notify(replace(told, is_brief=True))
        if await self._limit.scout.wait(self._sleep, lambda: course.notify(told)):
            course.waited += self._clock() - began

    async def _pass_gate(self, course: Course) -> Failure | None:
        """Wait for the provider's gate to open; why the request will not be sent, where that is known or takes too long."""
        limit, longest = self._limit, self._longest_wait_s
        while (found := limit.breaker.found(course.request.model)) is None:
            closed = limit.closed_for()
            if closed <= 0:
                return None
            if course.spent + closed > longest:
                return self._hold_back()
            spread = self._chance.uniform(0, min(1.0, closed * _SPREAD))
            course.spent += await self.wait(
                course, min(closed + spread, longest - course.spent), limit.reason
            )
        return _not_sent(found)

    async def _queue(self, course: Course) -> bool:
        """Wait for a slot; whether it was taken, and nothing was found out that concerns the request."""
        slots, began = self._limit.slots, self._clock()
        why = "for now, since the rate was limited" if slots.level < slots.most else "are allowed"
        course.notify(Waiting(course.request.slot, None, f"{slots.level} at once {why}"))
        taking = asyncio.ensure_future(slots.take())
        try:
            await self._unless_found(course, taking)
        except asyncio.CancelledError:
            if taking.done() and not taking.cancelled():
                slots.give_back()
            raise
        course.waited += self._clock() - began
        return taking.done() and not taking.cancelled()

    async def _keep_pace(self, course: Course) -> bool:
        """Wait until the rates allow the request; whether nothing came in between."""
        limit = self._limit
        if limit.turn.locked():
            course.notify(
                Waiting(course.request.slot, None, "others are before it, and so much a minute is allowed")
            )
        began = self._clock()
        async with limit.turn:
            course.waited += self._clock() - began
            told_until = 0.0
            while limit.closed_for() <= 0 and limit.breaker.found(course.request.model) is None:
                pace = limit.pace(course.tokens)
                if pace is None:
                    course.passed = limit.let_out(course.tokens)
                    return True
                until = self._clock() + pace.seconds
                if abs(until - told_until) > _SLICE:
                    told_until = until
                    course.notify(Waiting(course.request.slot, pace.seconds, pace.reason))
                await self._let_pass(course, max(_LEAST, min(pace.seconds, _SLICE)))
        return False

    async def wait(self, course: Course, seconds: float, reason: str) -> float:
        """The seconds that were waited: fewer where it is found out in between that the request must fail."""
        if seconds <= 0:
            return 0.0
        course.notify(Waiting(course.request.slot, seconds, reason))
        return await self._let_pass(course, seconds)

    async def _let_pass(self, course: Course, seconds: float) -> float:
        """Let time pass; the seconds that it was."""
        began = self._clock()
        await self._unless_found(course, asyncio.ensure_future(self._sleep(seconds)))
        waited = self._clock() - began
        course.waited += waited
        return waited

    async def _unless_found(self, course: Course, waiting: "asyncio.Future[Any]") -> None:
        """Wait for something, which is cancelled where it is found out that the request must fail."""
        with self._limit.breaker.watched(course.request.model) as found:
            try:
                await asyncio.wait({waiting, found}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                waiting.cancel()

    def learn(self, course: Course, answer: Answer) -> None:
        """Let an answer settle what was put aside for it, and find the level of what may be under way."""
        limit, usage, failure = self._limit, answer.usage, answer.failure
        limit.scout.comes_back(course, unheard=failure is not None and failure.code in NEVER_LEFT)
        if answer.is_refused:
            limit.settle(course.passed, 0)
        elif usage is not None and usage.prompt_tokens is not None:
            told = usage.prompt_tokens + (usage.completion_tokens or 0)
            limit.settle(course.passed, told, course.tokens)
        if failure is None:
            limit.breaker.hear_reply(course.request.model)
            limit.slots.grow()
        elif failure.kind == "rate_limited":
            limit.slots.shrink(course.mark)

    def _hold_back(self) -> Failure:
        """Why a request is not sent whose provider asked for a longer wait than settings allow."""
        message = (
            "not sent: the provider asked to be left alone for longer than retries.longest_wait_s allows, "
            f"{self._longest_wait_s:g} s in all"
        )
        return Failure(kind="rate_limited", message=message)


def _not_sent(found: Failure) -> Failure:
    """Why a request is not sent of which another one has found out that it must fail."""
    return found.model_copy(update={"message": f"{NOT_SENT}{found.message}"})
