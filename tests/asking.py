"""Requests, providers and single exchanges for tests of the transports."""

import asyncio
from collections.abc import Sequence
from typing import Any

from pydantic import SecretStr

from runner.core.message import EMBEDDINGS, Answer, Chain, Purpose, Request, close_key
from runner.settings import Provider
from runner.transports import Notice, Transport
from runner.transports.openai_client import OpenAITransport

KEY = "sk-test-0123456789abcdef"


def request_for(
    text: str = "hi",
    *,
    messages: Sequence[dict[str, Any]] = (),
    model: str = "m",
    provider: str = "openai",
    purpose: Purpose = "turn",
    **params: Any,
) -> Request:
    """A request that holds some messages, then a user's line."""
    chain = Chain()
    for message in (*messages, {"role": "user", "content": text}):
        chain = chain.add(message)
    key = close_key(chain, model=model, params=params)
    return Request("turns[0]", purpose, provider, model, params, chain, key)


def embeddings_request(*texts: str, model: str = "e", **params: Any) -> Request:
    """A request for the vectors of some texts."""
    chain = Chain()
    for text in texts:
        bare: Any = text
        chain = chain.add(bare)
    key = close_key(chain, model=model, params=params, path=EMBEDDINGS)
    return Request(
        "turns[0].expect[0]/turns[0]?0", "judge", "openai", model, params, chain, key, path=EMBEDDINGS
    )


def provider_at(base_url: str, **fields: Any) -> Provider:
    """A provider with a key, at an address."""
    return Provider.model_validate(
        {"name": "openai", "base_url": base_url, "api_key": SecretStr(KEY), **fields}
    )


def ask(provider: Provider, request: Request | None = None, *, stream: bool = False) -> Answer:
    """One try at a request, by the openai client."""
    return ask_watched(provider, request, stream=stream)[0]


def ask_watched(
    provider: Provider, request: Request | None = None, *, stream: bool = False
) -> tuple[Answer, list[Notice]]:
    """One try at a request, with what was told meanwhile."""
    return exchange(lambda: OpenAITransport(provider, stream=stream), request)


def exchange(open_transport: Any, request: Request | None = None) -> tuple[Answer, list[Notice]]:
    """One answer of a transport that is opened and closed around it, with what was told meanwhile."""
    notices: list[Notice] = []

    async def main() -> Answer:
        transport: Transport = open_transport()
        try:
            return await transport.send(request or request_for(), notices.append)
        finally:
            await transport.close()

    return asyncio.run(main()), notices
