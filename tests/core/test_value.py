"""The bytes that values are written as."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from runner.core.value import Value, canonical, encode, encode_line, encode_readable, join_surrogates

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters()), inner, max_size=3),
    max_leaves=8,
)
ODD = "\u2028 \x85 \x00 \x1b[31m \ud800 \udc00\ud83d é 漢字 \U0001f600 \ufeff \x7f \n\r\t"


@given(anything)
def test_every_encoding_reads_back_unchanged(value: object) -> None:
    """Whatever JSON holds, lone surrogates included, comes back from each encoding as it was."""
    for write in (encode, canonical, encode_line, encode_readable):
        assert json.loads(write(value)) == value


@given(anything)
def test_a_line_is_one_line_however_it_is_split(value: object) -> None:
    """No character that any reader takes for a line end stands inside a written line."""
    assert encode_line(value).endswith(b"\n")
    for line in (encode_line(value), encode_readable(value) + b"\n"):
        assert len(line.decode().splitlines()) == 1


def test_a_readable_line_shows_letters_and_hides_controls() -> None:
    """CJK and emoji stay readable; what could steer a terminal or split a line is escaped."""
    line = encode_readable({"text": ODD}).decode()
    assert "漢字" in line
    assert "😀" in line
    assert not {"\u2028", "\x85", "\x00", "\x1b", "\ufeff", "\x7f"} & set(line)
    assert json.loads(line) == {"text": ODD}


def test_the_wire_falls_back_to_ascii_for_lone_surrogates_alone() -> None:
    """Text is sent as UTF-8, as the openai package does, and as ASCII only where UTF-8 cannot say it."""
    assert encode("é") == '"é"'.encode()
    assert encode("\ud800") == b'"\\ud800"'


def test_numbers_that_json_does_not_know_are_refused() -> None:
    """NaN and infinity raise ValueError and never reach a file."""
    for write in (encode, canonical, encode_line, encode_readable):
        with pytest.raises(ValueError, match="not JSON compliant"):
            write(float("nan"))


@given(st.text(st.characters()))
def test_joining_surrogates_changes_only_pairs(text: str) -> None:
    """Two halves of a character become the character; joining twice changes nothing more."""
    joined = join_surrogates(text)
    assert join_surrogates(joined) == joined
    assert joined.encode("utf-16-le", "surrogatepass") == text.encode("utf-16-le", "surrogatepass")


class Thing(Value):
    name: str
    size: int = 1


def test_what_a_newer_version_wrote_is_kept() -> None:
    """Unknown fields survive reading and writing; fields at their defaults are not written."""
    thing = Thing.load({"name": "a", "colour": "red"})
    assert thing.dump() == {"name": "a", "colour": "red"}


def test_a_value_does_not_change() -> None:
    """Assigning to a field raises."""
    with pytest.raises(ValidationError, match="frozen"):
        Thing(name="a").name = "b"
