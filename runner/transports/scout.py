"""Who goes first at a provider of which nothing is known yet: one request, while the others wait a moment; it sends nothing.

Law: nobody waits longer than a moment for a request that is under way, so that a slow first reply holds up no other.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

MOMENT_S: Final = 0.5
"""How long others wait for the first answer; a refused key and a wrong model are told sooner."""
UNHEARD: Final = "whether anybody answers is found out by one request"
"""Why others wait on while the first one tries again, as part of a sentence."""


class Scout:
    """The first request to a provider, and what others may know by it."""

    def __init__(self, moment_s: float = MOMENT_S, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing known; without a moment to wait nobody goes first."""
        self._moment_s = moment_s
        self._clock = clock
        self._first: object = None
        self._since: float | None = None
        """When its present try began; None between two tries."""
        self._known = asyncio.Event()
        if not moment_s:
            self._known.set()

    def goes(self, request: object) -> bool:
        """Whether a request need not wait for another one; of those that come first one goes."""
        if self._known.is_set() or self._first is request:
            return True
        if self._first is None:
            self._first, self._since = request, self._clock()
            return True
        return False

    def sets_out(self, request: object) -> None:
        """Note that a request is being sent."""
        if self._first is request:
            self._since = self._clock()

    def comes_back(self, request: object, *, unheard: bool = False) -> None:
        """Note that a request was answered, or has ended; `unheard` where it never left, and may be tried again."""
        if self._first is request and unheard:
            self._since = None
        elif self._first is request:
            self._known.set()

    async def wait(self, sleep: Callable[[float], Awaitable[object]], tell: Callable[[], None]) -> bool:
        """Wait until something is known, or a moment has passed; whether it took longer, of which `tell` is told."""
        is_told = False
        while not self._known.is_set():
            waiting: set[asyncio.Future[Any]] = {
                asyncio.ensure_future(self._known.wait()),
                asyncio.ensure_future(sleep(self._moment_s)),
            }
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in waiting:
                    each.cancel()
            if self._known.is_set():
                break
            if self._since is None:
                if not is_told:
                    tell()
                is_told = True
            elif self._clock() - self._since >= self._moment_s:
                self._known.set()
        return is_told
