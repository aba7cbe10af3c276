"""What all requests to one provider share."""

import asyncio

from runner.transports.limits import Limit


def test_gives_as_many_slots_as_there_are() -> None:
    """No more slots are held at once than there are, in the order in which they were asked for."""
    order: list[int] = []
    peak = 0

    async def hold(limit: Limit, number: int) -> None:
        nonlocal peak
        async with limit.slot(), limit.flight() as in_flight:
            order.append(number)
            peak = max(peak, in_flight)
            await asyncio.sleep(0)

    async def main() -> None:
        limit = Limit(3)
        await asyncio.gather(*(hold(limit, number) for number in range(20)))
        assert limit.in_flight == 0

    asyncio.run(main())
    assert peak == 3
    assert order == list(range(20))


def test_a_slot_is_given_back_whatever_happens() -> None:
    """A slot whose holder fails or is cancelled is free again."""

    async def main() -> None:
        limit = Limit(1)
        for error in (ValueError, asyncio.CancelledError):
            try:
                async with limit.slot(), limit.flight():
                    raise error
            except (ValueError, asyncio.CancelledError):
                assert limit.in_flight == 0
        async with asyncio.timeout(1), limit.slot():
            pass

    asyncio.run(main())


def test_the_longest_order_to_wait_holds() -> None:
    """The gate is closed until the last of all moments that were named, and open from then on."""
    now = 100.0
    limit = Limit(1, clock=lambda: now)
    assert limit.closed_for() == 0
    limit.close(10, "rate limited")
    limit.close(3, "rate limited again")
    assert limit.closed_for() == 10
    assert limit.reason == "rate limited again"
    now += 9
    assert limit.closed_for() == 1
    now += 5
    assert limit.closed_for() == 0
