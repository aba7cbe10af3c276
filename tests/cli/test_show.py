"""`runner show`."""

import json
from pathlib import Path

import pytest

from tests.cli.front import Front, agree, require_golden, spoken
from tests.cli.test_play import SHOP, TALK


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("talk.yaml", TALK)
    front.write("shop.yaml", SHOP)
    return front


@pytest.mark.parametrize("width", [80, 40])
def test_list(front: Front, width: int) -> None:
    """A run of several trials is a table, no wider than the screen."""
    front.type("play", "talk.yaml", "shop.yaml", "--in-flight", "1", "--quiet")
    shown = front.type("show", "latest", width=width)
    assert all(len(line) <= width for line in shown.out.splitlines() if "runner show" not in line)
    require_golden(f"show-list-{width}", shown.page)


@pytest.mark.parametrize("width", [80, 40])
def test_conversation(front: Front, width: int) -> None:
    """A conversation is shown with its roles, gold turns, verdicts and what it took."""
    front.type("play", "talk.yaml", "--quiet")
    shown = front.type("show", "latest", width=width)
    require_golden(f"show-one-{width}", shown.page)


def test_failed(front: Front) -> None:
    """`--failed` shows the conversations in which something went wrong, and only those."""
    front.type("play", "shop.yaml", "--in-flight", "1", "--quiet", "--where", "temperature=0", "--trial", "1")
    shown = front.type("show", "latest", "--failed")
    assert "shop[case=void,temperature=0]#1" in shown.out
    assert "case=kettle" not in shown.out
    require_golden("show-failed", shown.page)
    front.type("play", "shop.yaml", "--case", "kettle", "--quiet")
    assert "nothing is unanswered, failed or broken" in front.type("show", "latest", "--failed").out


@pytest.mark.parametrize(
    "trial", ["shop[case=kettle,temperature=0]#2", "shop[case=kettle,temperature=0]", "shop"]
)
def test_a_trial_is_named(front: Front, trial: str) -> None:
    """A trial is named by its id, its variant or its scenario."""
    front.type("play", "shop.yaml", "--quiet")
    shown = front.type("show", "latest", trial)
    assert shown.exit_code == 0
    assert "a kettle, please" in shown.out


def test_json_lines(front: Front) -> None:
    """`--json` writes the lines of transcripts.jsonl as they are, all or the chosen ones."""
    front.type("play", "talk.yaml", "shop.yaml", "--quiet")
    kept = (front.run_folder / "transcripts.jsonl").read_text(encoding="utf-8")
    assert front.type("show", "latest", "--json").out == kept
    lines = front.type("show", "latest", "--json", "--failed").out.splitlines()
    assert {json.loads(line)["status"] for line in lines} == {"finished", "unanswered"}
    assert len(lines) == 5
    assert json.loads(front.type("show", "latest", "talk", "--json").out)["id"] == "talk#1"


@pytest.mark.parametrize("words", [["nowhere"], ["latest", "nobody"]])
def test_what_is_not_there(front: Front, words: list[str]) -> None:
    """A run or a trial that is not there is an error that names what there is."""
    front.type("play", "talk.yaml", "--quiet")
    shown = front.type("show", *words)
    assert (shown.exit_code, shown.out) == (2, "")
    assert words[-1] in shown.err


def test_messages_that_are_not_text(front: Front) -> None:
    """Refusals, tool calls and images are words in the place of what cannot be shown."""
    call = {"id": "c1", "type": "function", "function": {"name": "look_up", "arguments": '{"rma": 7}'}}
    message = {"role": "assistant", "content": None, "refusal": "I will not.", "tool_calls": [call]}
    front.answer(lambda *_: spoken("", message=message, finish_reason="length"))
    image = "{type: image_url, image_url: {url: 'https://example.org/a.png'}}"
    front.write("parts.yaml", f"turns:\n  - user: [{{type: text, text: Look}}, {image}]\n")
    for words in (["play", "parts.yaml"], ["show", "latest"]):
        out = front.type(*words).out
        assert "(image https://example.org/a.png)" in out
        assert "(refusal) I will not." in out
        assert '(calls look_up: {"rma": 7})' in out
        assert "(the reply ended early: length)" in out


def test_no_pager_in_a_pipe(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where stdout is no terminal, nothing is paged."""
    monkeypatch.setattr("pydoc.pager", lambda _: pytest.fail("paged"))
    front.answer(agree)
    front.type("play", "shop.yaml", "--quiet", "--repeat", "20")
    assert front.type("show", "latest").exit_code == 0
