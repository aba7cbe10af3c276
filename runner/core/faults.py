"""What is wrong with a scenario's cases and axes together: ids that are not clear, two that set the same thing."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from runner.core.places import label_complaint, spelled
from runner.core.scenario import Axis, Case, Scenario, Setup
from runner.errors import Problem

MOST_VARIANTS: Final = 10**9
"""A matrix beyond this is a mistake."""


def size(scenario: Scenario) -> int:
    """How many variants a scenario has."""
    return math.prod((len(scenario.cases) or 1, *(len(axis.points) for axis in scenario.axes)))


def faults(scenario: Scenario) -> Iterator[Problem]:
    """What is wrong with the cases and axes together: unclear ids, two that set the same, too many variants."""
    for axis in scenario.axes:
        yield from _unclear(axis)
    seen: dict[str, Case] = {}
    for case in scenario.cases:
        complaint = label_complaint(case.id)
        if (first := seen.setdefault(case.id, case)) is not case:
            complaint = f"the case id `{case.id}` stands twice, first on line {first.line}"
        if complaint is not None:
            yield Problem(case.path, case.line, case.column, "cases", complaint)
    yield from _clashes(scenario)
    if size(scenario) > MOST_VARIANTS:
        yield Problem(
            scenario.path, scenario.line, 0, "matrix", f"{size(scenario):.1e} variants are too many to play"
        )


def _unclear(axis: Axis) -> Iterator[Problem]:
    """What is wrong with one axis: no values, values that cannot stand in an id, values that read the same."""
    seen: set[str] = set()
    problem = Problem(axis.path, axis.line, axis.column, f"matrix.{axis.name}")
    if not axis.points:
        yield replace(problem, message="an axis needs at least one value")
    for point in axis.points:
        if isinstance(point.label, list | dict):
            yield replace(problem, message="a list or a map as a value needs a name: `{name: value, ..}`")
            continue
        text = spelled(point.label)
        if (complaint := label_complaint(text)) is not None:
            way_on = "give it another name" if axis.named else "give the values names: `{name: value, ..}`"
            yield replace(problem, message=f"{complaint}; {way_on}")
        if text in seen:
            yield replace(problem, message=f"the value `{text}` stands twice")
        seen.add(text)


def _clashes(scenario: Scenario) -> Iterator[Problem]:
    """Where two axes, or an axis and the cases, set the same thing: neither could win without a word."""
    setters = dict.fromkeys(_targets(case.setup for case in scenario.cases), "the cases")
    for axis in scenario.axes:
        for target in sorted(_targets(point.setup for point in axis.points)):
            name = f"the axis `{axis.name}`"
            if (other := setters.setdefault(target, name)) != name:
                message = f"{other} and {name} both set {target}"
                yield Problem(axis.path, axis.line, axis.column, f"matrix.{axis.name}", message)


def _targets(setups: Iterable[Setup]) -> frozenset[str]:
    """Every place that one of the setups sets."""
    return frozenset(target for setup in setups for target in setup.targets())
