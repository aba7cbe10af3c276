"""A run played in a thread of its own while its caller waits; it knows neither what is played nor what is shown.

Law: what the caller is interrupted by, or cancelled, stops the run as Ctrl-C does on the command line, and is raised
once everything is written.
"""

import asyncio
import concurrent.futures
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

    def end(self) -> None:
        """Show it for the last time."""
        ...


class Performance:
    """A run that is played while it is waited for."""

    def __init__(self, perform: Perform, audience: Shown) -> None:
        """Take what plays it, and who follows it; it begins when it is waited for."""
        self._audience = audience
        self._interrupts = Interrupts(audience.stopping)
        self._is_interrupted = False
        self._ended: concurrent.futures.Future[Played] = concurrent.futures.Future()
        self._ended.set_running_or_notify_cancel()
        # No daemon: a program that ends while a run is played waits until what was heard is written.
        self._thread = threading.Thread(target=self._play, args=(perform,), name="runner-play")

    def wait(self) -> Played:
        """The run, once it has ended; raises KeyboardInterrupt where the caller was interrupted meanwhile."""
        with hearing_ctrl_c(), self._taking_ctrl_c():
            self._thread.start()
            try:
                self._watch()
            except BaseException:
                self._stop()
                concurrent.futures.wait([self._ended])
                raise
            finally:
                self._audience.end()
        if self._is_interrupted and self._ended.exception() is None:
            raise KeyboardInterrupt(self._way_on())
        return self._outcome()

    def _watch(self) -> None:
        """Show how far the run is until it has ended."""
        while not self._ended.done():
            try:
                concurrent.futures.wait([self._ended], SLICE_S)
                self._audience.show()
            except KeyboardInterrupt:  # of whoever makes one without a signal
                self._stop()

    @contextmanager
    def _taking_ctrl_c(self) -> Iterator[None]:
        """Take Ctrl-C as a wish and not as an error, which could come where nobody stops the run for it."""
        # A handler of somebody else is left alone; what it raises stops the run as any error does.
        if signal.getsignal(signal.SIGINT) is not signal.default_int_handler or not _is_main():
            yield
            return
        signal.signal(signal.SIGINT, lambda *_: self._stop())
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _stop(self) -> None:
        """Let the run end: after the replies under way, and where it was asked for before, now."""
        self._is_interrupted = True
        self._interrupts.take()

    async def wait_async(self) -> Played:
        """The run, once it has ended; raises CancelledError where the caller was cancelled meanwhile."""
        ended = asyncio.wrap_future(self._ended)
        ended.add_done_callback(_look_at)
        self._thread.start()
        try:
            cancelled = await self._watch_async(ended)
        finally:
            self._audience.end()
        if cancelled is not None and self._ended.exception() is None:
            cancelled.add_note(self._way_on())
            raise cancelled
        return self._outcome()

    async def _watch_async(self, ended: "asyncio.Future[Played]") -> asyncio.CancelledError | None:
        """Show how far the run is until it has ended; what cancelled the caller meanwhile."""
        cancelled: asyncio.CancelledError | None = None
        wrong: Exception | None = None
        while not ended.done():
            try:
                await asyncio.wait([ended], timeout=SLICE_S)
                if wrong is None:
                    self._audience.show()
            except asyncio.CancelledError as error:
                cancelled = error
                self._stop()
            except Exception as error:  # noqa: BLE001 - raised when the run is over
                wrong = error
                self._stop()
            except (
                BaseException
            ):  # the loop itself is ending: it can be waited for no longer, but the run can
                self._stop()
                concurrent.futures.wait([self._ended])
                raise
        if wrong is not None:
            raise wrong
        return cancelled

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


def _is_main() -> bool:
    """Whether this is the thread that signals arrive in."""
    return threading.current_thread() is threading.main_thread()


def _look_at(ended: "asyncio.Future[Played]") -> None:
    """Look at how a run ended, lest the loop complain that nobody did: it is told by other means."""
    if not ended.cancelled():
        ended.exception()
