"""Options under a name in the settings, and playing again what was not green."""

import json
from pathlib import Path

import pytest

from tests.cli.front import SETTINGS, Front

SCENARIO = """\
name: talk
tags: [smoke]
turns:
  - user: "{{ what }}"
    expect: {contains: fine}
cases:
  - {id: good, what: all is fine}
  - {id: bad, what: oh no}
  - {id: lost, what: hopeless}
"""


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("talk.yaml", SCENARIO)
    front.write("other.yaml", "turns: [all is fine]\n")
    return front


def played(front: Front) -> list[str]:
    newest = max((front.folder / "outputs").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    lines = (newest / "transcripts.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["id"] for line in lines]


def profiled(front: Front, table: str) -> None:
    front.write("runner.toml", f"{SETTINGS}\n[profiles.pr]\n{table}")


def test_a_profile_says_what_is_not_typed(front: Front) -> None:
    """Paths, tags and repeats of a profile hold where nothing else is typed; what is typed wins."""
    profiled(front, 'paths = ["."]\ntags = ["smoke"]\nrepeat = 2\n')
    front.type("play", "--profile", "pr", "--case", "good")
    assert played(front) == ["talk[case=good]#1", "talk[case=good]#2"]
    front.type("play", "other.yaml", "--profile", "pr", "--tag", "smoke", "--repeat", "1")
    shown = front.type("play", "talk.yaml", "--profile", "pr", "--repeat", "1", "--case", "good")
    assert shown.exit_code == 0, shown.err
    assert played(front) == ["talk[case=good]#1"]


def test_a_profile_that_is_not_there_is_named(front: Front) -> None:
    """A slip in its name is told with the nearest one."""
    profiled(front, "repeat = 2\n")
    shown = front.type("play", "talk.yaml", "--profile", "rp")
    assert shown.exit_code == 2
    assert "unknown profile `rp`" in shown.err
    front.write("runner.toml", SETTINGS)
    shown = front.type("play", "talk.yaml", "--profile", "pr")
    assert "write one into the settings, as [profiles.pr]" in " ".join(shown.err.split())


def test_a_profile_says_what_is_done_with_recordings(front: Front) -> None:
    """Cassettes and mode come from it as well."""
    profiled(front, 'cassettes = "tapes"\nmode = "replay"\n')
    shown = front.type("play", "other.yaml", "--profile", "pr")
    assert shown.exit_code == 4
    assert "not recorded" in shown.out


def test_what_is_wrong_in_a_profile_is_told_with_its_line(front: Front) -> None:
    """An unknown key, a wrong type and an unknown provider, each where it stands."""
    profiled(front, 'repaet = 2\npaths = "talk.yaml"\nprovider = "cannned"\n')
    shown = front.type("play", "talk.yaml")
    assert shown.exit_code == 2
    assert "runner.toml:7: profiles.pr.repaet: unknown key `repaet`; did you mean `repeat`?" in shown.err
    assert "runner.toml:8: profiles.pr.paths" in shown.err
    assert (
        "runner.toml:9: profiles.pr.provider: unknown provider `cannned`; did you mean `canned`?" in shown.err
    )


def test_what_did_not_pass_is_played_again_alone(front: Front) -> None:
    """Trials that failed or got no reply are chosen; those that passed are left out, and it is said."""
    front.type("play", "talk.yaml")
    shown = front.type("play", "talk.yaml", "--unpassed-in", "latest")
    assert "2 of 3 trials (--unpassed-in" in " ".join(shown.err.split())
    assert played(front) == ["talk[case=bad]#1", "talk[case=lost]#1"]


def test_where_all_passed_nothing_is_played_again(front: Front) -> None:
    """It is told, and the exit code says that nothing was played."""
    front.type("play", "talk.yaml", "--case", "good")
    shown = front.type("play", "talk.yaml", "--unpassed-in", "latest")
    assert shown.exit_code == 5
    assert "passed: nothing is left to play again" in " ".join(shown.err.split())


def test_a_run_of_other_scenarios_chooses_nothing(front: Front) -> None:
    """Trials that are not here cannot be played."""
    front.type("play", "talk.yaml")
    shown = front.type("play", "other.yaml", "--unpassed-in", "latest")
    assert shown.exit_code == 5
    assert "is in these scenarios" in " ".join(shown.err.split())
