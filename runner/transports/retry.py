"""The one place that tries again: what may pass, after a pause that the server or chance decides; it changes no answer.

Law: no request is sent before `Admission` lets it out, and none waits for that longer, all in all, than settings say.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, Final

from runner.core.budget import guess_tokens
from runner.core.message import Answer, Attempt, Failure, Request
from runner.settings import Retries
from runner.transports import Deferred, Notify, Started, Transport
from runner.transports.admission import Admission, Course
from runner.transports.faults import is_servers_fault
from runner.transports.limits import Limit

_FIRST: Final = 1.0
"""The longest pause before the second try, in seconds; each further one may be twice as long."""
_LONGEST: Final = 30.0
"""The longest pause that is not the server's own wish."""

_PASSING: Final = frozenset({"unreachable", "cut_stream", "malformed", "rate_limited"})
"""Failures that another try may not meet."""
_LASTING: Final = frozenset(
    {"no_credit", "context_overflow", "content_filter", "not_allowed", "no_such_model", "refused_parameter"}
)
"""Failures that every try meets, whatever the status."""


class Retry:
    """A transport that tries again what another one failed at."""

    def __init__(
        self,
        inner: Transport,
        limit: Limit,
        retries: Retries,
        *,
        chance: Random,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Take what sends, what is shared with all who send to the same provider, and what decides the pauses."""
        self._inner = inner
        self._limit = limit
        self._retries = retries
        self._chance = chance
        self._admission = Admission(limit, retries.longest_wait_s, chance=chance, clock=clock, sleep=sleep)

    async def close(self) -> None:
        """Close what sends."""
        await self._inner.close()

    async def send(self, request: Request, notify: Notify) -> Answer:
        """The first reply, or the last failure, with every try that was made."""
        limit = self._limit
        tokens = sum(guess_tokens(request)) if limit.is_paced else 0
        course = Course(request, notify, limit.breaker.replies, tokens)
        try:
            return await self._try_until_over(course)
        finally:
            limit.scout.comes_back(course)

    async def _try_until_over(self, course: Course) -> Answer:
        """The first reply, or the last failure."""
        limit, request = self._limit, course.request
        while True:
            held_back = await self._admission.enter(course)
            if held_back is not None:
                return Answer(failure=held_back, attempts=tuple(course.tries), asked_at=course.asked_at)
            try:
                answer, done = await self._try_once(course)
            finally:
                limit.slots.give_back()
            if answer.failure is None:
                return _plain(answer, done)
            again = self._may_pass(answer.failure)
            pause = self._pause(answer, len(course.tries)) if again else 0.0
            over = self._give_up(len(course.tries), course.spent, pause) if again else None
            if again and answer.failure.kind == "rate_limited":
                # The others would only be told the same; who waits at the gate waits there alone.
                limit.close(pause, _words(answer.failure))
                pause = 0.0
            if not again or over is not None:
                limit.breaker.hear_failure(request.model, answer.failure, course.replies)
                return _plain(answer, {**done, "failure": _add(answer.failure, over)})
            reason = f"{_words(answer.failure)}, try {len(course.tries) + 1} of {self._retries.max_tries}"
            course.spent += await self._admission.wait(course, pause, reason)

    # -- sending ---------------------------------------------------------------------------------------------------

    async def _try_once(self, course: Course) -> tuple[Answer, dict[str, Any]]:
        """The answer to one try, and what is to be written into it of all that was tried."""
        limit, request = self._limit, course.request
        limit.in_flight += 1
        in_flight = limit.in_flight
        limit.scout.sets_out(course)
        try:
            course.notify(Started(request.slot, in_flight))
            answer = await self._inner.send(request, course.notify)
        finally:
            limit.in_flight -= 1
        last, waited = _last_try(answer), round(course.waited, 3)
        course.tries.append(last if waited == last.waited_s else last.model_copy(update={"waited_s": waited}))
        done = {"attempts": tuple(course.tries), "in_flight": in_flight, "asked_at": course.asked_at}
        course.asked_at = course.asked_at or answer.started_at
        course.waited = 0.0
        self._admission.learn(course, answer)
        return answer, done

    # -- deciding --------------------------------------------------------------------------------------------------

    def _may_pass(self, failure: Failure) -> bool:
        """Whether another try may end otherwise."""
        if failure.kind in _LASTING:
            return False
        if failure.kind in _PASSING or failure.status in {408, 409, 429}:
            return True
        if failure.kind == "timed_out":
            return failure.code in {"connect", "first_token"}
        if failure.kind == "server_error":
            return self._retries.server_errors and failure.status != 501
        return failure.kind == "error_in_reply" and self._retries.server_errors and is_servers_fault(failure)

    def _pause(self, answer: Answer, tries: int) -> float:
        """The seconds to wait before the next try: what the server asks for, or anything up to a doubling limit."""
        if isinstance(answer, Deferred):
            return answer.retry_after_s
        return self._chance.uniform(0, min(_LONGEST, _FIRST * 2 ** (tries - 1)))

    def _give_up(self, tries: int, total: float, pause: float) -> str | None:
        """Why there is no further try; None where there is one."""
        if tries >= self._retries.max_tries:
            return f"given up after {tries} {'try' if tries == 1 else 'tries'}"
        if total + pause > self._retries.longest_wait_s:
            return (
                f"given up: the next try would be {pause:.4g} s away, and retries.longest_wait_s "
                f"allows {self._retries.longest_wait_s:g} s in all"
            )
        return None


def _plain(answer: Answer, changed: dict[str, Any]) -> Answer:
    """The answer with changed fields, and without what only this module needs to know."""
    if isinstance(answer, Deferred):
        answer = Answer.model_construct(**{name: getattr(answer, name) for name in Answer.model_fields})
    return answer.model_copy(update=changed)


def _last_try(answer: Answer) -> Attempt:
    """The try that an answer came from."""
    if answer.attempts:
        return answer.attempts[-1]
    return Attempt(outcome=answer.failure.kind if answer.failure else "replied")


def _add(failure: Failure, words: str | None) -> Failure:
    """The failure with something added to its message."""
    return (
        failure if words is None else failure.model_copy(update={"message": f"{failure.message} ({words})"})
    )


def _words(failure: Failure) -> str:
    """The failure's kind in plain words."""
    return failure.kind.replace("_", " ")
