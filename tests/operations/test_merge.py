"""Parts of a plan played apart and put together, through the front door."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from runner.errors import StoreError
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


def kept(front: Front) -> list[str]:
    """The names of all that stands in outputs."""
    return sorted(path.name for path in (front.folder / "outputs").iterdir())


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
    assert merged == whole
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
    assert "the part 3/3 is missing" in front.type("merge", one, two).err
    assert "the parts 2/3, 3/3 are missing" in front.type("merge", one).err
    shown = front.type("merge", one, f"outputs/{one}", two)
    assert f"{one} is named 2 times: name it once\nthe part 3/3 is missing" in shown.err
    again = part(front, "1/3")
    assert (
        f"{one} and {again} are the same part, 1/3: name one of them" in front.type("merge", one, again).err
    )
    half = part(front, "1/2")
    assert f"{one} and {half} are the parts 1/3 and 1/2" in front.type("merge", one, half).err
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


SEVERAL = "name: {}\nturns: [one, two]\nmatrix: {{temperature: [1, 0.5, 10, 0], seed: [2, 1]}}\n"


def played_apart(front: Front, of: int, *options: str) -> list[str]:
    """The names of the runs of all parts of two scenarios, each variant of which is played once."""
    for name in ("zebra", "ant"):
        front.write(f"{name}.yaml", SEVERAL.format(name))
    names = []
    for number in range(1, of + 1):
        shard = ("--shard", f"{number}/{of}")
        shown = front.type("play", "zebra.yaml", "ant.yaml", *shard, "--quiet", *options)
        names.append(Path(shown.out.strip()).parent.name)
    return names


def test_the_whole_is_in_the_order_of_the_plan(front: Front) -> None:
    """Scenario by scenario, variant by variant as a run of the whole has them; also where the scenarios are not."""
    names = played_apart(front, 3)
    front.type("play", "zebra.yaml", "ant.yaml")
    whole = lines(front.run_folder)
    for name in ("zebra", "ant"):
        (front.folder / f"{name}.yaml").unlink()
    shown = front.type("merge", *reversed(names))
    assert lines(Path(shown.out.strip()).parent) == whole
    assert "-2-scenarios" in Path(shown.out.strip()).parent.name
    shown = front.type("play", "--resume", "latest")
    assert (shown.exit_code, "zebra.yaml: does not exist" in shown.err) == (2, True)


def test_parts_that_tell_no_place_are_ordered_by_their_ids(front: Front) -> None:
    """Numbers as numbers, and the same whichever part is named first."""
    names = played_apart(front, 3)
    for name in names:
        journal = front.folder / "outputs" / name / "journal.jsonl"
        journal.write_bytes(re.sub(rb',"place":\d+', b"", journal.read_bytes()))
    found = [front.type("merge", *order) for order in (names, names[::-1])]
    one, other = (lines(Path(shown.out.strip()).parent) for shown in found)
    assert one == other
    assert [line["id"] for line in one] == [
        f"{name}[seed={seed},temperature={temperature}]#1"
        for name in ("ant", "zebra")
        for seed in (1, 2)
        for temperature in ("0", "0.5", "1", "10")
    ]


def test_a_merged_run_goes_on_where_it_is(front: Front) -> None:
    """Parts come from other machines, whose folders are not here: then the scenarios are looked for where one stands."""
    names = [part(front, f"{number}/2") for number in (1, 2)]
    for name in names:
        path = front.folder / "outputs" / name / "run.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**manifest, "folder": "/no/such/folder"}), encoding="utf-8")
    assert front.type("merge", *names).exit_code == 0
    shown = front.type("play", "--resume", "latest")
    assert shown.exit_code == 0, shown.err


def test_a_part_that_was_not_played_to_its_end_is_refused(front: Front) -> None:
    """Stopped, killed, or cut off on its way here: each is said, with how to go on."""
    names = [part(front, f"{number}/2") for number in (1, 2)]
    folder = front.folder / "outputs" / names[0]
    manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    for status, why in (("stopped", "was stopped"), ("playing", "is still being played, or was killed")):
        (folder / "run.json").write_text(json.dumps({**manifest, "status": status}), encoding="utf-8")
        shown = front.type("merge", *names)
        assert f"{names[0]}, the part 1/2, {why}: go on with it first" in shown.err
        assert f"`runner play --resume outputs/{names[0]}`" in shown.err
    (folder / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    journal = (folder / "journal.jsonl").read_bytes()
    (folder / "journal.jsonl").write_bytes(journal[:-1])
    assert "of the 4 conversations that run.json tells of: it is not whole" in front.type("merge", *names).err
    other = (front.folder / "outputs" / names[1] / "journal.jsonl").read_bytes()
    (folder / "journal.jsonl").write_bytes(other)
    assert (
        "which is not of the part 1/2: the files of two runs were mixed up" in front.type("merge", *names).err
    )
    assert kept(front) == sorted(names)


def test_a_merge_that_fails_leaves_nothing_behind(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """No half of a run, hidden or not: what is found in outputs is what was there; done again, it works."""
    names = [part(front, f"{number}/2") for number in (1, 2)]
    for what in ("runner.store.journal.Journal.append", "runner.store.folder.RunFolder.write_manifest"):
        with monkeypatch.context() as broken:

            def fail(*_: object) -> None:
                raise StoreError("no space left")

            broken.setattr(what, fail)
            shown = front.type("merge", *names)
        assert (shown.exit_code, "no space left" in shown.err) == (2, True)
        assert kept(front) == sorted(names)
    assert front.type("merge", *names).exit_code == 0


def test_what_has_no_answer_is_asked_in_the_whole(front: Front) -> None:
    """Parts with unanswered trials are merged, and --retry-unanswered asks for what is missing, once."""
    front.write("talk.yaml", SCENARIO.replace("second", "hopeless"))
    names = []
    for number in (1, 2):
        shown = front.type("play", "talk.yaml", "--shard", f"{number}/2", "--quiet")
        names.append(Path(shown.out.strip()).parent.name)
    shown = front.type("merge", *names)
    assert (shown.exit_code, "8 trials: incomplete" in shown.err) == (4, True)
    front.answer(lambda *_: "now")
    front.transport.asked.clear()
    assert front.type("play", "--resume", "latest", "--retry-unanswered").exit_code == 0
    assert len(front.transport.asked) == 8


def test_what_may_be_spent_is_added_up(front: Front) -> None:
    """A limit is each part's own, and may differ; the whole may spend what all of them might."""
    names = [
        *played_apart(front, 2, "--max-tokens-total", "100000")[:1],
        *played_apart(front, 2, "--max-tokens-total", "200000")[1:],
    ]
    shown = front.type("merge", *names)
    manifest = json.loads((Path(shown.out.strip()).parent / "run.json").read_text(encoding="utf-8"))
    assert manifest["asked"]["max_tokens_total"] == 300000


def test_a_part_whose_checks_were_judged_anew_is_merged(front: Front) -> None:
    """A conversation that was told anew stands in the whole as it was told last."""
    names = [part(front, f"{number}/2") for number in (1, 2)]
    front.write("talk.yaml", SCENARIO + "expect: [{last: {contains: said}}]\n")
    for name in names:
        assert front.type("play", "--resume", name).exit_code == 0
    shown = front.type("merge", *names)
    assert shown.exit_code == 0, shown.err
    assert all(line["verdicts"][0]["outcome"] == "passed" for line in lines(Path(shown.out.strip()).parent))
    front.transport.asked.clear()
    assert front.type("play", "--resume", "latest").exit_code == 0
    assert front.transport.asked == []
