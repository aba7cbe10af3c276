"""A streamed answer: bytes into events, events into one reply; pure, it sends and awaits nothing.

Law: any chunking of a stream gives the same reply as the plain answer.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, Literal

from runner.core.message import Failure
from runner.core.value import Json, join_surrogates
from runner.transports.faults import fail_inside
from runner.transports.wire import Told, malformed, no_choices, read_usage, tell

Spoken = tuple[Literal["content", "refusal", "reasoning"], str]
"""A piece of a reply as it comes: what it is a piece of, and its text."""

_SPOKEN: Final[dict[str, Literal["content", "refusal", "reasoning"]]] = {
    "content": "content",
    "refusal": "refusal",
    "reasoning_content": "reasoning",
    "reasoning": "reasoning",
}
_SAID_ONCE: Final = frozenset({"role", "id", "type"})
"""Fields of a delta that some servers repeat in every chunk."""


class Events:
    """Server-sent events out of bytes that may be split anywhere."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._line: list[bytes] = []
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The data of each event that a piece completes."""
        if b"\n" not in piece and b"\r" not in piece:
            self._line.append(piece)
            return
        text = b"".join((*self._line, piece))
        # A carriage return at the end may be the first half of a line's end.
        held = text.endswith(b"\r")
        *lines, rest = re.split(rb"\r\n|\n|\r", text[:-1] if held else text)
        self._line = [rest + b"\r"] if held else [rest] if rest else []
        for line in lines:
            yield from self._take(line)

    def end(self) -> Iterator[bytes]:
        """The data of an event that the stream's end completes, as some servers leave out the last empty line."""
        yield from self.feed(b"\n\n")

    def _take(self, line: bytes) -> Iterator[bytes]:
        """The data of the event that a line completes, if it does."""
        if not line:
            data, self._data = self._data, []
            if data:
                yield b"\n".join(data)
            return
        name, _, value = line.partition(b":")
        # llama.cpp has told of errors in a field of that name; comments and other fields say nothing.
        if name in {b"data", b"error"}:
            self._data.append(value.removeprefix(b" "))


