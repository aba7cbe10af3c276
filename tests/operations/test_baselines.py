"""Runs made the yardstick."""

from collections.abc import Callable
from pathlib import Path

import pytest

from runner.core.message import Failure, Message, Request
from runner.errors import StoreError, UsageError
from runner.operations.baselines import Accepted, accept
from runner.operations.read import open_run
from runner.store.baselines import baseline_path, read_baseline
from tests.cli.front import Front, spoken

TALK = """\
name: talk
turns:
  - user: hello {{ who }}
    expect: {contains: right}
cases: [{id: a, who: ann}, {id: b, who: bob}]
vars: {who: nobody}
repeat: 3
"""
BASELINES = Path("baselines")


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("talk.yaml", TALK)
    front.answer(lambda request, _: spoken("right" if request.draw != 2 else "wrong"))
    return front


def accepted(front: Front, *words: str, only: tuple[str, ...] = ()) -> list[Accepted]:
    """Play, and accept that run."""
    front.type("play", *(words or ("talk.yaml",)), "--quiet")
    return accept(open_run("latest", Path("outputs")), BASELINES, only)


def cells(scenario: str = "talk") -> dict[str, tuple[int, int]]:
    """Each cell that is kept, with how many of its trials passed, and how many there were."""
    found = read_baseline(BASELINES, scenario)
    return {name: (cell.passed, cell.measured) for name, cell in found.cells.items()} if found else {}


def test_a_run_becomes_the_yardstick(front: Front) -> None:
    """A file for each scenario, a cell for each variant and case."""
    [found] = accepted(front)
    assert (found.scenario, found.added, found.changed, found.same) == ("talk", 2, 0, 0)
    assert (found.passed, found.trials, found.path) == (4, 6, baseline_path(BASELINES, "talk"))
    assert cells() == {"talk[case=a]": (2, 3), "talk[case=b]": (2, 3)}


def test_the_same_words_again_change_no_byte(front: Front) -> None:
    """Another run that found the same leaves the file as it was, its run's name included."""
    accepted(front)
    path = baseline_path(BASELINES, "talk")
    before = path.read_bytes()
    [found] = accepted(front)
    assert (found.same, found.changed, found.added) == (2, 0, 0)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "words", [("--case", "a"), ("--axis", "vars.who=zoe,yan"), ("--where", "temperature=0")]
)
def test_a_run_of_some_variants_keeps_the_cells_of_the_others(front: Front, words: tuple[str, ...]) -> None:
    """What was not asked for says nothing of what it leaves out."""
    if words[0] == "--axis":
        front.write("talk.yaml", TALK.replace("cases: [{id: a, who: ann}, {id: b, who: bob}]\n", ""))
    if words[0] == "--where":
        front.write("talk.yaml", f"{TALK}matrix: {{temperature: [0, 1]}}\n")
    before = accepted(front)[0].added
    [found] = accepted(front, "talk.yaml", *words)
    assert found.removed == 0
    assert found.kept > 0
    assert len(cells()) == before + found.added


def test_what_a_scenario_has_no_more_goes_with_a_whole_run(front: Front) -> None:
    """Else a case that was taken out would be told as gone for ever."""
    accepted(front)
    front.write("talk.yaml", TALK.replace(", {id: b, who: bob}", ""))
    [found] = accepted(front)
    assert (found.removed, found.kept, found.same) == (1, 0, 1)
    assert list(cells()) == ["talk[case=a]"]


def test_one_scenario_of_several(front: Front) -> None:
    """Others are left as they are; a name that the run has not is told."""
    front.write("walk.yaml", TALK.replace("name: talk", "name: walk"))
    assert [each.scenario for each in accepted(front, "talk.yaml", "walk.yaml", only=("walk",))] == ["walk"]
    assert cells() == {}
    with pytest.raises(UsageError, match="did you mean `walk`"):
        accept(open_run("latest", Path("outputs")), BASELINES, ("wakl",))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--trial", "1"), "only the trials that --trial chose"),
        (("--trial", "2"), "only the trials that --trial chose"),
        (("--unpassed-in", "latest"), "only the trials that --unpassed-in chose"),
        (("--shard", "1/2"), "one part of a plan"),
    ],
)
def test_a_part_of_a_block_is_no_yardstick(front: Front, words: tuple[str, ...], why: str) -> None:
    """Nothing can get worse than the trials that failed: what was chosen for that is refused, and the file stays."""
    accepted(front)
    before = cells()
    with pytest.raises(UsageError, match=why):
        accepted(front, "talk.yaml", *words)
    assert cells() == before


def test_a_judged_part_is_a_part(front: Front) -> None:
    """Judging a part again makes no whole of it."""
    front.type("play", "talk.yaml", "--quiet")
    front.type("play", "talk.yaml", "--quiet", "--unpassed-in", "latest")
    assert front.type("judge", "latest").exit_code == 0
    with pytest.raises(UsageError, match="only the trials that --unpassed-in chose"):
        accept(open_run("latest", Path("outputs")), BASELINES)
    assert cells() == {}


def _silent(*_: object) -> Failure:
    return Failure(kind="rate_limited", message="slow down", status=429)


def test_a_run_with_holes_is_no_yardstick(front: Front) -> None:
    """Unanswered trials: the command that goes on is told."""
    front.answer(_silent)
    with pytest.raises(UsageError, match=r"is incomplete.*--resume .* --retry-unanswered"):
        accepted(front)
    assert not BASELINES.exists()


def test_a_chat_is_no_yardstick(front: Front) -> None:
    """It has no checks."""
    front.type("chat", typed="hello\nexit\n")
    with pytest.raises(UsageError, match="is a chat"):
        accept(open_run("latest", Path("outputs")), BASELINES)


def test_what_measured_nothing_is_no_yardstick(front: Front) -> None:
    """Without a check nothing could get worse; another scenario of the run is accepted by name."""
    front.write("mute.yaml", "name: mute\nturns: [hello]\n")
    with pytest.raises(UsageError, match="no check applied in any trial of mute"):
        accepted(front, "talk.yaml", "mute.yaml")
    assert not BASELINES.exists()
    accept(open_run("latest", Path("outputs")), BASELINES, ("talk",))
    assert len(cells()) == 2


def test_a_file_that_cannot_be_read_is_not_written_over(front: Front) -> None:
    """All are read before any is written: its other cells may still be saved by hand, and no other file is half new."""
    front.write("aaa.yaml", TALK.replace("name: talk", "name: aaa"))
    front.write("baselines/talk.json", "{")
    with pytest.raises(StoreError, match="damaged"):
        accepted(front, "aaa.yaml", "talk.yaml")
    assert (BASELINES / "talk.json").read_text() == "{"
    assert not (BASELINES / "aaa.json").exists()
    (BASELINES / "talk.json").unlink()
    accept(open_run("latest", Path("outputs")), BASELINES)
    assert len(cells()) == len(cells("aaa")) == 2


def test_secrets_stay_masked(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample is taken from transcripts, in which they are masked."""
    monkeypatch.setenv("CRM_TOKEN", "s3cr3t-token-value")
    front.write(
        "talk.yaml",
        "name: talk\nvars: {token: {env: CRM_TOKEN, secret: true}}\n"
        "turns: [{user: 'use {{ token }}', expect: {contains: You}}]\n",
    )
    answer: Callable[[Request, list[Message]], object] = lambda _, messages: spoken(  # noqa: E731 - one line
        f"You said {messages[-1]['content']}"
    )
    front.answer(answer)  # type: ignore[arg-type]
    accepted(front)
    assert "s3cr3t-token-value" not in baseline_path(BASELINES, "talk").read_text()
