"""Ctrl-C and SIGTERM while a run is played: the first ends it after the replies under way, the second ends it now.

Whoever plays a run in a thread of its own, where no signal arrives, passes on by `take` what was heard elsewhere.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Final, Self

from runner.core.run import INTERRUPTION
from runner.engines.pool import Pool
from runner.errors import StoreError

GRACE_S: Final = 5.0
"""How long a stopped run waits for the replies under way, seconds."""
PATIENCE: Final = 3
"""How many signals it takes to break off what does not listen: the writing of transcripts, an author's function."""


SIGNALS: Final = tuple(
    signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if name in signal.Signals.__members__
)
"""Ctrl-C, the system's wish, and a terminal that went away."""


class Interrupts:
    """What ends a run early, from its start until its transcripts are written."""

    def __init__(self, stopping: Callable[[str], None]) -> None:
        """Take whom to tell that the run is stopping."""
        self._stopping = stopping
        self._previous: dict[signal.Signals, Any] = {}
        self._count = 0
        self._wake: Callable[[], None] | None = None
        self._error: StoreError | None = None

    def __enter__(self) -> Self:
        """Listen; outside the main thread nobody can, and signals do what they did."""
        for name in SIGNALS:
            with suppress(ValueError):
                # Not loop.add_signal_handler, which Windows does not have.
                self._previous[name] = signal.signal(name, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Listen no longer."""
        for name, handler in self._previous.items():
            signal.signal(name, handler)

    def take(self) -> None:
        """Pass a wish to end on to the pool, as a signal would be; from any thread."""
        self._count += 1
        if self._wake is not None:
            self._wake()

    def _hear(self, *_: object) -> None:
        """Take a signal; a run that is about to end by itself is given some patience."""
        self.take()
        # While a pool is played the second one ends it, unless an author's function holds up everything.
        if self._count >= PATIENCE:
            raise KeyboardInterrupt

    @contextmanager
    def attended(self, pool: Pool) -> Iterator[None]:
        """Let signals stop a pool while it is played; the block ends quietly where one has ended it."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        timers: list[asyncio.TimerHandle] = []

        def interrupt() -> None:
            if pool.stopped:
                task.cancel()
                return
            try:
                pool.stop(INTERRUPTION)
            except StoreError as error:  # raised in a callback of the loop it would be lost
                self._error = error
                task.cancel()
                return
            self._stopping(INTERRUPTION)
            timers.append(loop.call_later(GRACE_S, task.cancel))

        def wake() -> None:
            with suppress(RuntimeError):  # in another thread the loop may have ended in between
                loop.call_soon_threadsafe(interrupt)

        self._wake = wake
        if self._count:
            interrupt()
        try:
            yield
        except asyncio.CancelledError:
            if self._error is not None:
                raise self._error from None
            if not pool.stopped:
                raise
            task.uncancel()
        finally:
            self._wake = None
            for timer in timers:
                timer.cancel()
