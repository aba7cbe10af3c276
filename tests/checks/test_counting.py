"""Checks that count words and characters."""

from dataclasses import replace

import pytest

from runner.checks import build
from runner.checks.counting import Characters, count_words
from runner.core.check import Subject
from runner.core.finding import Finding


def judge(name: str, spec: object, text: str) -> Finding:
    return build(name, spec).judge(Subject.alone(text))


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
    ("text", "count"),
    [("", 0), ("abc \n", 5), ("a\r\nb", 3), ("e\u0301", 1), ("👨\u200d👩\u200d👧 ok", 4), ("漢字", 2)],
)
def test_characters_are_counted_as_readers_see_them(text: str, count: int) -> None:
    """A letter with its accents is one, so is an emoji of several pieces; white space counts."""
    assert Characters.count(text) == count


@pytest.mark.parametrize(
    ("name", "spec", "outcome", "reason"),
    [
        ("words", {"max": 2}, "failed", "3 words, more than 2"),
        ("words", {"min": 4}, "failed", "3 words, fewer than 4"),
        ("words", {"min": 1, "max": 3}, "passed", "3 words, at least 1 and at most 3 asked for"),
        ("words", {"max": "80"}, "passed", "3 words, at most 80 asked for"),
        ("characters", {"max": 13}, "failed", "14 characters, more than 13"),
        (
            "characters",
            {"min": 14, "max": 14},
            "passed",
            "14 characters, at least 14 and at most 14 asked for",
        ),
    ],
)
def test_a_count_is_held_against_its_bounds(name: str, spec: object, outcome: str, reason: str) -> None:
    """A count passes within its bounds, both included."""
    found = judge(name, spec, "One two three.")
    assert (found.outcome, found.reason) == (outcome, reason)


def test_what_is_too_much_is_marked() -> None:
    """From the first word or character beyond the most to the end."""
    text = "one two three four. \n"
    [(start, end)] = judge("words", {"max": 2}, text).spans
    assert text[start:end] == "three four."
    [(start, end)] = judge("characters", {"max": 3}, "e\u0301abcd").spans
    assert (start, end) == (4, 6)
    assert judge("words", {"min": 9}, text).spans == ()


def test_a_conversation_is_counted_as_a_whole() -> None:
    """Of a conversation all replies are added up, and nothing is marked, since no one text is meant."""
    first = Subject.alone("one two")
    second = replace(Subject.alone("three"), turn=1, before=first)
    found = build("words", {"max": 2}).judge(replace(second, whole=True))
    assert (found.outcome, found.reason, found.spans) == ("failed", "3 words in 2 replies, more than 2", ())
    assert build("words", {"max": 2}).judge(second).outcome == "passed"
    assert build("words", {"max": 2}).takes_whole


@pytest.mark.parametrize(
    "spec",
    [
        *(
            3,
            {},
            None,
            {"max": -1},
            {"max": 1.5},
            {"max": True},
            {"mx": 1},
            {"min": 2, "max": 1},
            {"max": "x"},
        ),
        *({"min": 0}, {"min": 1, "max": None}, [1]),
    ],
)
@pytest.mark.parametrize("name", ["words", "characters"])
def test_bounds_that_mean_nothing_are_refused(name: str, spec: object) -> None:
    """Bounds are whole numbers; some reply must be able to pass, and some to fail."""
    with pytest.raises(ValueError, match=r"`"):
        build(name, spec)
