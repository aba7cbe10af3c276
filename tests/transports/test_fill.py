"""Secrets and files put into a request just before it leaves, and secrets taken out of what comes back."""

import json
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.core.message import Answer, Failure, Message, Reply, Request
from runner.errors import StoreError
from runner.transports import Delta, Notice, Notify, Started, Waiting
from runner.transports.fake import FakeTransport, Outcome
from runner.transports.fill import Fill, Mask, Veil
from tests.asking import exchange, request_for

VALUE = 'p"ä\\ss\nwörd-1'
SECRETS = {"CRM_TOKEN": "crm-123456789", "ODD": VALUE}
IMAGE = b"\x89PNG some bytes"
DIGEST = sha256(IMAGE).hexdigest()


def play(
    request: Request,
    respond: Callable[[Request, list[dict[str, Any]]], Outcome] = lambda _, __: "ok",
    secrets: dict[str, str] | None = None,
    files: dict[str, bytes] | None = None,
) -> tuple[Answer, list[dict[str, Any]], FakeTransport, list[Notice]]:
    """What comes back, the messages that went out, who they went to, and what was told."""
    inner = FakeTransport(respond)
    known = files or {}
    answer, notices = exchange(
        lambda: Fill(
            inner,
            secrets=SECRETS if secrets is None else secrets,
            read_file=known.__getitem__,
            files=known.keys(),
        ),
        request,
    )
    assert inner.closed
    return answer, inner.asked[0].messages, inner, notices


def test_fills_secrets_into_messages_and_params() -> None:
    """A mark becomes its value, whatever characters it holds; the request's key stays that of the mark."""
    request = request_for(
        "Use <secret:CRM_TOKEN> and <secret:ODD>.",
        user="<secret:ODD>",
        tools=[{"x": ["<secret:CRM_TOKEN>"]}],
        seed=1,
    )
    _, messages, inner, _ = play(request)
    assert messages[0]["content"] == f"Use crm-123456789 and {VALUE}."
    sent = inner.asked[0].request
    assert sent.params == {"user": VALUE, "tools": [{"x": ["crm-123456789"]}], "seed": 1}
    assert (sent.key, sent.chain.digest) == (request.key, request.chain.digest)
    assert json.loads(sent.body())["messages"] == messages


@pytest.mark.parametrize("text", ["<secret:OTHER>", "<secret:>", "<secret:crm token>", "secret:CRM_TOKEN"])
def test_leaves_other_marks_alone(text: str) -> None:
    """What is no mark of a known secret is sent as it stands."""
    assert play(request_for(text))[1][0]["content"] == text


def test_fills_only_turns() -> None:
    """A judge's question, which may quote a model, is never filled."""
    assert play(request_for("<secret:CRM_TOKEN>", purpose="judge"))[1][0]["content"] == "<secret:CRM_TOKEN>"


def test_fills_files() -> None:
    """A reference to a file becomes its bytes, as a data URL or bare, wherever it is all of a string."""
    parts = [
        {"type": "image_url", "image_url": {"url": f"data:image/png;sha256,{DIGEST}"}},
        {"type": "input_audio", "input_audio": {"data": f"base64;sha256,{DIGEST}", "format": "wav"}},
        {"type": "text", "text": f"see data:image/png;sha256,{DIGEST} there"},
    ]
    _, messages, _, _ = play(
        request_for(messages=[{"role": "user", "content": parts}]), files={DIGEST: IMAGE}
    )
    encoded = b64encode(IMAGE).decode()
    assert messages[0]["content"][0]["image_url"]["url"] == f"data:image/png;base64,{encoded}"
    assert messages[0]["content"][1]["input_audio"]["data"] == encoded
    assert messages[0]["content"][2] == parts[2]


def test_reads_a_file_once() -> None:
    """A file that goes out with every turn is read once."""
    reads: list[str] = []

    def read(digest: str) -> bytes:
        reads.append(digest)
        return IMAGE

    inner = FakeTransport(lambda _, __: "ok")
    fill = Fill(inner, read_file=read, files={DIGEST})
    part = {"type": "image_url", "image_url": {"url": f"data:image/png;sha256,{DIGEST}"}}
    for _ in range(3):
        exchange(lambda: fill, request_for(messages=[{"role": "user", "content": [part, part]}]))
    assert reads == [DIGEST]


@pytest.mark.parametrize("files", [{}, {DIGEST: IMAGE}])
@pytest.mark.parametrize("kind", ["base64", "data:image/png", "data:"])
def test_a_mark_of_no_file_is_text(kind: str, files: dict[str, bytes]) -> None:
    """What looks like a file's mark, but of no file of the scenarios, is sent as it was written or said."""
    text = f"{kind};sha256,{'0' * 64}"
    said: list[Message] = [{"role": "assistant", "content": text}, {"role": "user", "content": text}]
    answer, messages, _, _ = play(request_for(messages=said), files=files)
    assert messages[:2] == said
    assert answer.reply is not None


def test_without_files_there_are_no_marks() -> None:
    """Unless it is said which files there are, nothing is read."""
    request = request_for(f"base64;sha256,{DIGEST}")
    inner = FakeTransport(lambda _, __: "ok")
    exchange(lambda: Fill(inner, read_file=lambda _: pytest.fail("it was read")), request)
    assert inner.asked[0].request is request


