"""What is found before a check is played, and what it is told to be able to see."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from runner.core.selection import Selection
from runner.errors import ProblemsError, RunnerError, StoreError, UsageError
from runner.operations.check import Yardstick, open_check
from runner.operations.stage import Asked, stage
from runner.store.baselines import write_baseline
from tests.blocks import baseline, block

SETTINGS = """
provider = "mine"
[providers.mine]
base_url = "http://127.0.0.1:9/v1"
models = {main = "m"}
"""
SCENARIO = """\
name: talk
turns: [{user: hi, expect: {contains: x}}]
matrix: {temperature: [0, 1]}
repeat: 5
"""
HERE: Sequence[str] = ("talk[temperature=0]", "talk[temperature=1]")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "runner.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def foreseen(folder: Path, yardstick: Yardstick | None = None, text: str = SCENARIO, **asked: object) -> str:
    """What is told beforehand of the drop that could be seen; raises what makes a check mean nothing."""
    (folder / "talk.yaml").write_text(text, encoding="utf-8")
    ready = stage(Asked.model_validate({"paths": ("talk.yaml",), **asked}), folder, {})
    return open_check(ready, yardstick or Yardstick()).foreseen


def accepted(folder: Path, letters: str = "ppppp", names: Sequence[str] = HERE, **how: bool) -> None:
    """Let there be a baseline."""
    blocks = [block(letters, name, variant={"temperature": at}, **how) for at, name in enumerate(names)]  # type: ignore[arg-type]
    write_baseline(folder / "baselines", baseline(*blocks))


def test_the_design_is_told_as_far_as_it_is_paired(folder: Path) -> None:
    """Blocks that are in the baseline, and the fewer of the trials there and now; nothing without a baseline."""
    assert foreseen(folder) == ""
    accepted(folder)
    assert foreseen(folder).startswith("with 2 blocks of 5 trials, a drop of about ")
    assert "as often as they did for the baseline" in foreseen(folder)
    accepted(folder, "ppp")
    assert foreseen(folder).startswith("with 2 blocks of 3 trials")
    accepted(folder, names=HERE[:1])
    assert foreseen(folder).startswith("with 1 block of 5 trials")
    accepted(folder, names=["talk[temperature=2]"])
    assert (
        foreseen(folder) == "none of these variants is in the baseline: there is nothing to hold them against"
    )


def test_a_design_in_which_chance_has_no_part_foresees_nothing(folder: Path) -> None:
    """Replayed on both sides, or once at temperature 0, any trial that newly fails is seen; else it takes a drop."""
    accepted(folder)
    assert foreseen(folder, cassettes="tapes").startswith("with 2 blocks of 5 trials")
    accepted(folder, replayed=True)
    assert foreseen(folder, cassettes="tapes") == ""
    assert foreseen(folder).startswith("with 2 blocks of 5 trials")
    once = SCENARIO.replace("repeat: 5", "repeat: 1")
    accepted(folder, "p", cold=True)
    assert (
        foreseen(folder, text=once) == "with 1 block of 1 trial, no drop could be seen for sure"
    )  # the warm one
    cold = once.replace("matrix: {temperature: [0, 1]}", "params: {temperature: 0}")
    accepted(folder, "p", ["talk"], cold=True)
    assert foreseen(folder, text=cold) == ""
    accepted(folder, "p", ["talk"])
    assert foreseen(folder, text=cold) == "with 1 block of 1 trial, no drop could be seen for sure"


def test_a_run_that_is_held_against_nothing_foresees_nothing(folder: Path) -> None:
    """One that stops early, or that wants no baseline."""
    accepted(folder)
    assert foreseen(folder, until_decided=9) == ""
    assert foreseen(folder, Yardstick(None)) == ""


def test_values_of_an_axis_are_a_design_of_their_own(folder: Path) -> None:
    """Without a baseline's word for it, one of five pairs is taken to disagree; a baseline beside it plays no part."""
    accepted(folder)
    told = foreseen(folder, Yardstick(against=("temperature", "0")))
    assert told.startswith("with 1 block of 5 trials, ")
    assert told.endswith("in one of five")
    assert foreseen(folder, Yardstick(against=("temperature", "0")), cassettes="tapes") == ""


