"""Bodies put on aiohttp itself, behind the head that the openai client writes once for each path.

What the client does anew for every request (headers merged and checked, addresses parsed, responses wrapped) costs
several times what sending takes, and comes to the same every time: no header depends on the body.
"""

import warnings
from collections.abc import AsyncGenerator, Mapping
from typing import Final, NamedTuple

import aiohttp
import httpx2
import yarl
from multidict import CIMultiDict

from runner.settings import Provider
from runner.transports.connection import connect, open_encryption, open_headers
from runner.transports.post import Response, post

_WRITTEN_ANEW: Final = {"host", "content-length", "accept-encoding"}
"""Headers that aiohttp writes for each request, from what it sends and from what it can read."""


class AiohttpPost:
    """Every body straight on aiohttp, behind the head that the client writes for its path."""

    def __init__(self, provider: Provider) -> None:
        """Open the client that writes heads; no connection is opened before the first request."""
        self._provider = provider
        self._client = connect(provider, httpx2.AsyncClient(transport=_Nowhere()))
        self._headers = open_headers(provider)
        self._heads: dict[str, _Head] = {}
        self._session: aiohttp.ClientSession | None = None
        self.base_url = self._client.base_url

    async def send(self, path: str, body: bytes, *, stream: bool) -> Response:  # noqa: ARG002 - all are read as they come
        """Send a body."""
        head = self._heads.get(path) or await self._write_head(path)
        session = self._session = self._session or self._open_session()
        return _AiohttpResponse(
            await session.post(head.url, data=body, headers=head.headers, allow_redirects=False)
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
        if self._session is not None:
            await self._session.close()

    async def _write_head(self, path: str) -> "_Head":
        """The head that the client puts before every body on a path; none of it depends on the body."""
        request = (await post(self._client, path, b"{}", self._headers)).request
        headers = [
            (name, value) for name, value in request.headers.multi_items() if name not in _WRITTEN_ANEW
        ]
        head = _Head(yarl.URL(str(request.url), encoded=True), CIMultiDict(headers))
        return self._heads.setdefault(path, head)

    def _open_session(self) -> aiohttp.ClientSession:
        """The connections, as many as may be in flight; nothing is kept from one answer for the next request."""
        # aiohttp warns of every body over a megabyte, which a conversation with images has in every turn.
        warnings.filterwarnings("ignore", "Sending a large body", ResourceWarning)
        provider = self._provider
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=provider.in_flight, ssl=open_encryption(provider)),
            cookie_jar=aiohttp.DummyCookieJar(),
            # The rest of the time is watched where the request is sent.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=provider.timeouts.connect_s),
        )


class _Head(NamedTuple):
    """What goes before every body on a path."""

    url: yarl.URL
    headers: CIMultiDict[str]


class _Nowhere(httpx2.AsyncBaseTransport):
    """Where requests go that are written for their heads: they are answered, and not sent."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """An empty answer."""
        return httpx2.Response(200, request=request)


class _AiohttpResponse:
    """A response of aiohttp."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        """Take it, unread."""
        self._response = response
        self.status: Final = response.status
        self.headers: Final[Mapping[str, str]] = response.headers

    async def read(self) -> bytes:
        """The whole body."""
        return await self._response.read()

    async def pieces(self) -> AsyncGenerator[bytes]:
        """The body in pieces."""
        async for piece in self._response.content.iter_any():
            yield piece

    async def close(self) -> None:
        """Let the connection go."""
        self._response.release()
