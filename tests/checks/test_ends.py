"""Checks of a whole reply and of its ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.checks import build
from runner.core.check import Subject
from runner.core.finding import Finding

NAMES = ["equals", "iequals", "starts-with", "istarts-with", "ends-with", "iends-with"]


def judge(name: str, spec: object, text: str) -> Finding:
    return build(name, spec).judge(Subject.alone(text))


@pytest.mark.parametrize(
    ("name", "spec", "text", "found"),
    [
        ("equals", "yes", "yes", "yes"),
        ("equals", 12, "12", "12"),
        ("iequals", "STRASSE", "straße", "straße"),
        ("starts-with", "Hello", "Hello, you", "Hello"),
        ("istarts-with", "STRASSE", "straße x", "straße"),
        ("istarts-with", "s", "ßa", "ß"),
        ("ends-with", "bye!", "Good bye!", "bye!"),
        ("iends-with", "STRASSE!", "die straße!", "straße!"),
    ],
)
def test_what_is_there_is_marked(name: str, spec: object, text: str, found: str) -> None:
    """The whole reply, its beginning or its end is the text; the mark is of the reply's own characters."""
    finding = judge(name, spec, text)
    [(start, end)] = finding.spans
    assert (finding.outcome, text[start:end]) == ("passed", found)


@pytest.mark.parametrize(
    ("name", "spec", "text", "reason"),
    [
        ("equals", "yes", "", "the reply has no text"),
        ("equals", "yes", "yes\n", 'only white space at the ends differs, the reply is "yes\\n"'),
        ("equals", "a b", "a  b", "only white space differs"),
        ("equals", "yes", "Yes", 'only capitals differ, the reply is "Yes"; `iequals` does not mind them'),
        ("equals", "yes", " Yes", "only capitals and white space at the ends differ"),
        ("equals", "it's", "it\u2019s", "only quotes, dashes or spaces are others"),
        ("equals", "é", "e\u0301", "only its accents are put together in another way"),
        ("equals", "the cat", "the dog", 'it first differs at character 5: "the dog", not "the cat"'),
        ("equals", "a\nb", "a\nc", 'it first differs at line 2 column 1: "a\\nc", not "a\\nb"'),
        ("equals", "abc", "ab", 'it first differs at character 3: its end after "ab", not "abc"'),
        ("iequals", "yes", "no", 'the reply is not "yes"'),
        ("starts-with", "Hello", " Hello", "there is white space before it"),
        ("starts-with", "Hello", "hello", 'it is there with other capitals: "hello"'),
        ("starts-with", "Hello", "", "the reply has no text"),
        ("istarts-with", "Hello", "Good day", 'it starts with "Good day"'),
        ("ends-with", "bye", "bye\n", "there is white space after it"),
        ("ends-with", "bye", "Bye", 'it is there with other capitals: "Bye"'),
        ("iends-with", "bye", "see you", 'it ends with "see you"'),
    ],
)
def test_what_differs_is_said(name: str, spec: object, text: str, reason: str) -> None:
    """White space at the ends counts; what is easily overlooked is named, and else where the difference begins."""
    finding = judge(name, spec, text)
    assert finding.outcome == "failed"
    assert reason in finding.reason


def test_what_differs_is_marked() -> None:
    """Between what both texts begin with and what both end with."""
    text = "the dog sat"
    assert [text[start:end] for start, end in judge("equals", "the cat sat", text).spans] == ["dog"]
    assert judge("equals", "the cat", "the").spans == ()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("spec", ["", None, [], ["a"], {"a": 1}])
def test_what_is_no_text_is_refused(name: str, spec: object) -> None:
    """Each needs a text."""
    with pytest.raises(ValueError, match=name):
        build(name, spec)


@given(st.sampled_from(NAMES), st.text("aAßSs \n", min_size=1, max_size=4), st.text("aAßSs \n", max_size=6))
def test_they_are_what_python_says(name: str, wanted: str, text: str) -> None:
    """The verdict is that of the strings themselves, folded in the i- forms; every mark lies in the reply."""
    finding = judge(name, wanted, text)
    folds = name.startswith("i")
    one, other = (text.casefold(), wanted.casefold()) if folds else (text, wanted)
    kind = name.removeprefix("i")
    holds = {"equals": one == other, "starts-with": one.startswith(other), "ends-with": one.endswith(other)}
    assert (finding.outcome == "passed") == holds[kind]
    assert all(0 <= start < end <= len(text) for start, end in finding.spans)
    if finding.outcome == "passed":
        [(start, end)] = finding.spans
        piece = text[start:end]
        assert other in (piece.casefold() if folds else piece)
