"""Runs that were played, held against each other."""

import json
from pathlib import Path
from typing import Any

import pytest

from runner.core.message import Message, Request
from runner.errors import RunnerError, UsageError
from runner.operations.compare_runs import compare_runs
from runner.store.folder import RunFolder
from tests.cli.front import Front, spoken

SCENARIO = "name: {name}\nturns: [{{user: Hi, expect: [{{icontains: hello}}]}}]\nrepeat: {repeat}\n"


def colder(request: Request, messages: list[Message]) -> Any:  # noqa: ARG001 - only its number counts
    return spoken(f"Hello {request.draw}")


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.answer(colder)
    for name, repeat in (("a", 2), ("b", 3), ("c", 2)):
        front.write(f"{name}.yaml", SCENARIO.format(name=name, repeat=repeat))
    return front


def run(front: Front, outputs: str, *words: str) -> RunFolder:
    """A run that was played into a folder of its own."""
    front.type("play", *words, "--outputs", outputs, "--quiet")
    (path,) = (front.folder / outputs).iterdir()
    return RunFolder(path)


def test_only_what_is_in_all_of_them_is_compared(front: Front) -> None:
    """What any run lacks is left out, and named; each is compared by as many trials as it has."""
    folders = [
        run(front, "one", "a.yaml", "b.yaml"),
        run(front, "two", "a.yaml", "b.yaml", "c.yaml", "--repeat", "4"),
        run(front, "three", "a.yaml", "c.yaml"),
    ]
    found = compare_runs(folders, None, None, margin=0.1, alpha=0.01)
    assert (found.by, found.items, found.margin, found.alpha, found.seconds) == ("run", 1, 0.1, 0.01, None)
    assert [row.id for row in found.by_item] == ["a"]
    assert [(cell.role, cell.trials) for cell in found.cells] == [
        ("base", 2),
        ("treatment", 4),
        ("treatment", 2),
    ]
    assert found.notes[-1] == "not in all of the runs, and left out: b, c"
    assert found.status == "finished"


def test_runs_of_one_name_are_told_apart_by_their_folders(front: Front) -> None:
    """Copies from two machines may be called the same; one run twice is refused."""
    folders = [run(front, "one", "a.yaml"), run(front, "two", "a.yaml")]
    for folder in folders:
        folder.path.rename(folder.path.with_name("same"))
    same = [RunFolder(front.folder / name / "same") for name in ("one", "two")]
    found = compare_runs(same, None, str(same[1].path), margin=None, alpha=None)
    assert [cell.label for cell in found.cells] == [str(same[1].path), str(same[0].path)]
    with pytest.raises(UsageError, match="same is named twice"):
        compare_runs(
            [same[0], RunFolder(front.folder / "two" / ".." / "one" / "same")],
            None,
            None,
            margin=None,
            alpha=None,
        )


def test_what_holds_nothing_to_compare_is_refused(front: Front) -> None:
    """A chat, a run without a trial, runs without a common variant: each is said."""
    one, other = run(front, "one", "a.yaml"), run(front, "two", "b.yaml")
    cases: list[tuple[list[RunFolder], str | None, str]] = [
        ([one, other], None, "no variant is in all of these runs: .* has a, .* has b"),
        ([one], None, "varies no axis"),
        ([one], "temperature", "unknown axis `temperature`; there is none here"),
    ]
    for folders, by, why in cases:
        with pytest.raises(UsageError, match=why):
            compare_runs(folders, by, None, margin=None, alpha=None)
    with pytest.raises(UsageError, match="--base zero: unknown value"):
        compare_runs([one, run(front, "three", "a.yaml")], None, "zero", margin=None, alpha=None)
    other.transcripts.unlink()
    other.journal.write_text(
        other.journal.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8"
    )
    with pytest.raises(RunnerError, match=r"no trial of .* has begun"):
        compare_runs([one, other], None, None, margin=None, alpha=None)
    manifest = one.path / "run.json"
    manifest.write_text(
        json.dumps({**json.loads(manifest.read_text(encoding="utf-8")), "kind": "chat"}), encoding="utf-8"
    )
    with pytest.raises(UsageError, match="is a chat"):
        compare_runs([one, other], None, None, margin=None, alpha=None)
