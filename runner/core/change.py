"""What the command line changes in a scenario before it is expanded; what it sets, nothing else sets again.

A value given on the command line wins over the scenario, its cases and its matrix; a turn's own params stay,
because their author meant that turn alone.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from runner.core.places import Place, label_complaint, place
from runner.core.request_fields import refusal
from runner.core.scenario import Axis, Opening, Point, Scenario, Setup
from runner.core.template import TemplateError, check
from runner.core.value import Json, Value
from runner.core.wording import excerpt, quoted, unknown
from runner.errors import Problem, ProblemsError, UsageError

_SETTABLE: Final = ("params", "vars")


class Changes(Value):
    """What was asked for on the command line."""

    provider: str | None = None
    model: str | None = None
    system: str | None = None
    """A prompt instead of the scenario's; it keeps the role of the one it replaces."""
    params: dict[str, Json] = {}
    vars: dict[str, str] = {}
    axes: dict[str, tuple[str, ...]] = {}
    """Each axis with its values as they were typed."""
    repeat: int | None = None

    @classmethod
    def read(
        cls, sets: Iterable[str] = (), axes: Iterable[str] = (), temperature: str | None = None
    ) -> "Changes":
        """What `--set`, `--axis` and `--temperature` ask for; raises `UsageError` where one cannot be read."""
        typed: dict[str, dict[str, str]] = {"params": {}, "vars": {}}
        for text in sets:
            name, equals, value = text.partition("=")
            kind, _, field = name.strip().partition(".")
            if not equals or kind not in _SETTABLE or not field:
                raise UsageError(f"--set {excerpt(text)}: expected params.FIELD=VALUE or vars.NAME=VALUE")
            typed[kind][field] = value
        varied: dict[str, tuple[str, ...]] = {}
        for name, values in map(_axis, axes):
            _require_once(f"--axis {name}", name, typed["params"], varied)
            varied[name] = values
        if temperature is not None:
            _require_once("--temperature", "temperature", typed["params"], varied)
            values = _temperatures(temperature)
            if len(values) == 1:
                typed["params"]["temperature"] = values[0]
            else:
                varied["temperature"] = values
        params = {field: parsed(value) for field, value in typed["params"].items()}
        return cls(params=params, vars=typed["vars"], axes=varied)

    def over(self, below: "Changes") -> "Changes":
        """These changes, and of others what these leave alone: a field is set, or varied, by one of the two."""
        set_here = self.params.keys() | {name for name in ("model", "provider") if getattr(self, name)}
        axes = {
            name: each for name, each in below.axes.items() if name.removeprefix("params.") not in set_here
        }
        varied = {name.removeprefix("params.") for name in self.axes}
        params = {name: each for name, each in below.params.items() if name not in varied}
        kept = {name: each for name, each in below.vars.items() if name not in varied}
        return Changes(
            provider=self.provider or (None if "provider" in varied else below.provider),
            model=self.model or (None if "model" in varied else below.model),
            system=self.system if self.system is not None or "system" in varied else below.system,
            params=params | self.params,
            vars=kept | self.vars,
            axes={name: each for name, each in axes.items() if name.removeprefix("params.") not in varied}
            | self.axes,
            repeat=self.repeat or below.repeat,
        )


def _require_once(
    option: str, name: str, params: Mapping[str, str], axes: Mapping[str, tuple[str, ...]]
) -> None:
    """Raise `UsageError` where what an option sets is set by another one: which of the two counts is not for us to say."""
    field = name.removeprefix("params.")
    others = [f"--set params.{field}"] if field in params else []
    others += [f"--axis {each}" for each in axes if each.removeprefix("params.") == field]
    if others:
        raise UsageError(f"{option} and {others[0]} both set {quoted(field)}: keep one of the two")


def _temperatures(text: str) -> tuple[str, ...]:
    """The values of `--temperature`."""
    values = _values("--temperature", text)
    for value in values:
        if refusal("temperature", parsed(value)) is not None:
            raise UsageError(
                f"--temperature {excerpt(value)[1:-1]}: expected a number from 0 up, e.g. 0.7, or 0,0.7,1"
            )
    return values


def _axis(text: str) -> tuple[str, tuple[str, ...]]:
    """The name and the values of `NAME=V,V`."""
    name, equals, values = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"--axis {excerpt(text)}: expected NAME=VALUE,VALUE")
    return name.strip(), _values(f"--axis {name.strip()}", values)


def _values(option: str, text: str) -> tuple[str, ...]:
    """Values parted by commas."""
    values = tuple(value.strip() for value in text.split(","))
    if not all(values):
        raise UsageError(f"{option}={excerpt(text)}: a value is missing beside a comma")
    return values


