"""The chosen variants laid out as a comparison."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from runner.core.change import Changes
from runner.core.comparison.design import Design, Item
from runner.core.comparison.mixing import Mixed
from runner.core.run import Run
from runner.core.selection import Selection
from runner.core.shard import Shard
from runner.errors import ProblemsError, UsageError
from runner.operations.stage import Asked, Stage, stage

SCENARIO = """
name: shop
turns: [first, {assistant: Gold}, "second of {{ what }}"]
cases: [{id: tea, what: Tea}, {id: milk, what: Milk}]
matrix:
  system: {v1: Be brief., v2: Be kind.}
  temperature: [0, 0.5, 1.0]
repeat: 3
"""


def staged(
    folder: Path,
    design: Design,
    *paths: str,
    axes: dict[str, tuple[str, ...]] | None = None,
    **selected: Any,
) -> Stage:
    if not paths:
        (folder / "shop.yaml").write_text(SCENARIO, encoding="utf-8")
    asked = Asked(
        paths=paths or ("shop.yaml",),
        changes=Changes(axes=axes or {}),
        selection=Selection.model_validate(selected),
        design=design,
    )
    return stage(asked, folder, {})


def test_values_are_tried_on_items(tmp_path: Path) -> None:
    """An item is the scenario with its case and the other axes; a cell has as many trials as there are items and repeats."""
    ready = staged(tmp_path, Design(by="temperature"))
    expected = ready.expected
    assert expected is not None
    assert expected.cells == (("0", 0), ("0.5", 0.5), ("1", 1.0))
    assert (expected.base, expected.repeats, expected.twin) == ("0", 3, True)
    assert Item("shop[case=milk,system=v2]", "shop", "milk", {"system": "v2"}) in expected.items
    assert len(expected.items) == len({item.id for item in expected.items}) == 4
    assert expected.planned == {"0": 12, "0.5": 12, "1": 12}
    assert len(ready.trials) == 48
    assert ready.requests == 96
    assert ready.left_out == 0
    assert Counter(trial.script.axes["temperature"] for trial in ready.trials) == {0: 24, 0.5: 12, 1.0: 12}
    assert {trial.repeat for trial in ready.trials if trial.script.axes["temperature"] == 0} == set(
        range(1, 7)
    )
    assert len({trial.id for trial in ready.trials}) == 48
    assert sorted(trial.place for trial in ready.trials) != [trial.place for trial in ready.trials]


def test_what_was_left_open_is_filled_in(tmp_path: Path) -> None:
    """`run.json` keeps the base and the number of repeats, and staging it again gives the same order."""
    ready = staged(tmp_path, Design(by="system", seed=5))
    assert ready.asked.design == Design(by="system", base="v1", seed=5, repeats=3)
    again = stage(Asked.load(ready.asked.dump()), tmp_path, {})
    assert [trial.id for trial in again.trials] == [trial.id for trial in ready.trials]
    assert again.expected == ready.expected


def test_a_selection_narrows_a_comparison(tmp_path: Path) -> None:
    """Cases and values that are not chosen are neither items nor cells; without a twin nothing is played twice."""
    design = Design(by="temperature", base="1", twin=False)
    ready = staged(tmp_path, design, where={"temperature": ("1", "0.5"), "system": ("v2",)}, cases=("tea",))
    assert ready.expected is not None
    assert [label for label, _ in ready.expected.cells] == ["0.5", "1"]
    assert [item.id for item in ready.expected.items] == ["shop[case=tea,system=v2]"]
    assert len(ready.trials) == 6
    assert ready.left_out == 30


def test_typed_values_are_compared(tmp_path: Path) -> None:
    """An axis of the command line takes the place of the scenario's own."""
    ready = staged(tmp_path, Design(by="temperature", base="0.70"), axes={"temperature": ("0.7", "2")})
    assert ready.expected is not None
    assert (ready.expected.base, ready.expected.cells) == ("0.7", (("0.7", 0.7), ("2", 2)))


@pytest.mark.parametrize(
    "selected",
    [{"repeats": (1,)}, {"shard": Shard(number=1, of=2)}, {"unpassed_in": "x", "trials": ("shop#1",)}],
)
def test_a_comparison_is_played_whole(tmp_path: Path, selected: dict[str, Any]) -> None:
    """Trials cannot be taken out of it."""
    with pytest.raises(UsageError, match="a comparison is played whole"):
        staged(tmp_path, Design(by="temperature"), **selected)


def test_every_scenario_that_cannot_be_compared_is_named(tmp_path: Path) -> None:
    """All of them at once, each with what it lacks."""
    for name, matrix in (
        ("good", "{temperature: [0, 1]}"),
        ("none", "{top_p: [0, 1]}"),
        ("other", "{temperature: [0.5, 1]}"),
        ("alone", "{temperature: [0]}"),
        ("sets", "{temperature: [0, 1]}"),
    ):
        (tmp_path / f"{name}.yaml").write_text(f"turns: [Hi]\nmatrix: {matrix}\n", encoding="utf-8")
    own = "turns: [{user: Hi, params: {temperature: 0.3}}]\nmatrix: {temperature: [0, 1]}\n"
    (tmp_path / "sets.yaml").write_text(own, encoding="utf-8")
    with pytest.raises(ProblemsError) as raised:
        staged(
            tmp_path,
            Design(by="temperature"),
            "sets.yaml",
            "good.yaml",
            "none.yaml",
            "other.yaml",
            "alone.yaml",
        )
    assert [problem.path for problem in raised.value.problems] == [
        "alone.yaml",
        "none.yaml",
        "other.yaml",
        "sets.yaml",
    ]
    assert "would never be sent" in str(raised.value)
    ready = staged(tmp_path, Design(by="temperature"), *("good.yaml", "none.yaml"), only=("good",))
    assert len(ready.trials) == 3


def test_trials_of_a_comparison_go_out_as_they_are_mixed(tmp_path: Path) -> None:
    """Nobody goes ahead to warm a server's cache: that would put one cell before the others."""
    from runner.operations.play import _groups

    ready = staged(tmp_path, Design(by="temperature"))
    assert isinstance(ready.trials, Mixed)
    assert _groups(ready) is None
    assert Run().exit_code(len(ready.trials)) == 4
