"""A loopback server that stands for the API, with its faults: it records every request and answers as it is told.

    with LoopbackApi() as api:                      # answers with `echo`: the reply depends on the messages
        ... api.base_url ... api.records ...
    with LoopbackApi(lambda record: refuse(429, headers={"retry-after": "1"})) as api: ...
    with LoopbackApi(in_turn(refuse(500), echo)) as api: ...

It speaks plain HTTP/1.1 over asyncio in a thread of its own, so that every byte, pause and break can be chosen.
"""

import asyncio
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from types import TracebackType
from typing import Any, Final, Literal, Self

Break = Literal["cut", "reset"]
"""`cut` closes the connection before the answer's end; `reset` breaks it off with a TCP reset."""

Piece = bytes | float | Break
"""One thing that the server does: writes bytes, sleeps seconds, or breaks the connection."""


@dataclass(frozen=True)
class Record:
    """One request as it arrived."""

    number: int
    """0-based, in order of arrival."""
    method: str
    path: str
    """Without the query."""
    query: str
    headers: Mapping[str, str]
    """Names in lower case."""
    raw: bytes
    at: float
    """`time.monotonic()` when its last byte had come."""
    in_flight: int
    """How many requests were unanswered, this one counted."""

    @property
    def body(self) -> Any:
        """The body as JSON; None where there is none."""
        return json.loads(self.raw) if self.raw else None

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages that were sent."""
        return list(self.body["messages"])

    @property
    def streamed(self) -> bool:
        """Whether a stream was asked for."""
        return bool(self.body.get("stream"))


@dataclass(frozen=True)
class Respond:
    """What the server does with one request."""

    pieces: tuple[Piece, ...] = ()
    """What is done, in order, after the head was written; before it, where the first one is a break."""
    status: int = 200
    headers: Mapping[str, str | bytes] = field(default_factory=dict)
    before: float = 0
    """Seconds before the head is written."""
    chunked: bool = False
    """Whether each bytes piece is written as one chunk of a chunked body; otherwise the length is announced."""

    def after(self, seconds: float) -> "Respond":
        """The same, with its head that much later."""
        return replace(self, before=seconds)

    def having(self, **headers: str | bytes) -> "Respond":
        """The same with further headers; `_` in a name stands for `-`."""
        return replace(
            self,
            headers={**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}},
        )


Responder = Callable[[Record], Respond]

USAGE: Final = {
    "prompt_tokens": 20,
    "completion_tokens": 7,
    "total_tokens": 27,
    "prompt_tokens_details": {"cached_tokens": 16, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 2, "audio_tokens": 0},
}
"""The usage that complete answers carry."""

EMBEDDED: Final = {"prompt_tokens": 9, "total_tokens": 9}
"""The usage that answers of the embeddings endpoint carry."""


def reply_text(messages: Sequence[Mapping[str, Any]]) -> str:
    """What `echo` answers: it names the count, the last message and a digest of the whole list."""
    digest = sha256(json.dumps(messages, sort_keys=True).encode()).hexdigest()[:12]
    return f"[{len(messages)} messages, {digest}] You said: {messages[-1].get('content')}"


def echo(record: Record) -> Respond:
    """The default: a reply that depends on all the messages, streamed where a stream was asked for; or vectors."""
    if record.path.endswith("/embeddings"):
        return embeddings([vector_of(text) for text in record.body["input"]], record=record)
    text = reply_text(record.messages)
    return stream(text, record=record) if record.streamed else completion(text, record=record)


def completion(
    text: str | None = "ok",
    *,
    record: Record | None = None,
    usage: Any = USAGE,
    finish_reason: Any = "stop",
    **message: Any,
) -> Respond:
    """A plain chat completion; `message` adds fields to the reply's message (`tool_calls`, `refusal`, ...)."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text, "refusal": None, "annotations": [], **message},
        "logprobs": None,
        "finish_reason": finish_reason,
    }
    data = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": _model(record),
        "choices": [choice],
    }
    return data_reply(
        {**data, "usage": usage, "service_tier": "default", "system_fingerprint": "fp_1"}, record=record
    )


def vector_of(text: str) -> list[float]:
    """What `echo` takes for the meaning of a text: how often each letter is in it."""
    return [float(text.lower().count(letter)) for letter in "abcdefghijklmnopqrstuvwxyz"]


def embeddings(vectors: Sequence[Any], *, record: Record | None = None, usage: Any = EMBEDDED) -> Respond:
    """An answer of the embeddings endpoint."""
    items = [
        {"object": "embedding", "index": place, "embedding": vector} for place, vector in enumerate(vectors)
    ]
    return data_reply(
        {"object": "list", "data": items, "model": _model(record), "usage": usage}, record=record
    )


def data_reply(data: Any, *, status: int = 200, record: Record | None = None) -> Respond:
    """Any JSON data as the whole body."""
    return body_reply(json.dumps(data).encode(), status=status, record=record)