@pytest.mark.parametrize(
    ("against", "asked", "why"),
    [
        (("temprature", "0"), {}, "unknown axis `temprature`; did you mean `temperature`?"),
        (("temperature", "2"), {}, "unknown value `2`"),
        (("temperature", "0"), {"selection": Selection(where={"temperature": ("0",)})}, "is not played"),
        (("temperature", "0"), {"selection": Selection(where={"temperature": ("1",)})}, "is not played"),
    ],
)
def test_an_axis_that_cannot_be_held_against_is_told(
    folder: Path, against: tuple[str, str], asked: dict[str, Any], why: str
) -> None:
    """Unknown, or with one side alone."""
    with pytest.raises(UsageError) as caught:
        foreseen(folder, Yardstick(against=against), **asked)
    assert why in str(caught.value)
    one = SCENARIO.replace("[0, 1]", "[0]")
    with pytest.raises(UsageError, match="there is no other value of temperature"):
        foreseen(folder, Yardstick(against=("temperature", "0")), text=one)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("turns: [hi]\n", "talk has no check, so nothing in it could fail"),
        ("turns: [hi]\ngate: {pass_rate: 0.5}\n", "talk has no check, so nothing in it could fail"),
        (SCENARIO + "gate: {pass_rate: 0.9, confidence: 0.95}\n", "needs 29 trials, has 5"),
    ],
)
def test_what_could_mean_nothing_is_told_where_it_stands(folder: Path, text: str, why: str) -> None:
    """Scenarios that nothing could fail, gates that nothing could reach."""
    with pytest.raises(ProblemsError) as caught:
        foreseen(folder, text=text)
    assert why in str(caught.value)
    assert str(caught.value).startswith("talk.yaml:")


def test_all_faults_are_told_at_once(folder: Path) -> None:
    """Each at its own line."""
    two = "---\nname: a\nturns: [hi]\n---\nname: b\nturns: [hi]\n"
    with pytest.raises(ProblemsError) as caught:
        foreseen(folder, text=two)
    assert [problem.line for problem in caught.value.problems] == [2, 5]


def test_checks_without_words_are_checks(folder: Path) -> None:
    """A capture that can fail, a check at the foot, a limit on time each are enough."""
    for text in (
        "turns: [{user: hi, capture: {x: {regex: '(.)'}}}]\n",
        "turns: [hi]\nexpect: [{every: {contains: x}}]\n",
        "turns: [hi]\ngate: {latency: {p95: 5s}}\n",
    ):
        assert foreseen(folder, text=text) == ""


def test_a_choice_that_no_gate_speaks_of_is_refused(folder: Path) -> None:
    """Nothing would be gated, whatever came of it."""
    text = SCENARIO + "gate: {pass_rate: 0.5, only: {temperature: 0}}\n"
    assert foreseen(folder, text=text) == ""
    with pytest.raises(UsageError, match="no variant that is chosen is gated"):
        foreseen(folder, text=text, selection=Selection(where={"temperature": ("1",)}))


@pytest.mark.parametrize("named", [False, True])
def test_a_folder_of_others_is_refused_and_no_folder_where_none_was_named_is_fine(
    folder: Path, *, named: bool
) -> None:
    """Whoever names a folder means it; whoever has one that holds nothing of this is told what it holds."""
    yardstick = Yardstick(named=named)
    if named:
        with pytest.raises(StoreError, match="baselines holds no baseline of what is checked; make one by"):
            foreseen(folder, yardstick)
    else:
        assert foreseen(folder, yardstick) == ""
    write_baseline(folder / "baselines", baseline(block("p", "other", scenario="other")))
    with pytest.raises(StoreError, match="it holds those of other scenarios: other; make one by"):
        foreseen(folder, yardstick)
    assert foreseen(folder, Yardstick(None)) == ""


def test_one_scenario_of_several_may_be_without_a_baseline(folder: Path) -> None:
    """It is new; the others are held against theirs."""
    accepted(folder)
    told = foreseen(
        folder, text=f"---\n{SCENARIO}---\nname: new\nturns: [{{user: hi, expect: {{contains: x}}}}]\n"
    )
    assert told.startswith("with 2 blocks of 5 trials")


def test_a_damaged_baseline_is_told_before_anything_is_sent(folder: Path) -> None:
    """And not where none counts."""
    accepted(folder)
    (folder / "baselines" / "talk.json").write_text("{")
    with pytest.raises(RunnerError, match="damaged"):
        foreseen(folder)
    assert foreseen(folder, Yardstick(None)) == ""
