"""The law of the matrix: expand is the product of its axes, lazily, and ids are unique and survive reordering."""

import math
from itertools import groupby, product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from runner.checks import build
from runner.core.matrix import Variants, expand
from runner.core.scenario import Axis, Case, Point, Scenario, Setup, Turn

AXES: dict[str, list[Any]] = {
    "temperature": [0, 0.5, 1, 1.5, 2],
    "seed": [1, 2, 3],
    "vars.tone": ["polite", "rude", "007", "7"],
    "model": ["small", "large"],
    "top_p": [0.1, True, None, "auto"],
}


def setup_of(name: str, value: object) -> Setup:
    if name == "model":
        return Setup(model=str(value))
    if name.startswith("vars."):
        return Setup(vars={name.removeprefix("vars."): str(value)})
    return Setup(params={name: value})


def axis_of(name: str, values: list[object]) -> Axis:
    points = tuple(Point(label=value, setup=setup_of(name, value)) for value in values)
    return Axis(name=name, points=points)


axes = st.lists(
    st.sampled_from(sorted(AXES)).flatmap(
        lambda name: st.permutations(AXES[name]).flatmap(
            lambda values: st.integers(1, len(values)).map(lambda count: axis_of(name, values[:count]))
        )
    ),
    unique_by=lambda axis: axis.name,
    max_size=5,
)
cases = st.lists(
    st.sampled_from(["kettle", "toaster", "1", "ein Fön", "漢字"]).map(
        lambda name: Case(id=name, setup=Setup(vars={"product": f"<{name}>"}))
    ),
    unique_by=lambda case: case.id,
    max_size=3,
)


def variants(scenario: Scenario) -> Variants:
    return expand(scenario, lambda provider, model: (provider or "p", model or "m"), build)


def scenario_of(axes: list[Axis], cases: list[Case]) -> Scenario:
    said = (
        "Sell it {{ tone }}ly." if any(axis.name == "vars.tone" for axis in axes) else "Sell it.",
        "It is a {{ product }}." if cases else "It is a thing.",
    )
    return Scenario(
        name="s", turns=tuple(Turn(content=text) for text in said), axes=tuple(axes), cases=tuple(cases)
    )


@given(axes, cases)
def test_expand_is_the_product_of_its_axes(axes: list[Axis], cases: list[Case]) -> None:
    """There is one variant for each choice of a case and of a value from every axis, and each holds its choice."""
    scenario = scenario_of(axes, cases)
    every = variants(scenario)
    assert len(every) == math.prod(len(axis.points) for axis in axes) * (len(cases) or 1)
    chosen = [(script.case, *(repr(script.axes[axis.name]) for axis in axes)) for script in every]
    names: list[str | None] = [*(case.id for case in cases)] or [None]
    wanted = list(product(names, *([repr(point.label) for point in axis.points] for axis in axes)))
    assert sorted(chosen, key=repr) == sorted(wanted, key=repr)
    for script in every:
        for name, value in script.axes.items():
            if name in {"temperature", "seed", "top_p"}:
                assert script.params[name] is value or script.params[name] == value
            elif name == "model":
                assert script.model == value
            else:
                assert f"{value}ly" in script.turns[0].message["content"]
        assert script.case is None or f"<{script.case}>" in script.turns[1].message["content"]


@given(axes, cases)
def test_ids_are_unique_and_survive_reordering(axes: list[Axis], cases: list[Case]) -> None:
    """No two variants share an id, and writing axes, values and cases in another order gives the same conversations."""
    every = variants(scenario_of(axes, cases))
    ids = [script.variant for script in every]
    assert len(set(ids)) == len(ids)
    assert ids == [every.id(index) for index in range(len(every))]
    shuffled = [axis.model_copy(update={"points": axis.points[::-1]}) for axis in axes[::-1]]
    again = variants(scenario_of(shuffled, cases[::-1]))
    assert {script.variant: script.plays for script in again} == {
        script.variant: script.plays for script in every
    }


def test_what_changes_the_beginning_turns_slowest() -> None:
    """Variants that are asked alike up to a turn are next to each other, wherever their author put an axis."""
    fast = [axis_of(name, AXES[name][:2]) for name in ("temperature", "vars.tone", "model", "seed")]
    every = variants(
        scenario_of(fast, [Case(id=name, setup=setup_of("vars.product", name)) for name in "ab"])
    )
    turned = [(each.model, each.axes["vars.tone"], each.case, each.axes["temperature"]) for each in every]
    assert turned[::2] == list(product(["small", "large"], ["polite", "rude"], ["a", "b"], [0, 0.5]))
    assert [each.axes["seed"] for each in every][:4] == [1, 2, 1, 2]


@given(axes, cases)
def test_each_first_request_comes_in_one_piece(axes: list[Axis], cases: list[Case]) -> None:
    """Whatever varies, variants whose provider, model, opening and first turn are alike stand in one row."""
    every = variants(scenario_of(axes, cases))
    for depth, count in ((0, every.openings), (1, every.firsts)):
        begun = [
            (each.provider, each.model, *[repr(line.message) for line in each.turns[:depth]])
            for each in every
        ]
        runs = [begin for begin, _ in groupby(begun)]
        assert len(runs) == len(set(runs)) == count
        assert len(every) % count == 0


@given(axes, cases)
def test_any_variant_can_be_had_alone(axes: list[Axis], cases: list[Case]) -> None:
    """Indexes from either end and slices give what going through all gives."""
    every = variants(scenario_of(axes, cases))
    scripts = list(every)
    assert [every[index - len(every)] for index in range(len(every))] == scripts
    assert list(every[1:5:2]) == scripts[1:5:2]


def test_a_large_matrix_costs_nothing_until_it_is_played() -> None:
    """A hundred million variants are counted, and one of them made, without making the others."""
    wide = [
        Axis(name=name, points=tuple(Point(label=n, setup=setup_of(name, n)) for n in range(100)))
        for name in ("seed", "temperature", "top_p", "max_tokens")
    ]
    every = variants(scenario_of(wide, []))
    assert len(every) == 10**8
    assert every[-1].variant == "s[max_tokens=99,seed=99,temperature=99,top_p=99]"
    assert every.id(1) == "s[max_tokens=1,seed=0,temperature=0,top_p=0]"
