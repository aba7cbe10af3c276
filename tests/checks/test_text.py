"""Checks that look for a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.checks import build
from runner.core.check import Finding, Subject
from runner.core.message import Reply


def judge(name: str, spec: object, text: str | None) -> Finding:
    reply = Reply(message={"role": "assistant", "content": text})
    return build(name, spec).judge(Subject(reply, 0))


@pytest.mark.parametrize(
    ("name", "spec", "text", "outcome"),
    [
        ("contains", "receipt", "Your receipt, please.", "passed"),
        ("contains", "Receipt", "Your receipt, please.", "failed"),
        ("contains", "receipt", None, "failed"),
        ("contains", 80, "from 80 on", "passed"),
        ("contains", True, "it is true", "passed"),
        ("contains", 1.5, "about 1.5", "passed"),
        ("icontains", "STRASSE", "Die Straße ist lang.", "passed"),
        ("icontains", "ΟΔΟΣ", "η οδος", "passed"),
        ("icontains", "i\u0307", "İstanbul", "passed"),
        ("icontains", "x", "", "failed"),
    ],
)
def test_a_text_is_found_or_not(name: str, spec: object, text: str | None, outcome: str) -> None:
    """`contains` looks letter by letter, `icontains` without regard to capitals in any script."""
    assert judge(name, spec, text).outcome == outcome


def test_the_reason_shows_the_place() -> None:
    """A reason quotes what was found, or the reply where nothing was."""
    assert judge("contains", "b", "a" * 100 + "b" + "c" * 100).reason == (
        '"b" is in the reply: "...' + "a" * 30 + "b" + "c" * 30 + '..."'
    )
    assert (
        judge("contains", "x", "Sorry.\nNo.").reason == '"x" is not in the reply; the reply is "Sorry.\\nNo."'
    )
    assert (
        judge("icontains", "x", "").reason
        == '"x" is not in the reply, capitals or not; the reply has no text'
    )


@pytest.mark.parametrize("spec", ["", None, [], {"a": 1}, ["a"]])
@pytest.mark.parametrize("name", ["contains", "icontains"])
def test_what_is_no_text_is_refused(name: str, spec: object) -> None:
    """A check without a text would pass or fail whatever was said."""
    with pytest.raises(ValueError, match=name):
        build(name, spec)


@given(st.sampled_from(["contains", "icontains"]), st.text(min_size=1), st.text(st.characters()))
def test_negation_turns_the_verdict_round(name: str, spec: str, text: str) -> None:
    """The `not-` form passes exactly where the other fails, and says why in the same words."""
    check = build(name, spec)
    finding = check.judge(Subject(Reply(message={"role": "assistant", "content": text}), 0))
    negated = check.negate(finding)
    assert {finding.outcome, negated.outcome} == {"passed", "failed"}
    assert finding.reason == negated.reason
    assert finding.reason.isprintable()
    assert len(finding.reason) < 3_000
