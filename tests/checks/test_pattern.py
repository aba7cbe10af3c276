"""Checks that read the reply by patterns."""

import time

import pytest

from runner.checks import build
from runner.checks.pattern import count_words
from runner.core.check import Finding, Subject
from runner.core.message import Reply


def judge(name: str, spec: object, text: str) -> Finding:
    return build(name, spec).judge(Subject(Reply(message={"role": "assistant", "content": text}), 0))


def test_a_pattern_is_found_anywhere() -> None:
    """`regex` searches the whole reply, with flags written into the pattern."""
    found = judge("regex", r"RMA-(\d+)", "Your number is RMA-1017.")
    assert found == Finding(
        outcome="passed", reason=r'"RMA-(\\d+)" matches: "Your number is RMA-1017."'.replace("\\\\", "\\")
    )
    assert judge("regex", "^no$", "Yes\nNo\n").outcome == "failed"
    assert judge("regex", "(?im)^no$", "Yes\nNo\n").outcome == "passed"
    assert judge("regex", r"\p{Han}+", "漢字").outcome == "passed"


def test_a_pattern_that_runs_away_is_broken() -> None:
    """A search that is not done after a second is the check's own error, never the model's."""
    begun = time.monotonic()
    found = judge("regex", "(a+)+$", "a" * 5_000 + "b")
    assert found.outcome == "broken"
    assert "after 1 s" in found.reason
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("spec", ["(", "[a", "(?P<x", "*", "", None, {"a": 1}, r"\p{Nonsense}"])
def test_what_is_no_pattern_is_refused(spec: object) -> None:
    """A pattern that does not compile is a problem before anything is sent."""
    with pytest.raises(ValueError, match=r"pattern|regex"):
        build("regex", spec)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("One two,  three.\nFour!", 4),
        ("don't well-known it\u2019s", 3),
        ("3.14 and 1,000", 3),
        ("an em -- dash", 3),
        ("漢字かな", 4),
        ("日本語 and English", 5),
        ("한국어 좋아요", 2),
        ("हिन्दी भाषा", 2),
        ("Привет, мир", 2),
        ("😀 ...", 0),
    ],
)
def test_words_are_counted_as_readers_count_them(text: str, count: int) -> None:
    """Runs of letters and digits count once, marks and apostrophes within; Han and kana count by character."""
    assert count_words(text) == count


@pytest.mark.parametrize(
    ("spec", "outcome", "reason"),
    [
        ({"max": 2}, "failed", "3 words, more than 2"),
        ({"min": 4}, "failed", "3 words, fewer than 4"),
        ({"min": 1, "max": 3}, "passed", "3 words, at least 1 and at most 3 asked for"),
        ({"max": "80"}, "passed", "3 words, at most 80 asked for"),
    ],
)
def test_a_count_is_held_against_its_bounds(spec: object, outcome: str, reason: str) -> None:
    """`words` passes within its bounds, both included."""
    found = judge("words", spec, "One two three.")
    assert (found.outcome, found.reason) == (outcome, reason)


@pytest.mark.parametrize(
    "spec",
    [3, {}, None, {"max": -1}, {"max": 1.5}, {"max": True}, {"mx": 1}, {"min": 2, "max": 1}, {"max": "x"}],
)
def test_bounds_that_mean_nothing_are_refused(spec: object) -> None:
    """Bounds are whole numbers, and some reply must be able to pass."""
    with pytest.raises(ValueError, match=r"`"):
        build("words", spec)
