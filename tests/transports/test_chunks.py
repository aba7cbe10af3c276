"""A streamed answer: bytes into events, events into one reply."""

from typing import Any

import pytest

from runner.core.message import Usage
from runner.transports.chunks import Events, Gathered
from tests.loopback import chunk


def gather(*chunks: Any, **how: Any) -> Any:
    gathered = Gathered()
    for each in (*chunks, chunk({}, finish_reason="stop")):
        gathered.add(each)
    return gathered.tell(**how)


def calls_of(*deltas: Any) -> Any:
    """The tool calls that deltas of them make."""
    return gather(*(chunk({"tool_calls": [delta]}) for delta in deltas)).reply.message["tool_calls"]


def test_merges_calls_by_their_index() -> None:
    """Pieces of tool calls go to the call of their index, whatever comes between."""
    assert calls_of(
        {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}},
        {"index": 1, "id": "b", "type": "function", "function": {"name": "g", "arguments": ""}},
        {"index": 0, "function": {"arguments": '{"x":'}},
        {"index": 1, "function": {"arguments": "{}"}},
        {"index": 0, "function": {"arguments": "1}"}},
    ) == [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}},
        {"id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}},
    ]


def test_takes_calls_of_servers_that_do_not_number_them() -> None:
    """Whole calls that come without an index, or all under one, are told apart by their ids."""
    first = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    second = {"id": "b", "type": "function", "function": {"name": "f", "arguments": "[]"}}
    assert calls_of(first, second) == [first, second]
    assert calls_of({**first, "index": 0}, {**second, "index": 0}) == [first, second]


def test_takes_fields_that_are_repeated() -> None:
    """A role, id or type that comes with every piece is said once; an empty one says nothing."""
    head = {"index": 0, "id": "a", "type": "function"}
    assert calls_of(
        {**head, "function": {"name": "f", "arguments": "["}},
        {**head, "id": "", "function": {"name": "", "arguments": "]"}},
    ) == [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "[]"}}]
    told = gather(*(chunk({"role": "assistant", "content": text}) for text in "ab"))
    assert told.reply.message == {"role": "assistant", "content": "ab"}


def test_ignores_further_choices() -> None:
    """Only the first choice is heard."""
    other = {**chunk({"content": "other"})}
    other["choices"][0]["index"] = 1
    assert gather(chunk({"content": "mine"}), other).reply.text == "mine"


def test_a_stream_that_said_it_was_done_without_a_choice_holds_none() -> None:
    """It was not cut: asking again would be answered the same."""
    gathered = Gathered()
    gathered.add({"choices": []})
    failures = (gathered.tell(done=True).failure, gathered.tell().failure)
    assert [failure and failure.kind for failure in failures] == ["no_choices", "cut_stream"]


def test_takes_the_last_usage() -> None:
    """Of counts that grow with every chunk the last ones hold; they are kept where the stream is cut, too."""
    gathered = Gathered()
    for count in (1, 2):
        gathered.add({**chunk({"content": "a"}), "usage": {"completion_tokens": count}})
    told = gathered.tell()
    assert told.failure is not None
    assert told.failure.kind == "cut_stream"
    assert told.usage == Usage(completion_tokens=2)


def test_says_when_the_first_token_has_come() -> None:
    """A chunk that holds nothing but a role is no token; a tool call's name is one."""
    gathered = Gathered()
    gathered.add(chunk({"role": "assistant", "content": "", "refusal": None}))
    assert not gathered.begun
    gathered.add(chunk({"tool_calls": [{"index": 0, "function": {"name": "f"}}]}))
    assert gathered.begun


def test_never_tells_half_a_pair() -> None:
    """A character in two pieces is told as one, when it is whole."""
    gathered = Gathered()
    assert gathered.add(chunk({"content": "a\ud83d"})) == [("content", "a")]
    assert gathered.add(chunk({"content": "\ude00b"})) == [("content", "😀b")]


@pytest.mark.parametrize("text", ['{"a":', "[" * 100_000, '"text"', "[1]"])
def test_names_chunks_that_are_none(text: str) -> None:
    """A chunk that is no JSON object is malformed; half of one at the end is a stream that was cut."""
    gathered = Gathered()
    gathered.read(text.encode())
    assert gathered.failure is not None
    assert gathered.failure.kind == "malformed"
    if text == '{"a":':
        ended = Gathered()
        ended.read(text.encode(), last=True)
        assert ended.failure is None


def test_takes_deep_pieces() -> None:
    """A chunk that nests deeper than any answer does is malformed, and harms nobody."""
    gathered = Gathered()
    gathered.read(
        b'{"choices": [{"delta": {"content": "a", "x": %b1%b}, "finish_reason": "stop"}]}'
        % (b'{"y":' * 400, b"}" * 400)
    )
    told = gathered.tell()
    assert told.failure is not None
    assert told.failure.kind == "malformed"


def test_joins_the_lines_of_an_event() -> None:
    """Data on several lines is one event; comments and other fields say nothing; the last empty line may be missing."""
    events = Events()
    assert list(events.feed(b"id: 1\nevent: x\ndata: a\ndata:b\n\n: ping\n\nerror: c\n\ndata: [DONE]")) == [
        b"a\nb",
        b"c",
    ]
    assert list(events.end()) == [b"[DONE]"]
