"""Variants: what wins over what, how ids are written, what is refused."""

import pytest

from runner.checks import build
from runner.core.check import Check
from runner.core.matrix import Variants, expand, rehearse
from runner.core.scenario import Axis, Case, Expectation, Opening, Point, Scenario, Setup, Turn
from runner.core.trial import Posed
from runner.errors import ProblemsError


def variants(scenario: Scenario) -> Variants:
    return expand(scenario, lambda provider, model: (provider or "openai", model or "default"), build)


def axis(name: str, *setups: Setup, labels: tuple[object, ...] = ()) -> Axis:
    labels = labels or tuple(f"v{number}" for number in range(len(setups)))
    points = tuple(Point(label=label, setup=setup) for label, setup in zip(labels, setups, strict=True))
    return Axis(name=name, points=points)


def test_nothing_that_varies_needs_no_brackets() -> None:
    """A scenario without cases and axes is one variant with the scenario's name."""
    (script,) = variants(
        Scenario(name="plain", path="p.yaml", tags=("a",), turns=(Turn(content="Hello", line=3),))
    )
    assert (script.variant, script.scenario, script.path, script.case, script.axes) == (
        "plain",
        "plain",
        "p.yaml",
        None,
        {},
    )
    assert (script.provider, script.model, script.turns[0].line) == ("openai", "default", 3)


def test_nearer_values_win() -> None:
    """A turn's params win over the matrix, the matrix over the scenario, whole values at a time."""
    scenario = Scenario(
        name="s",
        params={"temperature": 0.7, "seed": 1, "response_format": {"type": "text", "x": 1}},
        turns=(
            Turn(content="a"),
            Turn(content="b", params={"temperature": 0, "response_format": {"type": "json"}}),
        ),
        axes=(axis("temperature", Setup(params={"temperature": 1}), labels=(1,)),),
    )
    (script,) = variants(scenario)
    assert script.params == {"temperature": 1, "seed": 1, "response_format": {"type": "text", "x": 1}}
    assert script.turns[0].params is None
    assert script.params_of(1) == {"temperature": 0, "seed": 1, "response_format": {"type": "json"}}


def test_axes_are_sorted_by_name_and_the_case_comes_first() -> None:
    """An id does not depend on the order in which things are written."""
    scenario = Scenario(
        name="s",
        turns=(Turn(content="x"),),
        cases=(Case(id="z"),),
        axes=(
            axis("b", Setup(model="x")),
            axis("a-b", Setup(provider="y")),
            axis("a", Setup(params={"seed": 1})),
        ),
    )
    assert variants(scenario)[0].variant == "s[case=z,a=v0,a-b=v0,b=v0]"


def test_checks_are_rendered_and_built() -> None:
    """A check's texts are templates too, and what is posed can judge at once."""
    scenario = Scenario(
        name="s",
        vars={"word": "receipt", "most": "80"},
        turns=(Turn(content="x", checks=(Expectation(check="not-contains", spec="{{ word }}", line=7),)),),
        checks=(Expectation(check="words", spec={"max": "{{ most }}"}, of="every", line=9),),
    )
    (script,) = variants(scenario)
    (posed,) = script.turns[0].checks
    assert (posed.check, posed.spec, posed.line, posed.negated) == ("not-contains", "receipt", 7, True)
    assert isinstance(posed.ask, Check)
    assert script.checks == (
        Posed(check="words", spec={"max": "80"}, of="every", line=9, ask=script.checks[0].ask),
    )


def test_what_does_not_vary_is_shared() -> None:
    """Memory follows what differs: a turn without variables is one object in all variants."""
    every = variants(
        Scenario(
            name="s",
            turns=(Turn(content="same"), Turn(content="{{ x }}")),
            axes=(axis("x", Setup(vars={"x": "1"}), Setup(vars={"x": "2"})),),
        )
    )
    assert every[0].turns[0] is every[1].turns[0]
    assert every[0].turns[1].message != every[1].turns[1].message


