"""Checks that read the reply by patterns."""

import time

import pytest

from runner.checks import build
from runner.checks.text import MOST_MARKED
from runner.core.check import Subject
from runner.core.finding import Finding


def judge(name: str, spec: object, text: str) -> Finding:
    return build(name, spec).judge(Subject.alone(text))


def test_a_pattern_is_found_anywhere() -> None:
    """`regex` searches the whole reply, with flags written into the pattern."""
    found = judge("regex", r"RMA-(\d+)", "Your number is RMA-1017.")
    assert found == Finding(
        outcome="passed", reason=r'"RMA-(\d+)" matches: "Your number is RMA-1017."', spans=((15, 23),)
    )
    assert judge("regex", "^no$", "Yes\nNo\n").outcome == "failed"
    assert judge("regex", "(?im)^no$", "Yes\nNo\n").outcome == "passed"
    assert judge("regex", r"\p{Han}+", "漢字").outcome == "passed"


def test_what_matches_is_marked() -> None:
    """Every match that is not empty, the first few."""
    assert judge("regex", "a+", "aab caa").spans == ((0, 2), (5, 7))
    assert judge("regex", "x?", "ab").spans == ()
    assert len(judge("regex", "a", "a" * 1_000).spans) == MOST_MARKED


def test_a_pattern_that_runs_away_is_broken() -> None:
    """A search that is not done after a second is the check's own error, never the model's."""
    begun = time.monotonic()
    found = judge("regex", "(a+)+$", "a" * 5_000 + "b")
    assert found.outcome == "broken"
    assert "after 1 s" in found.reason
    assert time.monotonic() - begun < 10


def test_marking_never_takes_a_verdict_back() -> None:
    """Where a pattern runs away behind its first match, that match is marked and the check has passed."""
    found = judge("regex", "^x|(a+)+$", "x" + "a" * 5_000 + "b")
    assert (found.outcome, found.spans) == ("passed", ((0, 1),))


@pytest.mark.parametrize("spec", ["(", "[a", "(?P<x", "*", "", None, {"a": 1}, r"\p{Nonsense}"])
def test_what_is_no_pattern_is_refused(spec: object) -> None:
    """A pattern that does not compile is a problem before anything is sent."""
    with pytest.raises(ValueError, match=r"pattern|regex"):
        build("regex", spec)
