"""Naming the cache that a provider looks into."""

import asyncio
import json

from runner.core.message import Answer, Request
from runner.transports import ignore
from runner.transports.cache_key import CacheKey
from runner.transports.fake import FakeTransport
from tests.asking import embeddings_request, request_for


def sent(request: Request) -> tuple[Request, FakeTransport]:
    """What goes on from the wrapper."""
    inner = FakeTransport(lambda *_: "ok")

    async def main() -> Answer:
        transport = CacheKey(inner, "ours")
        answer = await transport.send(request, ignore)
        await transport.close()
        return answer

    assert asyncio.run(main()).reply is not None
    return inner.asked[0].request, inner


def test_a_request_carries_the_cache_key_and_keeps_its_own() -> None:
    """The field is in the body; the request is found by the key that it had, and what is wrapped is closed."""
    request = request_for(temperature=0)
    found, inner = sent(request)
    assert json.loads(found.body())["prompt_cache_key"] == "ours"
    assert found.key == request.key
    assert inner.closed


def test_a_cache_key_of_its_own_wins() -> None:
    """What the params say is sent, under `extra_body` as well."""
    assert json.loads(sent(request_for(prompt_cache_key="mine"))[0].body())["prompt_cache_key"] == "mine"
    own = request_for(extra_body={"prompt_cache_key": "mine"})
    assert json.loads(sent(own)[0].body())["prompt_cache_key"] == "mine"


def test_vectors_are_asked_for_without_a_cache_key() -> None:
    """The endpoint of embeddings has no such field, and refuses what it does not know."""
    request = embeddings_request("one", "two")
    assert sent(request)[0] is request
