"""Which tools a reply calls."""

import pytest

from runner.checks import build
from runner.core.check import Subject
from runner.core.finding import Finding
from runner.core.message import Answer, Reply
from tests.checks.answered import answered, conversation

TWO = answered(calls=[("search", '{"q": "x"}'), ("book", '{"city": "Paris", "n": 2, "price": 49.9}')])
NONE = answered()


def judge(spec: object, answer: Answer = TWO) -> Finding:
    return build("tool-calls", spec).judge(Subject(answer, 0))


@pytest.mark.parametrize(
    "spec",
    [
        "search",
        {"name": "book"},
        {"name": "book", "arguments": {"city": "Paris", "n": 2, "price": 49.9}},
        {"name": "book", "arguments": {"price": "49.90", "n": "2", "city": "Paris"}},
        {
            "name": "book",
            "arguments_schema": {"required": ["city"], "properties": {"n": {"type": "integer"}}},
        },
        {"calls": ["book", "search"]},
        {"calls": ["search", "book"], "in_order": True},
        {"calls": ["book"], "in_order": "true"},
        {"calls": ["book", "search"], "exactly": True},
        {"calls": [{"name": "search", "arguments": {"q": "x"}}, "book"], "exactly": True, "in_order": True},
    ],
)
def test_calls_that_are_there(spec: object) -> None:
    """By name, with equal arguments or such as a schema allows, in order or not, with others or without."""
    assert judge(spec).outcome == "passed"


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("delete", "`delete` is not called; `search`, `book` are"),
        (
            {"name": "search", "arguments": {"q": "y"}},
            '`search` is called with other arguments: "{"q": "x"}"',
        ),
        ({"name": "search", "arguments": {}}, "with other arguments"),
        ({"name": "search", "arguments_schema": {"required": ["z"]}}, 'where $: "z" is a required property'),
        (
            {"calls": ["book", "search"], "in_order": True},
            "`search` is called, and not in the order asked for",
        ),
        ({"calls": ["search", "search"]}, "`search` is not called as often as asked for"),
        ({"calls": ["search"], "exactly": True}, "`book` is called beyond what is asked for"),
        ({"calls": [], "exactly": True}, "`search`, `book` are called beyond what is asked for"),
    ],
)
def test_calls_that_are_not_there(spec: object, reason: str) -> None:
    """What is missing, other or too much is said."""
    found = judge(spec)
    assert found.outcome == "failed"
    assert reason in found.reason


def test_no_call_at_all() -> None:
    """A reply without calls fails where one is wanted, and passes where none is."""
    assert judge("search", NONE).reason == "`search` is not called; no tool is"
    assert judge({"calls": [], "exactly": True}, NONE).outcome == "passed"
    assert judge("search", Answer(reply=Reply(message={"tool_calls": "x"}))).outcome == "failed"


def test_the_opposite_is_not_to_call_it() -> None:
    """A list under `not-tool-calls` is a check for each: none of them is called."""
    check = build("tool-calls", "delete")
    assert not check.takes_list
    assert check.negate(check.judge(Subject(TWO, 0))).outcome == "passed"


def test_each_wanted_call_is_another_one() -> None:
    """A call with given arguments is not spent on one that wants none."""
    calls = {"calls": ["a", {"name": "a", "arguments": {"x": 1}}]}
    both = [("a", '{"x": 1}'), ("a", "{}")]
    assert judge(calls, answered(calls=both)).outcome == "passed"
    assert judge(calls, answered(calls=both[::-1])).outcome == "passed"
    assert judge(calls, answered(calls=both[:1])).outcome == "failed"


def test_of_a_conversation_all_calls_count() -> None:
    """Those of all its replies, in their order."""
    subject = conversation(answered(calls=[("a", "{}")]), NONE, answered(calls=[("b", "{}")]))
    in_order = build("tool-calls", {"calls": ["a", "b"], "in_order": True})
    assert (in_order.takes_whole, in_order.judge(subject).outcome) == (True, "passed")
    assert build("tool-calls", {"calls": ["b", "a"], "in_order": True}).judge(subject).outcome == "failed"


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ([], "`tool-calls` takes `search`"),
        (None, "takes `search`"),
        ("", "takes `search`"),
        ({"calls": []}, "an empty one only with `exactly: true`"),
        ({"calls": "a"}, "`calls` takes a list"),
        ({"cals": ["a"]}, "unknown key `cals`; did you mean `calls`"),
        ({"calls": ["a"], "in_order": "yes"}, "`in_order` takes `true` or `false`"),
        ({"nme": "a"}, "unknown key `nme`; did you mean `name`"),
        ({"name": "a", "argumens": {}}, "unknown key `argumens`; did you mean `arguments`"),
        ({"arguments": {}}, "needs the `name`"),
        ({"name": "a", "arguments": None}, "`arguments` takes a map"),
        ({"name": "a", "arguments_schema": True}, "`arguments_schema` takes a JSON Schema"),
        ({"name": "a", "arguments_schema": {"type": "objekt"}}, "did you mean `object`"),
    ],
)
def test_what_names_no_call_is_refused(spec: object, complaint: str) -> None:
    """With the nearest key, or with how to write it."""
    with pytest.raises(ValueError, match=complaint):
        build("tool-calls", spec)