def body_reply(
    body: bytes, *, status: int = 200, content_type: str = "application/json", record: Record | None = None
) -> Respond:
    """Any bytes as the whole body: malformed JSON, odd Unicode."""
    return Respond(
        pieces=(body,),
        status=status,
        headers={"content-type": content_type, "x-request-id": _request_id(record)},
    )


def stream(
    text: str | Iterable[str] = "ok",
    *,
    record: Record | None = None,
    usage: Any = USAGE,
    finish_reason: Any = "stop",
    pause: float = 0,
) -> Respond:
    """A streamed completion: one delta per string, or a delta per word of one string; `pause` seconds between deltas."""
    words = _words(text) if isinstance(text, str) else list(text)
    deltas: list[dict[str, Any]] = [
        {"role": "assistant", "content": "", "refusal": None},
        *({"content": word} for word in words),
    ]
    chunks = [chunk(delta, record=record) for delta in deltas]
    chunks.append(chunk({}, finish_reason=finish_reason, record=record))
    asked = record is None or bool((record.body.get("stream_options") or {}).get("include_usage"))
    if usage is not None and asked:
        chunks.append({**chunk({}, record=record), "choices": [], "usage": usage})
    return chunk_stream(chunks, record=record, pause=pause)


def chunk(
    delta: Mapping[str, Any], *, finish_reason: Any = None, logprobs: Any = None, record: Record | None = None
) -> dict[str, Any]:
    """One `chat.completion.chunk`."""
    choice = {"index": 0, "delta": dict(delta), "logprobs": logprobs, "finish_reason": finish_reason}
    data = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": _model(record)}
    return {**data, "service_tier": "default", "system_fingerprint": "fp_1", "choices": [choice]}


def chunk_stream(
    chunks: Iterable[Any], *, record: Record | None = None, done: bool = True, pause: float = 0
) -> Respond:
    """Chunks as server-sent events, one to a piece; a chunk that is bytes is written as it is."""
    pieces: list[Piece] = []
    for data in chunks:
        pieces += [data if isinstance(data, bytes) else event(data), *([pause] if pause else [])]
    return byte_stream([*pieces, *([b"data: [DONE]\n\n"] if done else [])], record=record)


def byte_stream(pieces: Iterable[Piece], *, record: Record | None = None) -> Respond:
    """An event stream of chosen bytes, pauses and breaks."""
    headers = {"content-type": "text/event-stream; charset=utf-8", "x-request-id": _request_id(record)}
    return Respond(pieces=tuple(pieces), headers=headers, chunked=True)


def event(data: Any) -> bytes:
    """JSON data as one server-sent event."""
    return b"data: " + json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n\n"


def refuse(
    status: int,
    message: str = "It was refused.",
    *,
    kind: str | None = "invalid_request_error",
    code: Any = None,
    param: str | None = None,
    headers: Mapping[str, str | bytes] | None = None,
) -> Respond:
    """An error status with OpenAI's error object; `headers` for retry-after and the like."""
    error = {"message": message, "type": kind, "param": param, "code": code}
    answer = data_reply({"error": error}, status=status)
    return replace(answer, headers={**answer.headers, **(headers or {})})


def bad_gateway(status: int = 502) -> Respond:
    """The HTML page of a proxy."""
    page = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center><hr>nginx</body></html>"
    return body_reply(page, status=status, content_type="text/html")


def cut_stream(text: str = "I was about to", *, clean: bool = True) -> Respond:
    """A stream that ends before its finish reason: with a well-formed end of the HTTP body, or without one."""
    answer = chunk_stream(
        [chunk({"role": "assistant", "content": ""}), *(chunk({"content": word}) for word in _words(text))],
        done=False,
    )
    return answer if clean else replace(answer, pieces=(*answer.pieces, "cut"))


def malformed(body: bytes = b'{"id": "chatcmpl-1", "choices": [{"mess') -> Respond:
    """A 200 whose body is not JSON."""
    return body_reply(body)


def malformed_chunk(text: str = "Hello") -> Respond:
    """A stream one of whose events is not JSON."""
    return chunk_stream(
        [chunk({"role": "assistant", "content": text}), b'data: {"id": "chatcmpl-1", "choi\n\n']
    )


def error_inside(
    message: str = "The upstream failed.", *, code: Any = None, kind: str | None = None
) -> Respond:
    """A 200 that holds an error object."""
    return data_reply({"error": {"message": message, "type": kind, "param": None, "code": code}})


def error_in_stream(
    message: str = "The upstream failed.", *, code: Any = None, kind: str | None = None, named: bool = False
) -> Respond:
    """A stream that breaks off with an error object; `named` gives the event the name `error`."""
    error = event({"error": {"message": message, "type": kind, "param": None, "code": code}})
    return chunk_stream(
        [chunk({"role": "assistant", "content": "Well"}), b"event: error\n" + error if named else error]
    )


