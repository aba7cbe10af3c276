"""What an answer looks like on the wire, made into a reply."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.core.message import EMBEDDINGS, Usage
from runner.core.value import encode_line
from runner.transports.wire import read_plain, read_usage
from tests.loopback import completion, embeddings

CALL = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"a": 1}'}}


def body_of(text: str | None = "hi", **fields: Any) -> bytes:
    (body,) = completion(text, **fields).pieces
    assert isinstance(body, bytes)
    return body


def choice_of(message: dict[str, Any], **fields: Any) -> bytes:
    return json.dumps({"model": "m", "choices": [{"message": message, **fields}]}).encode()


def test_leaves_out_what_says_nothing() -> None:
    """A reply's message holds role and content, and of the rest what is neither null nor empty."""
    told = read_plain(body_of("hi", audio=None, tool_calls=[], reasoning_content="because", reasoning=""))
    assert told.reply is not None
    assert told.reply.message == {"role": "assistant", "content": "hi", "reasoning_content": "because"}
    assert list(told.reply.message)[:2] == ["role", "content"]


@pytest.mark.parametrize("content", ["", None])
@pytest.mark.parametrize("more", [{"tool_calls": [CALL]}, {"refusal": "No."}])
def test_content_beside_calls_and_refusals_is_null(content: str | None, more: dict[str, Any]) -> None:
    """Beside tool calls or a refusal, empty content is null, as the API has it."""
    told = read_plain(body_of(content, **more))
    assert told.reply is not None
    assert told.reply.message == {"role": "assistant", "content": None, **more}


def test_keeps_content_in_parts_and_fields_of_other_servers() -> None:
    """Content in parts, citations and the like are kept as they are."""
    parts = [{"type": "text", "text": "a"}]
    annotations = [{"type": "url_citation", "url": "https://example.org"}]
    told = read_plain(choice_of({"content": parts, "annotations": annotations}))
    assert told.reply is not None
    assert told.reply.message == {"role": "assistant", "content": parts, "annotations": annotations}


def test_a_reply_is_the_assistants() -> None:
    """Whatever role a server names: the history that is sent next says that the assistant said it."""
    told = read_plain(choice_of({"role": "user", "content": "hi"}))
    assert told.reply is not None
    assert told.reply.message == told.reply.said == {"role": "assistant", "content": "hi"}


@pytest.mark.parametrize("content", [5, True, {"type": "text"}])
def test_content_that_is_no_text_is_no_reply(content: Any) -> None:
    """What could be neither judged nor recorded nor sent again is no content."""
    told = read_plain(choice_of({"content": content}))
    assert told.failure is not None
    assert told.failure.kind == "malformed"


def test_keeps_probabilities_without_numbers_that_json_lacks() -> None:
    """Log probabilities are kept, with null for what JSON has no number for, so that they can be written."""
    logprobs = {
        "content": [{"token": "a", "logprob": float("-inf"), "bytes": [97], "top_logprobs": []}],
        "refusal": None,
    }
    told = read_plain(
        choice_of({"content": "a", "huge": [1e308]}, logprobs=logprobs).replace(b"1e+308", b"1e999")
    )
    assert told.reply is not None
    assert told.reply.logprobs == {
        "content": [{"token": "a", "logprob": None, "bytes": [97], "top_logprobs": []}]
    }
    assert encode_line(told.reply.dump())


@pytest.mark.parametrize(
    ("finish_reason", "words"),
    [
        ("stop", "the reply is empty"),
        ("length", "limit on tokens"),
        ("content_filter", "content filter"),
        (None, "empty"),
    ],
)
def test_an_empty_reply_says_why(finish_reason: str | None, words: str) -> None:
    """A reply without content, refusal or tool calls is a failure that says how the model ended."""
    told = read_plain(body_of("", finish_reason=finish_reason))
    assert told.failure is not None
    kind = "content_filter" if finish_reason == "content_filter" else "empty_reply"
    assert (told.failure.kind, told.failure.code) == (kind, finish_reason)
    assert words in told.failure.message
    assert told.usage is not None


