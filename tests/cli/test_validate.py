"""`runner validate`."""

from pathlib import Path

import pytest

from tests.cli.front import Front


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    return Front(tmp_path, monkeypatch)


def test_counts(front: Front) -> None:
    """What is right is counted: scenarios, trials, requests."""
    front.write("s/a.yaml", "turns: [hi, ho]\nrepeat: 5\n")
    front.write("s/b.yaml", "turns: [hi]\nmatrix: {temperature: [0, 1]}\n")
    shown = front.type("validate", "s")
    assert (shown.exit_code, shown.out, shown.err) == (0, "2 scenarios, 7 trials, 12 requests\n", "")
    shown = front.type("validate", "s", "--only", "b", "--repeat", "3")
    assert shown.out == "1 scenario, 6 of 9 trials (--only b), 6 requests\n"


def test_all_problems_at_once(front: Front) -> None:
    """What is wrong is said with its address, all of it at once, and the code is 2."""
    front.write("s/a.yaml", "turns: [hi]\ntemprature: 0\n")
    front.write("s/b.yaml", "turnz: [hi]\n")
    shown = front.type("validate", "s")
    assert (shown.exit_code, shown.out) == (2, "")
    assert "s/a.yaml:2:1: temprature" in shown.err
    assert "s/b.yaml:1:1: turnz" in shown.err


def test_nothing_to_play(front: Front) -> None:
    """A folder without scenarios ends with 5."""
    (front.folder / "empty").mkdir()
    assert front.type("validate", "empty").exit_code == 5


def test_resolved(front: Front) -> None:
    """`--resolved` writes the scenarios whole, as YAML that can be played as it stands."""
    front.write("s/_base.yaml", "system: Be brief.\nparams: {temperature: 0}\nturns: [hi]\n")
    front.write("s/a.yaml", "extends: _base.yaml\nparams: {seed: 1}\n")
    front.write("s/b.yaml", "extends: _base.yaml\n")
    shown = front.type("validate", "s", "--resolved")
    assert "extends" not in shown.out
    assert "seed: 1" in shown.out
    front.write("whole.yaml", shown.out)
    assert front.type("validate", "whole.yaml").out == "2 scenarios, 2 trials, 2 requests\n"


@pytest.mark.parametrize("words", [["--where", "temperature"], ["--set", "temperature=1"], ["--axis", "=1"]])
def test_options_that_cannot_be_read(front: Front, words: list[str]) -> None:
    """An option that cannot be read is named, with what was expected."""
    front.write("a.yaml", "turns: [hi]\n")
    shown = front.type("validate", "a.yaml", *words)
    assert shown.exit_code == 2
    assert f"{words[0]} " in shown.err
    assert "expected" in shown.err


@pytest.mark.parametrize("words", [("validate",), ("cassette", "status"), ("cassette", "prune")])
def test_help_says_nothing_of_playing_where_nothing_is_played(front: Front, words: tuple[str, ...]) -> None:
    """Options that several commands share say what is meant, not what one of them does."""
    assert "Play " not in front.type(*words, "--help").out
