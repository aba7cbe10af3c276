"""What all requests to one provider share: so many in flight, and a gate that whoever is told to wait closes for all."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


class Limit:
    """The limit on one provider's requests."""

    def __init__(self, in_flight: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with all slots free and the gate open."""
        self._slots = asyncio.Semaphore(in_flight)
        self._clock = clock
        self._closed_until = 0.0
        self.in_flight = 0
        """How many requests are under way."""
        self.reason = ""
        """Why the gate was closed last."""

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """A slot, as soon as there is one; whoever holds it looks at the gate before anything is sent."""
        async with self._slots:
            yield

    @asynccontextmanager
    async def flight(self) -> AsyncIterator[int]:
        """The time that a request is under way; gives how many are, this one counted."""
        self.in_flight += 1
        try:
            yield self.in_flight
        finally:
            self.in_flight -= 1

    def close(self, seconds: float, reason: str) -> None:
        """Let nothing out for so long; an earlier order to wait longer still holds."""
        self._closed_until = max(self._closed_until, self._clock() + seconds)
        self.reason = reason

    def closed_for(self) -> float:
        """The seconds until something may be sent."""
        return max(0.0, self._closed_until - self._clock())
