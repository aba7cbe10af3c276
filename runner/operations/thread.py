"""An event loop in a thread of its own: asynchronous work for callers that wait, also where a loop is running already.

Law: what is run is over when `run` returns or raises, Ctrl-C included: nothing goes on behind its caller's back.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Final, Self, TypeVar

Result = TypeVar("Result")

Calls = SimpleQueue[Callable[[], object] | None]
"""What a piece of work wants called where it is waited for; None says that it is over."""

SLICE_S: Final = 0.5


class LoopThread:
    """A loop that runs from the first piece of work until it is closed."""

    def __init__(self) -> None:
        """Make ready; the thread starts with the first piece of work."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def submit(self, work: Coroutine[Any, Any, Result]) -> "Future[Result]":
        """Begin a piece of work; its future can be waited for, and cancelled."""
        return asyncio.run_coroutine_threadsafe(work, self._started())

    def run(self, work: Coroutine[Any, Any, Result], calls: Calls | None = None) -> Result:
        """The result of a piece of work; KeyboardInterrupt cancels it, waits for its end, and is raised.

        What the work puts among the calls is called here, in the waiting thread; what that raises ends the work as well.
        """
        loop, waiting = self._started(), SimpleQueue() if calls is None else calls
        over = threading.Event()
        tasks: list[asyncio.Task[Result]] = []

        def end(_: object) -> None:
            over.set()
            waiting.put(None)

        def begin() -> None:
            tasks.append(loop.create_task(work))
            # Told by the task and not by the work, which one that is cancelled at once never enters.
            tasks[0].add_done_callback(end)

        loop.call_soon_threadsafe(begin)
        with hearing_ctrl_c():
            try:
                _wait(waiting)
            except BaseException:
                loop.call_soon_threadsafe(lambda: tasks[0].cancel())  # noqa: PLW0108 - there may be no task yet
                while not over.wait(
                    SLICE_S
                ):  # not for the call that says so, which may have been taken already
                    pass
                raise
        return tasks[0].result()

    def _started(self) -> asyncio.AbstractEventLoop:
        """The loop, running."""
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="runner", daemon=True)
                self._thread.start()
            return self._loop

    def close(self) -> None:
        """End the thread; work under way is cancelled and waited for. Twice does no harm."""
        loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(_end_all(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()

    def __enter__(self) -> Self:
        """Enter."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


@contextmanager
def hearing_ctrl_c() -> Iterator[None]:
    """Let Ctrl-C be a KeyboardInterrupt also for a caller that keeps a running loop waiting.

    `asyncio.run` makes it a wish to its loop, which would be heard when the waiting is over.
    """
    previous = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()
    if not (is_main and callable(previous) and _is_inside_a_loop()):
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def _is_inside_a_loop() -> bool:
    """Whether a loop is running in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _wait(calls: Calls) -> None:
    """Make calls until the work is over; in slices, since Windows hears Ctrl-C between them alone."""
    while True:
        try:
            call = calls.get(timeout=SLICE_S)
        except Empty:
            continue
        if call is None:
            return
        call()


async def _end_all() -> None:
    """Cancel what is under way and wait for its end."""
    loop = asyncio.get_running_loop()
    others = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()
