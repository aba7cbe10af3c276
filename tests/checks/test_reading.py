"""JSON in a reply's text."""

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.checks.reading import (
    MOST_DEEP,
    UnreadableError,
    as_text,
    first_json,
    path_named,
    place_of,
    read_json,
)
from runner.core.value import Json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


def places(value: Json, parts: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Json]]:
    found = [(parts, value)]
    if isinstance(value, dict | list):
        below = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in below:
            found += places(each, (*parts, key))
    return found


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_every_value_is_found_where_it_stands(value: Json, indent: int | None, ascii_only: bool) -> None:
    """The text from a value's first character to its last is that value, however the whole is written."""
    text = f" {json.dumps(value, indent=indent, ensure_ascii=ascii_only)}\n"
    for parts, each in places(value):
        start, end = place_of(text, parts)
        assert json.loads(text[start:end]) == each
        assert text[start:end].strip() == text[start:end]


def test_of_a_key_that_comes_twice_the_last_one_counts() -> None:
    """As in the value that is read."""
    text = '{"a": 1, "a": [2]}'
    assert (read_json(text), place_of(text, ["a"])) == ({"a": [2]}, (14, 17))


@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        ("", "failed", "the reply has no text"),
        ("{", "failed", "at line 1 column 2, at the end of the reply"),
        ("NaN", "failed", "NaN is not a JSON value"),
        ("[" * 90_000, "broken", "nested too deep"),
        ("[" * (MOST_DEEP + 1) + "]" * (MOST_DEEP + 1), "broken", "nested too deep"),
        ("9" * 5_000, "broken", "too large to work with"),
        ("-1e999", "broken", "the number -1e999 in the reply is too large"),
    ],
)
def test_what_cannot_be_worked_with_is_said(text: str, outcome: str, reason: str) -> None:
    """What is no JSON fails; what is, and is too deep or too large for a schema or a path, is the check's limit."""
    with pytest.raises(UnreadableError) as raised:
        read_json(text)
    assert raised.value.finding.outcome == outcome
    assert reason in raised.value.finding.reason
    read_json("[" * MOST_DEEP + "]" * MOST_DEEP)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('Here: {"a": [1]}.', '{"a": [1]}'),
        ("```json\n[1, 2]\n```", "[1, 2]"),
        ("[]", "[]"),
        ("So:\n[1]\n", "[1]"),
        ('{x} { "a": 1}', '{ "a": 1}'),
        ('{"a": 1, "b": {"c": 2}', '{"c": 2}'),
        ("see [1] and [ ] to do", None),
        ('see [1], {"a": 2}', '{"a": 2}'),
        ("[NaN] {}", "{}"),
        ("no", None),
        ("", None),
    ],
)
def test_the_first_object_or_list_in_prose(text: str, found: str | None) -> None:
    """In words, in a fence or alone; note marks and check boxes amid words are none."""
    span = first_json(text)
    assert (None if span is None else text[span[0] : span[1]]) == found


@pytest.mark.parametrize(
    "text", ["{x " * 300_000, '{"a":[1,{"b":"x" ' * 20_000, '{"' * 100_000, "[" * 100_000, '{"a": "' * 50_000]
)
def test_looking_is_bounded(text: str) -> None:
    """A reply of many beginnings and no end is given up soon."""
    begun = time.monotonic()
    with suppress(UnreadableError):
        assert first_json(text) is None
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("text", "shown"),
    [('"a"', "a"), ("12.0", "12.0"), ("1e3", "1e3"), ("12", "12"), ("true", "true"), ("null", "null")],
)
def test_a_value_as_a_text(text: str, shown: str) -> None:
    """A string says what it says; a number stays as it is written."""
    assert as_text(read_json(text, spelled=True)) == shown
    assert as_text(read_json('{"ü": [1.50]}', spelled=True)) == '{"ü": [1.5]}'


def test_a_path_is_named() -> None:
    """As JSONPath spells it, with quotes where a key is no plain name, and bounded."""
    assert path_named(["items", 0, "a b"]) == '$.items[0]["a b"]'
    assert path_named([]) == "$"
    assert len(path_named(["x" * 500] * 500)) <= 120
