"""What the command line changes in a scenario."""

import pytest

from runner.checks import build
from runner.core.change import Changes, change, parsed
from runner.core.matrix import Variants, expand
from runner.core.scenario import Axis, Case, Opening, Point, Scenario, Setup, Turn
from runner.errors import ProblemsError, UsageError


def axis(name: str, *values: object, kind: str = "params") -> Axis:
    setups = {"params": lambda v: Setup(params={name: v}), "vars": lambda v: Setup(vars={name: v})}
    return Axis(name=name, points=tuple(Point(label=value, setup=setups[kind](value)) for value in values))


SCENARIO = Scenario(
    name="s",
    path="s.yaml",
    model="main",
    opening=Opening(role="developer", content="Be {{ tone }}."),
    params={"temperature": 0.7, "top_p": 1},
    vars={"tone": "polite", "shop": "Acme"},
    secrets={"token": "CRM_TOKEN"},
    turns=(Turn(content="Hello {{ shop }}, {{ product }}"), Turn(content="Bye", params={"temperature": 0})),
    cases=(Case(id="kettle", setup=Setup(vars={"product": "kettle"}, params={"seed": 1}, model="small")),),
    axes=(axis("temperature", 0, 1), axis("tone", "polite", "rude", kind="vars")),
)


def variants(scenario: Scenario) -> Variants:
    return expand(scenario, lambda provider, model: (provider or "p", model or "m"), build)


def test_nothing_asked_changes_nothing() -> None:
    """Without changes a scenario stays as it is."""
    assert change(SCENARIO, Changes()) == SCENARIO


def test_one_value_replaces_an_axis() -> None:
    """A value set on the command line is the only one: its axis goes, a turn's own value stays."""
    changed = change(SCENARIO, Changes.read(temperature="0.5"))
    assert [one.name for one in changed.axes] == ["tone"]
    first = variants(changed)[0]
    assert first.params["temperature"] == 0.5
    assert first.params_of(1)["temperature"] == 0
    assert change(SCENARIO, Changes.read(["params.temperature=0.5"])) == changed


def test_several_values_are_an_axis() -> None:
    """Several temperatures replace the axis that was there."""
    changed = change(SCENARIO, Changes.read(temperature="0,0.7, 1"))
    assert [script.variant for script in variants(changed)][:2] == [
        "s[case=kettle,temperature=0,tone=polite]",
        "s[case=kettle,temperature=0.7,tone=polite]",
    ]
    assert len(variants(changed)) == 6


def test_what_is_set_is_set_for_every_case() -> None:
    """Cases do not undo what the command line says."""
    changed = change(SCENARIO, Changes.read(["params.seed=7", "vars.product=toaster", "vars.tone=gruff"]))
    (script,) = [script for script in variants(changed) if script.axes.get("temperature") == 0]
    assert script.params["seed"] == 7
    assert script.turns[0].message["content"] == "Hello Acme, toaster"
    assert script.opening[0]["content"] == "Be gruff."


def test_model_provider_system_and_repeat() -> None:
    """A model, a provider, a prompt and a count replace the scenario's; the prompt keeps its role."""
    wanted = Changes(model="large", provider="local", system="Be {{ tone }} and brief.", repeat=3)
    changed = change(SCENARIO, wanted)
    script = variants(changed)[0]
    assert (script.model, script.provider, changed.repeat) == ("large", "local", 3)
    assert script.opening == ({"role": "developer", "content": "Be polite and brief."},)


def test_axes_of_models_and_variables() -> None:
    """An axis may vary the model, a variable as text, a field as data."""
    changed = change(SCENARIO, Changes.read(axes=["model=a,b", "vars.tone=007,rude", "stop=x,null"]))
    assert len(variants(changed)) == 16
    last = variants(changed)[-1]
    assert (last.model, last.params["stop"]) == ("b", None)
    assert {script.axes["vars.tone"] for script in variants(changed)} == {"007", "rude"}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (Changes.read(["params.temprature=1"]), "--set params.temprature: unknown request field"),
        (Changes.read(["params.n=2"]), "--set params.n: `n` above 1 is refused"),
        (
            Changes.read(["vars.shpo=x"]),
            "s.yaml: --set vars.shpo: unknown variable `shpo`; did you mean `shop`?",
        ),
        (
            Changes.read(["vars.token=x"]),
            "s.yaml: --set vars.token: `token` is a secret: its value comes from CRM_TOKEN",
        ),
        (Changes.read(axes=["temprature=1,2"]), "s.yaml: --axis temprature: unknown name"),
        (Changes.read(axes=["vars.new=1,2"]), "s.yaml: --axis vars.new: unknown variable `new`"),
        (Changes.read(axes=["vars.token=1,2"]), "s.yaml: --axis vars.token: `token` is a secret"),
        (Changes.read(axes=["system=a,b"]), "s.yaml: --axis system: `system` cannot be typed"),
        (Changes.read(axes=["n=1,2"]), "s.yaml: --axis n: `n` above 1 is refused"),
        (Changes.read(axes=["model=a=b"]), 's.yaml: --axis model: "a=b" cannot stand in an id'),
        (Changes(system="{{ nothing }}"), "s.yaml: --system: unknown variable `nothing`"),
        (Changes(repeat=0), "--repeat: expected a whole number from 1 up"),
    ],
)
def test_what_a_scenario_does_not_have_is_a_problem(changes: Changes, complaint: str) -> None:
    """An option that names what is not there is refused with the nearest name."""
    with pytest.raises(ProblemsError) as caught:
        change(SCENARIO, changes)
    assert str(caught.value).startswith(complaint)


