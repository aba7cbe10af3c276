"""What checks ask for, found again and spelled."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from runner.checks.shape import IsJson
from runner.checks.text import Contains
from runner.core.check import Subject
from runner.core.expected import asked, shown, specs_of, spelled_check, without_reply
from runner.core.finding import Verdict
from runner.core.trial import Posed
from runner.formats.source.scalars import data
from tests.played import played, verdict
from tests.stage import SaysDigit, posed, script_of

TEXTS = st.text(st.characters() | st.sampled_from("\\'\":#,[]{}?&*!|>%@`-~$^( \n\t0x1.e"), max_size=12)
VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def read(text: str) -> Any:
    """YAML as our own reader takes it."""

    def value(node: Any) -> Any:
        match node:
            case yaml.MappingNode():
                return {value_of_key(key): value(each) for key, each in node.value}
            case yaml.SequenceNode():
                return [value(each) for each in node.value]
            case _:
                return data(node.value) if node.style is None else node.value

    def value_of_key(node: Any) -> str:
        return str(node.value)

    return value(yaml.compose(text, Loader=yaml.SafeLoader))


def spelled(spec: Any, of: str | None = None, check: str = "contains", **fields: Any) -> str:
    made = Verdict.model_validate({"check": check, "outcome": "failed", "reason": "", "line": 1, "of": of})
    return spelled_check(made, Posed.model_validate({"check": check, "spec": spec, "of": of, **fields}))


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("refund", "contains: refund"),
        ("I'm sorry, we don't", "contains: I'm sorry, we don't"),
        ("30 days", "contains: 30 days"),
        ("42", 'contains: "42"'),
        ("true", 'contains: "true"'),
        ("yes", "contains: yes"),
        ("a: b", 'contains: "a: b"'),
        ("two\nlines", 'contains: "two\\nlines"'),
        ("- item", 'contains: "- item"'),
        (r"\d+ days", r"contains: \d+ days"),
        (r"[0-9]\.", r"contains: '[0-9]\.'"),
        ('{"a": "it\'s"}', "contains: '{\"a\": \"it''s\"}'"),
        ({"min": 3, "max": 0.5}, "contains: {min: 3, max: 0.5}"),
        (
            {"rubric": "is kind, and short", "sees": "reply"},
            'contains: {rubric: "is kind, and short", sees: reply}',
        ),
        (["a", "b c", True, None], "contains: [a, b c, true, null]"),
        (None, "contains"),
    ],
)
def test_a_check_is_spelled_as_its_author_would(spec: Any, told: str) -> None:
    """On one line, with as few quotes as YAML allows."""
    assert spelled(spec) == told


def test_a_check_at_the_foot_is_spelled_within_what_it_speaks_of() -> None:
    """What is no plain text within braces has quotes there."""
    assert spelled("a, b", "every") == 'every: {contains: "a, b"}'
    assert spelled(None, "last", "is-json") == "last: is-json"


def test_a_capture_is_spelled_under_its_name() -> None:
    """As it stands in the YAML, not as it is kept."""
    spec = {"name": "order", "regex": "[A-Z]+"}
    assert spelled(spec, check="capture", name="order") == 'capture: {order: {regex: "[A-Z]+"}}'


@given(VALUES, st.sampled_from([None, "every"]))
@example("x #y", None)
@example("a:", "every")
@example({"true": "?", "0x1": "1e3"}, None)
def test_what_is_spelled_is_one_line_that_says_the_same(spec: Any, of: str | None) -> None:
    """Whatever stands in it, our reader reads the same again."""
    told = spelled(spec, of)
    assert told.splitlines() == [told]
    if spec is not None:
        assert read(told) == ({"contains": spec} if of is None else {of: {"contains": spec}})


def test_alike_checks_are_found_one_by_one() -> None:
    """Two of one kind on one line are told apart by their order; in another turn, or on another line, they are others."""
    first, second, third = (posed(SaysDigit(digit=digit), "says") for digit in "123")
    script = script_of("uu", [[first, second], [third]])
    bad = Verdict(check="says", outcome="failed", reason="no", line=1)
    talk = played(("hi", "no"), ("so", "no"), checked={0: (bad, bad.model_copy()), 1: (bad, bad, verdict())})
    found = [(turn, None if each is None else each.spec) for turn, _, each in asked(talk, specs_of(script))]
    assert found == [
        (0, {"digit": "1"}),
        (0, {"digit": "2"}),
        (1, {"digit": "3"}),
        (1, None),
        (1, None),
    ]
    assert specs_of(None) == {}


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (f'"x" is not in the reply; {shown("No.")}', '"x" is not in the reply'),
        (f'"no" is not in the reply; {shown("No.")}; it is there with other capitals: "No"',
         '"no" is not in the reply; it is there with other capitals: "No"'),
        (f'the reply is not "no.": only capitals differ, {shown("No.")}; `iequals` does not mind them',
         'the reply is not "no.": only capitals differ; `iequals` does not mind them'),
        ('"No" is in the reply: "No."', '"No" is in the reply'),
        ("it is rude", "it is rude"),
    ],
)  # fmt: skip
def test_a_reply_is_not_said_twice(reason: str, told: str) -> None:
    """A reason that stands below the reply leaves it out, and says all the rest."""
    assert without_reply(reason, "No.") == told
    assert without_reply("the reply has no text", "") == "the reply has no text"


def test_the_beginning_of_a_reply_is_not_said_again() -> None:
    """Where a reply is no JSON from its first letter on; from farther on, the place is told with what stands there."""
    for text, told in (("No. " * 40, ""), ("[1, no]", ', at "no]"')):
        reason = IsJson.read(True).judge(Subject.alone(text)).reason
        assert without_reply(reason, text).partition(" column ")[2].lstrip("0123456789") == told


def test_what_is_marked_in_the_reply_is_not_said_again() -> None:
    """A piece of it around the find is left out; a piece without the find says more, and stays."""
    reply = f"{'a ' * 40}kettle{' b' * 40} Refund"
    spans = ((80, 86),)
    found = Contains.read("kettle").judge(Subject.alone(reply))
    assert found.spans == spans
    assert without_reply(found.reason, reply, spans) == '"kettle" is in the reply'
    assert without_reply(found.reason, reply) == found.reason
    other = '"refund" is missing; it is there with other capitals: "Refund"'
    assert without_reply(other, reply, spans) == other
