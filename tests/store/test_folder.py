"""A run's folder: its name, its lock, and how it is found again."""

from pathlib import Path

import pytest

from runner.errors import StoreError
from runner.store.folder import RunFolder, find_run
from runner.store.manifest import Manifest


def made(outputs: Path, what: str, started_at: str) -> RunFolder:
    folder = RunFolder.create(outputs, "20260101-000000", what)
    folder.write_manifest(Manifest(run=folder.name, started_at=started_at))
    return folder


def test_a_name_sorts_by_time_says_what_was_played_and_is_a_plain_name(tmp_path: Path) -> None:
    """Whatever a scenario is called, the folder's name is one that every system takes, and it is never shared."""
    names = [
        RunFolder.create(tmp_path, "20260101-000000", what).name
        for what in ("a/b:c*", "a/b:c*", "漢字", "..")
    ]
    assert names == [
        "20260101-000000-a-b-c", "20260101-000000-a-b-c-2", "20260101-000000-漢字", "20260101-000000-run"
    ]  # fmt: skip


def test_a_run_is_found_by_folder_by_name_and_as_the_latest(tmp_path: Path) -> None:
    """The latest is the one that was started last, whatever its name."""
    newer = made(tmp_path, "a", "2026-01-02T00:00:00.000Z")
    older = made(tmp_path, "b", "2026-01-01T00:00:00.000Z")
    assert find_run("latest", tmp_path).name == newer.name
    assert find_run(older.name, tmp_path).name == older.name
    assert find_run(str(older.path), Path("elsewhere")).name == older.name


def test_a_manifest_that_cannot_be_read_hides_no_other_run(tmp_path: Path) -> None:
    """A newer program's run, or a broken one, is not the latest; named itself, it says what is wrong with it."""
    made(tmp_path, "a", "2026-01-02T00:00:00.000Z")
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "run.json").write_text('{"schema": "runner.run/2"}', encoding="utf-8")
    assert find_run("latest", tmp_path).name == "20260101-000000-a"
    with pytest.raises(StoreError, match="use a newer runner"):
        find_run("z", tmp_path).read_manifest()


def test_a_run_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    """A mistyped name is answered with the last runs; an empty folder with how to make one."""
    with pytest.raises(StoreError, match="`runner play PATH` makes one"):
        find_run("latest", tmp_path / "none")
    made(tmp_path, "a", "2026-01-02T00:00:00.000Z")
    with pytest.raises(
        StoreError, match=r"there is no chat in .* yet, only runs of `runner play`; `runner chat` makes one"
    ):
        find_run("latest", tmp_path, "chat")
    with pytest.raises(StoreError, match="the last ones are 20260101-000000-a"):
        find_run("nonsense", tmp_path)


def test_two_programs_do_not_write_one_run(tmp_path: Path) -> None:
    """A second writer is refused with a plain sentence, and may write once the first is done."""
    folder = made(tmp_path, "a", "2026-01-02T00:00:00.000Z")
    second = RunFolder(folder.path)
    with folder.locked(), pytest.raises(StoreError, match="another runner"), second.locked():
        pass
    with second.locked():
        pass


def test_what_a_newer_version_wrote_into_a_manifest_is_kept(tmp_path: Path) -> None:
    """Unknown fields survive reading and writing, and no part of a manifest is ever seen."""
    folder = made(tmp_path, "a", "2026-01-02T00:00:00.000Z")
    manifest = Manifest.model_validate({**dict(folder.read_manifest()), "mood": "good"})
    folder.write_manifest(manifest)
    assert folder.read_manifest() == manifest
    assert [path.name for path in folder.path.iterdir() if path.name.startswith(".run")] == []


def test_an_outputs_folder_that_is_a_file_is_a_plain_error(tmp_path: Path) -> None:
    """Where no run can be kept, the message says so and what to do."""
    (tmp_path / "outputs").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="it is a file; name another folder with --outputs"):
        RunFolder.create(tmp_path / "outputs", "1", "a")
