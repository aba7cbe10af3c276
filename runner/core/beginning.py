"""How early in what is sent each case and axis of a scenario changes something; it renders nothing.

Law: what changes the beginning turns slowest, so that conversations that begin alike are next to each other.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from runner.core.scenario import Opening, Scenario, Setup
from runner.core.template import TemplateError, is_templated, names
from runner.core.value import Json, canonical

PREFIX: Final = frozenset(
    {"tools", "functions", "response_format", "reasoning_effort", "prompt_cache_key", "extra_body"}
)
"""The request fields that decide what a server puts in front of the messages, or which of its caches it looks into."""

_MODEL, _FIELDS, _OPENING, _PROVIDER, _TURNS = range(5)
"""How early something is changed; from `_TURNS` on, by which turn. A provider has a cache of its own, so that its place
among those before the turns parts nothing: the last one lets several providers have work from the start."""
_NOWHERE: Final = 10**9
"""What changes no message."""


@dataclass(frozen=True, slots=True)
class Dial:
    """The cases, or one axis, as one digit of a variant's number."""

    axis: int | None
    """Which of the scenario's axes; None for its cases."""
    setups: Sequence[Setup]
    depth: int
    """How early it changes something."""


def dials(scenario: Scenario) -> tuple[Dial, ...]:
    """The cases and axes, slowest first: by how early they change what is sent, else as they are written."""
    places = _places(scenario)
    found = [(None, [case.setup for case in scenario.cases])] if scenario.cases else []
    every: list[tuple[int | None, list[Setup]]] = [*found]
    every += [(place, [point.setup for point in axis.points]) for place, axis in enumerate(scenario.axes)]
    turned = [Dial(axis, setups, _depth(setups, places)) for axis, setups in every]
    return tuple(sorted(turned, key=lambda dial: dial.depth))


def count_openings(turned: Iterable[Dial]) -> int:
    """How many runs of variants there are that are alike up to their first turn."""
    return math.prod(len(dial.setups) for dial in turned if dial.depth < _TURNS)


def count_firsts(turned: Iterable[Dial], scenario: Scenario) -> int:
    """How many runs of variants there are whose first request is alike."""
    first = next(
        (place for place, turn in enumerate(scenario.turns) if turn.role == "user"), len(scenario.turns)
    )
    return math.prod(len(dial.setups) for dial in turned if dial.depth <= _TURNS + first)


def kin(scenario: Scenario, turned: Iterable[Dial]) -> bytes | None:
    """What is equal for scenarios whose openings are alike, one by one; None where there is nothing to be alike in."""
    openings = list(_openings(scenario))
    if not openings and not PREFIX & scenario.params.keys():
        return None
    used = {name for opening in openings for name in _names(opening)}
    rows = [[_opens(setup, used) for setup in dial.setups] for dial in turned if dial.depth < _TURNS]
    own = Setup(
        provider=scenario.provider,
        model=scenario.model,
        opening=None if scenario.opening is None else (scenario.opening,),
        params=scenario.params,
        vars=scenario.vars,
    )
    secrets = {name: variable for name, variable in scenario.secrets.items() if name in used}
    return canonical([_opens(own, used), secrets, rows])


def _opens(setup: Setup, used: Iterable[str]) -> Json:
    """What a setup says about what stands before the turns."""
    opening = setup.opening
    return [
        setup.provider,
        setup.model,
        None if opening is None else [[each.role, each.content, each.template] for each in opening],
        {name: value for name, value in setup.params.items() if name in PREFIX},
        {name: setup.vars[name] for name in used if name in setup.vars},
    ]


def _depth(setups: Iterable[Setup], places: Mapping[str, int]) -> int:
    """How early any of some setups changes something."""
    targets = {target for setup in setups for target in setup.targets()}
    if "provider" in targets:  # whatever else it changes
        return _PROVIDER
    return min((_place(target, places) for target in targets), default=_NOWHERE)


def _place(target: str, places: Mapping[str, int]) -> int:
    """How early a place that is set stands in what is sent."""
    kind, _, name = target.partition(".")
    match kind:
        case "model":
            return _MODEL
        case "opening":
            return _OPENING
        case "params":
            return _FIELDS if name in PREFIX else _NOWHERE
        case _:
            return places.get(name, _NOWHERE)


def _places(scenario: Scenario) -> dict[str, int]:
    """How early each variable is first said."""
    places: dict[str, int] = {}
    if not scenario.cases and not scenario.axes:
        return places
    for opening in _openings(scenario):
        places |= dict.fromkeys(_names(opening), _OPENING)
    for place, turn in enumerate(scenario.turns):
        if turn.template and is_templated(turn.content):
            for name in _names_in(turn.content):
                places.setdefault(name, _TURNS + place)
    return places


def _openings(scenario: Scenario) -> Iterator[Opening]:
    """Every message that a variant may open with."""
    if scenario.opening is not None:
        yield scenario.opening
    setups = [case.setup for case in scenario.cases]
    setups += [point.setup for axis in scenario.axes for point in axis.points]
    for setup in setups:
        yield from setup.opening or ()


def _names(opening: Opening) -> Iterator[str]:
    """The variables that an opening names."""
    return _names_in(opening.content) if opening.template else iter(())


def _names_in(data: Json) -> Iterator[str]:
    """The variables that the strings in JSON data name; what is no template is told where it is rendered."""
    match data:
        case str():
            with suppress(TemplateError):
                yield from names(data)
        case list():
            for item in data:
                yield from _names_in(item)
        case dict():
            for item in data.values():
                yield from _names_in(item)
