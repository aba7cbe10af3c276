"""Cassettes in a folder: names, files, damage, several programs, sudden ends."""

import json
import os
import sys
from pathlib import Path

import pytest

from runner.errors import ProblemsError, StoreError
from runner.store.shelf import Shelf
from tests.recorded import HARD, asked, heard, record


def test_hard_names_are_recorded_and_found(tmp_path: Path) -> None:
    """Each in a file of its own."""
    record(tmp_path, *(asked(scenario=name) for name in HARD))
    for name in HARD:
        assert heard(tmp_path, asked(scenario=name)) == "well"


def test_what_is_recorded_stands_in_its_scenarios_cassette(tmp_path: Path) -> None:
    """Other scenarios do not hear it; times stand beside it, and git passes over what is there while recording."""
    record(tmp_path, asked(), asked(scenario="other"))
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != ".lock") == [
        ".gitignore",
        "other.jsonl",
        "other.times.jsonl",
        "talk.jsonl",
        "talk.times.jsonl",
    ]
    assert heard(tmp_path, asked()) == "well"
    assert heard(tmp_path, asked("two")) is None
    assert Shelf(tmp_path, ["other"]).find(asked()) is None


def test_without_its_times_a_recording_is_played_all_the_same(tmp_path: Path) -> None:
    """They are a convenience."""
    record(tmp_path, asked())
    (tmp_path / "talk.times.jsonl").unlink()
    found = Shelf(tmp_path, ["talk"]).find(asked())
    assert found is not None
    assert (found.reply is not None, found.latency_s) == (True, None)


def test_what_says_the_same_leaves_the_file_alone(tmp_path: Path) -> None:
    """Recorded anew with the same replies, the cassette is the same file, down to its spelling."""
    record(tmp_path, asked(), asked("two"))
    path = tmp_path / "talk.jsonl"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    spelt = [json.dumps({"note": "kept", **entries[0]}), *(json.dumps(each) for each in entries[1:])]
    path.write_text(
        "\n".join([json.dumps({**json.loads(header), "by": "me"}), *spelt]) + "\n", encoding="utf-8"
    )
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    record(tmp_path, asked("two"))
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    record(tmp_path, asked("three"))
    after = path.read_text(encoding="utf-8")
    assert '"by": "me"' in after
    assert '"note": "kept"' in after


def test_what_git_does_to_a_text_is_no_harm(tmp_path: Path) -> None:
    """Line ends of another system, an empty line at the end, a mark at the beginning."""
    record(tmp_path, asked(), asked("two"))
    path = tmp_path / "talk.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    assert heard(tmp_path, asked("two")) == "well"


def test_lines_that_stand_twice_after_a_merge_are_one(tmp_path: Path) -> None:
    """Where both say the same; where they differ a person decides."""
    record(tmp_path, asked(), asked("two"))
    path = tmp_path / "talk.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1]]), encoding="utf-8")
    assert heard(tmp_path, asked()) == "well"
    path.write_text("".join([*lines, lines[1].replace("well", "ill")]), encoding="utf-8")
    with pytest.raises(
        ProblemsError, match=r"talk\.jsonl:4: draw 1 of this question stands on line 2 already"
    ):
        Shelf(tmp_path, ["talk"])


@pytest.mark.parametrize(
    ("number", "line", "complaint"),
    [
        (1, '{"schema": "runner.cassette/2", "scenario": "talk"}', "use a newer runner"),
        (1, '{"schema": "runner.journal/1"}', 'the schema is "runner.journal/1"; expected runner.cassette/1'),
        (1, '{"scenario": "talk"}', "expected runner.cassette/1"),
        (1, "hello", "this line is not JSON; expected"),
        (1, '{"schema": "runner.cassette/1", "scenario": "tick"}', 'holds recordings of "tick"'),
        (2, "{", "this line is not JSON"),
        (3, "<<<<<<< HEAD", "this line is not JSON but the mark of a merge conflict"),
        (3, '{"key": "k"}', "lacks `draw`"),
        (2, "[" * 500, "nested more than 100 levels deep"),
    ],
)
def test_damage_is_told_with_its_line(tmp_path: Path, number: int, line: str, complaint: str) -> None:
    """`DIR/talk.jsonl:LINE: what is wrong`, before anything is played."""
    record(tmp_path, asked(), asked("two"))
    path = tmp_path / "talk.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[number - 1] = line
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(ProblemsError) as refused:
        Shelf(tmp_path, ["talk"], shown="tapes")
    (problem, *_) = refused.value.problems
    assert (problem.path, problem.line) == ("tapes/talk.jsonl", number)
    assert complaint in problem.message


def test_all_damage_is_told_at_once(tmp_path: Path) -> None:
    """Of every cassette, up to a number of lines each."""
    record(tmp_path, asked(), asked(scenario="other"))
    for name in ("talk", "other"):
        with (tmp_path / f"{name}.jsonl").open("a", encoding="utf-8") as file:
            file.write("{\n" * 100)
    with pytest.raises(ProblemsError) as refused:
        Shelf(tmp_path, ["talk", "other"])
    assert len(refused.value.problems) == 40


def test_an_empty_file_is_damage(tmp_path: Path) -> None:
    """A cassette without its first line was cut."""
    (tmp_path / "talk.jsonl").write_bytes(b"")
    with pytest.raises(ProblemsError, match="is empty"):
        Shelf(tmp_path, ["talk"])


def test_damaged_times_say_that_they_can_go(tmp_path: Path) -> None:
    """Nothing but times is lost with them."""
    record(tmp_path, asked())
    (tmp_path / "talk.times.jsonl").write_text('{"schema": "runner.cassette-times/1"}\n{"key": 1}\n')
    with pytest.raises(ProblemsError, match=r"times\.jsonl:2: .*can be deleted: it holds times alone"):
        Shelf(tmp_path, ["talk"])


def test_minor_versions_are_read(tmp_path: Path) -> None:
    """Only a newer major version is refused."""
    record(tmp_path, asked())
    path = tmp_path / "talk.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("cassette/1", "cassette/1.7"), encoding="utf-8")
    assert heard(tmp_path, asked()) == "well"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a folder that refuses")
def test_a_folder_that_cannot_be_written_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    """Recording begins where it can end."""
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="cannot write to"):
        Shelf(tmp_path / "tapes", ["talk"], writes=True)


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    """Whether it is to be written or to be read: what is read from a file would be nothing at all."""
    (tmp_path / "tapes").write_text("", encoding="utf-8")
    for writes in (True, False):
        with pytest.raises(StoreError, match="is a file, not a folder; name another folder by --cassettes"):
            Shelf(tmp_path / "tapes", ["talk"], writes=writes)


def test_what_was_made_ready_in_vain_leaves_nothing_behind(tmp_path: Path) -> None:
    """Where nothing came that could be recorded, no file of its own is left."""
    shelf = Shelf(tmp_path, ["talk"], writes=True)
    shelf.make_ready()
    assert list(tmp_path.glob(".recording-*"))
    shelf.close()
    assert not list(tmp_path.glob(".recording-*"))
