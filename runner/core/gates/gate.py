"""A gate: what `runner check` asks of each variant of a scenario with its case; it is read here, and judges nothing.

Law: a gate asks something. One that says nothing of passes asks that every check of every trial passes; one that can
never be met, or always is, is refused where it is written.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from runner.core.gates.gate_form import FORM
from runner.core.gates.gate_spec import Fault, read_rules
from runner.core.gates.rule import AllOf, AnyOf, Enough, PassRate, Pooled, Quantity, Rule, Sequential
from runner.core.places import spelled
from runner.core.scenario import Scenario
from runner.core.value import Json
from runner.core.wording import unknown

CASE: Final = "case"
"""What cases are called beside axes."""

EVERY: Final = PassRate("every check of every trial passes", 1.0, by_default=True)
"""What is asked where a gate says nothing of passes."""


class GateError(ValueError):
    """A gate that cannot be used: all that is wrong with it, each where it stands."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults, and tell them in one line."""
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in faults))


@dataclass(frozen=True, slots=True)
class Gate:
    """What is asked of a block; all of its rules have to hold."""

    rules: tuple[Rule, ...] = ()
    """As they were written."""
    only: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Axes, or `case`, each with the values that are gated, spelled as in ids; the other variants are not."""
    source: str = ""
    """The tag whose gate in the settings this is; empty for a scenario's own."""

    @classmethod
    def read(cls, spec: Json, source: str = "") -> Self:
        """The gate that YAML or TOML says; raises `GateError`, a `ValueError`, with all that is wrong with it."""
        faults: list[Fault] = []
        rules = read_rules(spec, f" [gates.{source}]" if source else "", faults)
        only = _read_only(spec.get("only"), faults) if isinstance(spec, dict) and "only" in spec else ()
        if faults:
            raise GateError(faults)
        return cls(rules, only, source)

    @staticmethod
    def form() -> Json:
        """The JSON Schema of what may be said."""
        return FORM

    @property
    def asked(self) -> tuple[Rule, ...]:
        """All that is asked, what goes without saying included, first."""
        speaks = any(isinstance(rule, PassRate | AllOf | AnyOf | Sequential) for rule in self.rules)
        return self.rules if speaks else (EVERY, *self.rules)

    @property
    def pooled(self) -> tuple[Pooled, ...]:
        """What it asks of the time and the money that trials take."""
        return tuple(rule for rule in self.rules if isinstance(rule, Pooled))

    def weighs(self, quantity: Quantity) -> bool:
        """Whether it asks anything of a quantity: `ttft` is known only of replies that are streamed."""
        return any(rule.quantity == quantity for rule in self.pooled)

    def speaks_of(self, axes: Mapping[str, Json], case: str | None) -> bool:
        """Whether a variant is gated."""
        told = axes if case is None else {CASE: case, **axes}
        return all(name in told and spelled(told[name]) in values for name, values in self.only)


def gates_of(own: Json | None, tags: Iterable[str], by_tag: Mapping[str, Json]) -> tuple[Gate, ...]:
    """The gates that hold for a scenario: its own; where it has none, those of its tags; where they have none, the default.

    Raises `GateError` where one of them cannot be used.
    """
    if own is not None:
        return (Gate.read(own),)
    return tuple(Gate.read(by_tag[tag], tag) for tag in dict.fromkeys(tags) if tag in by_tag) or (Gate(),)


def gate_of(gates: Iterable[Gate], axes: Mapping[str, Json], case: str | None = None) -> Gate | None:
    """What is asked of one variant, all gates together; None where none of them speaks of it."""
    speaking = [gate for gate in gates if gate.speaks_of(axes, case)]
    if not speaking:
        return None
    return Gate(tuple(dict.fromkeys(rule for gate in speaking for rule in gate.rules)))


def axes_of(scenario: Scenario) -> dict[str, list[Json]]:
    """What `only` can name of a scenario: each axis with the names of its values, and its cases."""
    cases = {CASE: [case.id for case in scenario.cases]} if scenario.cases else {}
    return {**cases, **{axis.name: [point.label for point in axis.points] for axis in scenario.axes}}


def only_complaints(gate: Gate, axes: Mapping[str, Collection[Json]]) -> list[Fault]:
    """What `only` names that is not there, given each axis (and `case`) with its values: nothing would be gated by it."""
    faults: list[Fault] = []
    for name, wanted in gate.only:
        if name not in axes:
            faults.append(Fault(("only", name), unknown("axis", name, axes)))
            continue
        values = {spelled(value) for value in axes[name]}
        faults += [
            Fault(("only", name), unknown("value", value, values)) for value in wanted if value not in values
        ]
    return faults


def unreachable(gates: Iterable[Gate], repeats: int) -> str | None:
    """Why so many trials can never pass, whatever they say; None where they can."""
    rules = [rule for gate in gates for rule in gate.asked]
    if any(isinstance(rule, Sequential) for rule in rules) and len(set(rules)) > 1:
        return (
            "`sequential` stops at a bound of its own, and goes with no other rule: of the gates of several tags, "
            "let one alone hold"
        )
    short = [(needs, rule) for rule in rules if (needs := _trials_needed(rule, repeats)) > repeats]
    if not short:
        return None
    needs, rule = max(short, key=lambda each: each[0])
    trials = "1 trial" if needs == 1 else f"{needs} trials"
    return f"`{rule.text}` needs {trials}, has {repeats}: repeat at least {needs} times, or ask for less"


_MOST_SOUGHT: Final = 1_000_000


def _trials_needed(rule: Rule, repeats: int) -> int:
    """The fewest trials with which a rule can hold, all of them passing; the given ones where they are enough."""
    match rule:
        case Pooled():
            return 1
        case Enough(least=least):
            return least
        case _ if rule.needed(repeats) <= repeats:
            return repeats
        case _:
            trials = repeats
            while rule.needed(trials) > trials and trials < _MOST_SOUGHT:
                trials *= 2
            below = repeats  # not enough
            while trials - below > 1:
                middle = (trials + below) // 2
                below, trials = (middle, trials) if rule.needed(middle) > middle else (below, middle)
            return trials


def _read_only(spec: Json, faults: list[Fault]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The variants that are gated."""
    if not isinstance(spec, dict) or not spec:
        faults.append(Fault(("only",), "expected a map of axes, each with a value or a list of values"))
        return ()
    only: list[tuple[str, tuple[str, ...]]] = []
    for name, values in spec.items():
        listed = values if isinstance(values, list) else [values]
        if not listed or any(isinstance(value, list | dict) for value in listed):
            faults.append(Fault(("only", name), "expected a value of the axis, or a list of values"))
        else:
            only.append((name, tuple(dict.fromkeys(spelled(value) for value in listed))))
    return tuple(only)
