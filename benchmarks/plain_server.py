"""The same server as `server.c`, for machines without a compiler; it is slower than the floor, which is then its own."""

import asyncio
import json
import re
import sys
import time
from typing import Any

_TEXT = ("The kettle may be returned within thirty days of purchase, with the receipt. " * 7)[:500]
_USAGE = {"prompt_tokens": 321, "completion_tokens": 107, "total_tokens": 428}
_NAMES = {"id": "chatcmpl-bench", "created": 1_760_000_000, "model": "gpt-5.4-mini"}
_AFTER = re.compile(rb"^POST /after/(\d+)")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def _wrap(kind: str, body: str) -> bytes:
    """A whole response."""
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nx-request-id: req_bench\r\ncontent-length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def _plain() -> bytes:
    """The answer in one piece."""
    message = {"role": "assistant", "content": _TEXT, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    body = {**_NAMES, "object": "chat.completion", "choices": [choice], "usage": _USAGE}
    return _wrap("application/json", json.dumps(body))


def _streamed() -> bytes:
    """The answer as a stream."""
    deltas = [
        {"role": "assistant", "content": ""},
        *({"content": _TEXT[i : i + 20]} for i in range(0, 500, 20)),
    ]
    choices = [[{"index": 0, "delta": delta, "finish_reason": None}] for delta in deltas]
    chunks: list[dict[str, Any]] = [
        *({"choices": each} for each in choices),
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {"choices": [], "usage": _USAGE},
    ]
    said = [json.dumps({**_NAMES, "object": "chat.completion.chunk", **chunk}) for chunk in chunks]
    return _wrap("text/event-stream", "".join(f"data: {each}\n\n" for each in [*said, "[DONE]"]))


PLAIN, STREAMED = _plain(), _streamed()
served = {"requests": 0, "connections": 0}


class Answering(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        """Begin with nothing held."""
        self.held = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        served["connections"] += 1

    def data_received(self, data: bytes) -> None:
        """Answer what has come whole."""
        self.held += data
        while (end := self.held.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self.held, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.held) < whole:
                return
            request, self.held = self.held[:whole], self.held[whole:]
            self._answer(request)

    def _answer(self, request: bytes) -> None:
        """Answer one request, at once or later."""
        assert self.transport is not None
        if request.startswith(b"GET /counts"):
            counts = {**served, "cpu_us": round(time.process_time() * 1e6)}
            self.transport.write(_wrap("application/json", json.dumps(counts)))
            return
        served["requests"] += 1
        streams = re.search(rb'"stream": ?true', request[-1024:])
        answer = STREAMED if streams else PLAIN
        after = _AFTER.match(request)
        asyncio.get_running_loop().call_later(
            int(after[1]) / 1000 if after else 0, self.transport.write, answer
        )


async def main() -> None:
    """Serve until the standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answering, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
