"""The one place that tries again: what may pass, after a pause that the server or chance decides; it changes no answer.

Law: no request is sent while its provider asked to be left alone, and none waits longer, all in all, than settings say.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from random import Random
from typing import Final

from runner.core.message import Answer, Attempt, Failure, Request
from runner.settings import Retries
from runner.transports import Deferred, Notify, Started, Transport, Waiting
from runner.transports.faults import is_servers_fault
from runner.transports.limits import Limit

_FIRST: Final = 1.0
"""The longest pause before the second try, in seconds; each further one may be twice as long."""
_LONGEST: Final = 30.0
"""The longest pause that is not the server's own wish."""
_SPREAD: Final = 0.25
"""The share of a common wait, but a second at most, within which those who waited set out, not all at once."""

_PASSING: Final = frozenset({"unreachable", "cut_stream", "malformed", "rate_limited"})
"""Failures that another try may not meet."""
_LASTING: Final = frozenset(
    {"no_credit", "context_overflow", "not_allowed", "no_such_model", "refused_parameter"}
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
        self._clock = clock
        self._sleep = sleep

    async def close(self) -> None:
        """Close what sends."""
        await self._inner.close()

    async def send(self, request: Request, notify: Notify) -> Answer:
        """The first reply, or the last failure, with every try that was made."""
        tries: list[Attempt] = []
        asked_at: str | None = None
        waited = total = 0.0
        while True:
            async with self._limit.slot():
                held = await self._pass_gate(request, notify, self._retries.longest_wait_s - total)
                if held is None:
                    return self._hold_back(tries)
                waited, total = waited + held, total + held
                async with self._limit.flight() as in_flight:
                    notify(Started(request.slot, in_flight))
                    answer = await self._inner.send(request, notify)
            tries.append(_last_try(answer).model_copy(update={"waited_s": round(waited, 3)}))
            done = {"attempts": tuple(tries), "in_flight": in_flight, "asked_at": asked_at}
            asked_at = asked_at or answer.started_at
            if answer.failure is None or not self._may_pass(answer.failure):
                return _plain(answer, done)
            pause = self._pause(answer, len(tries))
            over = self._give_up(len(tries), total, pause)
            if answer.failure.kind == "rate_limited":
                # The others would only be told the same; who waits at the gate waits there alone.
                self._limit.close(pause, _words(answer.failure))
                pause = 0.0
            if over is not None:
                return _plain(answer, {**done, "failure": _add(answer.failure, over)})
            waited = await self._wait(
                request,
                notify,
                pause,
                f"{_words(answer.failure)}, try {len(tries) + 1} of {self._retries.max_tries}",
            )
            total += waited

    async def _pass_gate(self, request: Request, notify: Notify, patience: float) -> float | None:
        """The seconds that were waited for the provider's gate to open; None where that takes too long."""
        waited = 0.0
        while (closed := self._limit.closed_for()) > 0:
            if waited + closed > patience:
                return None
            spread = self._chance.uniform(0, min(1.0, closed * _SPREAD))
            waited += await self._wait(
                request, notify, min(closed + spread, patience - waited), self._limit.reason
            )
        return waited

    async def _wait(self, request: Request, notify: Notify, seconds: float, reason: str) -> float:
        """The seconds that were waited."""
        if seconds <= 0:
            return 0.0
        began = self._clock()
        notify(Waiting(request.slot, seconds, reason))
        await self._sleep(seconds)
        return self._clock() - began

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

    def _hold_back(self, tries: list[Attempt]) -> Answer:
        """The answer to a request that is not sent, since its provider asked for a longer wait than settings allow."""
        message = (
            f"not sent: the provider asked for no request in the next {self._limit.closed_for():.4g} s, and "
            f"retries.longest_wait_s allows a wait of {self._retries.longest_wait_s:g} s in all"
        )
        return Answer(failure=Failure(kind="rate_limited", message=message), attempts=tuple(tries))


def _plain(answer: Answer, changed: dict[str, object]) -> Answer:
    """The answer with changed fields, and without what only this module needs to know."""
    if isinstance(answer, Deferred):
        answer = Answer.model_construct(**{name: getattr(answer, name) for name in Answer.model_fields})
    return answer.model_copy(update=changed)


def _last_try(answer: Answer) -> Attempt:
    """The try that an answer came from."""
    if answer.attempts:
        return answer.attempts[-1]
    return Attempt(outcome=answer.failure.kind if answer.failure else "replied")


def _add(failure: Failure, words: str) -> Failure:
    """The failure with something added to its message."""
    return failure.model_copy(update={"message": f"{failure.message} ({words})"})


def _words(failure: Failure) -> str:
    """The failure's kind in plain words."""
    return failure.kind.replace("_", " ")