def test_an_axis_that_stands_twice_is_a_problem() -> None:
    """Values that read the same would give two variants one id."""
    with pytest.raises(ProblemsError, match="stands twice"):
        variants(change(SCENARIO, Changes.read(axes=["seed=1,1.0"])))


@pytest.mark.parametrize(
    ("sets", "axes", "temperature"),
    [
        (["seed=1"], [], None),
        (["params.seed"], [], None),
        (["params.=1"], [], None),
        (["system=x"], [], None),
        ([], ["seed"], None),
        ([], ["=1"], None),
        ([], ["seed=1,,2"], None),
        ([], [], "0,"),
    ],
)
def test_what_cannot_be_read_is_a_usage_error(
    sets: list[str], axes: list[str], temperature: str | None
) -> None:
    """An option of the wrong form says which form is expected."""
    with pytest.raises(UsageError):
        Changes.read(sets, axes, temperature)


def test_typed_values_are_json_where_they_can_be() -> None:
    """A value for a request field is JSON where it is JSON, and text otherwise."""
    assert [
        parsed(text)
        for text in ("1", "0.5", "true", "null", '["a"]', '{"a": 1}', "low", "007", "NaN", "[" * 99999)
    ][:9] == [*(1, 0.5, True, None, ["a"], {"a": 1}, "low", "007", "NaN")]


@pytest.mark.parametrize("text", ["hot", "-1", "0,warm", "NaN", "true", "1e999", "[0]"])
def test_a_temperature_is_a_number(text: str) -> None:
    """What is no number from 0 up is refused where it was typed, before anything is sent."""
    with pytest.raises(UsageError, match=r"--temperature .*: expected a number from 0 up"):
        Changes.read(temperature=text)


@pytest.mark.parametrize(
    ("sets", "axes", "temperature"),
    [
        ([], ["temperature=1,2"], "0"),
        ([], ["params.temperature=1"], "0,1"),
        (["params.temperature=1"], [], "0"),
        (["params.seed=1"], ["seed=1,2"], None),
        ([], ["seed=1", "seed=2"], None),
        ([], ["params.seed=1", "seed=2"], None),
    ],
)
def test_two_options_never_set_the_same(sets: list[str], axes: list[str], temperature: str | None) -> None:
    """Where two options set one field, neither is dropped in silence."""
    with pytest.raises(UsageError, match=r"both set .*: keep one of the two"):
        Changes.read(sets, axes, temperature)


def test_what_is_wrong_with_an_option_is_told_without_a_file() -> None:
    """A value that no scenario could take is the option's fault."""
    with pytest.raises(ProblemsError) as raised:
        change(SCENARIO, Changes.read(["params.seed=x"]))
    assert str(raised.value) == '--set params.seed: `seed` takes a whole number, not "x"'


def test_changes_are_laid_over_others_field_by_field() -> None:
    """What is typed wins, whether it sets a field that was varied or varies one that was set; the rest stays."""
    below = Changes.read(["params.top_p=0.5", "vars.shop=Acme"], ["temperature=0,1"], None)
    below = below.model_copy(update={"repeat": 6, "model": "small"})
    assert Changes().over(below) == below
    over = Changes.read([], ["params.top_p=0.1,0.2", "model=a,b"], "0.7").over(below)
    assert over.axes == {"params.top_p": ("0.1", "0.2"), "model": ("a", "b")}
    assert over.params == {"temperature": 0.7}
    assert (over.vars, over.repeat, over.model) == ({"shop": "Acme"}, 6, None)
