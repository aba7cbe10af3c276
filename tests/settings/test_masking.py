"""Keys taken out of text, however they are spelt there."""

import json
import time
from base64 import b64encode
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.settings.masking import Masking

KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40)


@given(KEYS, st.text(max_size=5), st.text(max_size=5))
def test_masks_every_spelling(key: str, before: str, after: str) -> None:
    """A key is found as it is, and as JSON, Python, URLs and HTML write it, in texts and in bytes."""
    masking = Masking([key])
    for spelling in (
        key,
        json.dumps(key)[1:-1],
        json.dumps(json.dumps(key))[1:-1],
        repr(key)[1:-1],
        quote(key, safe=""),
        quote(quote(key, safe=""), safe=""),
        escape(key),
        "".join(c if c.isalnum() else f"\\u{ord(c):04x}" for c in key),
        "".join(c if c.isalnum() else f"&#{ord(c)};" for c in key),
    ):
        masked = masking.text(f"{before} {spelling} {after}")
        assert "***" in masked
        assert spelling not in masked.replace("***", "") or spelling in before + after
        whole = f"{before} {spelling} {after}".encode(errors="replace")
        assert b"***" in masking.bytes(whole)


@given(KEYS, st.sampled_from(["", ":", "ab", "Bearer ", "user:"]))
def test_masks_base64(key: str, before: str) -> None:
    """What base64 makes of a key is found wherever the key begins in what is encoded."""
    assert "***" in Masking([key]).text(f"x {b64encode((before + key).encode()).decode()} y")


@given(st.text(), st.binary())
def test_leaves_everything_else(text: str, body: bytes) -> None:
    """What holds no key stays as it is, bytes that are no text included."""
    masking = Masking(["sk-never-there-0123456789"])
    assert masking.text(text) == text
    assert masking.bytes(body) == body
    assert Masking([]).text(text) == Masking([""]).text(text) == text


@pytest.mark.parametrize("key", ["sk\\\\abcdefgh", "\\\\\\\\\\\\\\\\", '"\\"\\"\\"\\"', "%25%25%25%25%25"])
def test_takes_bounded_time(key: str) -> None:
    """A server that sends nothing but backslashes, quotes or signs keeps nobody busy."""
    masking = Masking([key])
    began = time.monotonic()
    for body in (b"\\" * 200_000, b'\\"' * 100_000, b"%25" * 60_000, b'"' * 200_000):
        masking.bytes(body + b"abcdefgh")
    assert time.monotonic() - began < 5
