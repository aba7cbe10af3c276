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
from runner.core.shard import Shard
from runner.core.value import Json
from runner.door.given import Place, listed, named, number_from, numbers_from, place, text, texts
from runner.door.how import How
from runner.door.perform import Perform
from runner.errors import UsageError
from runner.operations import play as playing
from runner.operations.interrupt import Interrupts
from runner.operations.play import Audience, Played
from runner.operations.stage import Asked, stage

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
    skip_tags: str | Iterable[str]
    trials: int | Iterable[int]
    shard: str | None

    def ready(self, how: How, outputs: Place) -> Perform:
        """What plays it; raises RunnerError with everything that is wrong, before anything is sent."""
        paths, scenarios = self._parts()
        kept = Path(place("outputs", outputs))
        asked = Asked(
            paths=tuple(dict.fromkeys(paths)),
            changes=self._changes(),
            selection=self._selection(scenarios),
        )
        ready = stage(how.laid_over(asked), Path.cwd(), os.environ, scenarios)

        def perform(audience: Audience, interrupts: Interrupts) -> Played:
            return playing.play(ready, kept, audience, ("runner.play", *asked.paths), interrupts)

        return perform

    def _parts(self) -> tuple[list[str], list[Scenario] | None]:
        """The paths, and the scenarios where those are at hand."""
        parts = listed(self.what, os.PathLike, Scenario)
        if not parts:
            raise UsageError('name what is played: a path, or scenarios from runner.load("scenarios")')
        if all(isinstance(part, Scenario) for part in parts):
            return [part.path for part in parts if part.path], parts
        if any(isinstance(part, Scenario) for part in parts):
            raise UsageError("what is played should be paths, or scenarios from runner.load, and not both")
        return [place("what is played", part) for part in parts], None

    def _changes(self) -> Changes:
        """What is changed in the scenarios."""
        fields: dict[str, Any] = {
            name: text(name, getattr(self, name)) for name in ("provider", "model", "system")
        }
        fields["repeat"] = number_from(1, "repeat", self.repeat)
        params, axes = named("params", self.params), named("axes", self.axes)
        self._require_once(params, axes)
        if isinstance(self.temperature, int | float):
            params["temperature"] = self.temperature
        elif self.temperature is not None:
            axes["temperature"] = self.temperature
        typed = {name: tuple(_typed(name, value) for value in listed(axes[name])) for name in axes}
        for name, values in typed.items():
            if not values:
                raise UsageError(f"axes: {name} has no value; name at least one")
        for name, value in params.items():
            _typed(name, value)
        variables = {name: _typed(name, value) for name, value in named("vars", self.vars).items()}
        return Changes(params=params, axes=typed, vars=variables, **fields)

    def _require_once(self, params: Mapping[str, object], axes: Mapping[str, object]) -> None:
        """Raise UsageError where two parameters set the same: which of the two counts is not for us to say."""
        said: dict[str, list[str]] = {}
        for name in ("provider", "model", "temperature"):
            if getattr(self, name) is not None:
                said.setdefault(name, []).append(f"`{name}`")
        for name in params:
            said.setdefault(name, []).append(f'params["{name}"]')
        for name in axes:
            said.setdefault(name.removeprefix("params."), []).append(f'axes["{name}"]')
        for places in said.values():
            if len(places) > 1:
                raise UsageError(f"{places[0]} and {places[1]} both set the same: keep one of the two")

    def _selection(self, scenarios: Sequence[Scenario] | None) -> Selection:
        """Which part is played; of loaded scenarios these alone, also when their files are read again to go on."""
        only = texts("only", self.only) or tuple(each.name for each in scenarios or ())
        where = named("where", self.where)
        return Selection(
            only=only,
            tags=texts("tags", self.tags),
            skip_tags=texts("skip_tags", self.skip_tags),
            cases=texts("cases", self.cases),
            where={name: tuple(_typed(name, each) for each in listed(where[name])) for name in where},
            repeats=numbers_from(1, "trials", self.trials),
            shard=_shard(self.shard),
        )


def _shard(value: object) -> Shard | None:
    """The part that is meant; raises UsageError where there is no such part."""
    typed = text("shard", value)
    try:
        return None if typed is None else Shard.read(typed)
    except ValueError as error:
        raise UsageError(f"shard: {error}") from None


def _typed(name: str, value: object) -> str:
    """A value as it would be typed; raises UsageError where it is no JSON."""
    try:
        return value if isinstance(value, str) else json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name}: {error}") from None
