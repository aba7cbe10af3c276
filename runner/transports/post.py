"""How the bytes of a request reach a provider, and what comes back; it neither encodes nor reads them.

Every way sends what the openai client would send: its address, its authentication, its headers.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Final, Protocol, cast

import httpx2
import openai

from runner.settings import Provider
from runner.transports.connection import connect, open_headers, open_http


class Response(Protocol):
    """What came back: its head, and its body as it comes."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, whose names are looked up whatever their case."""
        ...

    async def read(self) -> bytes:
        """The whole body, decompressed."""
        ...

    def pieces(self) -> AsyncGenerator[bytes]:
        """The body in pieces, as they arrive, decompressed."""
        ...

    async def close(self) -> None:
        """Let the connection go: for the next request where the body was read to its end, closed otherwise."""
        ...


class Post(Protocol):
    """One way to a provider."""

    base_url: httpx2.URL
    """Where the provider's paths begin."""

    async def send(self, path: str, body: bytes, *, stream: bool) -> Response:
        """Send a body, and come back when the head of the answer is there, whatever its status."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


async def post(
    client: openai.AsyncOpenAI,
    path: str,
    body: bytes,
    headers: Mapping[str, str | openai.Omit],
    *,
    stream: bool = False,
) -> httpx2.Response:
    """What the client's own `post` gives for a body: read where it is not streamed; raises as the client does."""
    options: Any = {"headers": headers}
    if not stream:
        return await client.post(path, content=body, cast_to=httpx2.Response, options=options)
    return cast(  # what a stream is given to `cast_to` comes as it is, unread; typed for parsed ones alone
        "httpx2.Response",
        await client.post(
            path,
            content=body,
            cast_to=httpx2.Response,
            stream=True,
            stream_cls=openai.AsyncStream[object],
            options=options,
        ),
    )


class _ClientResponse:
    """A response of httpx2."""

    def __init__(self, response: httpx2.Response) -> None:
        """Take it, read or unread."""
        self._response = response
        self.status: Final = response.status_code
        self.headers: Final[Mapping[str, str]] = response.headers

    async def read(self) -> bytes:
        """The whole body."""
        return await self._response.aread()

    async def pieces(self) -> AsyncGenerator[bytes]:
        """The body in pieces."""
        async with aclosing(self._response.aiter_bytes()) as pieces:
            async for piece in pieces:
                yield piece

    async def close(self) -> None:
        """Let the connection go."""
        await self._response.aclose()


class ClientPost:
    """Every request by way of the client's own `post`."""

    def __init__(self, provider: Provider) -> None:
        """Open the client; no connection is opened before the first request."""
        self._client = connect(provider, open_http(provider))
        self._headers = open_headers(provider)
        self.base_url = self._client.base_url

    async def send(self, path: str, body: bytes, *, stream: bool) -> Response:
        """Send a body through the client; an error status is an answer like any other."""
        try:
            return _ClientResponse(await post(self._client, path, body, self._headers, stream=stream))
        except openai.APIStatusError as error:
            return _ClientResponse(error.response)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
