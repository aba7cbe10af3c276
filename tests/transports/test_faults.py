"""What servers say when something is wrong, and the one name it gets."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.transports.faults import fail_inside, fail_status, is_servers_fault, write_plainly

OVERFLOW = (
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."
)


@pytest.mark.parametrize(
    ("status", "error", "kind", "param", "code"),
    [
        (400, {"message": "Unsupported value", "param": "temperature", "code": "unsupported_value"}, "refused_parameter", "temperature", "unsupported_value"),
        (400, {"message": OVERFLOW, "param": "messages", "code": "context_length_exceeded"}, "context_overflow", "messages", "context_length_exceeded"),
        (400, {"code": 400, "message": "the request exceeds the available context size", "type": "exceed_context_size_error", "n_ctx": 2048}, "context_overflow", None, "exceed_context_size_error"),
        (400, {"message": OVERFLOW, "type": "BadRequestError"}, "context_overflow", None, "BadRequestError"),
        (422, {"message": "input is too long for this model"}, "context_overflow", None, None),
        (500, {"message": "input (601 tokens) is too large to process."}, "context_overflow", None, None),
        (500, {"message": "the request exceeds the available context size. try increasing it"}, "context_overflow", None, None),
        (400, {"message": "filtered", "param": "prompt", "code": "content_filter"}, "content_filter", "prompt", "content_filter"),
        (400, {"message": "we could not parse the JSON body"}, "bad_request", None, None),
        (401, {"message": "Incorrect API key", "code": "invalid_api_key"}, "not_allowed", None, "invalid_api_key"),
        (403, {"message": "Country not supported"}, "not_allowed", None, None),
        (402, {"message": "Payment required"}, "no_credit", None, None),
        (404, {"message": "no model m", "code": "model_not_found"}, "no_such_model", None, "model_not_found"),
        (408, {"message": "too slow"}, "timed_out", None, None),
        (409, {"message": "conflict"}, "bad_request", None, None),
        (413, {"message": "Request body too large"}, "bad_request", None, None),
        (429, {"message": "slow down", "code": "rate_limit_exceeded", "type": "tokens"}, "rate_limited", None, "rate_limit_exceeded"),
        (429, {"message": "Request too large on tokens per min (TPM): Limit 30000, Requested 40000."}, "rate_limited", None, None),
        (429, {"message": "You exceeded your current quota", "code": "insufficient_quota"}, "no_credit", None, "insufficient_quota"),
        (500, {"message": "The server had an error", "type": "server_error"}, "server_error", None, "server_error"),
        (501, {"message": "not here"}, "server_error", None, None),
        (503, {"message": "overloaded"}, "server_error", None, None),
        (304, {"message": "odd"}, "bad_request", None, None),
    ],
)  # fmt: skip
def test_names_statuses(
    status: int, error: dict[str, Any], kind: str, param: str | None, code: str | None
) -> None:
    """A status and what the server says of it make one name; its parameter and code are kept."""
    failure = fail_status(status, json.dumps({"error": error}).encode())
    assert (failure.kind, failure.status, failure.param, failure.code) == (kind, status, param, code)
    assert error["message"] in failure.message


@pytest.mark.parametrize(
    ("body", "kind", "words", "param"),
    [
        (b"", "server_error", "the server answered 500 without a word", None),
        (b"upstream connect error", "server_error", "the server answered 500: upstream connect error", None),
        (b"<html><head><title>504 Gateway\n Time-out</title></head><body>nginx</body></html>", "server_error", "the server answered 500: a page in place of JSON (504 Gateway Time-out)", None),
        (b"<p>plainly</p> <b>broken</b>", "server_error", "the server answered 500: a page in place of JSON (plainly broken)", None),
        (b'{"error": "just words"}', "server_error", "the server answered 500: just words", None),
        (b'{"detail": "Not Found"}', "server_error", "the server answered 500: Not Found", None),
        (b'{"object": "error", "message": "old vLLM", "code": 40303}', "server_error", "the server answered 500: old vLLM", None),
        (b'[{"error": {"message": "in a list"}}]', "server_error", "the server answered 500: in a list", None),
        (b'"text"', "server_error", "the server answered 500: text", None),
        (b"null", "server_error", "the server answered 500: null", None),
        (b"\xff\xfe\x00", "server_error", None, None),
        (b"[" * 100_000, "server_error", None, None),
    ],
)  # fmt: skip
def test_reads_errors_of_any_shape(body: bytes, kind: str, words: str | None, param: str | None) -> None:
    """An error body of any shape becomes one plain sentence."""
    failure = fail_status(500, body)
    assert (failure.kind, failure.param) == (kind, param)
    assert words is None or failure.message == words
    assert failure.message.isprintable()


def test_finds_the_parameter_in_lists_of_details() -> None:
    """What FastAPI says of a field names the refused parameter."""
    body = b'{"detail": [{"loc": ["body", "temperature"], "msg": "Input should be less than 2", "type": "less_than"}]}'
    failure = fail_status(422, body)
    assert (failure.kind, failure.param) == ("refused_parameter", "temperature")


@pytest.mark.parametrize(
    ("error", "kind", "passing"),
    [
        ({"message": "m"}, "error_in_reply", False),
        ({"message": "m", "code": 502}, "error_in_reply", True),
        ({"message": "m", "code": 501}, "error_in_reply", False),
        ({"message": "m", "type": "server_error"}, "error_in_reply", True),
        ({"message": "m", "code": 429}, "rate_limited", False),
        ({"message": "m", "code": "insufficient_quota"}, "no_credit", False),
        ({"message": OVERFLOW}, "context_overflow", False),
        ("just words", "error_in_reply", False),
    ],
)
def test_names_errors_inside_answers(error: Any, kind: str, passing: bool) -> None:
    """An error inside an answer is that, unless it says that it is one with a name of its own."""
    failure = fail_inside({"error": error})
    assert failure.kind == kind
    assert is_servers_fault(failure) is passing


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abcdefgh_1234-x",
        "Bearer abc.def/ghi",
        "hf_abcdefghijkl",
        "AIzaSyA-1234567890",
        "a1b2c3d4" * 4,
        "sk-ab***********cdef",
    ],
)
def test_masks_what_looks_like_a_key(secret: str) -> None:
    """What looks like a key is masked in a message, and the words around it stay."""
    line = write_plainly(f"key {secret}, and more")
    assert line in {"key ***, and more", "key *** and more"}


@given(st.text(), st.integers(0, 50))
def test_writes_one_plain_line(text: str, times: int) -> None:
    """Any text becomes one bounded line of printable characters."""
    line = write_plainly(text * times)
    assert len(line) <= 300
    assert line.isprintable()
