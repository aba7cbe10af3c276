"""What is no exchange of a cassette, and what is said of it."""

import json
import re
from typing import Any

import pytest

from runner.core.message import Answer, Reply
from runner.core.recordings.entry_check import check_entry, read_entry
from runner.core.recordings.recording import write_entry
from tests.asking import embeddings_request, request_for

ANSWER = Answer(reply=Reply(message={"role": "assistant", "content": "hi"}))


def line(**changed: Any) -> bytes:
    entry = json.loads(write_entry(request_for("hello", seed=1), ANSWER, ()))
    entry |= changed
    return json.dumps({name: value for name, value in entry.items() if value != "absent"}).encode()


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"key": "absent"}, "lacks `key`"),
        ({"draw": "absent"}, "lacks `draw`"),
        ({"draw": 0}, "`draw` should be a whole number from 1 up"),
        ({"draw": True}, "`draw` should be a whole number from 1 up"),
        ({"draw": "1"}, "`draw` should be a whole number from 1 up"),
        ({"messages": []}, "`messages` should be a list of messages"),
        ({"messages": ["hello"]}, "`messages` should be a list of messages"),
        ({"messages": [{"role": "user", "content": 7}]}, "`messages` should be a list of messages"),
        ({"messages": [{"role": "user", "content": "bye"}]}, "they were changed by hand"),
        ({"params": {"seed": 2}}, "they were changed by hand"),
        ({"model": "n"}, "they were changed by hand"),
        ({"parent": "00"}, "they were changed by hand"),
        ({"parent": "zz"}, "`parent` should be a digest"),
        ({"parent": 7}, "`parent` should be a digest"),
        ({"reply": "absent"}, "should hold a `reply` or a `failure`"),
        ({"failure": {"kind": "bad_request", "message": "no"}}, "should hold a `reply` or a `failure`"),
        ({"reply": {"message": "hi"}}, "`reply.message` should be a message"),
        ({"reply": {"message": {"role": "assistant", "refusal": 7}}}, "refusal` should be a text"),
        ({"reply": {"message": {"role": "assistant", "tool_calls": 7}}}, "should be a list of objects"),
        ({"reply": {"message": {"role": "assistant", "tool_calls": [7]}}}, "should be a list of objects"),
        ({"reply": {}}, "`reply.message` should be a message"),
        ({"reply": {"message": {"role": "assistant"}, "served_model": 7}}, "should be texts"),
        ({"reply": None, "failure": {"kind": "no_luck", "message": ""}}, "a `kind` that is known"),
        ({"usage": {"prompt_tokens": "many"}}, "whole numbers of tokens"),
        ({"usage": {"prompt_tokens": True}}, "whole numbers of tokens"),
        ({"usage": []}, "`usage` should be an object"),
    ],
)
def test_what_is_no_entry_is_refused(changed: dict[str, Any], complaint: str) -> None:
    """Each with what was expected."""
    with pytest.raises(ValueError, match=re.escape(complaint)):
        check_entry(read_entry(line(**changed)))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"{", "is not JSON"),
        (b'{"a": NaN}', "is not JSON"),
        (b"[]", "is not a JSON object"),
        (b"\xff", "is not JSON"),
        (b"<<<<<<< HEAD", "the mark of a merge conflict"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "is not JSON"),
        (b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}", "nested more than 100 levels deep"),
        (b'{"a": ' + b'{"a": ' * 5000 + b"1" + b"}" * 5001, "nested more than 100 levels deep"),
    ],
)
def test_what_is_no_json_object_is_refused(text: bytes, complaint: str) -> None:
    """Neither broken, nor deep, nor endless."""
    with pytest.raises(ValueError, match=re.escape(complaint)):
        read_entry(text)


def test_brackets_in_texts_are_not_depth() -> None:
    """Words may hold as many brackets and quotes as they like."""
    text = json.dumps({"a": '[{"\\' * 500}).encode()
    assert read_entry(text) == {"a": '[{"\\' * 500}


VECTORS = Answer(reply=Reply(message={"role": "assistant", "content": None, "embeddings": [[1.0], [0.5]]}))


def test_texts_stand_in_the_place_of_messages_at_the_endpoint_of_embeddings() -> None:
    """There, and nowhere else."""
    entry = json.loads(write_entry(embeddings_request("one", "two"), VECTORS, ()))
    assert entry["messages"] == ["one", "two"]
    check_entry(entry)
    for changed in ({"path": "/chat/completions"}, {"path": None}):
        with pytest.raises(ValueError, match="a list of messages, each with a `role`"):
            check_entry({**entry, **changed})
    for messages in ([], [{"role": "user", "content": "one"}], ["one", 2]):
        with pytest.raises(ValueError, match="a list of texts"):
            check_entry({**entry, "messages": messages})
    with pytest.raises(ValueError, match="changed by hand"):
        check_entry({**entry, "messages": ["one", "three"]})
    with pytest.raises(ValueError, match="a list of vectors"):
        check_entry({**entry, "reply": {"message": {**entry["reply"]["message"], "embeddings": "AAA"}}})
