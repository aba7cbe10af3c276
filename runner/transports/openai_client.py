"""Requests by way of the official openai client; it tries once, adds nothing to a body unasked, and never logs.

Bodies are bytes that were encoded when they were said, and go behind the client's own authentication, base URL and
headers (see `post`), while its work on every message is not repeated. Its reader of streams is not used: it takes a
stream that ends early for a whole one.
"""

import asyncio
import sys
import time
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from runner.core.message import Answer, Attempt, Failure, Request
from runner.core.value import Json
from runner.settings import Provider, Timeouts
from runner.transports import Deferred, Delta, Notify
from runner.transports.advice import advise
from runner.transports.chunks import Events, Gathered
from runner.transports.connection import FAULTS, goes_by_proxy, name_fault, read_retry_after
from runner.transports.faults import Limit, fail_limit, fail_page, fail_redirect, fail_status, write_plainly
from runner.transports.fill import Veil
from runner.transports.own_key import OwnKey
from runner.transports.post import ClientPost, Post, Response
from runner.transports.wire import Told, malformed, read_plain

MOST_BYTES: Final = 1 << 28
"""The size of an answer beyond which it is not read: no model says as much, but a broken server may never end."""
_AFTER_DONE: Final = 1.0
"""Seconds that a stream is given to end after its last word, so that its connection can be used again."""


class _Clock:
    """The limits of one try: whichever comes first, by its name."""

    def __init__(self, limits: Timeouts) -> None:
        """Begin with the limit on the whole."""
        self._limits = limits
        self._end = asyncio.get_running_loop().time() + limits.whole_s
        self.timeout = asyncio.timeout_at(self._end)
        self._name: Limit = "whole"
        self._seconds = limits.whole_s

    def expect_first(self) -> None:
        """Wait for a stream's first token from now on."""
        self._expect("first_token", self._limits.first_token_s)

    def expect_next(self) -> None:
        """Wait for a stream's next piece from now on."""
        self._expect("between_tokens", self._limits.between_tokens_s)

    def expect_end(self) -> None:
        """Wait for the end of a stream that has said its last word."""
        self._expect("whole", _AFTER_DONE)

    def fail(self) -> Failure:
        """The failure that running out is."""
        return fail_limit(self._name, self._seconds)

    def _expect(self, name: Limit, seconds: float) -> None:
        """Let a limit run from now on, but not beyond the whole."""
        when = asyncio.get_running_loop().time() + seconds
        self._name, self._seconds = (name, seconds) if when < self._end else ("whole", self._limits.whole_s)
        self.timeout.reschedule(min(when, self._end))


@dataclass(slots=True)
class _Try:
    """One try at a request, as far as it has come."""

    request: Request
    notify: Notify
    clock: _Clock
    added: dict[str, Json]
    """What streaming adds to the body; nothing where the answer is to come in one piece."""
    started_at: str = field(
        default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
    )
    began: float = field(default_factory=time.monotonic)
    first_token: float | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    gathered: Gathered | None = None
    """What a stream has said; None before its head has come, and for plain answers."""
    done: bool = False
    """Whether the stream said that it has said all."""


