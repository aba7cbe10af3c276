"""Names the cache that a provider is to look into, where its settings ask for that; a request's key stays as it was."""

from dataclasses import replace
from typing import Final

from runner.core.message import CHAT, Answer, Request
from runner.transports import Notify, Transport

FIELD: Final = "prompt_cache_key"


class CacheKey:
    """A transport whose chats carry a cache key; those that have one of their own keep it."""

    def __init__(self, inner: Transport, name: str) -> None:
        """Take what sends, and the cache key."""
        self._inner = inner
        self._name = name

    async def send(self, request: Request, notify: Notify) -> Answer:
        """The answer to the request with its cache key."""
        if FIELD not in request.params and request.path == CHAT:
            request = replace(request, params={FIELD: self._name, **request.params})
        return await self._inner.send(request, notify)

    async def close(self) -> None:
        """Close what sends."""
        await self._inner.close()
