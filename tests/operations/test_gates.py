"""Gates held against what is played, before anything is sent."""

from pathlib import Path

import pytest

from runner.core.change import Changes
from runner.core.run import Run
from runner.core.selection import Selection
from runner.core.shard import Shard
from runner.core.trials import Part
from runner.errors import UsageError
from runner.operations.gates import curtailing, gate_problems, gates_by_scenario, idle_gates
from runner.operations.stage import Asked, Stage, stage

SETTINGS = """
provider = "mine"
[providers.mine]
base_url = "http://127.0.0.1:9/v1"
models = {main = "m"}
prices = {m = {input = 1.0, output = 10.0}}
[providers.other]
base_url = "http://127.0.0.1:9/v1"
models = {main = "unpriced"}
"""
SCENARIO = """\
name: talk
tags: [smoke]
turns: [{user: hi, expect: {contains: x}}]
matrix: {temperature: [0, 1]}
repeat: 5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "runner.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def staged(folder: Path, gate: str = "", settings: str = "", **asked: object) -> Stage:
    (folder / "runner.toml").write_text(SETTINGS + settings, encoding="utf-8")
    (folder / "talk.yaml").write_text(SCENARIO + (f"gate: {gate}\n" if gate else ""), encoding="utf-8")
    return stage(Asked.model_validate({"paths": ("talk.yaml",), **asked}), folder, {})


def problems(folder: Path, gate: str = "", settings: str = "", **asked: object) -> list[str]:
    return [str(each) for each in gate_problems(staged(folder, gate, settings, **asked))]


def test_a_gate_that_can_be_met_has_no_problem(folder: Path) -> None:
    """Nor the one that goes without saying."""
    assert problems(folder) == []
    assert problems(folder, "{pass_rate: 0.8, only: {temperature: 0}, cost: {max: 0.01}}") == []


def test_a_gate_that_so_many_trials_cannot_reach_is_named_at_its_line(folder: Path) -> None:
    """With how many it needs; more repeats, or more that may be played, are enough."""
    sure = "{pass_rate: 0.9, confidence: 0.95}"
    assert problems(folder, sure) == [
        (
            "talk.yaml:6: gate: `pass_rate: 0.9, confidence: 0.95` needs 29 trials, has 5: "
            "repeat at least 29 times, or ask for less"
        )
    ]
    assert problems(folder, sure, changes=Changes(repeat=29)) == []
    assert problems(folder, sure, until_decided=40) == []
    [some] = problems(folder, sure, changes=Changes(repeat=29), selection=Selection(repeats=(1, 2)))
    assert "needs 29 trials, has 2" in some


def test_what_only_names_has_to_be_played(folder: Path) -> None:
    """A value that the command line has replaced, or an axis that a tag's scenario has not, would gate nothing."""
    [value] = problems(
        folder, "{only: {temperature: 0}}", changes=Changes(axes={"temperature": ("0.5", "1")})
    )
    assert value.startswith("talk.yaml:6: gate.only.temperature: ")
    [axis] = problems(folder, settings="[gates.smoke]\nonly = {temprature = 0}\n")
    assert axis.startswith("runner.toml: gates.smoke: talk: ")
    assert "did you mean `temperature`" in axis


def test_what_cannot_be_measured_is_told_beforehand(folder: Path) -> None:
    """Money without a price, the time to the first token without a stream; a replay sends nothing, so nothing is priced."""
    other = Changes(provider="other")
    [cost] = problems(folder, "{cost: {max: 0.01}}", changes=other)
    assert cost == (
        "talk.yaml:6: gate.cost: what unpriced costs is not known: say it in the settings, under `prices` of its provider"
    )
    assert problems(folder, "{cost: {max: 0.01}}", changes=other, cassettes="tapes") == []
    [ttft] = problems(folder, "{ttft: {p95: 1s}}")
    assert "give --stream" in ttft
    assert problems(folder, "{ttft: {p95: 1s}}", stream=True) == []


def test_gates_of_the_settings_are_told_where_they_stand(folder: Path) -> None:
    """A rule under a tag speaks of every scenario of that tag that has no gate of its own."""
    rule = "[gates.smoke]\npass_rate = 0.99\nconfidence = 0.95\n"
    [told] = problems(folder, settings=rule)
    assert told.startswith(
        "runner.toml: gates.smoke: talk: `pass_rate: 0.99, confidence: 0.95 [gates.smoke]` needs 299 trials"
    )
    [gate] = gates_by_scenario(staged(folder, settings=rule))["talk"]
    assert gate.source == "smoke"
    [gate] = gates_by_scenario(staged(folder, "{pass_rate: 0.5}", settings=rule))["talk"]
    assert gate.source == ""


def test_gates_of_no_scenario_are_named(folder: Path) -> None:
    """A typo in a tag would gate nothing; of a part that was chosen nothing can be said."""
    rules = "[gates.smok]\npass_rate = 0.5\n[gates.smoke]\npass_rate = 0.5\n"
    assert list(idle_gates(staged(folder, settings=rules))) == ["smok"]
    part = staged(folder, settings=rules, selection=Selection(where={"temperature": ("0",)}))
    assert list(idle_gates(part)) == []


def test_only_whole_blocks_are_stopped_early(folder: Path) -> None:
    """Named trials, or those that did not pass, are no design that can be cut."""
    assert curtailing(staged(folder), Run()) is None
    assert curtailing(staged(folder, until_decided=9), Run()) is not None
    with pytest.raises(UsageError, match="--trial names some"):
        curtailing(staged(folder, until_decided=9, selection=Selection(repeats=(1,))), Run())
    part = staged(folder, until_decided=9, selection=Selection(shard=Shard(number=1, of=2)))
    assert isinstance(part.trials, Part)
    with pytest.raises(UsageError, match="goes with neither --shard nor --unpassed-in"):
        curtailing(part, Run())
