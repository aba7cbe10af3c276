"""A run played in a thread of its own while its caller waits; it knows neither what is played nor what is shown.

Law: what the caller is interrupted by, or cancelled, stops the run as Ctrl-C does on the command line, and is raised
once everything is written.
"""

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable
from typing import Final, Protocol

from runner.operations.interrupt import Interrupts
from runner.operations.play import Audience, Played
from runner.operations.thread import hearing_ctrl_c

SLICE_S: Final = 0.2
"""How long the caller waits before it looks up to show how far the run is, seconds."""

Perform = Callable[[Audience, Interrupts], Played]
"""Plays or resumes a run before an audience, until it ends or is interrupted."""


class Shown(Audience, Protocol):
    """An audience that remembers how far the run is, and shows it when it is asked to, by whoever waits."""

    @property
    def name(self) -> str | None:
        """The run's name; None before it has begun."""
        ...

    def show(self) -> None:
        """Show how far the run is."""
        ...


class Performance:
    """A run under way."""

    def __init__(self, perform: Perform, audience: Shown) -> None:
        """Begin."""
        self._audience = audience
        self._interrupts = Interrupts(audience.stopping)
        self._ended: concurrent.futures.Future[Played] = concurrent.futures.Future()
        self._ended.set_running_or_notify_cancel()
        # No daemon: a program that ends while a run is played waits until what was heard is written.
        self._thread = threading.Thread(target=self._play, args=(perform,), name="runner-play")
        self._thread.start()

    def wait(self) -> Played:
        """The run, once it has ended; raises KeyboardInterrupt where the caller was interrupted meanwhile."""
        with hearing_ctrl_c():
            interrupted = self._watch()
        if interrupted and self._ended.exception() is None:
            raise KeyboardInterrupt(self._way_on())
        return self._outcome()

    def _watch(self) -> bool:
        """Whether the caller was interrupted before the run had ended."""
        interrupted = False
        while not self._ended.done():
            try:
                concurrent.futures.wait([self._ended], SLICE_S)
                self._audience.show()
            except KeyboardInterrupt:
                interrupted = True
                self._interrupts.take()
            except BaseException:
                self._interrupts.take()
                concurrent.futures.wait([self._ended])
                raise
        return interrupted

    async def wait_async(self) -> Played:
        """The run, once it has ended; raises CancelledError where the caller was cancelled meanwhile."""
        ended = asyncio.wrap_future(self._ended)
        cancelled: asyncio.CancelledError | None = None
        while not ended.done():
            try:
                await asyncio.wait([ended], timeout=SLICE_S)
                self._audience.show()
            except asyncio.CancelledError as error:
                cancelled = error
                self._interrupts.take()
            except Exception:
                self._interrupts.take()
                await asyncio.wait([ended])
                raise
        if cancelled is not None and ended.exception() is None:
            cancelled.add_note(self._way_on())
            raise cancelled
        return self._outcome()

    def _play(self, perform: Perform) -> None:
        """Play, in the thread."""
        try:
            self._ended.set_result(perform(self._audience, self._interrupts))
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            self._ended.set_exception(error)

    def _outcome(self) -> Played:
        """The run, or what ended it, with the way on."""
        error = self._ended.exception()
        if error is not None and self._audience.name is not None:
            error.add_note(self._way_on())
        return self._ended.result()

    def _way_on(self) -> str:
        """Where what was heard is, and how to go on."""
        name = self._audience.name
        return f"{name}: what was heard is saved; go on with runner.resume({name!r})"
