"""Requests that a person sends one at a time: what the last one met is no reason not to send the next."""

from runner.core.message import Answer, Request
from runner.transports import Notify, Transport
from runner.transports.limits import Limit


class Alone:
    """A transport that finds out anew, with each request, whether its provider answers."""

    def __init__(self, inner: Transport, limit: Limit) -> None:
        """Take what sends, and what it shares with nobody."""
        self._inner = inner
        self._limit = limit

    async def send(self, request: Request, notify: Notify) -> Answer:
        """The answer to a request."""
        self._limit.breaker.forget()
        return await self._inner.send(request, notify)

    async def close(self) -> None:
        """Close what sends."""
        await self._inner.close()
