"""What ends a run early, heard in another thread than the one that plays."""

import asyncio
import signal
import threading
from typing import Any, cast

import pytest

from runner.core.run import INTERRUPTION
from runner.engines.pool import Pool
from runner.operations.interrupt import Interrupts


class Stoppable:
    """As much of a pool as an interruption touches."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    @property
    def stopped(self) -> bool:
        return bool(self.reasons)

    def stop(self, reason: str) -> None:
        self.reasons.append(reason)

    @property
    def pool(self) -> Pool:
        return cast("Pool", self)


async def play(interrupts: Interrupts, pool: Stoppable, seconds: float) -> str:
    with interrupts.attended(pool.pool):
        await asyncio.sleep(seconds)
        return "played"
    return "ended"


def test_a_wish_from_another_thread_stops_the_pool_and_a_second_one_ends_it() -> None:
    """As the first and the second Ctrl-C do."""
    told: list[str] = []
    pool = Stoppable()
    interrupts = Interrupts(told.append)
    threading.Timer(0.05, interrupts.take).start()
    threading.Timer(0.15, interrupts.take).start()
    assert asyncio.run(play(interrupts, pool, 60)) == "ended"
    assert pool.reasons == told == [INTERRUPTION]


def test_a_wish_from_before_the_pool_is_played_is_not_forgotten() -> None:
    """The run is stopped as soon as there is one; what is under way is waited for."""
    pool = Stoppable()
    interrupts = Interrupts(lambda _: None)
    interrupts.take()
    assert asyncio.run(play(interrupts, pool, 0.05)) == "played"
    assert pool.reasons == [INTERRUPTION]


def test_a_wish_that_comes_too_late_does_nothing() -> None:
    """After the end there is no loop to wake; many wishes raise nothing where they are passed on."""
    interrupts = Interrupts(lambda _: None)
    assert asyncio.run(play(interrupts, Stoppable(), 0)) == "played"
    for _ in range(5):
        interrupts.take()


def test_outside_the_main_thread_signals_do_what_they_did() -> None:
    """A run that is played in a thread leaves the program's handlers alone."""
    before = signal.getsignal(signal.SIGINT)
    seen: list[Any] = []

    def listen() -> None:
        with Interrupts(lambda _: None):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert seen == [before]


def test_signals_without_a_pool_are_given_some_patience() -> None:
    """While transcripts are written the first two are heard and wait; the third breaks off."""
    with Interrupts(lambda _: None):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_third_signal_breaks_off_what_holds_up_the_pool() -> None:
    """An author's function that never returns lets nothing else be heard."""
    pool = Stoppable()

    async def hang(interrupts: Interrupts) -> None:
        with interrupts.attended(pool.pool):
            for _ in range(3):
                signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), Interrupts(lambda _: None) as interrupts:
        asyncio.run(hang(interrupts))
