"""Baselines on disk."""

import json
from pathlib import Path
from typing import Any

import pytest

from runner.core.baselines.baseline import SCHEMA, Baseline
from runner.errors import StoreError
from runner.store.baselines import WIDTH, baseline_path, read_baseline, write_baseline
from tests.blocks import baseline, block
from tests.recorded import HARD

KEPT = baseline(
    block("pfp", "talk[case=a]", case="a", variant={"temperature": 0.7}),
    block("ppp", "talk[case=b]", case="b", said="a \u2028 line, 你好, \ud800 and \x1b[31m"),
)


def data(**fields: Any) -> str:
    return json.dumps({"schema": SCHEMA, "scenario": "talk", **fields})


def put(folder: Path, content: str | bytes) -> Path:
    path = baseline_path(folder, "talk")
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def complaint(folder: Path) -> str:
    with pytest.raises(StoreError) as caught:
        read_baseline(folder, "talk")
    return str(caught.value)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """The folder is made; replies of any characters survive; a scenario without a file has no baseline."""
    folder = tmp_path / "deep" / "baselines"
    assert read_baseline(folder, "talk") is None
    assert write_baseline(folder, KEPT)
    assert read_baseline(folder, "talk") == KEPT
    assert read_baseline(folder, "other") is None


def test_writing_the_same_again_leaves_the_file_alone(tmp_path: Path) -> None:
    """Not even its time changes, and nothing is left beside it."""
    write_baseline(tmp_path, KEPT)
    [path] = tmp_path.iterdir()
    before = path.stat().st_mtime_ns
    assert not write_baseline(tmp_path, KEPT)
    assert path.stat().st_mtime_ns == before
    assert [each.name for each in tmp_path.iterdir()] == ["talk.json"]


def test_the_file_reads_well_in_a_diff(tmp_path: Path) -> None:
    """UTF-8 with plain ends of lines, short parts on a line each; what changes is its own lines and the run's name."""
    write_baseline(tmp_path, KEPT)
    before = baseline_path(tmp_path, "talk").read_bytes()
    assert b"\r" not in before
    assert before.endswith(b"}\n")
    assert "你好".encode() in before
    assert "\u2028".encode() not in before
    assert b"\x1b" not in before
    lines = before.decode().split("\n")
    assert lines[0] == "{"
    assert lines[1] == f'  "schema": "{SCHEMA}",'
    assert all(len(line) <= WIDTH + 40 for line in lines)
    a = KEPT.cells["talk[case=a]"]
    write_baseline(
        tmp_path, KEPT.with_cells("second", {"talk[case=a]": a.model_copy(update={"plays": "new"})})
    )
    after = baseline_path(tmp_path, "talk").read_text("utf-8").split("\n")
    changed = [two for one, two in zip(lines, after, strict=True) if one != two]
    assert changed == ['  "run": "second",', '      "plays": "new",']


def test_the_order_of_writing_leaves_no_trace(tmp_path: Path) -> None:
    """The same cells give the same bytes, whichever was accepted first."""
    one, two = (Baseline(scenario="talk").with_cells("r", {name: KEPT.cells[name]}) for name in KEPT.cells)
    write_baseline(tmp_path / "a", one.with_cells("r", two.cells))
    write_baseline(tmp_path / "b", two.with_cells("r", one.cells))
    assert (tmp_path / "a/talk.json").read_bytes() == (tmp_path / "b/talk.json").read_bytes()


