"""Parts of a plan played apart and put together, through the front door."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.front import Front

SCENARIO = "name: talk\nturns: [first, second]\nmatrix: {temperature: [0, 1]}\nrepeat: 4\n"


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("talk.yaml", SCENARIO)
    return front


def part(front: Front, shard: str) -> str:
    """The name of the run of a part."""
    shown = front.type("play", "talk.yaml", "--shard", shard, "--quiet")
    assert shown.exit_code == 0, shown.err
    return Path(shown.out.strip()).parent.name


def lines(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "transcripts.jsonl").read_text(encoding="utf-8")
    read = [json.loads(line) for line in text.split("\n")[:-1]]
    return [{name: value for name, value in line.items() if name != "run"} for line in read]


def test_parts_together_are_the_whole(front: Front) -> None:
    """Merged, the transcripts are those of the whole plan; each trial was played in one part alone."""
    front.type("play", "talk.yaml")
    whole = lines(front.run_folder)
    front.transport.asked.clear()
    names = [part(front, f"{number}/3") for number in (1, 2, 3)]
    assert len(front.transport.asked) == 16
    shown = front.type("merge", *reversed(names))
    assert shown.exit_code == 0, shown.err
    assert "3 parts, 8 trials: finished" in shown.err
    merged = lines(Path(shown.out.strip()).parent)
    assert sorted(line["id"] for line in merged) == sorted(line["id"] for line in whole)
    assert {line["id"]: line["messages"] for line in merged} == {
        line["id"]: line["messages"] for line in whole
    }
    manifest = json.loads((Path(shown.out.strip()).parent / "run.json").read_text(encoding="utf-8"))
    assert (manifest["status"], manifest["trials"], manifest["totals"]["heard"]) == ("finished", 8, 16)


def test_a_part_is_said_to_be_one(front: Front) -> None:
    """The first line says which part is played, of how many trials."""
    assert "of 8 trials (--shard 1/3)" in front.type("play", "talk.yaml", "--shard", "1/3").err


def test_a_merged_run_is_a_run(front: Front) -> None:
    """It is shown and gone on with like any other; there is nothing left to play."""
    front.type("merge", *[part(front, f"{number}/2") for number in (1, 2)])
    front.transport.asked.clear()
    assert front.type("show", "latest").exit_code == 0
    assert front.type("play", "--resume", "latest").exit_code == 0
    assert front.transport.asked == []


def test_what_is_not_complete_is_refused(front: Front) -> None:
    """A missing part, one that comes twice, a run that is no part: each is named."""
    one, two = part(front, "1/3"), part(front, "2/3")
    assert "the parts 3/3 are missing" in front.type("merge", one, two).err
    assert "the part 1/3 comes twice" in front.type("merge", one, one, two).err
    front.type("play", "talk.yaml")
    assert "was not played with --shard" in front.type("merge", one, front.run_folder.name).err


def test_parts_of_other_plans_are_refused(front: Front) -> None:
    """Another scenario, or other options, are another plan."""
    one = part(front, "1/2")
    shown = front.type("play", "talk.yaml", "--shard", "2/2", "--set", "params.seed=1", "--quiet")
    other = Path(shown.out.strip()).parent.name
    assert "what was asked" in front.type("merge", one, other).err
    front.write("talk.yaml", SCENARIO.replace("second", "third"))
    shown = front.type("merge", one, part(front, "2/2"))
    assert "they differ in scenario files" in shown.err
    assert shown.exit_code == 2


@pytest.mark.parametrize("shard", ["3/2", "x"])
def test_a_part_that_cannot_be_is_refused(front: Front, shard: str) -> None:
    """Before anything is played."""
    shown = front.type("play", "talk.yaml", "--shard", shard)
    assert (shown.exit_code, front.transport.asked) == (2, [])
    assert "--shard: expected I/N" in shown.err


def test_a_part_without_trials_is_played_like_any_other(front: Front) -> None:
    """Ids decide, and few trials leave parts empty: such a part ends with 0, and is merged with the others."""
    front.write("talk.yaml", "turns: [first]\n")
    names = [part(front, f"{number}/4") for number in (1, 2, 3, 4)]
    assert len(front.transport.asked) == 1
    assert "4 parts, 1 trial: finished" in front.type("merge", *names).err
    assert front.type("show", "latest", "--json").out.count("\n") == 1


def test_parts_that_would_send_other_words_are_refused(front: Front) -> None:
    """Whatever file the words come from: the whole plan is compared, not the scenario's file alone."""
    front.write("talk.yaml", "turns: ['{{ q }}']\ncases: {$file: c.csv}\nrepeat: 2\n")
    front.write("c.csv", "id,q\na,hello\nb,bye\n")
    one = part(front, "1/2")
    front.write("c.csv", "id,q\na,hello\nb,farewell\n")
    assert "they differ in what is sent or expected" in front.type("merge", one, part(front, "2/2")).err
