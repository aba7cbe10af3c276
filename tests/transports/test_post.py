"""Both ways to a provider send the same, request after request."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from runner.transports.aiohttp_post import AiohttpPost
from runner.transports.openai_client import OpenAITransport
from runner.transports.post import ClientPost, Post
from tests.asking import provider_at
from tests.loopback import LoopbackApi, completion

BOTH = pytest.mark.parametrize("open_post", [ClientPost, AiohttpPost], ids=["client", "aiohttp"])
PATHS = ("/chat/completions", "/embeddings", "/chat/completions")
DIFFERING = {"accept-encoding", "host"}


def sent(api: LoopbackApi, open_post: Callable[..., Post]) -> list[tuple[str, dict[str, str], Any]]:
    """What arrives of one body to each path."""

    async def main() -> None:
        post = open_post(provider_at(api.base_url, organization="org-1"))
        for number, path in enumerate(PATHS):
            response = await post.send(path, b'{"messages":[],"n":%d}' % number, stream=False)
            await response.read()
            await response.close()
        await post.close()

    asyncio.run(main())
    found = [(record.path, dict(record.headers), record.body) for record in api.records]
    api.records.clear()
    return found


def test_both_ways_send_the_same_headers() -> None:
    """Address, body and every header but those of the wire itself are the client's own, on each path, each time."""
    with LoopbackApi(lambda _: completion("Hi").having(**{"Set-Cookie": "seen=yes"})) as api:
        by_client, by_aiohttp = sent(api, ClientPost), sent(api, AiohttpPost)
    for ours, theirs in zip(by_aiohttp, by_client, strict=True):
        assert (ours[0], ours[2]) == (theirs[0], theirs[2])
        assert ours[1].keys() - {"cookie"} >= {"authorization", "x-stainless-lang", "openai-organization"}
        differing = {
            name
            for name in (ours[1].keys() | theirs[1].keys()) - {"cookie"}
            if ours[1].get(name) != theirs[1].get(name)
        }
        assert differing <= DIFFERING
        assert "cookie" not in ours[1]


@BOTH
def test_a_connection_is_used_again(open_post: Callable[..., Post]) -> None:
    """Answers that were read to their end leave their connection to the next request."""
    with LoopbackApi(lambda _: completion("Hi")) as api:
        sent(api, open_post)
        assert api.connections == 1


def test_a_proxy_is_gone_through_by_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment names a proxy for the provider, the client's own HTTP library goes through it."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", "near.test")

    async def way(host: str) -> type[Post]:
        transport = OpenAITransport(provider_at(f"http://{host}/v1"))
        await transport.close()
        return type(transport._post)

    assert asyncio.run(way("near.test")) is AiohttpPost
    assert asyncio.run(way("far.test")) is ClientPost
