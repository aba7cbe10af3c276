"""The wire format of the journal: what is written is read back, whichever way it is read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from runner.core.event import Answered, Heard, dump_event, load_event, read_event
from runner.core.message import Answer, Reply
from runner.core.value import Json, encode_line

TEXTS = st.text(st.characters(categories=None), max_size=20)
"""Lone surrogates included: models emit them."""
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
NO_EVENT = (json.JSONDecodeError, UnicodeDecodeError, ValidationError)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def answered(message: dict[str, Json], logprobs: Json = None) -> Answered:
    reply = Reply(message=message, logprobs=logprobs)
    return Answered(
        trial="hello#1",
        slot="turns[0]",
        purpose="turn",
        key="0" * 40,
        answer=Answer(reply=reply, latency_s=0.1),
    )


@given(content=TEXTS, extra=JSON, logprobs=JSON)
def test_a_line_reads_as_what_was_written_whatever_a_model_said(
    content: str, extra: Json, logprobs: Json
) -> None:
    """Reading a line in one go gives what reading its JSON first gives: the event that was written."""
    event = answered({"role": "assistant", "content": content, "extra": extra}, logprobs)
    line = encode_line(dump_event(event))
    assert read_event(line) == load_event(json.loads(line)) == event
    assert encode_line(dump_event(read_event(line))) == line


@given(st.binary(max_size=40))
def test_what_is_no_event_is_refused_alike(line: bytes) -> None:
    """What is not JSON, or no event, raises ValueError, whichever way it is read."""
    with pytest.raises(NO_EVENT) as refusal:
        read_event(line)
    assert isinstance(refusal.value, ValueError)


def test_fields_of_a_newer_version_are_kept() -> None:
    """A field that this version does not know is there again after reading and writing."""
    line = b'{"event":"heard","trial":"hello#1","turn":0,"mood":"fine"}\n'
    event = read_event(line)
    assert isinstance(event, Heard)
    assert encode_line(dump_event(event)) == line
