"""Transcripts as the data that a page's script shows."""

from typing import Any

from runner.reports.page.data import conversation_data
from tests.pages import HOSTILE
from tests.played import played, verdict


def data(*said: tuple[Any, Any], **fields: Any) -> Any:
    return conversation_data(played(*said, **fields))


def test_checks_stand_beside_the_turn_that_they_judge() -> None:
    """Each with its outcome, its reason and its place in the YAML; those of the whole stand at the end."""
    found = data(
        ("a", "b"),
        ("c", "d"),
        checked={1: [verdict("failed", "contains", "not there")]},
        verdicts=[verdict("passed", "every")],
    )
    first, second = found["turns"]
    assert "checks" not in first
    [check] = second["checks"]
    assert (check["outcome"], check["check"], check["why"]) == ("failed", "contains", "not there")
    assert check["at"].startswith("talk.yaml:")
    assert [each["outcome"] for each in found["checks"]] == ["passed"]


def test_what_a_check_found_is_marked_in_the_reply() -> None:
    """The pieces are the reply; those that were found are lists of their own."""
    found = verdict("failed").model_copy(update={"spans": ((4, 8),)})
    [turn] = data(("a", "say what then"), checked={0: [found]})["turns"]
    assert turn["reply"]["text"] == ["say ", ["what"], " then"]


def test_a_turn_without_a_reply_says_why() -> None:
    """Its error and that there is none stand where the reply would; the conversation's error at its end."""
    found = data(("a", None))
    [turn] = found["turns"]
    assert "reply" not in turn
    assert turn["notes"][0] == "no reply"
    assert "timed_out: nothing came" in turn["notes"]
    assert found["error"] == "timed_out: nothing came"
    assert found["outcome"] == "unanswered"


def test_tokens_seconds_and_the_end_of_a_reply_stand_beside_its_turn() -> None:
    """What it took, in words; a reply that was cut says so."""
    [turn] = data(("a", "b"), cut="length")["turns"]
    assert turn["facts"] == "10 tokens in, 2 out, 0.50 s, length"
    assert turn["notes"]


def test_what_a_filter_needs_is_there() -> None:
    """Scenario, case, values, tags, outcome; values as ids spell them."""
    found = data(("a", "b"), case="c", tags=["t"], variant={"temperature": 0.70, "system": "v1"})
    assert (found["scenario"], found["case"], found["tags"], found["outcome"]) == (
        "talk",
        "c",
        ["t"],
        "unmeasured",
    )
    assert found["variant"] == {"temperature": "0.7", "system": "v1"}


def test_texts_and_names_are_harmless() -> None:
    """Controls, half characters and marks of direction are shown, not obeyed, wherever they stand."""
    found = data((HOSTILE, HOSTILE), id=f"{HOSTILE}#1")
    for text in (found["id"], "".join(found["turns"][0]["reply"]["text"])):
        assert not set("\x00\x07\x1b\u202e\u2066\ud800") & set(text)
        assert "<img src=x" in text
