"""Checks that look for a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.checks import build
from runner.checks.text import MOST_MARKED
from runner.core.check import Subject
from runner.core.finding import Finding
from runner.core.message import Answer, Reply

ONE = ["contains", "icontains"]
SEVERAL = ["contains-any", "icontains-any", "contains-all", "icontains-all"]


def judge(name: str, spec: object, text: str | None) -> Finding:
    reply = Reply(message={"role": "assistant", "content": text})
    return build(name, spec).judge(Subject(Answer(reply=reply), 0))


def marked(finding: Finding, text: str) -> list[str]:
    return [text[start:end] for start, end in finding.spans]


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
        ("contains-any", ["b", "x"], "abc", "passed"),
        ("contains-any", ["B", "x"], "abc", "failed"),
        ("contains-any", [7, True], "7 times", "passed"),
        ("icontains-any", ["B", "x"], "abc", "passed"),
        ("icontains-any", ["y", "x"], "abc", "failed"),
        ("contains-all", ["a", "c"], "abc", "passed"),
        ("contains-all", ["a", "x"], "abc", "failed"),
        ("contains-all", ["A", "c"], "abc", "failed"),
        ("icontains-all", ["A", "C"], "abc", "passed"),
    ],
)
def test_a_text_is_found_or_not(name: str, spec: object, text: str | None, outcome: str) -> None:
    """`contains` looks letter by letter, the i- forms without regard to capitals in any script."""
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
    assert judge("contains-any", ["x", "y"], "a").reason == (
        'none of "x", "y" is in the reply; the reply is "a"'
    )
    assert judge("contains-all", ["a", "x", "y"], "a").reason == (
        '"x", "y" are not in the reply; the reply is "a"'
    )


def test_what_is_nearly_there_is_said() -> None:
    """Other capitals, and typographic quotes, dashes and spaces, are easily overlooked."""
    assert 'with other capitals: "receipt"' in judge("contains", "Receipt", "a receipt").reason
    assert (
        'with other quotes, dashes or spaces: "can\u2019t"'
        in judge("contains", "can't", "I can\u2019t").reason
    )
    assert "there with" not in judge("icontains", "cat", "dog").reason


@pytest.mark.parametrize(
    ("name", "spec", "text", "found"),
    [
        ("contains", "a", "banana", ["a", "a", "a"]),
        ("contains", "ana", "banana", ["ana"]),
        ("icontains", "strasse", "Straße, STRASSE", ["Straße", "STRASSE"]),
        ("icontains", "s", "ß", ["ß"]),
        ("contains-any", ["b", "an", "na"], "banana", ["b", "anana"]),
        ("contains-all", ["b", "x"], "banana", ["b"]),
        ("contains", "x", "banana", []),
    ],
)
def test_what_was_found_is_marked(name: str, spec: object, text: str, found: list[str]) -> None:
    """Every place is a span of the reply's own characters, also where folding lengthens it; those that touch stay two."""
    assert marked(judge(name, spec, text), text) == found


def test_not_everything_is_marked() -> None:
    """A text that is everywhere is marked a few times."""
    assert len(judge("contains", "a", "a" * 10_000).spans) == MOST_MARKED


@pytest.mark.parametrize("spec", ["", None, [], {"a": 1}, ["a"]])
@pytest.mark.parametrize("name", ONE)
def test_what_is_no_text_is_refused(name: str, spec: object) -> None:
    """A check without a text would pass or fail whatever was said."""
    with pytest.raises(ValueError, match=name):
        build(name, spec)


@pytest.mark.parametrize("spec", ["a", None, [], {"a": 1}, [["a"]], [""], [None], 7])
@pytest.mark.parametrize("name", SEVERAL)
def test_what_is_no_list_of_texts_is_refused(name: str, spec: object) -> None:
    """A check of several texts needs a list of them."""
    with pytest.raises(ValueError, match=name):
        build(name, spec)
    assert build(name, ["a"]).takes_list


@given(st.sampled_from(ONE), st.text(min_size=1), st.text(st.characters()))
def test_negation_turns_the_verdict_round(name: str, spec: str, text: str) -> None:
    """The `not-` form passes exactly where the other fails, and says why in the same words, with the same marks."""
    check = build(name, spec)
    finding = check.judge(Subject.alone(text))
    negated = check.negate(finding)
    assert {finding.outcome, negated.outcome} == {"passed", "failed"}
    assert (finding.reason, finding.spans) == (negated.reason, negated.spans)
    assert finding.reason.isprintable()
    assert len(finding.reason) < 3_000


@given(
    st.sampled_from([*ONE, *SEVERAL]),
    st.text("aßSsİ\u0307ǰ ", min_size=1, max_size=3),
    st.text("aßSsİ\u0307ǰ "),
)
def test_marks_lie_in_the_reply(name: str, wanted: str, text: str) -> None:
    """Marks are in order, do not overlap, and hold what was looked for, folded where the check folds."""
    finding = judge(name, wanted if name in ONE else [wanted], text)
    ends = [0, *(place for span in finding.spans for place in span)]
    assert ends[-1] <= len(text)
    assert bool(finding.spans) == (finding.outcome == "passed")
    for start, end in finding.spans:
        piece = text[start:end]
        assert (wanted.casefold() in piece.casefold()) if name.startswith("i") else (wanted in piece)
