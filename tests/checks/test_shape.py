"""Checks of a reply's shape."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.checks import build
from runner.core.check import Subject
from runner.core.finding import Finding


def judge(text: str, name: str = "is-json") -> Finding:
    return build(name, spec=True).judge(Subject.alone(text))


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(st.characters()), st.lists, max_leaves=5)
)
def test_whatever_is_json_passes(value: object) -> None:
    """Every JSON value passes, with any white space around it, however large its numbers."""
    assert judge(f" {json.dumps(value)}\n").outcome == "passed"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the reply has no text"),
        ('{"a": 1} and more', 'Extra data at line 1 column 10, at "and more"'),
        ("```json\n{}\n```", "it stands in a code fence"),
        ("Sure:\n```json\n{}\n```", "there is a code fence in it, with words around"),
        ('{"a":\n', "at line 2 column 1, at the end of the reply"),
        ("NaN", "NaN is not a JSON value"),
        ("-Infinity", "-Infinity is not a JSON value"),
    ],
)
def test_where_parsing_fails_is_said(text: str, reason: str) -> None:
    """A reply that is no JSON fails with the place at which it stops being JSON; nothing is stripped."""
    found = judge(text)
    assert found.outcome == "failed"
    assert reason in found.reason


def test_what_cannot_be_read_is_broken() -> None:
    """A reply nested beyond reading is the check's limit, not the model's fault; many digits are none."""
    assert judge("[" * 200_000).outcome == "broken"
    assert judge("9" * 10_000).outcome == "passed"
    assert judge("[" * 200_000, "contains-json").outcome == "broken"


def test_json_within_prose_is_found_and_marked() -> None:
    """`contains-json` finds an object or a list in a fence or between words."""
    text = 'Sure:\n```json\n{"a": 1}\n```'
    found = judge(text, "contains-json")
    assert (found.outcome, found.spans) == ("passed", ((14, 22),))
    assert found.reason == 'JSON is in the reply: "{"a": 1}"'
    lost = judge("See [1].", "contains-json")
    assert lost.reason == 'no JSON object or list is in the reply; the reply is "See [1]."'


@pytest.mark.parametrize("spec", [False, "true", 1, None, {}])
@pytest.mark.parametrize("name", ["is-json", "contains-json"])
def test_they_take_true_and_nothing_else(name: str, spec: object) -> None:
    """`is-json: false` is not the way to say not-is-json."""
    with pytest.raises(ValueError, match=f"not-{name}: true"):
        build(name, spec)
    with pytest.raises(ValueError, match="a schema belongs under `json-schema`"):
        build(name, {"type": "object"})
