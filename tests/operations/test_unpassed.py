"""Which trials of a run were not green."""

from pathlib import Path

import pytest

from runner.errors import NothingToPlayError
from runner.operations.unpassed import is_passed, unpassed_in
from runner.store.folder import RunFolder
from tests.cli.front import Front, spoken
from tests.played import played, verdict


@pytest.mark.parametrize(
    ("outcomes", "passed"),
    [
        (["passed"], True),
        ([], True),
        (["not-applicable"], True),
        (["passed", "failed"], False),
        (["passed", "broken"], False),
    ],
)
def test_green_is_what_ended_and_no_check_found_fault_with(outcomes: list[str], *, passed: bool) -> None:
    """Checks of turns and of the whole count alike."""
    verdicts = tuple(map(verdict, outcomes))
    assert is_passed(played(("hi", "a"), checked={0: verdicts})) is passed
    assert is_passed(played(("hi", "a"), verdicts=verdicts)) is passed


def test_what_did_not_end_is_not_green() -> None:
    """Without a reply, stopped, or never begun."""
    assert not is_passed(played(("hi", None)))
    for status in ("stopped", "skipped"):
        assert not is_passed(played(("hi", "a"), checked={0: (verdict("passed"),)}, status=status))


def test_a_turn_that_could_not_be_said_is_not_green() -> None:
    """Such a trial has failed, though no check of it has."""
    transcript = played(("hi", "a"), ("so", "b"), checked={0: (verdict("passed"),)})
    left = transcript.turns[1].model_copy(update={"status": "skipped", "exchanges": ()})
    cut = {"turns": (transcript.turns[0], left), "messages": transcript.messages[:2]}
    assert not is_passed(transcript.model_copy(update=cut))


def test_the_trials_of_a_run_are_named_in_its_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that failed; and a run that is green altogether leaves nothing to play."""
    front = Front(tmp_path, monkeypatch)
    front.write("talk.yaml", "turns: [{user: hi, expect: {contains: 'yes'}}]\nrepeat: 4\n")
    front.answer(lambda request, _: spoken("yes" if request.draw in {1, 3} else "no"))
    front.type("play", "talk.yaml")
    folder = RunFolder(front.run_folder)
    assert unpassed_in(folder).trials == ("talk#2", "talk#4")
    front.type("play", "talk.yaml", "--unpassed-in", "latest")
    newest = max((front.folder / "outputs").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert unpassed_in(RunFolder(newest)).trials == ("talk#2", "talk#4")
    front.answer(lambda *_: spoken("yes"))
    front.type("play", "talk.yaml")
    green = max((front.folder / "outputs").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    with pytest.raises(NothingToPlayError, match=r"every trial of .* passed: nothing is left to play again"):
        unpassed_in(RunFolder(green))
