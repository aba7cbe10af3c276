"""Exchanges as lines of a cassette."""

import json
from typing import Any

import pytest

from runner.core.message import (
    Answer,
    Attempt,
    Chain,
    Failure,
    FailureKind,
    Reply,
    Request,
    Usage,
    close_key,
    link_digest,
)
from runner.core.recordings.entry_check import check_entry, read_entry
from runner.core.recordings.recording import (
    Times,
    answer_of,
    answered_digest,
    in_order,
    is_recordable,
    write_entry,
)

REPLY = Answer(
    reply=Reply(
        message={"role": "assistant", "content": "hi \ud800 \u2028", "refusal": None},
        finish_reason="stop",
        served_model="m-1",
    ),
    usage=Usage(prompt_tokens=3, completion_tokens=1),
    attempts=(Attempt(outcome="replied", status=200),),
    request_id="req_1",
    cost_usd=0.5,
    started_at="2026-01-01T00:00:00.000Z",
    latency_s=0.25,
    ttft_s=0.1,
    in_flight=3,
)


def request(*texts: str, draw: int = 1, **params: Any) -> Request:
    chain = Chain()
    for place, text in enumerate(texts):
        chain = chain.add({"role": "assistant" if place % 2 else "user", "content": text})
    key = close_key(chain, model="m", params=params)
    return Request("turns[0]", "turn", "p", "m", params, chain, key, draw)


def line(**changed: Any) -> bytes:
    entry = json.loads(write_entry(request("hello", seed=1), REPLY, ()))
    entry |= changed
    return json.dumps({name: value for name, value in entry.items() if value != "absent"}).encode()


def test_an_entry_holds_what_was_asked_and_answered_and_nothing_that_changes() -> None:
    """Messages, reply, usage, model, params, draw, parent and key; no id, no time, no tries, no cost."""
    entry = json.loads(write_entry(request("hello", seed=1), REPLY, ()))
    assert list(entry) == ["messages", "reply", "usage", "model", "params", "draw", "parent", "key"]
    assert entry["reply"]["message"] == REPLY.reply.message if REPLY.reply else None
    for word in ("req_1", "2026", "0.25", "attempts", "in_flight", "0.5"):
        assert word not in json.dumps(entry)


def test_an_entry_is_one_line_of_readable_text() -> None:
    """Line separators and lone surrogates are escaped; letters of any script are not."""
    text = write_entry(request("größer 你好\u2028"), REPLY, ())
    assert b"\n" not in text
    assert "größer 你好\\u2028".encode() in text
    assert "\\ud800" in text.decode()


def test_an_entry_holds_what_its_turn_adds() -> None:
    """The messages since the last reply that is recorded, and the digest of all before; the rest only where it is not."""
    first = json.loads(
        write_entry(request("one"), Answer(reply=Reply(message={"role": "assistant", "content": "two"})), ())
    )
    known = answered_digest(first)
    asked = request("one", "two", "three")
    assert known is not None
    entry = json.loads(write_entry(asked, REPLY, {known}))
    assert entry["messages"] == [{"role": "user", "content": "three"}]
    assert entry["parent"] == known.hex()
    whole = json.loads(write_entry(asked, REPLY, ()))
    assert (len(whole["messages"]), whole["parent"]) == (3, None)
    assert whole["key"] == entry["key"] == asked.key
    check_entry(whole)
    check_entry(entry)


def test_an_answer_comes_back_as_it_was() -> None:
    """Reply and usage as they were, times as they are told; replayed, and paid for by nobody."""
    entry = read_entry(write_entry(request("hello"), REPLY, ()))
    answer = answer_of(entry, Times("2026-01-01T00:00:00.000Z", 0.25, 0.1))
    assert (answer.reply, answer.usage) == (REPLY.reply, REPLY.usage)
    assert (answer.latency_s, answer.ttft_s, answer.cost_usd, answer.replayed) == (0.25, 0.1, 0.0, True)
    assert (answer.attempts, answer.started_at, answer.request_id, answer.in_flight) == ((), None, None, None)
    assert Answer.load(answer.dump()) == answer


@pytest.mark.parametrize(
    ("kind", "status", "kept"),
    [
        ("refused_parameter", 400, True),
        ("context_overflow", 400, True),
        ("bad_request", 400, True),
        ("bad_request", None, False),
        ("bad_request", 418, False),
        ("not_allowed", 401, False),
        ("no_such_model", 404, False),
        ("no_credit", 429, False),
        ("rate_limited", 429, False),
        ("server_error", 500, False),
        ("unreachable", None, False),
        ("timed_out", None, False),
        ("cut_stream", 200, False),
        ("malformed", 200, False),
        ("error_in_reply", 200, False),
        ("no_choices", 200, False),
        ("empty_reply", 200, False),
        ("not_recorded", None, False),
    ],
)
def test_failures_are_recorded_that_every_try_meets(
    kind: FailureKind, status: int | None, kept: bool
) -> None:
    """What the server says of the request itself; never its bad day, the key, the account or the way to it."""
    failed = Answer(failure=Failure(kind=kind, message="no", status=status))
    assert is_recordable(failed) is kept
    if kept:
        entry = read_entry(write_entry(request("hello"), failed, ()))
        check_entry(entry)
        assert answer_of(entry).failure == failed.failure


def test_fields_that_are_not_known_are_no_harm() -> None:
    """A newer version, or a person, may say more; in a reply as well, whatever it is called."""
    reply = {"message": {"role": "assistant", "content": "x"}, "_fields_set": 1, "model_config": 2}
    entry = read_entry(line(note="of interest", reply=reply))
    check_entry(entry)
    found = answer_of(entry).reply
    assert found is not None
    assert found.text == "x"


def test_a_reply_that_was_changed_by_hand_is_played_and_cuts_off_what_followed() -> None:
    """Its own line still holds; the next one goes on from words that nobody says any more, and stands apart."""
    first = write_entry(request("one"), REPLY, ())
    known = answered_digest(json.loads(first))
    assert known is not None
    said = REPLY.reply.said if REPLY.reply else {}
    chain = request("one").chain.add(said).add({"role": "user", "content": "two"})
    assert chain.last is not None
    assert chain.digest == link_digest(known, chain.last.message)
    second = write_entry(
        Request("turns[1]", "turn", "p", "m", {}, chain, close_key(chain, model="m", params={})),
        REPLY,
        {known},
    )
    assert in_order([second, first]) == ([first, second], [])
    edited = json.loads(first)
    edited["reply"]["message"]["content"] = "something else"
    check_entry(edited)
    changed = json.dumps(edited).encode()
    assert in_order([second, changed]) == ([changed], [second])
