"""Checks of how long replies took."""

import pytest

from runner.checks import build
from runner.core.check import Subject
from runner.core.message import Answer
from tests.checks.answered import answered, conversation


def judge(name: str, most: object, *answers: Answer) -> tuple[str, str]:
    subject = conversation(*answers) if len(answers) > 1 else Subject(answers[0], 0)
    found = build(name, {"max": most}).judge(subject)
    return found.outcome, found.reason


@pytest.mark.parametrize(
    ("most", "found"),
    [
        ("2s", ("passed", "0.8123 s, at most 2 s asked for")),
        ("1m 30s", ("passed", "0.8123 s, at most 90 s asked for")),
        ("0.8123s", ("passed", "0.8123 s, at most 0.8123 s asked for")),
        ("500ms", ("failed", "0.8123 s, more than 0.5 s")),
    ],
)
def test_a_reply_is_held_against_its_time(most: object, found: tuple[str, str]) -> None:
    """`latency` is from sending the request to the end of the reply."""
    assert judge("latency", most, answered(latency_s=0.8123)) == found


def test_the_first_token_has_a_time_of_its_own() -> None:
    """`ttft` is known of streamed replies alone; of others the check breaks, with how to get it."""
    assert judge("ttft", "1s", answered(ttft_s=0.2)) == (
        "passed",
        "0.2 s to the first token, at most 1 s asked for",
    )
    assert judge("ttft", "100ms", answered(ttft_s=0.2)) == (
        "failed",
        "0.2 s to the first token, more than 0.1 s",
    )
    outcome, reason = judge("ttft", "1s", answered(latency_s=0.2))
    assert (outcome, "play with --stream" in reason) == ("broken", True)


def test_of_a_conversation_the_sum_counts() -> None:
    """What all its replies took together; of a turn, what that one took."""
    slow, quick = answered(latency_s=1.5), answered(latency_s=0.5)
    assert judge("latency", "2s", slow, quick) == ("passed", "2 s in 2 replies, at most 2 s asked for")
    assert judge("latency", "1.9s", slow, quick) == ("failed", "2 s in 2 replies, more than 1.9 s")
    assert (
        build("latency", {"max": "1s"}).judge(Subject(quick, 1, before=Subject(slow, 0))).outcome == "passed"
    )
    assert build("latency", {"max": "1s"}).takes_whole


def test_what_is_not_known_never_passes() -> None:
    """It is broken, or not applicable to a replay without times; what is known may be too much already."""
    slow, lost, replay = answered(latency_s=1.5), answered(), answered(replayed=True)
    assert judge("latency", "2s", lost) == ("broken", "how long the reply took is not known")
    assert judge("latency", "2s", replay)[0] == judge("ttft", "2s", replay)[0] == "not-applicable"
    assert judge("latency", "2s", slow, replay, lost) == (
        "broken",
        "turn 3: how long the reply took is not known",
    )
    assert judge("latency", "2s", slow, replay)[0] == "not-applicable"
    assert judge("latency", "1s", slow, lost) == ("failed", "1.5 s in 2 replies, more than 1 s")


def test_a_replay_is_judged_by_its_recorded_times() -> None:
    """Where the recording has them."""
    assert judge("latency", "2s", answered(replayed=True, latency_s=3))[0] == "failed"


@pytest.mark.parametrize("name", ["latency", "ttft"])
@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("2s", "takes a map: {max: "),
        ({}, "takes a map"),
        ({"mx": 1}, "unknown key `mx`; did you mean `max`"),
        ({"max": None}, "lacks `max`"),
        ({"max": "soon"}, "expected a time"),
        ({"max": -1}, "expected a time"),
        ({"max": True}, "expected a time"),
    ],
)
def test_what_bounds_nothing_is_refused(name: str, spec: object, complaint: str) -> None:
    """A map with a time in it."""
    with pytest.raises(ValueError, match=complaint):
        build(name, spec)