def no_choices(*, missing: bool = False) -> Respond:
    """A 200 without choices: an empty list, or no such field."""
    return data_reply(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "model": "m",
            **({} if missing else {"choices": []}),
        }
    )


def empty(finish_reason: str = "stop") -> Respond:
    """A 200 whose reply has no content, refusal or tool calls."""
    return completion("", finish_reason=finish_reason)


def reset() -> Respond:
    """The connection is reset as soon as the request was read."""
    return Respond(pieces=("reset",))


def hang_up() -> Respond:
    """The connection is closed, without a word, as soon as the request was read."""
    return Respond(pieces=("cut",))


def in_turn(*responds: Respond | Responder) -> Responder:
    """Answers with each in order of arrival, then with the last one for ever."""
    lock = threading.Lock()
    left = list(responds)

    def respond(record: Record) -> Respond:
        with lock:
            now = left.pop(0) if len(left) > 1 else left[0]
        return now(record) if callable(now) else now

    return respond


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word: over `https://` a client's connect limit runs out."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class LoopbackApi:
    """The server: a context manager that listens on a free loopback port while its block runs."""

    def __init__(self, respond: Responder = echo) -> None:
        """Nothing is opened yet."""
        self.respond = respond
        """May be exchanged while the server runs."""
        self.records: list[Record] = []
        self.in_flight = 0
        self.peak = 0
        """The highest number of requests that were unanswered at one time."""
        self.connections = 0
        """How many connections were ever opened."""
        self.broken: list[BaseException] = []
        """What went wrong in the server itself; raised at the end of the block."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="loopback", daemon=True)
        self._ready: Future[int] = Future()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    def __enter__(self) -> Self:
        """The server, listening."""
        self._thread.start()
        self.port = self._ready.result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The server is stopped, its connections broken off, and what broke in itself is raised."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        if self.broken and error is None:
            raise self.broken[0]

    @property
    def url(self) -> str:
        """The server's root."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """What an OpenAI client is given."""
        return f"{self.url}/v1"

    @property
    def bodies(self) -> list[Any]:
        """The parsed bodies of all requests, in order of arrival."""
        return [record.body for record in self.records]

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._connected, "127.0.0.1", 0, limit=2**16, backlog=1024)
        )
        self._ready.set_result(int(server.sockets[0].getsockname()[1]))
        try:
            self._loop.run_forever()
        finally:
            server.close()
            self._loop.run_until_complete(self._end())
            self._loop.close()

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        self.connections += 1
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                while await self._exchange(reader, writer):
                    pass
        except Exception as error:  # noqa: BLE001 - told at the end of the block
            self.broken.append(error)
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        raw = await reader.readexactly(int(headers.get("content-length", 0)))
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        path, _, query = target.partition("?")
        record = Record(
            len(self.records), method, path, query, headers, raw, time.monotonic(), self.in_flight
        )
        self.records.append(record)
        try:
            return await self._answer(self.respond(record), writer)
        finally:
            self.in_flight -= 1

    async def _answer(self, answer: Respond, writer: asyncio.StreamWriter) -> bool:
        if answer.before:
            await asyncio.sleep(answer.before)
        if not answer.pieces or not isinstance(answer.pieces[0], str):
            writer.write(_head(answer))
        for piece in answer.pieces:
            if isinstance(piece, bytes):
                writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if answer.chunked and piece else piece)
                await writer.drain()
            elif isinstance(piece, str):
                _break(writer, piece)
                return False
            else:
                await asyncio.sleep(piece)
        if answer.chunked:
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True


def _head(answer: Respond) -> bytes:
    lines = [b"HTTP/1.1 %d Chosen" % answer.status]
    lines += [
        name.encode() + b": " + (value if isinstance(value, bytes) else value.encode("latin-1"))
        for name, value in answer.headers.items()
    ]
    if answer.chunked:
        lines.append(b"transfer-encoding: chunked")
    elif not any(name.lower() == "content-length" for name in answer.headers):
        lines.append(
            b"content-length: %d" % sum(len(piece) for piece in answer.pieces if isinstance(piece, bytes))
        )
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _break(writer: asyncio.StreamWriter, how: Break) -> None:
    if how == "reset":
        # A linger of zero seconds makes closing send a reset in place of an orderly end.
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        writer.transport.abort()
    else:
        writer.close()


def _words(text: str) -> list[str]:
    return [word if index == 0 else f" {word}" for index, word in enumerate(text.split(" "))]


def _model(record: Record | None) -> str:
    return f"{record.body['model']}-2026-03-17" if record else "gpt-5.4-mini-2026-03-17"


def _request_id(record: Record | None) -> str:
    return f"req_{record.number if record else 0}"
