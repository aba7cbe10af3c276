"""What is taken out of a reply."""

import pytest

from runner.checks import build
from runner.core.check import Subject
from runner.core.finding import Finding

DATA = '{"id": "R-1", "items": [{"p": 49.90}, {"p": 2}], "none": null, "o": {"a": 1}, "e": ""}'


def judge(source: dict[str, object], text: str) -> Finding:
    return build("capture", {"name": "rma", **source}).judge(Subject.alone(text))


@pytest.mark.parametrize(
    ("source", "text", "captured", "marked"),
    [
        ({"regex": r"RMA-(\d+)"}, "It is RMA-123, RMA-4.", "123", "123"),
        ({"regex": r"RMA-\d+"}, "It is RMA-123.", "RMA-123", "RMA-123"),
        ({"regex": r"RMA-(?P<n>\d)(\d)"}, "It is RMA-123.", "1", "1"),
        ({"json-path": "$.id"}, DATA, "R-1", '"R-1"'),
        ({"json-path": "$.items[*].p"}, DATA, "49.90", "49.90"),
        ({"json-path": "$.o"}, DATA, '{"a": 1}', '{"a": 1}'),
        ({"text": True}, " Yes.\n", " Yes.\n", " Yes.\n"),
    ],
)
def test_what_is_found_is_taken(source: dict[str, object], text: str, captured: str, marked: str) -> None:
    """The first group or all that matches, what stands at a path, or the whole reply; it is marked where it stands."""
    found = judge(source, text)
    assert (found.outcome, found.captured) == ("passed", captured)
    [(start, end)] = found.spans
    assert text[start:end] == marked
    assert found.reason.startswith("`rma` is ")


def test_the_first_of_several_is_said_to_be_it() -> None:
    """Where a path finds more than one value, the reason says so."""
    reason = judge({"json-path": "$.items[*].p"}, DATA).reason
    assert reason == '`rma` is "49.90", the first of 2 at `$.items[*].p`'


@pytest.mark.parametrize(
    ("source", "text", "reason"),
    [
        ({"regex": "RMA"}, "No.", '`rma` was not captured: "RMA" does not match; the reply is "No."'),
        ({"regex": "x|(y)"}, "x", "the first group of"),
        ({"regex": "x(y*)"}, "x", "what was found is empty"),
        ({"json-path": "$.id"}, "No.", "the reply is not JSON"),
        ({"json-path": "$.x"}, DATA, "nothing is at `$.x`"),
        ({"json-path": "$.none"}, DATA, "null is at `$.none`"),
        ({"json-path": "$.e"}, DATA, "what was found is empty"),
        ({"text": True}, "", "the reply has no text"),
    ],
)
def test_nothing_to_take_is_a_failed_check(source: dict[str, object], text: str, reason: str) -> None:
    """Nothing, or nothing that says anything, could stand in a later text."""
    found = judge(source, text)
    assert (found.outcome, found.captured) == ("failed", None)
    assert reason in found.reason


def test_a_pattern_that_runs_away_is_broken() -> None:
    """As in `regex`."""
    assert judge({"regex": "(a+)+$"}, "a" * 5_000 + "b").outcome == "broken"


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ({}, "says one way to find it"),
        ({"regex": "a", "text": True}, "says one way to find it"),
        ({"regx": "a"}, "unknown way to capture `regx`; did you mean `regex`"),
        ({"regex": "("}, "is not a pattern"),
        ({"json-path": "id"}, "did you mean `.*id`"),
        ({"json-path": 7}, "a path is a text"),
        ({"text": "all"}, "`text` takes `true`"),
    ],
)
def test_what_finds_nothing_is_refused(source: dict[str, object], complaint: str) -> None:
    """One way, of those there are."""
    with pytest.raises(ValueError, match=complaint):
        judge(source, "")
    with pytest.raises(ValueError, match="a capture is"):
        build("capture", source)