def parsed(text: str) -> Json:
    """A value typed for a request field: JSON where it is JSON, text otherwise."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(_: str) -> Json:
    """No number: JSON has no NaN and no infinity."""
    raise ValueError


def change(scenario: Scenario, changes: Changes) -> Scenario:
    """The scenario as the command line wants it; raises `ProblemsError` with everything that it does not know."""
    problems = [Problem(key=key, message=message) for key, message in _option_complaints(changes)]
    problems += [
        Problem(scenario.path, key=key, message=message) for key, message in _complaints(scenario, changes)
    ]
    if problems:
        raise ProblemsError(problems)
    axes = [_typed_axis(scenario, name, values) for name, values in changes.axes.items()]
    setups = [Setup(params=changes.params, vars=changes.vars), *(axis.points[0].setup for axis in axes)]
    targets = frozenset(target for setup in setups for target in setup.targets())
    targets |= {name for name in ("provider", "model") if getattr(changes, name) is not None}
    targets |= {"opening"} if changes.system is not None else set()
    kept = (_without_axis(axis, targets) for axis in scenario.axes)
    updates = {
        "provider": scenario.provider if changes.provider is None else changes.provider,
        "model": scenario.model if changes.model is None else changes.model,
        "opening": _opening(scenario, changes),
        "params": {**scenario.params, **changes.params},
        "vars": {**scenario.vars, **changes.vars},
        "cases": tuple(
            case.model_copy(update={"setup": _without(case.setup, targets)}) for case in scenario.cases
        ),
        "axes": (*(axis for axis in kept if axis is not None), *axes),
        "repeat": scenario.repeat if changes.repeat is None else changes.repeat,
    }
    return scenario.model_copy(update=updates)


def _option_complaints(changes: Changes) -> Iterator[tuple[str, str]]:
    """What is wrong with the changes whatever the scenario is, each with the option that names it."""
    for field, value in changes.params.items():
        if (reason := refusal(field, value)) is not None:
            yield f"--set params.{field}", reason
    if changes.repeat is not None and changes.repeat < 1:
        yield "--repeat", "expected a whole number from 1 up"


def _complaints(scenario: Scenario, changes: Changes) -> Iterator[tuple[str, str]]:
    """What the changes name that the scenario does not have, each with the option that names it."""
    for name in changes.vars:
        if name in scenario.secrets:
            yield (
                f"--set vars.{name}",
                f"{quoted(name)} is a secret: its value comes from {scenario.secrets[name]}",
            )
        elif name not in scenario.mentioned():
            yield f"--set vars.{name}", unknown("variable", name, scenario.mentioned())
    if changes.system is not None:
        try:
            check(changes.system, scenario.variables())
        except TemplateError as error:
            yield "--system", str(error)
    for name, values in changes.axes.items():
        yield from ((f"--axis {name}", message) for message in _axis_complaints(scenario, name, values))


def _axis_complaints(scenario: Scenario, name: str, values: tuple[str, ...]) -> Iterator[str]:
    """What is wrong with an axis that was typed."""
    try:
        where = place(name, scenario.mentioned())
    except ValueError as error:
        yield str(error)
        return
    match where.kind:
        case "system" | "developer" | "setup":
            yield f"{quoted(name)} cannot be typed: write it under `matrix:` in the scenario, with names"
        case "vars" if where.name not in scenario.mentioned():
            yield unknown("variable", where.name, scenario.mentioned())
        case "vars" if where.name in scenario.secrets:
            yield f"{quoted(where.name)} is a secret and cannot be varied"
        case "params":
            reasons = (refusal(where.name, parsed(value)) for value in values)
            yield from (reason for reason in reasons if reason is not None)
        case _:
            yield from (complaint for value in values if (complaint := label_complaint(value)) is not None)


def _typed_axis(scenario: Scenario, name: str, values: tuple[str, ...]) -> Axis:
    """An axis from what was typed."""
    where = place(name, scenario.mentioned())
    points = []
    for text in values:
        value = parsed(text) if where.kind == "params" else text
        points.append(Point(label=value, setup=_setting(where, value)))
    return Axis(name=name, points=tuple(points), path=scenario.path)


def _setting(where: Place, value: Json) -> Setup:
    """What one typed value of an axis sets."""
    match where.kind:
        case "params":
            return Setup(params={where.name: value})
        case "vars":
            return Setup(vars={where.name: value})
        case "model":
            return Setup(model=value)
        case "provider":
            return Setup(provider=value)
        case "system" | "developer" | "setup":
            raise AssertionError(where.kind)


def _opening(scenario: Scenario, changes: Changes) -> Opening | None:
    """The opening message after the changes."""
    if changes.system is None:
        return scenario.opening
    role = "system" if scenario.opening is None else scenario.opening.role
    return Opening(role=role, content=changes.system)


def _without(setup: Setup, targets: frozenset[str] | set[str]) -> Setup:
    """The setup without what the command line sets."""
    if targets.isdisjoint(setup.targets()):
        return setup

    def kept(kind: str, values: Mapping[str, Json]) -> dict[str, Json]:
        return {name: value for name, value in values.items() if f"{kind}.{name}" not in targets}

    return Setup(
        provider=None if "provider" in targets else setup.provider,
        model=None if "model" in targets else setup.model,
        opening=None if "opening" in targets else setup.opening,
        params=kept("params", setup.params),
        vars=kept("vars", setup.vars),
    )


def _without_axis(axis: Axis, targets: frozenset[str] | set[str]) -> Axis | None:
    """The axis without what the command line sets; None where nothing of it is left."""
    points = [point.model_copy(update={"setup": _without(point.setup, targets)}) for point in axis.points]
    if all(not list(point.setup.targets()) for point in points):
        return None
    return axis.model_copy(update={"points": tuple(points)})
