"""How many requests are under way at once."""

import asyncio
from itertools import pairwise

import pytest

from runner.transports.slots import Slots


def test_gives_as_many_slots_as_there_are() -> None:
    """No more slots are held at once than there are, in the order in which they were asked for."""
    order: list[int] = []
    held = peak = 0

    async def hold(slots: Slots, number: int) -> None:
        nonlocal held, peak
        await slots.take()
        order.append(number)
        held += 1
        peak = max(peak, held)
        await asyncio.sleep(0)
        held -= 1
        slots.give_back()

    async def main() -> None:
        slots = Slots(3)
        await asyncio.gather(*(hold(slots, number) for number in range(20)))

    asyncio.run(main())
    assert peak == 3
    assert order == list(range(20))


def test_who_is_cancelled_takes_no_slot_away() -> None:
    """Whoever is cancelled while waiting, even in the moment in which a slot is handed over, leaves it to the next."""

    async def main() -> None:
        for is_handed in (False, True):
            slots = Slots(1)
            await slots.take()
            first, second = (asyncio.ensure_future(slots.take()) for _ in range(2))
            await asyncio.sleep(0)
            if is_handed:
                slots.give_back()
            first.cancel()
            if not is_handed:
                await asyncio.sleep(0)
                slots.give_back()
            async with asyncio.timeout(1):
                await second
            assert first.cancelled()
            assert not slots.take_now()

    asyncio.run(main())


def taken(slots: Slots) -> int:
    """How many can be taken, and given back again."""
    number = 0
    while slots.take_now():
        number += 1
    for _ in range(number):
        slots.give_back()
    return number


def test_the_level_halves_once_for_all_that_were_sent_at_it() -> None:
    """Several refusals of what was sent at one level halve it once; the next ones halve it again, down to one."""
    slots = Slots(16)
    for _ in range(16):
        assert slots.take_now()
    mark = slots.mark
    for _ in range(5):
        slots.shrink(mark)
    assert slots.level == 8
    for _ in range(16):
        slots.give_back()
    assert taken(slots) == 8
    for level in (4, 2, 1, 1):
        for _ in range(slots.level):
            assert slots.take_now()
        slots.shrink(slots.mark)
        assert slots.level == level
        while slots._taken:
            slots.give_back()


def test_a_refusal_of_one_that_was_alone_halves_what_is_allowed() -> None:
    """It says nothing of how many at once would be too many: the first of all that are to come takes not all the rest."""
    slots = Slots(16)
    assert slots.take_now()
    slots.shrink(slots.mark)
    assert slots.level == 8


def test_the_level_falls_below_what_was_under_way() -> None:
    """A refusal while two of sixteen were under way leaves one."""
    slots = Slots(16)
    assert slots.take_now()
    assert slots.take_now()
    slots.shrink(slots.mark)
    assert slots.level == 1


@pytest.mark.parametrize("most", [1, 4, 16])
def test_replies_raise_the_level_again(most: int) -> None:
    """By one for as many replies as there are slots, and never above what is allowed."""
    slots = Slots(most)
    assert slots.take_now()
    slots.shrink(slots.mark)
    slots.give_back()
    levels = []
    for _ in range(200):
        slots.grow()
        levels.append(slots.level)
    assert levels == sorted(levels)
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert levels[-1] == most
    assert levels[most // 2] < most or most == 1


def test_who_waits_goes_on_when_the_level_rises() -> None:
    """A slot more goes to who has waited longest."""

    async def main() -> None:
        slots = Slots(2)
        assert slots.take_now()
        slots.shrink(slots.mark)
        waiting = asyncio.ensure_future(slots.take())
        await asyncio.sleep(0)
        assert not waiting.done()
        slots.grow()
        async with asyncio.timeout(1):
            await waiting

    asyncio.run(main())
