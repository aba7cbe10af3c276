"""A run in a page."""

from typing import Any

import pytest

from runner.core.run import Totals
from runner.reports.overview import MOST_ROWS, MOST_TROUBLES, Heading, overview
from tests.reports.test_conversation import transcript
from tests.reports.test_markup import HOSTILE, read


def heading(name: str = "20260101-000000-talk", planned: int = 1, **figures: Any) -> Heading:
    names = ("trials", "finished", "unanswered", "stopped", "heard", "passed", "failed", "broken")
    base = dict.fromkeys(names, 0) | {"finished": 1, "failed": 1}
    known = {"prompt_tokens": None, "completion_tokens": None, "cost_usd": None}
    return Heading(name, "finished", planned, Totals.model_validate({**base, **known, **figures}))


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_run_is_obeyed(text: str) -> None:
    """Ids, names and reasons are text."""
    html = overview(heading(text), [transcript(text, error={"kind": text, "message": text})])
    names = {
        "section",
        "table",
        "caption",
        "strong",
        "br",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "ul",
        "li",
        "code",
    }
    assert {tag for tag, _ in read(html).tags} <= names
    html.encode()


def test_a_table_has_headers_that_can_be_read_aloud() -> None:
    """Every column and every row has a header, and the table a caption."""
    seen = read(overview(heading(), [transcript()]))
    scopes = [dict(attributes).get("scope") for tag, attributes in seen.tags if tag == "th"]
    assert scopes == ["col"] * 7 + ["row"]
    assert "caption" in [tag for tag, _ in seen.tags]
    assert "finished: 1 conversation; check: 1 failed" in seen.text


def test_what_went_wrong_is_told_with_its_reason() -> None:
    """The trial, the turn, the check and why."""
    text = read(overview(heading(), [transcript("Hello")])).text
    assert "talk[vars.x=Hello]#1, turn 1: ✗ failed contains: Hello" in text


def test_a_run_that_is_not_whole_says_so() -> None:
    """How many of how many, and how many are unanswered; money where it is known."""
    text = read(overview(heading(planned=5, unanswered=2, cost_usd=0.0123), [])).text
    assert "finished: 1 of 5 conversations finished; 2 unanswered; check: 1 failed; $0.012" in text


def test_a_large_run_is_bounded() -> None:
    """The first rows and troubles are shown, the others counted."""
    text = read(overview(heading(), (transcript() for _ in range(MOST_ROWS + 7)))).text
    assert "and 7 conversations more" in text
    assert f"and {MOST_ROWS + 7 - MOST_TROUBLES:,} more of what went wrong" in text
