"""The files and lines that CI reads of a check, and where they may be written."""

import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from runner.cli.display.screen import Screen
from runner.cli.writing import Reports
from runner.errors import StoreError, UsageError
from tests.assessed import assessment

ON_GITHUB = {"GITHUB_ACTIONS": "true"}


def opened(
    junit: Path | str | None = None,
    markdown: Path | str | None = None,
    environ: Mapping[str, str] = ON_GITHUB,
) -> Reports:
    def path(each: Path | str | None) -> Path | None:
        return None if each is None else Path(each)

    return Reports.open(path(junit), "block", path(markdown), environ)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def screen() -> tuple[Screen, StringIO, StringIO]:
    out, err = StringIO(), StringIO()
    made = Screen(out, err, reads=False, watches=False, colour=False, colour_talk=False, signs={})
    return made, out, err


def test_only_github_is_told_what_github_reads() -> None:
    """Its variables count where it runs the job: a summary that somebody else's environment names is not written."""
    env = {"GITHUB_STEP_SUMMARY": "s.md", "GITHUB_WORKSPACE": "w"}
    local = opened(environ=env)
    assert (local.step_summary, local.annotates, local.workspace) == (None, False, None)
    there = opened(environ={**env, **ON_GITHUB})
    assert (there.step_summary, there.annotates, there.workspace) == (Path("s.md"), True, Path("w"))
    assert opened(environ={"GITHUB_ACTIONS": "1"}).annotates is False


@pytest.mark.parametrize("option", ["junit", "markdown"])
def test_a_place_that_cannot_be_written_is_told_beforehand(folder: Path, option: str) -> None:
    """A folder, a file in the place of a folder, a scenario that would be lost: found before anything is played."""
    (folder / "there").mkdir()
    (folder / "talk.yaml").write_text("turns: [hi]\n")
    wrong = {
        "there": "a folder stands there; name a file",
        "talk.yaml": "a scenario stands there, and would be lost",
        "talk.yaml/deep/x.xml": "talk.yaml is a file, and no folder; name another place",
    }
    for place, why in wrong.items():
        with pytest.raises(UsageError, match=why) as caught:
            opened(**dict[str, Any]({option: place}))
        assert str(caught.value).startswith(f"--{option} {place}: ")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_ours_is_told_beforehand(folder: Path) -> None:
    """The nearest folder that is there has to take a new file."""
    (folder / "theirs").mkdir(mode=0o555)
    with pytest.raises(UsageError, match="nothing can be written in"):
        opened("theirs/new/x.xml")


def test_two_reports_are_not_written_over_each_other(folder: Path) -> None:
    """However their one place is spelt."""
    (folder / "sub").mkdir()
    with pytest.raises(UsageError, match="give each a file of its own"):
        opened("x", "sub/../x")


def test_what_testcases_are_is_known_beforehand() -> None:
    """A typo is told with what was nearest."""
    with pytest.raises(UsageError, match="did you mean `trial`"):
        Reports.open(None, "trail", None, {})


def told(reports: Reports, **said: Any) -> tuple[str, str]:
    made, out, err = screen()
    reports.write(assessment(**said), made)
    return out.getvalue(), err.getvalue()


def test_folders_are_made_and_files_written_whole(folder: Path) -> None:
    """An old report is replaced; nothing is left beside it; the step's summary is added to, since others write there too."""
    reports = opened(
        "deep/er/j.xml", "m.md", {**ON_GITHUB, "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    )
    (folder / "m.md").write_text("x" * 100_000)
    (folder / "summary.md").write_text("of another step\n")
    told(reports)
    first = (folder / "m.md").read_text("utf-8")
    assert "xxx" not in first
    assert (folder / "deep/er/j.xml").read_bytes().startswith(b"<?xml")
    assert (folder / "summary.md").read_text("utf-8") == f"of another step\n{first}"
    told(reports)
    assert (folder / "m.md").read_text("utf-8") == first
    assert sorted(path.name for path in folder.iterdir()) == ["deep", "m.md", "summary.md"]


def test_one_report_that_cannot_be_written_keeps_no_other_from_it(folder: Path) -> None:
    """A disk or a folder may go while a run is played: the rest is written, then it is said, with what to do."""
    reports = opened("there/j.xml", "m.md", {**ON_GITHUB, "GITHUB_STEP_SUMMARY": str(folder / "no/s.md")})
    (folder / "there").write_text("in the way")
    made, out, _ = screen()
    with pytest.raises(StoreError) as caught:
        reports.write(assessment(), made)
    said = str(caught.value)
    assert "cannot write there/j.xml" in said
    assert "s.md" in said
    assert "the run is kept, and its verdict stands (failed): `runner check --resume 20261122-154012-" in said
    assert (folder / "m.md").is_file()
    assert "::error file=" in out.getvalue()


def test_github_obeys_nothing_of_what_is_printed_meanwhile() -> None:
    """Commands are off until a word that nobody can guess, also where something is raised."""
    made, out, _ = screen()
    with pytest.raises(ZeroDivisionError), opened().silenced(made):  # noqa: PT012 - both happen in between
        made.tell("::set-env name=x::y")
        raise ZeroDivisionError
    first, between, last = out.getvalue().splitlines()
    token = first.removeprefix("::stop-commands::")
    assert len(token) == 32
    assert between == "::set-env name=x::y"
    assert last == f"::{token}::"
    quiet, nothing, _ = screen()
    with opened(environ={}).silenced(quiet):
        pass
    assert nothing.getvalue() == ""


def test_where_a_program_reads_stdout_github_is_told_elsewhere(folder: Path) -> None:
    """JSON stays JSON."""
    del folder
    made, out, err = screen()
    reports = Reports.open(None, "block", None, ON_GITHUB, for_programs=True)
    with reports.silenced(made):
        pass
    reports.write(assessment(), made)
    assert out.getvalue() == ""
    assert err.getvalue().count("::stop-commands::") == 1
    assert "::error file=" in err.getvalue()


def test_annotations_name_files_from_the_repository_s_root(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However deep the check is run; what lies outside of the repository is named as it is."""
    (folder / "sub").mkdir()
    monkeypatch.chdir(folder / "sub")
    env = {**ON_GITHUB, "GITHUB_WORKSPACE": str(folder)}
    out, _ = told(opened(environ=env))
    assert "file=sub/scenarios/refund-policy.yaml,line=17" in out
    out, _ = told(opened(environ={**env, "GITHUB_WORKSPACE": str(folder / "elsewhere")}))
    assert "file=scenarios/refund-policy.yaml,line=17" in out
