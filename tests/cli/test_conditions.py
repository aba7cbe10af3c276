"""Turns with conditions, and what replies are asked for: played, shown, resumed and written."""

import json
from pathlib import Path
from typing import Any

import pytest

from runner.core.message import Message, Request
from tests.cli.front import Front, spoken

SCENARIO = """\
name: returns
turns:
  - user: my order is lost
    capture: {rma: {regex: 'RMA-(\\d+)'}}
  - user: "what about {{ rma }}?"
    id: asks
    when: {contains: RMA}
    expect: {contains: "{{ rma }}"}
  - assistant: (a pause)
    when: {contains: never}
  - user: thank you
expect:
  - last: {name: is polite, contains: welcome}
  - asks: {contains: about}
"""


def answers(number: str | None) -> Any:
    def respond(request: Request, messages: list[Message]) -> Any:  # noqa: ARG001 - only what was said counts
        said = str(messages[-1]["content"])
        if "lost" in said:
            return spoken("I see." if number is None else f"It is RMA-{number}.")
        return spoken("you are welcome" if "thank" in said else f"You said: {said}")

    return respond


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("returns.yaml", SCENARIO)
    return front


def transcript(front: Front) -> dict[str, Any]:
    (line,) = (front.run_folder / "transcripts.jsonl").read_text("utf-8").splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_what_a_reply_says_is_said_again_later(front: Front) -> None:
    """What was captured stands in a later turn's words and in its checks, in the request and in the transcript."""
    front.answer(answers("4711"))
    shown = front.type("play", "returns.yaml")
    assert shown.exit_code == 0, shown.err
    found = transcript(front)
    said = [message["content"] for message in found["messages"]]
    assert said[2:4] == ["what about 4711?", "You said: what about 4711?"]
    assert [turn["status"] for turn in found["turns"]] == ["heard", "heard", "not-taken", "heard"]
    (capture,) = found["turns"][0]["verdicts"]
    assert (capture["check"], capture["name"], capture["captured"]) == ("capture", "rma", "4711")
    assert [each["outcome"] for each in found["verdicts"]] == ["passed", "passed"]
    assert front.transport.asked[1].messages[-1]["content"] == "what about 4711?"
    assert "turn 3 is not taken" in " ".join(shown.out.split())
    assert "is polite (contains)" in shown.out


def test_a_turn_that_is_not_taken_is_not_applicable(front: Front) -> None:
    """Its checks neither pass nor fail; what was not captured is a failed check of the turn that should have said it."""
    front.answer(answers(None))
    front.type("play", "returns.yaml")
    found = transcript(front)
    assert [turn["status"] for turn in found["turns"]] == ["heard", "not-taken", "not-taken", "heard"]
    assert found["turns"][0]["verdicts"][0]["outcome"] == "failed"
    assert [each["outcome"] for each in found["turns"][1]["verdicts"]] == ["not-applicable"]
    assert found["turns"][1]["when"]["outcome"] == "failed"
    assert [each["outcome"] for each in found["verdicts"]] == ["passed", "not-applicable"]
    assert len(front.transport.asked) == 2


def test_a_turn_that_needs_what_was_not_captured_is_not_said(front: Front) -> None:
    """Without a condition, the conversation ends before the turn whose words nobody knows; the mark is never sent."""
    front.write("returns.yaml", SCENARIO.replace("    when: {contains: RMA}\n", ""))
    front.answer(answers(None))
    front.type("play", "returns.yaml")
    found = transcript(front)
    assert [turn["status"] for turn in found["turns"]] == ["heard", "skipped", "skipped", "skipped"]
    assert {each["outcome"] for each in found["verdicts"]} == {"not-applicable"}
    assert len(front.transport.asked) == 1
    assert "captured:" not in json.dumps(found["messages"])


def test_show_says_which_turns_were_not_taken(front: Front) -> None:
    """A turn that was left out stands in its place, with the condition that did not hold and its line."""
    front.answer(answers(None))
    front.type("play", "returns.yaml")
    shown = front.type("show", "latest", "returns", width=100)
    assert '(turn 2 is not taken, line 7: contains: "RMA" is not in the reply' in " ".join(shown.out.split())
    for format_ in ("markdown", "csv", "jsonl"):
        assert front.type("export", "latest", format_).exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "  - user: my order is lost\n",
            "  - user: my order is lost\n    when: {contains: x}\n",
            "no reply before",
        ),
        ("my order is lost", '"my order {{ rma }} is lost"', "`rma` is captured from a later reply"),
        ("capture: {rma:", "capture: {1rma:", "1rma"),
        ("name: returns", "name: returns\nvars: {rma: x}", "`rma` is a variable already"),
        ("{regex: 'RMA-(\\d+)'}", "{regexp: x}", "did you mean `regex`"),
        (
            "last: {name: is polite, contains: welcome}",
            "conversation: {contains: welcome}",
            "is about one reply",
        ),
        ("last: {name: is polite, contains: welcome}", "last: {name: is polite}", "a name without a check"),
    ],
)
def test_what_cannot_be_meant_is_told_before_anything_is_sent(
    front: Front, old: str, new: str, complaint: str
) -> None:
    """Each slip has its line and says what to write."""
    assert old in SCENARIO
    front.write("returns.yaml", SCENARIO.replace(old, new))
    shown = front.type("validate", "returns.yaml")
    assert shown.exit_code == 2
    assert complaint in " ".join(shown.err.split())
    assert shown.err.startswith("returns.yaml:")


def test_a_scenario_with_conditions_is_written_as_it_was_read(front: Front) -> None:
    """`validate --resolved` keeps conditions, captures and names; what it writes means the same."""
    first = front.type("validate", "returns.yaml", "--resolved")
    front.write("again.yaml", first.out)
    assert front.type("validate", "again.yaml", "--resolved").out == first.out
    for piece in ("when:", "capture:", "rma:", "is polite"):
        assert piece in first.out


def test_a_function_reads_the_conversation_with_what_was_captured(front: Front) -> None:
    """The transcript that a python check gets holds the words that were said, and turns that were not taken are left out."""
    front.write(
        "seen.py",
        "def both(transcript):\n    return len(transcript.messages) == 6, str(transcript.messages)\n",
    )
    front.write("returns.yaml", SCENARIO + "  - conversation: {python: 'seen.py:both'}\n")
    front.answer(answers("4711"))
    shown = front.type("play", "returns.yaml")
    assert shown.exit_code == 0, shown.err
    assert [each["outcome"] for each in transcript(front)["verdicts"]] == ["passed"] * 3


def test_a_gold_turn_after_the_end_is_not_shown(front: Front) -> None:
    """What follows a turn that could not be said was never said, whoever would have said it."""
    front.write(
        "returns.yaml",
        SCENARIO.replace("    when: {contains: RMA}\n", "").replace("    when: {contains: never}\n", ""),
    )
    front.answer(answers(None))
    shown = front.type("play", "returns.yaml")
    assert shown.exit_code == 0, shown.err
    assert "(a pause)" not in shown.out