def test_each_scenario_has_a_file_of_its_own_whatever_it_is_called(tmp_path: Path) -> None:
    """Names that files cannot have, or that some systems take for one, are told apart, and stay in their folder."""
    names = [*HARD, "talk", "ta-lk", "a.jsonl.b", "a.jsonl", "../talk", "/etc/passwd"]
    paths = [baseline_path(tmp_path, name) for name in names]
    assert len({path.name.lower() for path in paths}) == len(names)
    assert {path.parent for path in paths} == {tmp_path}
    for name in names:
        write_baseline(tmp_path, Baseline(scenario=name, run=name))
    for name in names:
        found = read_baseline(tmp_path, name)
        assert found is not None
        assert found.run == name


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "talk.json:1:1: damaged: Expecting value"),
        ('{"schema":\n "runner.bas', "talk.json:2:2: damaged: Unterminated string"),
        ("[" * 100_000, "talk.json is damaged; restore it"),
        (f'{{"run": {"9" * 5_000}}}', "talk.json is damaged; restore it"),
        (b"\xff\xfe{\x00", "is no text in UTF-8"),
        ("null", "is no baseline: it does not begin with the schema 'runner.baseline/1'"),
        ('{"schema": "runner.transcript/1"}', "is no baseline"),
        ('{"scenario": "talk"}', "is no baseline"),
        (f'{{"schema": "{SCHEMA}"}}', "is damaged: scenario: Field required"),
        (data(cells={"a": {"trials": {"passed": "many"}}}), "is damaged: cells.a.trials.passed"),
        (
            data(cells={"a": {"trials": {"failed": 1}}}),
            "1 trials failed, and the checks that failed are named",
        ),
        (data(cells=[]), "is damaged: cells"),
    ],
)
def test_a_file_that_is_damaged_says_where_and_what_to_do(
    tmp_path: Path, content: str | bytes, why: str
) -> None:
    """With its line where that is known, and how to come by a good one."""
    put(tmp_path, content)
    said = complaint(tmp_path)
    assert why in said
    assert "restore it from your version control, or delete it and accept a run again" in said


def test_a_merge_that_was_not_finished_is_called_that(tmp_path: Path) -> None:
    """Markers at the start of a line, whichever side is damaged by them; in a reply they are text."""
    write_baseline(tmp_path, KEPT)
    text = baseline_path(tmp_path, "talk").read_text("utf-8")
    put(tmp_path, text.replace('  "run"', '<<<<<<< HEAD\n  "run"', 1))
    assert "holds a merge that was not finished: choose a side" in complaint(tmp_path)
    said = baseline(block("p", said="so:\n<<<<<<< HEAD\n=======\n>>>>>>> other\n"))
    write_baseline(tmp_path / "b", said)
    assert read_baseline(tmp_path / "b", "talk") == said


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    """And not overwritten by guess: the runner that wrote it reads it."""
    put(tmp_path, data().replace("baseline/1", "baseline/2"))
    said = complaint(tmp_path)
    assert "the schema is 'runner.baseline/2', this version reads 'runner.baseline/1'" in said
    assert "use the runner that wrote it, or a newer one" in said


def test_fields_that_this_version_does_not_know_are_no_reason_to_refuse(tmp_path: Path) -> None:
    """They are kept, as all unknown fields are."""
    put(tmp_path, data(mood="good", cells={"a": {"colour": "red"}}))
    found = read_baseline(tmp_path, "talk")
    assert found is not None
    assert found.cells["a"].passed == 0
    write_baseline(tmp_path / "b", found)
    assert '"colour": "red"' in baseline_path(tmp_path / "b", "talk").read_text("utf-8")


def test_the_file_of_another_scenario_is_refused(tmp_path: Path) -> None:
    """One that was renamed or copied holds nothing about this one."""
    put(tmp_path, data(scenario="other"))
    assert "is the baseline of `other`, not of `talk`: give it its own name again" in complaint(tmp_path)


def test_what_cannot_be_read_or_written_is_said(tmp_path: Path) -> None:
    """A folder in the place of the file, a file in the place of the folder."""
    baseline_path(tmp_path, "talk").mkdir()
    assert "cannot read" in complaint(tmp_path)
    with pytest.raises(StoreError, match="cannot write"):
        write_baseline(tmp_path, KEPT)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot write"):
        write_baseline(tmp_path / "file", KEPT)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
