"""A loop in a thread of its own: results, errors, Ctrl-C and the end."""

import asyncio
import os
import signal
import threading

import pytest

from runner.operations.thread import Calls, LoopThread


async def double(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


async def fail() -> None:
    raise ValueError("no")


def test_work_is_run_also_where_a_loop_is_running() -> None:
    """A caller inside a running loop waits for the result like any other."""

    async def call() -> int:
        with LoopThread() as thread:
            return thread.run(double(2))

    assert asyncio.run(call()) == 4


def test_an_error_is_raised_where_the_work_was_asked_for() -> None:
    """What the work raises its caller meets."""
    with LoopThread() as thread, pytest.raises(ValueError, match="no"):
        thread.run(fail())


def test_ctrl_c_cancels_the_work_and_waits_for_its_end() -> None:
    """KeyboardInterrupt is raised when nothing is left of the work, and the thread can be used again."""
    ended: list[str] = []

    async def work() -> None:
        asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGINT)
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)
            ended.append("ended")

    with LoopThread() as thread:
        with pytest.raises(KeyboardInterrupt):
            thread.run(work())
        assert ended == ["ended"]
        assert thread.run(double(3)) == 6


def test_ctrl_c_is_heard_also_where_a_loop_is_kept_waiting() -> None:
    """`asyncio.run` would keep it for its own loop, which does nothing before the work is over."""

    async def call() -> None:
        with LoopThread() as thread:
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
            with pytest.raises(KeyboardInterrupt):
                thread.run(asyncio.sleep(60))

    before = signal.getsignal(signal.SIGINT)
    asyncio.run(call())
    assert signal.getsignal(signal.SIGINT) is before


def test_calls_are_made_where_the_work_is_waited_for() -> None:
    """In their order, in the waiting thread; one that raises ends the work, and is raised."""
    calls: Calls = Calls()
    made: list[int] = []

    async def work() -> str:
        for _ in range(2):
            calls.put(lambda: made.append(threading.get_ident()))
            await asyncio.sleep(0)
        return "done"

    async def fall() -> None:
        calls.put(made.clear)
        calls.put(made.pop)
        await asyncio.sleep(60)

    with LoopThread() as thread:
        assert thread.run(work(), calls) == "done"
        assert made == [threading.get_ident()] * 2
        with pytest.raises(IndexError):
            thread.run(fall(), calls)


def test_closing_ends_what_was_submitted() -> None:
    """Work that nobody waits for is cancelled, and the thread is gone."""
    before = threading.active_count()
    thread = LoopThread()
    future = thread.submit(asyncio.sleep(60))
    thread.run(double(1))
    thread.close()
    thread.close()
    assert future.cancelled()
    assert threading.active_count() == before
