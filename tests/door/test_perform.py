"""A run that is waited for is over when the waiting is, however that ends."""

import asyncio
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from runner.door.perform import Performance
from runner.door.progress import Following


class Piece:
    """A piece of work that goes on until it is asked to end so many times."""

    def __init__(self, wishes: int = 1) -> None:
        self.begun = threading.Event()
        self.over = threading.Event()
        self._wishes = wishes

    def __call__(self, _: Any, interrupts: Any) -> Any:
        self.begun.set()
        deadline = time.monotonic() + 10
        while interrupts._count < self._wishes and time.monotonic() < deadline:
            time.sleep(0.005)
        self.over.set()
        return SimpleNamespace(folder=None)


@contextmanager
def signalled(piece: Piece, *delays: float) -> Iterator[None]:
    """Ctrl-C, some moments after the work began."""

    def send() -> None:
        piece.begun.wait(10)
        for delay in delays:
            time.sleep(delay)
            signal.pthread_kill(MAIN, signal.SIGINT)

    sender = threading.Thread(target=send)
    sender.start()
    yield
    sender.join()


MAIN = threading.main_thread().ident or 0


@pytest.mark.parametrize("delays", [(0.0,), (0.05,), (0.1, 0.1)])
def test_ctrl_c_is_a_wish_wherever_it_comes(delays: tuple[float, ...]) -> None:
    """One or several in a row: the work has ended when KeyboardInterrupt is raised, and the handler is as before."""
    piece = Piece(len(delays))
    before = signal.getsignal(signal.SIGINT)
    with signalled(piece, *delays), pytest.raises(KeyboardInterrupt):
        Performance(piece, Following()).wait()
    assert piece.over.is_set()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_handler_of_somebody_else_is_left_alone() -> None:
    """What it raises ends the run, and goes on once that is over."""

    def leave(*_: object) -> None:
        raise LookupError("leaving")

    piece = Piece()
    before = signal.signal(signal.SIGINT, leave)
    try:
        with signalled(piece, 0.05), pytest.raises(LookupError, match="leaving"):
            Performance(piece, Following()).wait()
    finally:
        signal.signal(signal.SIGINT, before)
    assert piece.over.is_set()


def test_it_is_waited_for_outside_the_main_thread() -> None:
    """No signal is touched there, where none can be."""
    caught: list[object] = []

    def call() -> None:
        caught.append(Performance(Piece(0), Following()).wait())

    thread = threading.Thread(target=call)
    thread.start()
    thread.join(10)
    assert len(caught) == 1


@pytest.mark.parametrize("ends", [KeyboardInterrupt, SystemExit])
def test_a_loop_that_ends_takes_the_run_with_it(ends: type[BaseException]) -> None:
    """What ends the loop itself is raised once the run is over."""
    piece = Piece()

    class Ending(Following):
        def show(self) -> None:
            if piece.begun.is_set():
                raise ends

    async def call() -> None:
        await Performance(piece, Ending()).wait_async()

    with pytest.raises(ends):
        asyncio.run(call())
    assert piece.over.is_set()


def test_an_error_of_the_display_is_raised_when_the_run_is_over_though_it_is_cancelled_meanwhile() -> None:
    """Neither of the two leaves the run alone."""
    piece = Piece(2)

    class Broken(Following):
        def show(self) -> None:
            raise LookupError("no screen")

    async def call() -> None:
        task = asyncio.create_task(Performance(piece, Broken()).wait_async())
        await asyncio.sleep(0.4)
        task.cancel()
        await task

    with pytest.raises(LookupError, match="no screen"):
        asyncio.run(call())
    assert piece.over.is_set()
