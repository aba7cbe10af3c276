"""What is said to `runner.play` as what the stage asks for: the same that the command line's options come to."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.core.change import Changes
from runner.core.scenario import Scenario
from runner.core.selection import Selection
from runner.core.value import Json
from runner.door.perform import Perform
from runner.errors import UsageError
from runner.operations import play as playing
from runner.operations.interrupt import Interrupts
from runner.operations.play import Audience, Played
from runner.operations.stage import Asked, stage

Place = str | os.PathLike[str]
"""A file or a folder."""

What = Place | Scenario | Iterable[Place] | Iterable[Scenario]
"""What is played: scenario files and folders of them, or scenarios that were loaded."""


@dataclass(frozen=True, slots=True)
class Words:
    """What was said to `play`, before it is understood."""

    what: What
    provider: str | None
    model: str | None
    temperature: float | Sequence[float] | None
    system: str | None
    params: Mapping[str, Json] | None
    vars: Mapping[str, object] | None
    axes: Mapping[str, Iterable[Json]] | None
    repeat: int | None
    only: str | Iterable[str]
    tags: str | Iterable[str]
    where: Mapping[str, Json] | None
    cases: str | Iterable[str]
    in_flight: int | None

    def ready(self, outputs: Path) -> Perform:
        """What plays it; raises RunnerError with everything that is wrong, before anything is sent."""
        paths, scenarios = self._parts()
        asked = Asked(
            paths=tuple(dict.fromkeys(paths)),
            changes=self._changes(),
            selection=self._selection(scenarios),
            in_flight=at_least_one("in_flight", self.in_flight),
        )
        ready = stage(asked, Path.cwd(), os.environ, scenarios)

        def perform(audience: Audience, interrupts: Interrupts) -> Played:
            return playing.play(ready, outputs, audience, ("runner.play", *asked.paths), interrupts)

        return perform

    def _parts(self) -> tuple[list[str], list[Scenario] | None]:
        """The paths, and the scenarios where those are at hand."""
        parts = _several(self.what, os.PathLike, Scenario)
        if not parts:
            raise UsageError('name what is played: a path, or scenarios from runner.load("scenarios")')
        if all(isinstance(part, Scenario) for part in parts):
            return [part.path for part in parts if part.path], parts
        if all(isinstance(part, str | os.PathLike) for part in parts):
            return [os.fspath(part) for part in parts], None
        raise UsageError("what is played should be paths, or scenarios from runner.load, and not both")

    def _changes(self) -> Changes:
        """What is changed in the scenarios."""
        fields: dict[str, Any] = {"provider": self.provider, "model": self.model, "system": self.system}
        fields["repeat"] = at_least_one("repeat", self.repeat)
        params, axes = dict(self.params or {}), dict(self.axes or {})
        if isinstance(self.temperature, int | float):
            params["temperature"] = self.temperature
        elif self.temperature is not None:
            axes["temperature"] = self.temperature
        typed = {name: tuple(_typed(name, value) for value in _several(axes[name])) for name in axes}
        for name, values in typed.items():
            if not values:
                raise UsageError(f"axes: {name} has no value; name at least one")
        for name, value in params.items():
            _typed(name, value)
        variables = {name: _typed(name, value) for name, value in (self.vars or {}).items()}
        return Changes(params=params, axes=typed, vars=variables, **fields)

    def _selection(self, scenarios: Sequence[Scenario] | None) -> Selection:
        """Which part is played; of loaded scenarios these alone, also when their files are read again to go on."""
        only = tuple(_several(self.only)) or tuple(each.name for each in scenarios or ())
        where = self.where or {}
        return Selection(
            only=only,
            tags=tuple(_several(self.tags)),
            cases=tuple(_several(self.cases)),
            where={name: tuple(_typed(name, each) for each in _several(where[name])) for name in where},
        )


def _several(values: Any, *single: type) -> list[Any]:
    """One value, or several, as a list; what is no text and not of these types may be several."""
    is_one = isinstance(values, (str, *single)) or not isinstance(values, Iterable)
    return [values] if is_one else list(values)


def _typed(name: str, value: object) -> str:
    """A value as it would be typed; raises UsageError where it is no JSON."""
    try:
        return value if isinstance(value, str) else json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name}: {error}") from None


def at_least_one(name: str, number: int | None) -> int | None:
    """The number; raises UsageError where it is none that counts something."""
    if number is not None and (not isinstance(number, int) or number < 1):
        raise UsageError(f"{name} should be a whole number from 1 up, not {number!r}")
    return number
