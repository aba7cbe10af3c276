"""Each request to the provider that it names."""

import asyncio

import pytest

from runner.core.message import Answer
from runner.errors import ProviderError
from runner.transports import Transport, ignore
from runner.transports.fake import FakeTransport
from runner.transports.router import Router
from tests.asking import request_for


def test_opens_each_provider_once_when_it_is_needed() -> None:
    """A provider's transport is opened by its first request and answers all of them; closing closes all that was opened."""
    opened: dict[str, FakeTransport] = {}

    def open_transport(name: str) -> Transport:
        assert name not in opened
        opened[name] = FakeTransport(lambda _, __: name)
        return opened[name]

    async def main() -> list[Answer]:
        router = Router(open_transport)
        asked = [request_for(provider=name) for name in ("a", "b", "a")]
        answers = await asyncio.gather(*(router.send(request, ignore) for request in asked))
        await router.close()
        return answers

    answers = asyncio.run(main())
    assert [answer.reply.text for answer in answers if answer.reply] == ["a", "b", "a"]
    assert list(opened) == ["a", "b"]
    assert all(transport.closed for transport in opened.values())


def test_closes_all_whatever_becomes_of_one() -> None:
    """Where one transport cannot be closed the others still are, and the error is raised."""

    class Stuck(FakeTransport):
        async def close(self) -> None:
            raise RuntimeError("stuck")

    opened = {"a": Stuck(lambda _, __: "a"), "b": FakeTransport(lambda _, __: "b")}

    async def main() -> None:
        router = Router(opened.__getitem__)
        for name in opened:
            await router.send(request_for(provider=name), ignore)
        await router.close()

    with pytest.raises(RuntimeError, match="stuck"):
        asyncio.run(main())
    assert opened["b"].closed


def test_raises_what_keeps_a_provider_from_being_opened() -> None:
    """A provider that cannot be used is told of to who asks, each time."""

    def refuse(name: str) -> Transport:
        raise ProviderError(f"there is no key for {name}")

    async def main() -> None:
        router = Router(refuse)
        for _ in range(2):
            with pytest.raises(ProviderError, match="no key for a"):
                await router.send(request_for(provider="a"), ignore)
        await router.close()

    asyncio.run(main())
