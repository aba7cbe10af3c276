"""Each request to the provider that it names, by a transport that is opened when first needed; it decides nothing."""

import asyncio
from collections.abc import Callable

from runner.core.message import Answer, Request
from runner.transports import Notify, Transport


class Router:
    """A transport that hands each request to its provider's own."""

    def __init__(self, open_transport: Callable[[str], Transport]) -> None:
        """Take what opens the transport of a provider, by name; it is called once for each."""
        self._open = open_transport
        self._opened: dict[str, Transport] = {}

    async def send(self, request: Request, notify: Notify) -> Answer:
        """The answer of the provider that the request names."""
        if request.provider not in self._opened:
            self._opened[request.provider] = self._open(request.provider)
        return await self._opened[request.provider].send(request, notify)

    async def close(self) -> None:
        """Close all that was opened, each whatever becomes of the others."""
        opened, self._opened = list(self._opened.values()), {}
        results = await asyncio.gather(*(transport.close() for transport in opened), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
