"""How early cases and axes change what is sent."""

import pytest

from runner.core.beginning import count_firsts, count_openings, dials, kin
from runner.core.scenario import Axis, Case, Opening, Point, Scenario, Setup, Turn


def axis(name: str, *setups: Setup) -> Axis:
    return Axis(name=name, points=tuple(Point(label=n, setup=setup) for n, setup in enumerate(setups)))


def order(scenario: Scenario) -> list[str]:
    return ["cases" if dial.axis is None else scenario.axes[dial.axis].name for dial in dials(scenario)]


def var(name: str) -> Axis:
    return axis(f"vars.{name}", Setup(vars={name: "1"}), Setup(vars={name: "2"}))


def test_what_stands_earlier_in_a_request_turns_slower() -> None:
    """Model, then fields before the messages, opening, provider, turns in their order, and last what changes no message."""
    scenario = Scenario(
        name="s",
        opening=Opening(content="You sell {{ a }}."),
        turns=(
            Turn(content="hi"),
            Turn(content=[{"type": "text", "text": "{{ b }}"}]),
            Turn(content="{{ c }}{{ b }}"),
        ),
        cases=(Case(id="x", setup=Setup(vars={"c": "1"})),),
        axes=(
            axis("temperature", Setup(params={"temperature": 0})),
            var("unsaid"),
            var("b"),
            axis("provider", Setup(provider="p")),
            var("a"),
            axis("tools", Setup(params={"tools": []})),
            axis("system", Setup(opening=())),
            axis("model", Setup(model="m")),
        ),
    )
    assert order(scenario) == [
        "model", "tools", "vars.a", "system", "provider", "vars.b", "cases", "temperature", "vars.unsaid",
    ]  # fmt: skip
    assert count_openings(dials(scenario)) == 2
    assert count_firsts(dials(scenario), scenario) == 2


def test_a_bundle_counts_by_the_earliest_that_it_sets() -> None:
    """A value that sets a turn's variable and the opening changes the opening."""
    both = axis("setup", Setup(vars={"x": "1"}), Setup(opening=(Opening(content="o"),)))
    scenario = Scenario(name="s", turns=(Turn(content="{{ x }}"),), axes=(var("x"), both))
    assert order(scenario) == ["setup", "vars.x"]


def test_what_is_no_template_does_not_matter() -> None:
    """Braces that open no template, or stand in a text that is said literally, name nothing."""
    turns = (
        Turn(content="{{ x }}", template=False),
        Turn(content="{{ x | upper }}"),
        Turn(content="{{ y }}"),
    )
    assert order(Scenario(name="s", turns=turns, axes=(var("x"), var("y")))) == ["vars.y", "vars.x"]


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        ({"name": "other", "turns": (Turn(content="bye"),), "params": {"temperature": 1}, "repeat": 5}, True),
        ({"opening": Opening(content="Sell {{ a }}", path="elsewhere.yaml", line=9)}, True),
        ({"vars": {"a": "tea", "unsaid": "1"}}, True),
        ({"vars": {"a": "milk"}}, False),
        ({"opening": Opening(content="Sell {{ a }}!")}, False),
        ({"model": "m"}, False),
        ({"params": {"tools": []}}, False),
        ({"axes": (var("a"),)}, False),
        ({"axes": (axis("seed", Setup(params={"seed": 1}), Setup(params={"seed": 2})),)}, True),
    ],
)
def test_scenarios_are_kin_where_they_open_alike(change: dict[str, object], alike: bool) -> None:
    """What stands before the first turn decides, and nothing else."""
    one = Scenario(
        name="s", opening=Opening(content="Sell {{ a }}"), vars={"a": "tea"}, turns=(Turn(content="hi"),)
    )
    other = one.model_copy(update=change)
    assert (kin(one, dials(one)) == kin(other, dials(other))) is alike


def test_scenarios_that_open_with_nothing_have_no_kin() -> None:
    """Without anything before the first turn there is nothing to be alike in."""
    assert kin(Scenario(name="s", turns=(Turn(content="hi"),)), ()) is None
