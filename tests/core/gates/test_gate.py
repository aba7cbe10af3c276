"""Gates, read and put together."""

import re

import pytest
from jsonschema import Draft202012Validator

from runner.core.gates.gate import (
    EVERY,
    Gate,
    GateError,
    axes_of,
    gate_of,
    gates_of,
    only_complaints,
    unreachable,
)
from runner.core.gates.rule import AllOf, AnyOf, Enough, PassRate, Pooled, Sequential
from runner.core.scenario import Axis, Case, Point, Scenario, Setup
from runner.core.value import Json

WHOLE = {
    "pass_rate": 0.8,
    "confidence": 0.95,
    "min_trials": 10,
    "pass^3": 0.8,
    "pass@3": 0.9,
    "latency": {"p95": "5s", "median": "2s", "max": "1m"},
    "ttft": {"p99.5": "500ms"},
    "cost": {"max": 0.01, "mean": 0.005, "total": 1},
    "only": {"system": "v2", "temperature": [0, 0.7]},
}


def test_all_that_can_be_said_is_read() -> None:
    """Each key becomes a rule, with the words of its author on one line."""
    gate = Gate.read(WHOLE)
    assert gate.rules == (
        PassRate("pass_rate: 0.8, confidence: 0.95", 0.8, 0.95),
        AllOf("pass^3: 0.8", 3, 0.8),
        AnyOf("pass@3: 0.9", 3, 0.9),
        Enough("min_trials: 10", 10),
        Pooled("latency: {p95: 5s}", "latency", "p95", 5),
        Pooled("latency: {median: 2s}", "latency", "median", 2),
        Pooled("latency: {max: 1m}", "latency", "max", 60),
        Pooled("ttft: {p99.5: 500ms}", "ttft", "p99.5", 0.5),
        Pooled("cost: {max: 0.01}", "cost", "max", 0.01),
        Pooled("cost: {mean: 0.005}", "cost", "mean", 0.005),
        Pooled("cost: {total: 1}", "cost", "total", 1),
    )
    assert gate.only == (("system", ("v2",)), ("temperature", ("0", "0.7")))
    assert gate.weighs("ttft")
    assert Draft202012Validator(Gate.form()).is_valid(WHOLE)


def test_numbers_may_come_as_text() -> None:
    """What a template or an environment filled in is a number all the same."""
    texts = {"pass_rate": "0.8", "confidence": "0.95", "min_trials": "10", "cost": {"max": "0.01"}}
    numbers = {"pass_rate": 0.8, "confidence": 0.95, "min_trials": 10, "cost": {"max": 0.01}}
    assert Gate.read(texts) == Gate.read(numbers)