def test_a_literal_text_is_not_rendered() -> None:
    """Where `template` is false, braces are braces."""
    scenario = Scenario(
        name="s",
        opening=Opening(content="{{ a }}", template=False),
        turns=(Turn(content="{{ b }}", template=False), Turn(content=[{"type": "text", "text": "{{ x }}"}])),
        vars={"x": "y"},
    )
    (script,) = variants(scenario)
    assert script.opening[0]["content"] == "{{ a }}"
    assert [line.message["content"] for line in script.turns] == ["{{ b }}", [{"type": "text", "text": "y"}]]


def test_names_known_in_some_variants_only_are_not_known() -> None:
    """A text may use a name only if every case and every value of an axis gives it one."""
    scenario = Scenario(
        name="s",
        vars={"a": "1"},
        secrets={"t": "T"},
        cases=(
            Case(id="x", setup=Setup(vars={"b": "1", "c": "1"})),
            Case(id="y", setup=Setup(vars={"b": "1"})),
        ),
        axes=(axis("setup", Setup(vars={"d": "1"}), Setup(vars={"d": "1", "e": "1"})), axis("empty")),
    )
    assert scenario.variables() == {"a", "t", "b", "d"}
    assert scenario.mentioned() == {"a", "t", "b", "c", "d", "e"}


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"axes": (axis("seed"),)}, "matrix.seed: an axis needs at least one value"),
        (
            {"axes": (axis("seed", Setup(), Setup(), labels=(1, 1.0)),)},
            "matrix.seed: the value `1` stands twice",
        ),
        (
            {"axes": (axis("stop", Setup(), labels=(["a"],)),)},
            "matrix.stop: a list or a map as a value needs a name",
        ),
        ({"axes": (axis("x", Setup(), labels=("a,b",)),)}, 'matrix.x: "a,b" cannot stand in an id'),
        (
            {"cases": (Case(id="a", line=2), Case(id="a", line=3))},
            "the case id `a` stands twice, first on line 2",
        ),
        ({"cases": (Case(id="a#b"),)}, 'cases: "a#b" cannot stand in an id'),
        (
            {"axes": (axis("a", Setup(model="x")), axis("b", Setup(model="y")))},
            "matrix.b: the axis `a` and the axis `b` both set model",
        ),
        (
            {
                "axes": (axis("a", Setup(vars={"x": "1"})),),
                "cases": (Case(id="c", setup=Setup(vars={"x": "2"})),),
            },
            "matrix.a: the cases and the axis `a` both set vars.x",
        ),
        ({"axes": tuple(axis(f"a{n}", *[Setup()] * 100) for n in range(6))}, "1.0e+12 variants are too many"),
    ],
)
def test_a_matrix_that_cannot_be_told_apart_is_refused(fields: dict[str, object], complaint: str) -> None:
    """Unclear values, doubles and clashes are problems before anything is made."""
    with pytest.raises(ProblemsError) as caught:
        variants(Scenario.model_validate({"name": "s", "turns": (Turn(content="x"),), **fields}))
    assert complaint in str(caught.value)


def test_a_check_that_cannot_be_built_is_a_problem_at_its_place() -> None:
    """Rendering may make a pattern of a text that is none; the problem stands where the check does."""
    check = Expectation(check="regex", spec="{{ p }}", path="s.yaml", line=4, column=7)
    scenario = Scenario(
        name="s",
        turns=(Turn(content="x", checks=(check,)),),
        axes=(
            axis("vars.q", *[Setup(vars={"q": str(n)}) for n in range(50)]),
            axis("vars.p", Setup(vars={"p": "a"}), Setup(vars={"p": "("})),
        ),
    )
    problems = set(rehearse(scenario, build))
    assert {str(problem) for problem in problems} == {
        's.yaml:4:7: regex: "(" is not a pattern: missing ) at position 1'
    }
    with pytest.raises(ProblemsError):
        _ = variants(scenario)[1]
