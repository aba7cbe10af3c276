"""Runs and transcripts found again by name."""

from pathlib import Path

import pytest

from runner.core.expected import specs_of
from runner.errors import UsageError
from runner.operations.read import (
    lines_of,
    named_once,
    open_run,
    parted,
    scripts_of,
    transcripts_of,
)
from tests.cli.front import Front
from tests.cli.test_play import TALK


def test_run_and_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands before the first `#` is the run, all that follows the trial; the way to a folder may hold one itself."""
    monkeypatch.chdir(tmp_path)
    assert parted("latest") == ("latest", None)
    assert parted("latest#") == ("latest", None)
    assert parted("latest#a[x=1]#2") == ("latest", "a[x=1]#2")
    (tmp_path / "a#b").mkdir()
    (tmp_path / "a#b" / "run.json").touch()
    assert parted("a#b") == ("a#b", None)
    assert parted("a#b#c[x=1]#2") == ("a#b", "c[x=1]#2")
    assert parted("a#c#2") == ("a", "c#2")


def test_a_trial_is_named_once() -> None:
    """The trial stands beside the run or after its `#`, not in both places."""
    assert named_once("a", "b") == named_once("a#b", None) == ("a", "b")
    with pytest.raises(UsageError, match="named twice"):
        named_once("a#b", "b")


def test_lines_are_the_transcripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines and transcripts are the same ones, chosen by the same names; the checks of what was planned are known."""
    front = Front(tmp_path, monkeypatch)
    front.write("talk.yaml", TALK)
    front.type("play", "talk.yaml", "--quiet", "--repeat", "3")
    folder = open_run("latest", Path("outputs"))
    assert [each for _, each in lines_of(folder)] == list(transcripts_of(folder))
    assert b"".join(line for line, _ in lines_of(folder)) == folder.transcripts.read_bytes()
    for name, number in (("talk", 3), ("talk#2", 1)):
        assert len(list(lines_of(folder, name))) == len(list(transcripts_of(folder, name))) == number
    with pytest.raises(UsageError, match="unknown trial"):
        list(lines_of(folder, "talk#9"))
    posed = [each for alike in specs_of(scripts_of(folder)["talk"]).values() for each in alike]
    assert [(each.check, each.spec, each.of) for each in posed] == [
        ("contains", "kettle", None),
        ("contains", "teapot", None),
        ("contains", "said", "every"),
    ]