def test_a_sequential_test_has_its_usual_risks() -> None:
    """Without risks they are 5 % and 10 %; the rate that is asked is the good one."""
    (rule,) = Gate.read({"pass_rate": 0.95, "sequential": {"bad": 0.8}}).rules
    assert rule == Sequential("pass_rate: 0.95, sequential: {bad: 0.8}", 0.95, 0.8, 0.05, 0.1)
    (rule,) = Gate.read({"pass_rate": 0.95, "sequential": {"bad": 0.8, "alpha": 0.01, "beta": 0.02}}).rules
    assert isinstance(rule, Sequential)
    assert (rule.alpha, rule.beta) == (0.01, 0.02)


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        (None, "an empty gate asks nothing: leave it out, and every check of every trial has to pass"),
        ({}, "an empty gate asks nothing"),
        (0.8, "expected a map such as `{pass_rate: 0.8}`"),
        (["pass_rate"], "expected a map"),
        ({"pas_rate": 0.8}, "pas_rate: unknown key `pas_rate`; did you mean `pass_rate`?"),
        ({"pass^x": 0.8}, "pass^x: unknown key `pass^x`; did you mean `pass^3`?"),
        ({"pass^0": 0.8}, "pass^0: unknown key"),
        ({"pass_rate": 0}, "pass_rate: 0 asks nothing: expected a share above 0, up to 1"),
        ({"pass_rate": 80}, "pass_rate: expected a share above 0, up to 1, such as 0.8, not 80; 80 % is 0.8"),
        ({"pass_rate": "80%"}, 'not "80%"; 80 % is 0.8'),
        ({"pass_rate": True}, "not true"),
        ({"pass_rate": None}, "not nothing"),
        ({"pass_rate": float("nan")}, "not nan"),
        ({"pass_rate": 1, "confidence": 0.9}, "pass_rate: no number of trials shows a rate of 1"),
        ({"pass_rate": 0.9, "confidence": 95}, "confidence: expected a confidence from 0.5 to below 1"),
        ({"confidence": 0.9}, "confidence: goes with `pass_rate`, which is missing"),
        ({"sequential": {"bad": 0.5}}, "sequential: goes with `pass_rate`, which is missing"),
        ({"min_trials": 2.5}, "min_trials: expected a whole number from 1, not 2.5"),
        ({"latency": "5s"}, "latency: expected what is limited, and its limit: `{p95: 5s}`"),
        ({"latency": {}}, "latency: expected what is limited"),
        ({"latency": {"p95": "5 days"}}, "latency.p95: expected a time such as `5s`"),
        ({"latency": {"p95": "0s"}}, "latency.p95: expected a time above 0"),
        ({"latency": {"p100": "1s"}}, "latency.p100: unknown key"),
        ({"latency": {"total": "1s"}}, "latency.total: unknown key"),
        ({"cost": {"max": "a lot"}}, 'cost.max: expected US dollars as a number, such as 0.01, not "a lot"'),
        ({"only": "v2"}, "only: expected a map of axes"),
        ({"only": {}}, "only: expected a map of axes"),
        ({"only": {"system": []}}, "only.system: expected a value of the axis"),
        ({"only": {"system": {"v1": 1}}}, "only.system: expected a value of the axis"),
        ({"pass_rate": 0.9, "sequential": {"alpha": 0.1}}, "sequential: expected the rate that has to be failed"),
        ({"pass_rate": 0.9, "sequential": {"bad": 0.9}}, "sequential.bad: expected a rate below `pass_rate`, which is 0.9"),
        ({"pass_rate": 1, "sequential": {"bad": 0.9}}, "pass_rate: `sequential` tells two rates apart, both below 1"),
        ({"pass_rate": 0.9, "sequential": {"bad": 0.5, "gamma": 1}}, "sequential.gamma: unknown key"),
        ({"pass_rate": 0.9, "sequential": {"bad": 0.5, "beta": 0.5}}, "sequential.beta: expected a chance above 0"),
        ({"pass_rate": 0.9, "sequential": {"bad": 0.5}, "latency": {"max": "1s"}}, "does not go with `latency`"),
    ],
)  # fmt: skip
def test_what_can_never_be_meant_is_refused(spec: Json, complaint: str) -> None:
    """A typo, a share in percent, a gate that asks nothing or what nothing can meet: each with a sentence of its own."""
    with pytest.raises(ValueError, match=re.escape(complaint)) as raised:
        Gate.read(spec)
    assert isinstance(raised.value, GateError)


def test_all_that_is_wrong_comes_at_once() -> None:
    """Every fault is told, each with the way to it."""
    with pytest.raises(GateError) as raised:
        Gate.read({"pass_rat": 1, "latency": {"p95": "x", "p999": "1s"}, "cost": 3})
    assert [fault.keys for fault in raised.value.faults] == [
        ("pass_rat",), ("latency", "p95"), ("latency", "p999"), ("cost",)
    ]  # fmt: skip


def test_what_is_refused_is_marked_by_editors() -> None:
    """The schema knows every key, and says what each is."""
    schema = Gate.form()
    Draft202012Validator.check_schema(schema)
    for spec in (
        {"pas_rate": 1},
        {"pass_rate": 0},
        {"confidence": 0.9},
        {},
        {"latency": {"p999": "1s"}},
        {"pass^0": 1},
    ):
        assert not Draft202012Validator(schema).is_valid(spec)
    forms = [*schema["properties"].values(), *schema["patternProperties"].values()]
    assert all(form["description"].endswith(".") for form in forms)


def test_a_gate_that_says_nothing_of_passes_asks_that_every_check_passes() -> None:
    """Limits on time do not let a failed check through; a rate, or pass^k, stands in the place of the default."""
    assert Gate().asked == (EVERY,)
    assert Gate.read({"latency": {"max": "5s"}}).asked[0] == EVERY
    assert Gate.read({"min_trials": 5}).asked[0] == EVERY
    for spec in ({"pass_rate": 0.5}, {"pass^2": 0.5}, {"pass@2": 0.5}):
        assert EVERY not in Gate.read(spec).asked