class Gathered:
    """A streamed reply, as far as it has come."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self.begun = False
        """Whether a first token has come."""
        self.finish_reason: str | None = None
        self.failure: Failure | None = None
        """What ended the stream, if it was not its end."""
        self._message: dict[str, Any] = {}
        self._calls: list[dict[str, Any]] = []
        self._at: dict[int, int] = {}
        """Where a tool call of an index stands among the calls."""
        self._logprobs: dict[str, Any] = {}
        self._usage: Json = None
        self._named: dict[str, str] = {}
        self._halves: dict[str, str] = {}
        """The first half of a surrogate pair, of which the second has not come."""
        self._chosen = False

    def read(self, data: bytes, *, last: bool = False) -> list[Spoken]:
        """Take the data of one event, `last` where the stream ended in it; tells what it adds to the reply's texts."""
        try:
            return self.add(json.loads(data.decode("utf-8", "surrogatepass")))
        except (ValueError, RecursionError) as error:
            if not last:  # half a chunk at the end is a stream that was cut
                self.failure = malformed("a chunk of the stream is not JSON", error)
            return []

    def add(self, chunk: Json) -> list[Spoken]:
        """Take one chunk; tells what it adds to the texts of the reply."""
        if not isinstance(chunk, dict):
            self.failure = malformed("a chunk of the stream is JSON, but no object")
            return []
        if chunk.get("error") or chunk.get("object") == "error":
            self.failure = fail_inside(chunk)
            return []
        self._usage = chunk.get("usage") or self._usage
        for name in ("model", "system_fingerprint"):
            if isinstance(chunk.get(name), str) and chunk[name]:
                self._named.setdefault(name, chunk[name])
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict) and not choice.get("index"):
                return self._choose(choice)
        return []

    def tell(self, *, sends_finish_reason: bool = True, done: bool = False) -> Told:
        """What the stream says, now that it has ended; `done` where it said itself that it has said all."""
        usage = read_usage(self._usage)
        if self.failure is not None:
            return Told(failure=self.failure, usage=usage)
        if done and not self._chosen:
            return Told(failure=no_choices(), usage=usage)
        if self.finish_reason is None and sends_finish_reason:
            return Told(
                failure=Failure(kind="cut_stream", message="the stream ended before the reply did"),
                usage=usage,
            )
        if not self._chosen:
            return Told(failure=no_choices(), usage=usage)
        try:
            calls = sorted(self._calls, key=lambda call: call["index"])
            message = _joined({**self._message, "tool_calls": calls})
        except RecursionError as error:
            return Told(failure=malformed("the answer cannot be read", error), usage=usage)
        return tell(message, self.finish_reason, self._logprobs, self._named, self._usage)

    def _choose(self, choice: dict[str, Any]) -> list[Spoken]:
        """Take what a chunk says of the one choice that was asked for."""
        self._chosen = True
        if isinstance(choice.get("finish_reason"), str) and choice["finish_reason"]:
            self.finish_reason = choice["finish_reason"]
        if isinstance(choice.get("logprobs"), dict):
            _merge(self._logprobs, choice["logprobs"])
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            return []
        _merge(self._message, {name: value for name, value in delta.items() if name != "tool_calls"})
        calls = delta.get("tool_calls")
        for call in calls if isinstance(calls, list) else ():
            if isinstance(call, dict):
                self._call(call)
        self.begun = self.begun or any(value for name, value in delta.items() if name != "role")
        return list(self._speak(delta))

    def _call(self, delta: dict[str, Any]) -> None:
        """Take a piece of a tool call: the one of its index, or a new one where it has another id."""
        index, name = delta.get("index"), delta.get("id")
        if not isinstance(index, int):
            index = max(len(self._calls) - 1, 0)
        at = self._at.get(index)
        if at is None or (name and self._calls[at].get("id", name) != name):
            self._at[index] = at = len(self._calls)
            self._calls.append({"index": index})
        _merge(self._calls[at], {**delta, "index": None})

    def _speak(self, delta: dict[str, Any]) -> Iterator[Spoken]:
        """The texts that a delta adds, a surrogate pair never in halves."""
        spoken = set()
        for name, kind in _SPOKEN.items():
            text = delta.get(name)
            if isinstance(text, str) and text and kind not in spoken:
                spoken.add(kind)
                text = join_surrogates(self._halves.pop(name, "") + text)
                if "\ud800" <= text[-1] <= "\udbff":
                    self._halves[name], text = text[-1], text[:-1]
                if text:
                    yield kind, text


class _Pieces(list[str]):
    """A text that has come in pieces; joined once, at the end."""


def _merge(into: dict[str, Any], delta: dict[str, Any]) -> None:
    """Add a delta to what has come: texts are joined, lists extended, tables merged, and what is null says nothing."""
    for name, value in delta.items():
        if value is None:
            continue
        if name in _SAID_ONCE:
            into[name] = into.get(name) or value
        elif isinstance(value, str):
            present = into.get(name)
            if isinstance(present, _Pieces):
                present.append(value)
            else:
                into[name] = _Pieces([value])
        elif isinstance(value, list):
            if type(into.get(name)) is not list:  # pieces of a text are a list as well, but none of these
                into[name] = []
            into[name].extend(value)
        elif isinstance(value, dict):
            present = into.get(name)
            into[name] = present if isinstance(present, dict) else {}
            _merge(into[name], value)
        else:
            into[name] = value


def _joined(value: Json) -> Json:
    """What has come, with the texts that came in pieces made whole."""
    if isinstance(value, _Pieces):
        return "".join(value)
    if isinstance(value, dict):
        return {name: _joined(part) for name, part in value.items()}
    return [_joined(part) for part in value] if isinstance(value, list) else value
