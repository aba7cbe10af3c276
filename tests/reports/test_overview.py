"""A run in a page."""

import dataclasses
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
        "p",
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
        "div",
        "bdi",
    }
    assert {tag for tag, _ in read(html).tags} <= names
    html.encode()


def test_a_table_has_headers_that_can_be_read_aloud() -> None:
    """Every column and every row has a header, and the table a name."""
    seen = read(overview(heading(), [transcript()]))
    scopes = [dict(attributes).get("scope") for tag, attributes in seen.tags if tag == "th"]
    assert scopes == ["col"] * 7 + ["row"]
    assert {("table", (("aria-label", "conversations of 20260101-000000-talk"),))} <= {
        (tag, tuple(attributes)) for tag, attributes in seen.tags
    }
    assert "finished: 1 conversation; check: 1 failed" in seen.text


def test_what_went_wrong_is_told_with_its_reason() -> None:
    """The trial, the turn, the check and why."""
    text = read(overview(heading(), [transcript("Hello")])).text
    assert text.endswith("talk[vars.x=Hello]#1turn 1: ✗ failed contains: Hello")


def test_long_words_stay_within_the_page() -> None:
    """What went wrong is wrapped, and a table that is too wide is moved within its own frame."""
    html = overview(heading(), [transcript("q" * 300)])
    assert '<div style="overflow-x:auto"><table' in html
    assert '<ul style="overflow-wrap:anywhere">' in html


def test_a_conversation_is_named_once_with_all_that_went_wrong_in_it() -> None:
    """Its id may be long."""
    text = read(overview(heading(), [transcript(error={"kind": "no_credit", "message": "none"})])).text
    assert text.count("talk[vars.x=Hello]#1") == 2, "in its row, and over what went wrong"
    assert "talk[vars.x=Hello]#1unanswered no_credit: noneturn 1: ✗ failed contains: Hello" in text


def test_why_a_run_ended_early_is_said() -> None:
    """Its limit, after how much of it was played."""
    told = dataclasses.replace(heading(planned=5), status="stopped", reason="max_cost 1 is <reached>")
    text = read(overview(told, [])).text
    assert "stopped: 1 of 5 conversations finished; max_cost 1 is <reached>; check: 1 failed" in text


def test_a_run_that_is_not_whole_says_so() -> None:
    """How many of how many, and how many are unanswered; money where it is known."""
    text = read(overview(heading(planned=5, unanswered=2, cost_usd=0.0123), [])).text
    assert "finished: 1 of 5 conversations finished; 2 unanswered; check: 1 failed; $0.012" in text


def test_a_large_run_is_bounded() -> None:
    """The first rows and troubles are shown, the others counted."""
    text = read(overview(heading(), (transcript() for _ in range(MOST_ROWS + 7)))).text
    assert "and 7 conversations more" in text
    assert f"and {MOST_ROWS + 7 - MOST_TROUBLES:,} more of what went wrong" in text