def test_a_scenarios_own_gate_comes_before_those_of_its_tags() -> None:
    """Its own, else all of its tags together, else the default."""
    by_tag = {"smoke": {"pass_rate": 1.0}, "quick": {"latency": {"p95": "2s"}}, "other": {"min_trials": 9}}
    assert gates_of({"pass_rate": 0.5}, ["smoke"], by_tag) == (Gate.read({"pass_rate": 0.5}),)
    assert gates_of(None, ["none"], by_tag) == (Gate(),)
    both = gate_of(gates_of(None, ["quick", "smoke", "quick"], by_tag), {})
    assert both is not None
    assert [rule.text for rule in both.asked] == [
        "latency: {p95: 2s} [gates.quick]", "pass_rate: 1.0 [gates.smoke]"
    ]  # fmt: skip


def test_only_gates_the_variants_that_it_names() -> None:
    """The others are not gated, unless another gate speaks of them; values are those of ids."""
    only = Gate.read({"pass_rate": 0.8, "only": {"system": ["v2", "v3"], "temperature": 0.70}})
    assert gate_of([only], {"system": "v2", "temperature": 0.7}) == Gate(only.rules)
    assert gate_of([only], {"system": "v1", "temperature": 0.7}) is None
    assert gate_of([only], {"system": "v2"}) is None
    assert gate_of([only, Gate()], {"system": "v1"}) == Gate()
    by_case = Gate.read({"only": {"case": "null"}})
    assert gate_of([by_case], {}, "null") is not None
    assert gate_of([by_case], {}) is None


def test_what_only_names_has_to_be_there() -> None:
    """An axis or a value that does not exist would gate nothing."""
    scenario = Scenario(
        name="a",
        cases=(Case(id="kettle"),),
        axes=(
            Axis(name="system", points=(Point(label="v1", setup=Setup()), Point(label="v2", setup=Setup()))),
        ),
    )
    axes = axes_of(scenario)
    assert axes == {"case": ["kettle"], "system": ["v1", "v2"]}
    assert only_complaints(Gate.read({"only": {"system": "v2", "case": "kettle"}}), axes) == []
    wrong = Gate.read({"only": {"sytem": "v2", "system": ["v2", "v3"], "case": "pot"}})
    assert [str(fault) for fault in only_complaints(wrong, axes)] == [
        "only.sytem: unknown axis `sytem`; did you mean `system`?",
        "only.system: unknown value `v3`; expected one of `v1` and `v2`",
        "only.case: unknown value `pot`; expected `kettle`",
    ]


@pytest.mark.parametrize(
    ("spec", "repeats", "needs"),
    [
        ({"pass_rate": 0.8, "confidence": 0.95}, 5, 14),
        ({"pass_rate": 0.9, "confidence": 0.95}, 5, 29),
        ({"pass_rate": 0.95, "confidence": 0.95}, 58, 59),
        ({"pass_rate": 0.99, "confidence": 0.95}, 1, 299),
        ({"min_trials": 10}, 9, 10),
        ({"pass^3": 0.1}, 2, 3),
        ({"pass@4": 0.1}, 1, 4),
        ({"pass_rate": 0.95, "sequential": {"bad": 0.8}}, 5, 14),
    ],
)
def test_what_so_many_trials_cannot_show_is_said_before_they_are_played(
    spec: Json, repeats: int, needs: int
) -> None:
    """The number that is needed is the least that is enough."""
    gate = Gate.read(spec)
    why = unreachable([gate], repeats)
    assert (
        why
        == f"`{gate.rules[0].text}` needs {needs} trials, has {repeats}: repeat at least {needs} times, or ask for less"
    )
    assert unreachable([gate], needs - 1) is not None
    assert unreachable([gate], needs) is None


def test_what_is_counted_can_be_reached_by_any_number() -> None:
    """One trial that passes is a rate of 1."""
    assert unreachable([Gate(), Gate.read({"pass_rate": 1, "latency": {"max": "1s"}})], 1) is None


def test_a_sequential_test_of_one_tag_goes_with_no_rule_of_another() -> None:
    """It stops where the others still need trials."""
    gates = [
        Gate.read({"pass_rate": 0.9, "sequential": {"bad": 0.5}}, "a"),
        Gate.read({"min_trials": 3}, "b"),
    ]
    assert "goes with no other rule" in (unreachable(gates, 100) or "")
