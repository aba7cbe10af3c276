"""A run as programs have it: read when it is looked at, found by place and by id."""

from pathlib import Path

import pytest

import runner
from tests.loopback import LoopbackApi


def test_reading_finds_what_was_played(api: LoopbackApi, folder: Path) -> None:
    """By name, by folder, or as the newest; what is not there is an error that names what is."""
    assert api.port
    run = runner.play("talk.yaml", outputs="kept")
    for reference in (run.name, run.path, "latest"):
        assert runner.read(reference, outputs=folder / "kept").name == run.name
    with pytest.raises(runner.StoreError, match="the last ones are"):
        runner.read("nothing", outputs="kept")


def test_transcripts_are_a_sequence(api: LoopbackApi) -> None:
    """By place from both ends, by slice, by id, and by a name that means one trial."""
    assert api.port
    run = runner.play("talk.yaml", temperature=[0, 1], repeat=2)
    ids = [line.id for line in run]
    assert len(run) == len(run.transcripts) == 4
    assert run[-1].id == ids[3]
    assert [line.id for line in run[1:3]] == ids[1:3]
    assert run[ids[2]].id == run.transcripts[ids[2]].id == ids[2]
    assert run[0] in run.transcripts
    with pytest.raises(IndexError):
        run[4]
    with pytest.raises(KeyError, match="has 2 trials"):
        run["talk[temperature=0]"]
    with pytest.raises(KeyError, match="did you mean"):
        run["talk[temperature=2]#1"]
    single = runner.play("talk.yaml")
    assert single["talk"].id == "talk#1"


def test_a_run_that_went_on_is_seen_as_it_is(api: LoopbackApi) -> None:
    """Transcripts that were written anew are read anew; another working folder changes nothing."""
    assert api.port
    run = runner.play("talk.yaml")
    assert run[0].status == "finished"
    (run.path / "transcripts.jsonl").unlink()
    assert run[0].status == "finished"


def test_a_run_is_found_from_another_folder(
    api: LoopbackApi, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read later is read where it was played."""
    assert api.port
    run = runner.play("talk.yaml")
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    assert run[0].replies


def test_a_run_says_what_it_is_in_a_line(api: LoopbackApi) -> None:
    """Name, status and checks; a run is true also where nothing began."""
    assert api.port
    run = runner.play("talk.yaml", vars={"who": "Bo"})
    assert repr(run) == f"<Run {run.name}: finished, 1/1 conversations; checks: 1 failed>"
    assert repr(run.transcripts) == f"<1 transcripts of {run.name}>"
    assert run


def test_a_run_shows_as_a_table_with_its_name_escaped(api: LoopbackApi) -> None:
    """For notebooks: one row per conversation, and what failed."""
    assert api.port
    html = runner.play("talk.yaml", vars={"who": "<b>Bo"})._repr_html_()
    assert html.count("<tr>") == 2
    assert "failed" in html
    assert "<b>" not in html
