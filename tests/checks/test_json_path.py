"""What stands at a path in a reply."""

import pytest

from runner.checks import build
from runner.core.check import Subject
from runner.core.finding import Finding
from tests.surroundings import Around

TEXT = """{"total": 12.0, "id": "R-1", "ok": true, "none": null, "o": {"a": "x"},
 "items": [{"price": 49.90}, {"price": 1e3}]}"""


def judge(spec: object, text: str = TEXT) -> Finding:
    return build("json-path", spec).judge(Subject.alone(text))


@pytest.mark.parametrize(
    ("spec", "marks"),
    [
        ("$.total", ["12.0"]),
        ({"path": "$.none"}, ["null"]),
        ({"path": "$.total", "equals": 12}, ["12.0"]),
        ({"path": "$.items[0].price", "equals": "49.9"}, ["49.90"]),
        ({"path": "$.items[1].price", "equals": 1000}, ["1e3"]),
        ({"path": "$.total", "not-equals": 13}, ["12.0"]),
        ({"path": "$.items[*].price", "regex": "^[0-9.e]+$"}, ["49.90", "1e3"]),
        ({"path": "$.ok", "equals": True}, ["true"]),
        ({"path": "$.none", "equals": "null"}, ["null"]),
        ({"path": "$.id", "contains": ["R", "1"], "not-contains": "x"}, ['"R-1"']),
        ({"path": "$.id", "contains-any": ["R", "Q"]}, ['"R-1"']),
        ({"path": "$.o", "json-schema": {"required": ["a"]}, "is-json": True}, ['{"a": "x"}']),
        ({"path": "$.o", "json-path": {"path": "$.a", "equals": "x"}}, ['{"a": "x"}']),
    ],
)
def test_what_is_there_is_judged_and_marked(spec: object, marks: list[str]) -> None:
    """A nested check sees a string's text, and anything else as it is written; equal numbers are equal."""
    found = judge(spec)
    assert found.outcome == "passed"
    assert [TEXT[start:end] for start, end in found.spans] == marks


@pytest.mark.parametrize(
    ("spec", "reason", "marks"),
    [
        ("$.x", "nothing is at `$.x` in ", []),
        ({"path": "$.x", "not-equals": 1}, "nothing is at `$.x`", []),
        (
            {"path": "$.items[*].price", "regex": "^[0-9.]+$"},
            'at $.items[1].price, one of 2 values: regex: "^[0-9.]+$" does not match; the value is "1e3"',
            ["1e3"],
        ),
        ({"path": "$.items[*].price", "not-contains": "4"}, "at $.items[0].price, one of 2", ["49.90"]),
        ({"path": "$.total", "equals": 13}, 'at $.total: equals: the value is not "13"', ["12.0"]),
        ({"path": "$.id", "equals": "the reply"}, 'the value is not "the reply"', ['"R-1"']),
        ({"path": "$.id", "contains": ["R", "-2"]}, '"-2" is not in the value', ['"R-1"']),
    ],
)
def test_what_does_not_hold_is_said(spec: object, reason: str, marks: list[str]) -> None:
    """All of what is there must hold, of every value; the first that does not is told, all that do not are marked."""
    found = judge(spec)
    assert found.outcome == "failed"
    assert reason in found.reason
    assert [TEXT[start:end] for start, end in found.spans] == marks


def test_what_is_no_json_has_no_paths() -> None:
    """A reply in a fence or in prose fails, and the `not-` form passes, since nothing is there."""
    check = build("json-path", "$.error")
    found = check.judge(Subject.alone("Sorry."))
    assert (found.outcome, check.negate(found).outcome) == ("failed", "passed")
    assert "it stands in a code fence" in judge("$.id", "```\n{}\n```").reason
    assert judge("$.a", "[" * 900 + "]" * 900).outcome == "broken"


def test_a_nested_check_that_breaks_is_broken() -> None:
    """Its own error is not the model's fault; another value that fails counts more."""
    slow = {"path": "$[*]", "regex": "(a+)+$"}
    text = '["' + "a" * 5_000 + 'b"]'
    assert judge(slow, text).outcome == "broken"
    assert judge(slow, text.replace("]", ', "x"]')).outcome == "failed"


def test_a_nested_check_is_settled() -> None:
    """A check that needs its surroundings gets them."""
    check = build("json-path", {"path": "$.id", "python": "missing/polite.py:f"})
    with pytest.raises(ValueError, match="there is no such file"):
        check.settle(Around())
    plain = build("json-path", "$.id")
    assert plain.settle(Around()) is plain


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ({"equals": 3}, "or a map: `{path: "),
        (7, "takes a path such as"),
        ({"path": 7}, "takes a path such as"),
        ("total", "did you mean `.*total`"),
        ({"path": "$.id", "contians": "x"}, "unknown check `contians`; did you mean `contains`"),
        ({"path": "$.id", "equals": []}, "under `equals` an empty list checks nothing"),
        ({"path": "$.id", "equals": ""}, "needs a text"),
        ({"path": "$.id", "llm-rubric": "x"}, "asks a model and cannot stand under a path"),
        ({"path": "$.id", "similar": "x"}, "asks a model and cannot stand under a path"),
    ],
)
def test_what_means_nothing_is_refused(spec: object, complaint: str) -> None:
    """A path, and checks that can look at a piece of a reply."""
    with pytest.raises(ValueError, match=complaint):
        build("json-path", spec)
