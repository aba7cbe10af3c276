"""Closeness of letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.checks import build
from runner.checks.distance import edit_distance
from runner.core.check import Subject
from runner.core.finding import Finding


def judge(spec: object, text: str) -> Finding:
    return build("levenshtein", spec).judge(Subject.alone(text))


def by_the_table(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for number, character in enumerate(one, 1):
        before, row[0] = row[0], number
        for at, each in enumerate(other, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (character != each))
    return row[-1]


@given(st.text("abc"), st.text("abc"))
def test_it_is_the_distance_of_the_table(one: str, other: str) -> None:
    """It is what the usual table gives, both ways round."""
    assert edit_distance(one, other) == edit_distance(other, one) == by_the_table(one, other)


def test_what_is_too_long_is_not_compared() -> None:
    """Texts whose comparison would take long are left; what they begin or end with alike costs nothing."""
    assert edit_distance("a" * 200_000, "b" * 200_000) is None
    assert edit_distance("a" * 1_000_000 + "b", "a" * 1_000_000 + "c") == 1
    found = judge({"to": "a" * 200_000, "max": 3}, "b" * 200_000)
    assert (found.outcome, found.reason) == (
        "broken",
        "texts of 200000 and 200000 characters are too long to be compared",
    )


@pytest.mark.parametrize(
    ("spec", "outcome", "reason"),
    [
        ({"to": "kitten", "max": 3}, "passed", '3 edits away from "kitten", at most 3 asked for'),
        ({"to": "kitten", "max": "2"}, "failed", '3 edits away from "kitten", more than 2; the reply is'),
        ({"to": "kitten", "min": 0.5}, "passed", 'alike by 0.571 to "kitten", at least 0.5 asked for'),
        ({"to": "kitten", "min": "0.6"}, "failed", 'alike by 0.571 to "kitten", less than 0.6; the reply is'),
        ({"to": "kitten", "min": 0.5714}, "passed", "alike by 0.571428571"),
    ],
)
def test_edits_are_held_against_a_bound(spec: object, outcome: str, reason: str) -> None:
    """`max` bounds the edits, `min` the share of the longer text that needs none."""
    found = judge(spec, "sitting")
    assert found.outcome == outcome
    assert reason in found.reason


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("kitten", "takes a map"),
        ({"min": 0.5}, "lacks `to`"),
        ({"to": "a"}, "takes `min`, a share .* or `max`"),
        ({"to": "a", "min": 0.5, "max": 1}, "and not both"),
        ({"to": "a", "min": 1.5}, "from 0 to 1"),
        ({"to": "a", "min": 0}, "holds for every reply"),
        ({"to": "a", "max": -1}, "whole number"),
        ({"to": "a", "threshold": 1}, "unknown key `threshold`"),
        ({"to": "", "max": 1}, "needs a text"),
    ],
)
def test_what_bounds_nothing_is_refused(spec: object, complaint: str) -> None:
    """A text and one bound, no more and no less."""
    with pytest.raises(ValueError, match=complaint):
        build("levenshtein", spec)