@pytest.mark.parametrize("secrets", [{}, {"PLACE": "/hidden"}])
def test_a_file_that_is_gone_is_a_failure(secrets: dict[str, str]) -> None:
    """Where a file cannot be read, nothing is sent and nothing raised: the answer says which file, and why."""

    def read(digest: str) -> bytes:
        raise StoreError(f"cannot read /hidden/{digest}: No such file or directory")

    inner = FakeTransport(lambda _, __: "ok")
    request = request_for(f"base64;sha256,{DIGEST}")
    answer, _ = exchange(lambda: Fill(inner, secrets=secrets, read_file=read, files={DIGEST}), request)
    assert inner.asked == []
    assert answer.failure is not None
    assert answer.failure.kind == "bad_request"
    assert f"SHA-256 {DIGEST}" in answer.failure.message
    assert "No such file or directory" in answer.failure.message
    assert ("/hidden" in answer.failure.message) is not bool(secrets)


def test_passes_on_what_holds_no_mark() -> None:
    """A request without a mark is handed on as the very object that it is."""
    request = request_for("plain", temperature=0, stop=["a"])
    for secrets in ({}, SECRETS):
        inner = play(request, secrets=secrets, files={})[2]
        assert inner.asked[0].request is request


def test_masks_replies() -> None:
    """A value in a reply becomes its mark again, in every part of the message, in JSON within JSON as well."""
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": json.dumps({"key": VALUE})}}
    message = {
        "role": "assistant",
        "content": f"It is {VALUE}",
        "tool_calls": [call],
        "reasoning_content": "crm-123456789!",
    }
    reply = Reply(message=message, logprobs={"content": [{"token": "crm"}]})
    answer, _, _, _ = play(request_for(), lambda _, __: reply)
    assert answer.reply is not None
    assert answer.reply.message["content"] == "It is <secret:ODD>"
    assert json.loads(answer.reply.message["tool_calls"][0]["function"]["arguments"]) == {
        "key": "<secret:ODD>"
    }
    assert answer.reply.message["reasoning_content"] == "<secret:CRM_TOKEN>!"
    assert answer.reply.logprobs is None


def test_a_masked_reply_is_sent_back_as_it_was_said() -> None:
    """What the model said goes back to it unchanged in the next turn: the mark in the history is filled again."""
    answer, _, _, _ = play(request_for(), lambda _, __: f"It is {VALUE}")
    assert answer.reply is not None
    _, messages, _, _ = play(request_for("and?", messages=[answer.reply.said]))
    assert messages[0]["content"] == f"It is {VALUE}"


def test_masks_failures() -> None:
    """A value in what a server complains of becomes its mark again."""
    failure = Failure(kind="bad_request", message="not crm-123456789", param="crm-123456789", code="x")
    answer, _, _, _ = play(request_for(), lambda _, __: failure)
    assert answer.failure is not None
    assert (answer.failure.message, answer.failure.param) == ("not <secret:CRM_TOKEN>", "<secret:CRM_TOKEN>")


def test_masks_a_value_that_was_cut() -> None:
    """A reply that ends in the middle of a value does not give most of it away."""
    answer, _, _, _ = play(request_for(), lambda _, __: "the token is crm-12345678")
    assert answer.reply is not None
    assert answer.reply.text == "the token is <secret:CRM_TOKEN>"


def veiled(pieces: list[str], mask: Mask) -> list[str]:
    told: list[Notice] = []
    veil = Veil(told.append, mask)
    for piece in pieces:
        veil(Delta("turns[0]", piece))
    veil.end()
    return [notice.text for notice in told if isinstance(notice, Delta)]


@given(
    st.lists(st.sampled_from(["abcabd", "abcabe-long", "ab", "c", "xyz", " "]), max_size=8).map("".join),
    st.lists(st.integers(0, 60), max_size=10),
)
def test_no_piece_gives_a_secret_away(text: str, cuts: list[int]) -> None:
    """However a stream is cut, no value stands in what is told, and all else of the text does."""
    mask = Mask({"A": "abcabd", "B": "abcabe-long"})
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(edges)]
    told = "".join(veiled(pieces, mask))
    assert "abcabd" not in told
    assert "abcabe-long" not in told
    assert told == mask.whole(text)


def test_pieces_are_told_as_early_as_can_be() -> None:
    """Only what may be the beginning of a value is kept back."""
    assert veiled(["Hello c", "rm", " there"], Mask(SECRETS)) == ["Hello ", "crm there"]
    assert veiled(["is crm-1234", "56789."], Mask(SECRETS)) == ["is ", "<secret:CRM_TOKEN>."]


def test_other_notices_pass() -> None:
    """What is no piece of a reply passes; a new try forgets what the one before it kept back."""
    told: list[Notice] = []
    veil = Veil(told.append, Mask(SECRETS))
    waiting, started = Waiting("t", 1, "why"), Started("t", 1)
    for notice in (Delta("t", "crm-"), waiting, started, Delta("t", "x", "reasoning")):
        veil(notice)
    veil.end()
    assert told == [waiting, started, Delta("t", "x", "reasoning")]


def test_streams_through() -> None:
    """Pieces are told while the answer is on its way, with values masked."""

    class Slow(FakeTransport):
        async def send(self, request: Request, notify: Notify) -> Answer:
            for piece in ("key cr", "m-123456", "789 ok"):
                notify(Delta(request.slot, piece))
            return await super().send(request, lambda _: None)

    answer, notices = exchange(lambda: Fill(Slow(lambda _, __: "key crm-123456789 ok"), secrets=SECRETS))
    assert answer.reply is not None
    assert (
        "".join(n.text for n in notices if isinstance(n, Delta))
        == answer.reply.text
        == "key <secret:CRM_TOKEN> ok"
    )