@pytest.mark.parametrize(
    ("data", "usage"),
    [
        (None, None),
        ([], None),
        ({}, None),
        ({"prompt_tokens": None, "completion_tokens": "7"}, None),
        ({"prompt_tokens": 3, "completion_tokens": 4.0}, Usage(prompt_tokens=3, completion_tokens=4)),
        ({"prompt_tokens": True, "completion_tokens": -1, "prompt_tokens_details": [1]}, None),
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 5,
                "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 4},
                "completion_tokens_details": {"reasoning_tokens": 0},
            },
            Usage(prompt_tokens=9, cached_tokens=0, cache_write_tokens=4, completion_tokens=5, reasoning_tokens=0),
        ),
        ({"prompt_tokens": 9, "prompt_cache_hit_tokens": 8}, Usage(prompt_tokens=9, cached_tokens=8)),
        ({"prompt_tokens": 9, "cache_creation_input_tokens": 7}, Usage(prompt_tokens=9, cache_write_tokens=7)),
    ],
)  # fmt: skip
def test_reads_usage(data: Any, usage: Usage | None) -> None:
    """Usage is what the server counted; what it did not say is not known."""
    assert read_usage(data) == usage


@pytest.mark.parametrize(
    "message",
    [
        '{"a":' * 200 + "1" + "}" * 200,
        '{"content": "x", "deep": ' + "[" * 400 + "]" * 400 + "}",
        "[" * 90_000,
    ],
)
def test_refuses_what_is_nested_without_end(message: str) -> None:
    """An answer that nests deeper than any answer does is malformed, and harms nobody."""
    told = read_plain(b'{"choices": [{"message": %b}]}' % message.encode())
    assert told.failure is not None
    assert told.failure.kind == "malformed"


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["content", "tool_calls", "refusal", "function", "role"]), inner))  # fmt: skip


@given(message=JSON, finish_reason=JSON, logprobs=JSON, usage=JSON, model=JSON)
def test_reads_anything(message: Any, finish_reason: Any, logprobs: Any, usage: Any, model: Any) -> None:
    """Whatever JSON a server sends is a reply or a named failure, and can be written down."""
    choice = {"message": message, "finish_reason": finish_reason, "logprobs": logprobs}
    told = read_plain(json.dumps({"choices": [choice], "usage": usage, "model": model}).encode())
    assert (told.reply is None) != (told.failure is None)
    for part in (told.reply, told.failure, told.usage):
        assert part is None or encode_line(part.dump())


@given(st.binary())
def test_reads_any_bytes(body: bytes) -> None:
    """Whatever bytes a server sends are a named failure."""
    assert read_plain(body).failure is not None


def vectors_of(items: Any, **fields: Any) -> bytes:
    return json.dumps({"model": "e", "data": items, **fields}).encode()


def test_vectors_stand_in_the_order_of_the_texts() -> None:
    """By their index, whatever the order they came in; numbers as the server said them, and no word said."""
    items = [{"index": 1, "embedding": [3, 4.5]}, {"index": 0, "embedding": [0.1, -2e-7]}]
    told = read_plain(vectors_of(items, usage={"prompt_tokens": 5, "total_tokens": 5}), EMBEDDINGS)
    assert told.reply is not None
    assert told.reply.embeddings == [[0.1, -2e-7], [3, 4.5]]
    assert told.reply.said == {"role": "assistant", "content": None}
    assert (told.reply.text, told.reply.served_model) == ("", "e")
    assert told.usage == Usage(prompt_tokens=5, completion_tokens=0)


def test_vectors_without_an_index_or_as_text_are_kept() -> None:
    """In the order in which they came; base64 stays what it is, for who asked to make something of."""
    told = read_plain(vectors_of([{"embedding": [1.0]}, {"embedding": "AACAPw=="}]), EMBEDDINGS)
    assert told.reply is not None
    assert told.reply.embeddings == [[1.0], "AACAPw=="]
    assert told.usage is None


@pytest.mark.parametrize("items", [None, [], {}, [7], [{}], [{"embedding": None}], [{"embedding": 7}]])
def test_an_answer_without_vectors_is_a_failure(items: Any) -> None:
    """It is named, and a chat's answer at that place is none either."""
    for body in (vectors_of(items), body_of("hi")):
        failure = read_plain(body, EMBEDDINGS).failure
        assert failure is not None
        assert (failure.kind, failure.message) == ("no_choices", "the answer holds no embeddings")


def test_numbers_that_json_does_not_have_are_no_numbers() -> None:
    """NaN and infinities in a vector become null, which can be written down; nothing deep is read."""
    told = read_plain(b'{"data": [{"embedding": [NaN, Infinity, 1]}]}', EMBEDDINGS)
    assert told.reply is not None
    assert told.reply.embeddings == [[None, None, 1]]
    deep = b'{"data": [{"embedding": ' + b"[" * 200 + b"]" * 200 + b"}]}"
    assert read_plain(deep, EMBEDDINGS).failure is not None
    (body,) = embeddings([[1.0]]).pieces
    assert isinstance(body, bytes)
    assert read_plain(body).failure is not None
