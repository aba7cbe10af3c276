"""`runner judge`: today's checks on what was said then."""

import json
from pathlib import Path

import pytest

from runner.store.journal import read_journal
from tests.cli.front import Front

SCENARIO = """\
name: talk
turns:
  - user: hello
    expect: {{{check}}}
  - user: again
"""


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("talk.yaml", SCENARIO.format(check="contains: hello"))
    return front


def transcripts(front: Front, run: str) -> list[dict[str, object]]:
    lines = (front.folder / "outputs" / run / "transcripts.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_a_run_is_judged_by_the_checks_of_today_without_being_played_again(front: Front) -> None:
    """A changed check finds its verdict in a run of its own; no turn is sent, and the earlier run stays as it was."""
    assert front.type("play", "talk.yaml", "--repeat", "2").exit_code == 0
    first = front.run_folder
    before = (first / "transcripts.jsonl").read_bytes()
    sent = len(front.transport.asked)
    front.write("talk.yaml", SCENARIO.format(check="contains: goodbye"))
    shown = front.type("judge", "latest")
    assert shown.exit_code == 0, shown.err
    assert len(front.transport.asked) == sent
    assert (first / "transcripts.jsonl").read_bytes() == before
    (judged,) = [path.name for path in (front.folder / "outputs").iterdir() if path != first]
    old, new = transcripts(front, first.name), transcripts(front, judged)
    assert [each["messages"] for each in new] == [each["messages"] for each in old]
    verdicts = [each["turns"][0]["verdicts"][0]["outcome"] for each in (*old, *new)]  # type: ignore[index]
    assert verdicts == ["passed", "passed", "failed", "failed"]
    assert json.loads((front.folder / "outputs" / judged / "run.json").read_text())["kind"] == "judge"
    assert all(each["cost_usd"] == 0.0 for each in new)


def test_a_run_whose_turns_have_changed_is_not_judged(front: Front) -> None:
    """Other words were answered: nothing is judged, and the sentence says what to do."""
    front.type("play", "talk.yaml")
    front.write("talk.yaml", SCENARIO.format(check="contains: hello").replace("again", "once more"))
    shown = front.type("judge", "latest")
    assert shown.exit_code == 2
    assert "cannot be judged for it: undo the change in talk.yaml, or play it again" in " ".join(
        shown.err.split()
    )


def test_a_part_of_a_run_is_judged_as_a_part(front: Front) -> None:
    """Of a run of some trials alone, those are judged, and the first line says that they are not all."""
    front.type("play", "talk.yaml", "--repeat", "3", "--trial", "2")
    shown = front.type("judge", "latest")
    assert shown.exit_code == 0, shown.err
    assert "1 of 3 trials" in shown.err


def test_unanswered_trials_stay_unanswered(front: Front) -> None:
    """A turn that got no reply has none to judge."""
    front.write("talk.yaml", SCENARIO.format(check="contains: hello").replace("again", "hopeless"))
    assert front.type("play", "talk.yaml").exit_code == 4
    shown = front.type("judge", "latest")
    assert shown.exit_code == 4
    assert len(front.transport.asked) == 2


def test_another_file_judges_the_same_turns(front: Front) -> None:
    """A scenario of the same name in another file brings its checks."""
    front.type("play", "talk.yaml")
    front.write("strict/talk.yaml", SCENARIO.format(check="contains: nothing"))
    shown = front.type("judge", "latest", "strict/talk.yaml")
    assert shown.exit_code == 0, shown.err
    assert "nothing" in shown.out


def test_a_judged_run_is_not_gone_on_with(front: Front) -> None:
    """`play --resume` would send what was not asked in it."""
    front.type("play", "talk.yaml")
    front.type("judge", "latest")
    judged = max((front.folder / "outputs").iterdir())
    shown = front.type("play", "--resume", judged.name)
    assert shown.exit_code == 2
    assert "judges another run" in shown.err


def test_the_journal_of_a_judged_run_says_that_nothing_was_sent(front: Front) -> None:
    """Every answer in it is marked as replayed."""
    front.type("play", "talk.yaml")
    front.type("judge", "latest")
    folder = max((front.folder / "outputs").iterdir())
    answers = [event for event in read_journal(folder / "journal.jsonl") if event.event == "answered"]
    assert len(answers) == 2
    assert all(event.answer.replayed for event in answers)