class OpenAITransport:
    """One provider through one client: one try at a request becomes an answer, whatever comes of it."""

    def __init__(self, provider: Provider, *, stream: bool = False) -> None:
        """Make ready; no connection is opened before the first request."""
        self._provider = provider
        self._stream = stream
        self._key = OwnKey(provider)
        self._post = _open_post(provider)

    async def close(self) -> None:
        """Close the connections."""
        await self._post.close()

    async def send(self, request: Request, notify: Notify) -> Answer:
        """The answer to one try; a `Deferred` where the server said when to come again."""
        # Nobody watches a judge speak, and vectors do not come in pieces.
        streams = self._stream and request.purpose == "turn"
        added = self._added(request) if streams else {}
        veil = Veil(notify, self._key) if streams and self._key.is_secret else None
        this = _Try(request, veil or notify, _Clock(self._provider.timeouts), added)
        try:
            async with this.clock.timeout:
                told = await (self._send_streamed(this) if streams else self._send_plain(this))
        except FAULTS as error:
            told = self._tell_broken(this, error)
        if veil is not None:
            veil.end()
        return self._answer(this, told)

    async def _send_plain(self, this: _Try) -> Told:
        """Send, and read the answer in one piece."""
        response = await self._post.send(self._path(this.request), this.request.body(), stream=False)
        try:
            body = await _read_whole(response)
        finally:
            await response.close()
        this.status, this.headers = response.status, response.headers
        return self._read(response, body, this.request.path)

    async def _send_streamed(self, this: _Try) -> Told:
        """Send, and read the answer as it comes."""
        this.clock.expect_first()
        body = this.request.body(**this.added)
        response = await self._post.send(self._path(this.request), body, stream=True)
        this.status, this.headers = response.status, response.headers
        try:
            kind = response.headers.get("content-type", "")
            if (
                response.status >= 300 or "json" in kind or "html" in kind
            ):  # no stream, though one was asked for
                return self._read(response, await _read_whole(response), this.request.path)
            return await self._gather(this, response)
        finally:
            await response.close()

    def _read(self, response: Response, body: bytes | None, path: str) -> Told:
        """What a whole body says, of an endpoint; None is one without end."""
        if body is None:
            return Told(failure=_fail_endless())
        body = self._key.masking.bytes(body)
        if 300 <= response.status < 400:
            place = self._key.text(response.headers.get("location", ""))
            return Told(failure=fail_redirect(response.status, place))
        if response.status >= 400:
            return Told(failure=fail_status(response.status, body))
        if "html" in response.headers.get("content-type", ""):
            return Told(failure=fail_page(response.status, body))
        return read_plain(body, path)

    async def _gather(self, this: _Try, response: Response) -> Told:
        """Read a stream to its end, or to the failure that ends it."""
        events, this.gathered, size = Events(), Gathered(), 0
        async with aclosing(response.pieces()) as pieces:
            async for piece in pieces:
                size += len(piece)
                if size > MOST_BYTES:
                    return Told(failure=_fail_endless())
                for data in events.feed(piece):
                    self._take(this, this.gathered, data)
                if this.gathered.failure is not None:
                    break
        for data in events.end():
            self._take(this, this.gathered, data, last=True)
        return this.gathered.tell(sends_finish_reason=self._provider.sends_finish_reason, done=this.done)

    def _take(self, this: _Try, gathered: Gathered, data: bytes, *, last: bool = False) -> None:
        """Take one event of a stream, and tell what it adds."""
        if this.done or gathered.failure is not None:
            return
        if data.strip() == b"[DONE]":
            this.done = True
            this.clock.expect_end()
            return
        for kind, text in gathered.read(self._key.masking.bytes(data), last=last):
            this.notify(Delta(this.request.slot, text, kind))
        if gathered.begun:
            this.first_token = this.first_token or time.monotonic()
            this.clock.expect_next()

    def _tell_broken(self, this: _Try, error: Exception) -> Told:
        """What a try that was broken off says: all of a reply, if its end had come, or why there is none."""
        gathered = this.gathered
        if gathered is not None and (this.done or gathered.finish_reason is not None):
            return gathered.tell(sends_finish_reason=self._provider.sends_finish_reason)
        if this.clock.timeout.expired():
            failure = this.clock.fail()
        else:
            failure = name_fault(error, self._provider, self._key.masking, streaming=gathered is not None)
        return Told(failure=failure, usage=gathered.tell().usage if gathered else None)

    def _answer(self, this: _Try, told: Told) -> Answer:
        """The answer that one try gives."""
        failure = told.failure
        if failure is not None and failure.status is None and this.status is not None:
            failure = failure.model_copy(update={"status": this.status})
        asked = this.request
        failure = failure and advise(
            failure, self._provider, asked.model, path=asked.path, purpose=asked.purpose
        )
        answer = Answer(
            reply=told.reply,
            failure=failure,
            attempts=(Attempt(outcome=failure.kind if failure else "replied", status=this.status),),
            request_id=self._name_request(this.headers),
            usage=told.usage,
            started_at=this.started_at,
            latency_s=round(time.monotonic() - this.began, 4),
            ttft_s=round(this.first_token - this.began, 4) if this.first_token else None,
            streamed=bool(this.added),
            usage_asked=bool(this.added.get("stream_options")),
        )
        answer = self._key.answer(answer)
        pause = read_retry_after(this.headers) if failure else None
        return answer if pause is None else Deferred(**dict(answer), retry_after_s=pause)

    def _added(self, request: Request) -> dict[str, Any]:
        """What streaming adds to a body: the request for a stream and, unless it was asked away, for its usage."""
        if not self._provider.sends_usage:
            return {"stream": True}
        said = {**request.params, **(request.params.get("extra_body") or {})}.get("stream_options") or {}
        if said.get("include_usage") is False:
            return {"stream": True}
        return {"stream": True, "stream_options": {**said, "include_usage": True}}

    def _path(self, request: Request) -> str:
        """Where a request goes, below the base URL: the client finds Azure's deployments in bodies of its own alone."""
        if self._provider.kind == "azure" and "/deployments" not in self._post.base_url.path:
            return f"/deployments/{quote(request.model, safe='')}{request.path}"
        return request.path

    def _name_request(self, headers: Mapping[str, str]) -> str | None:
        """The server's own name for the request."""
        name = headers.get("x-request-id") or headers.get("apim-request-id")
        return write_plainly(self._key.text(name)) if name else None


async def _read_whole(response: Response) -> bytes | None:
    """The whole body; None where it goes beyond what any answer is."""
    length = response.headers.get("content-length", "")
    if length.isdecimal() and "content-encoding" not in response.headers:
        return await response.read() if int(length) <= MOST_BYTES else None
    read: list[bytes] = []
    size = 0
    async with aclosing(response.pieces()) as pieces:
        async for piece in pieces:
            read.append(piece)
            if (size := size + len(piece)) > MOST_BYTES:
                return None
    return b"".join(read)


def _fail_endless() -> Failure:
    """The failure that an answer without end is."""
    return malformed(f"the answer is longer than {MOST_BYTES >> 20} MB")


def _open_post(provider: Provider) -> Post:
    """The way to a provider that its settings name; no connection is opened yet."""
    # openai has loaded aiohttp where it is installed.
    wanted = "aiohttp" in sys.modules if provider.http == "auto" else provider.http == "aiohttp"
    if not wanted or goes_by_proxy(provider):
        return ClientPost(provider)
    from runner.transports.aiohttp_post import AiohttpPost  # noqa: PLC0415 - aiohttp is an extra

    return AiohttpPost(provider)
