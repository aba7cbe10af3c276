"""The connections that questions share for as long as the program lives, on a loop in a thread of their own.

Law: a question goes to the provider as the settings have it at that moment; one that they no longer have is closed.
"""

import asyncio
import atexit
import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

from runner.core.message import Answer, Request
from runner.operations.connect import Outlet
from runner.operations.thread import Calls, LoopThread
from runner.settings import Provider
from runner.transports import Delta, Notice

SLICE_S: Final = 0.5

OnText = Callable[[str], object]
"""Who is told of a reply's text, piece by piece."""


class Switchboard:
    """The providers that were asked, kept open."""

    def __init__(self) -> None:
        """Make ready; nothing is opened before the first question."""
        self._thread = LoopThread()
        self._outlets: dict[str, Outlet] = {}

    def ask(self, provider: Provider, request: Request, on_text: OnText | None) -> Answer:
        """The answer; pieces are told in the calling thread, and Ctrl-C takes the question back."""
        calls = Calls()

        def notify(notice: Notice) -> None:
            if on_text is not None and isinstance(notice, Delta) and notice.kind == "content":
                calls.put(partial(on_text, notice.text))

        return self._thread.run(self._send(provider, request, notify, stream=on_text is not None), calls)

    async def ask_async(self, provider: Provider, request: Request, on_text: OnText | None) -> Answer:
        """The answer; pieces are told on the calling loop, and cancelling takes the question back."""
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[str | None] = asyncio.Queue()

        def put(piece: str | None) -> None:
            with suppress(RuntimeError):  # the calling loop may have ended in between
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        def notify(notice: Notice) -> None:
            if isinstance(notice, Delta) and notice.kind == "content":
                put(notice.text)

        asked = self._thread.submit(self._send(provider, request, notify, stream=on_text is not None))
        asked.add_done_callback(lambda _: put(None))
        try:
            while (piece := await _next(pieces)) is not None:
                if on_text is not None:
                    on_text(piece)
        except BaseException:
            asked.cancel()
            raise
        return asked.result()

    async def _send(
        self, provider: Provider, request: Request, notify: Callable[[Notice], None], *, stream: bool
    ) -> Answer:
        """The answer of the provider as it is now; what was opened for other settings is closed once nobody asks it."""
        before = self._outlets.get(provider.name)
        if before is None or before.provider != provider:
            outlet = self._outlets[provider.name] = Outlet(provider)
        else:
            outlet = before
        try:
            return await outlet.send(request, notify, stream=stream)
        finally:
            for each in {before, outlet} - {None, self._outlets.get(provider.name)}:
                if each is not None and not each.asking:
                    await each.close()

    def close(self) -> None:
        """Hang up; what is asked afterwards is connected anew. Twice does no harm."""
        outlets, self._outlets = list(self._outlets.values()), {}
        for outlet in outlets:
            self._thread.run(outlet.close())
        self._thread.close()


async def _next(pieces: "asyncio.Queue[str | None]") -> str | None:
    """The next piece; in slices, since a notebook's stop button is heard by a loop that is awake alone."""
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(SLICE_S):
                return await pieces.get()


class _Common:
    """The one switchboard of the program, and those that a process was born with and cannot use."""

    def __init__(self) -> None:
        """Begin with one that has opened nothing."""
        self.board = Switchboard()
        self.left: list[Switchboard] = []
        """Never let go: what a parent opened is the parent's to close."""

    def begin_anew(self) -> None:
        """Leave the parent's connections to it: a child that was forked has no thread that serves them."""
        self.left.append(self.board)
        self.board = Switchboard()

    def close(self) -> None:
        """Hang up at the end of the program."""
        self.board.close()


_COMMON: Final = _Common()
atexit.register(_COMMON.close)
if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_COMMON.begin_anew)


def switchboard() -> Switchboard:
    """The program's switchboard."""
    return _COMMON.board
