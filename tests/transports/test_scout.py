"""Who goes first at a provider of which nothing is known yet."""

import asyncio
from typing import Any

from runner.transports.scout import MOMENT_S, Scout


class Clock:
    """A clock that only sleeping moves on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        for _ in range(20):
            await asyncio.sleep(0)
        self.now += seconds


def follow(scout: Scout, clock: Clock, *steps: Any) -> tuple[float, int]:
    """Wait behind a first request that does one thing after the other; the seconds waited, and how often it was told."""
    told: list[None] = []

    async def main() -> float:
        assert scout.goes("first")
        assert scout.goes("first"), "also when it comes again"
        assert not scout.goes("second")
        began = clock.now
        waiting = asyncio.ensure_future(scout.wait(clock.sleep, lambda: told.append(None)))
        for step in steps:
            for _ in range(5):
                await asyncio.sleep(0)
            step()
        await asyncio.wait_for(waiting, 5)
        assert scout.goes("second")
        return clock.now - began

    return asyncio.run(main()), len(told)


def test_an_answer_lets_the_others_go_at_once() -> None:
    """Whatever it was: what it proves is the breaker's."""
    clock = Clock()
    scout = Scout(clock=clock)
    assert follow(scout, clock, lambda: scout.comes_back("first")) == (0, 0)


def test_a_slow_first_answer_holds_up_nobody_for_long() -> None:
    """After a moment all go."""
    clock = Clock()
    assert follow(Scout(clock=clock), clock) == (MOMENT_S, 0)


def test_while_the_first_one_finds_nobody_the_others_wait() -> None:
    """Between tries that never left nobody else need try: they are told why they wait, and go when it has ended."""
    clock = Clock()
    scout = Scout(clock=clock)

    def give_up_later() -> None:
        async def later() -> None:
            for _ in range(500):
                await asyncio.sleep(0)
            scout.comes_back("second")  # which is not the first one's end
            scout.comes_back("first")

        asyncio.ensure_future(later())  # noqa: RUF006 - the test waits for what it does

    waited, told = follow(scout, clock, lambda: scout.comes_back("first", unheard=True), give_up_later)
    assert waited > 2 * MOMENT_S
    assert told == 1


def test_without_a_moment_nobody_goes_first() -> None:
    """A server of one's own needs no scout."""
    scout = Scout(0)
    assert all(scout.goes(each) for each in "abc")
