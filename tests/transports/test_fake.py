"""A transport for tests that answers out of a function."""

import asyncio

from runner.core.message import Failure, Reply
from runner.transports import Delta, Notice, Started, Transport
from runner.transports.fake import FakeTransport, Outcome
from tests.asking import request_for


def test_answers_with_what_the_function_gives() -> None:
    """A text, a reply or a failure becomes an answer; requests are noted with their messages."""
    reply = Reply(message={"role": "assistant", "content": "b"})
    given: list[Outcome] = ["a", reply, Failure(kind="server_error", message="m", status=500)]
    outcomes = iter(given)
    fake = FakeTransport(lambda _, __: next(outcomes), delay=0.01)
    notices: list[Notice] = []

    async def main() -> None:
        first = await fake.send(request_for("one"), notices.append)
        second, third = await asyncio.gather(
            *(fake.send(request_for("more"), notices.append) for _ in range(2))
        )
        assert first.reply is not None
        assert (first.reply.text, second.reply) == ("a", reply)
        assert third.failure is not None
        assert third.attempts[0].dump() == {"outcome": "server_error", "status": 500}

    asyncio.run(main())
    assert isinstance(fake, Transport)
    assert fake.asked[0].messages == [{"role": "user", "content": "one"}]
    assert fake.peak == 2
    assert notices[:2] == [Started("turns[0]", 1), Delta("turns[0]", "a")]
