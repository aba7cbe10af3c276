"""A scenario's cases and axes, crossed: variants as scripts, made one at a time and only when asked for.

Law: `expand` is the product of its axes, and an id names the same values whatever the order they are written in.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Final, overload

from runner.core.beginning import count_firsts, count_openings, dials, kin
from runner.core.check import Check
from runner.core.faults import faults, size
from runner.core.message import Message
from runner.core.places import spelled
from runner.core.scenario import Axis, Case, Expectation, Opening, Point, Scenario, Setup, Turn
from runner.core.template import (
    TemplateError,
    capture_mark,
    fill_captured,
    is_templated,
    names_in,
    render,
    render_data,
    secret_mark,
)
from runner.core.trial import Line, Posed, Script
from runner.core.value import Json
from runner.errors import Problem, ProblemsError

NEGATION: Final = "not-"
"""What stands before a check's name where it must not hold."""

Resolve = Callable[[str | None, str | None], tuple[str, str]]
"""Settings' answer to a scenario's provider and model, either of which may be absent: the literal two."""

Build = Callable[[str, Json, str], Check]
"""The registry of checks: a YAML name, without `not-`, what stands under it, and the file that it stands in; raises
`ValueError` with a sentence."""


@dataclass(frozen=True, slots=True)
class Combination:
    """One choice of everything that varies."""

    case: Case | None
    points: tuple[tuple[Axis, Point], ...]

    def setups(self) -> Iterator[Setup]:
        """What is laid over the scenario: the case, then each axis."""
        if self.case is not None:
            yield self.case.setup
        yield from (point.setup for _, point in self.points)

    def axes(self) -> dict[str, Json]:
        """Each axis with its value, or its value's name."""
        return {axis.name: point.label for axis, point in self.points}

    def id(self, name: str) -> str:
        """The variant's id: the case first, then the axes in the order of their names."""
        parts = [] if self.case is None else [f"case={self.case.id}"]
        named = sorted((axis.name, spelled(point.label)) for axis, point in self.points)
        parts += [f"{axis}={label}" for axis, label in named]
        return f"{name}[{','.join(parts)}]" if parts else name


@dataclass(frozen=True, slots=True)
class _Effective:
    """What a combination makes of a scenario."""

    provider: str | None
    model: str | None
    opening: tuple[Opening, ...]
    params: dict[str, Json]
    values: dict[str, str]

    def over(self, setup: Setup) -> "_Effective":
        """The same with a setup laid over it, key by key."""
        return _Effective(
            provider=self.provider if setup.provider is None else setup.provider,
            model=self.model if setup.model is None else setup.model,
            opening=self.opening if setup.opening is None else setup.opening,
            params={**self.params, **setup.params} if setup.params else self.params,
            values={**self.values, **setup.vars} if setup.vars else self.values,
        )


class Variants(Sequence[Script]):
    """The scripts of a scenario; nothing is held but the scenario itself, so that any number of them costs nothing."""

    def __init__(self, scenario: Scenario, resolve: Resolve, build: Build) -> None:
        """Keep the scenario with the two answers that the ground floor cannot give itself."""
        self.scenario = scenario
        self._resolve = resolve
        self._build = build
        self._length = size(scenario)
        self._dials = dials(scenario)
        self._captures = scenario.captured()
        self._problems: list[Problem] = []
        """What cannot be rendered in the script that is being made."""
        self._fixed: dict[int, Line] = {}
        self._last: tuple[int, Script] | None = None
        """The script that was asked for last, which is what most ask for again."""

    @property
    def openings(self) -> int:
        """How many equal runs of variants there are that open alike: same provider, model, fields and opening."""
        return count_openings(self._dials)

    @property
    def firsts(self) -> int:
        """How many equal runs of variants there are whose first request is alike, but for what changes no message."""
        return count_firsts(self._dials, self.scenario)

    @property
    def kin(self) -> bytes | None:
        """What is equal for scenarios whose runs open alike, one by one; None where they open with nothing."""
        return kin(self.scenario, self._dials)

    def among(self, scenario: Scenario) -> "Variants":
        """The variants of the same scenario with fewer cases and values."""
        return Variants(scenario, self._resolve, self._build)

    def __len__(self) -> int:
        """How many variants there are: the product of the axes and the cases."""
        return self._length

    @overload
    def __getitem__(self, index: int) -> Script: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Script]: ...

    def __getitem__(self, index: int | slice) -> Script | Sequence[Script]:
        """The script of one variant, made now; raises `ProblemsError` where a text or a check cannot be rendered."""
        if isinstance(index, slice):
            return [self._script(each) for each in range(*index.indices(self._length))]
        index = range(self._length)[index]
        if self._last is None or self._last[0] != index:
            self._last = index, self._script(index)
        return self._last[1]

    def combination(self, index: int) -> Combination:
        """What is chosen in one variant; what changes the beginning turns slowest."""
        digits = range(self._length)[index]
        chosen: dict[int | None, int] = {}
        for dial in reversed(self._dials):
            digits, chosen[dial.axis] = divmod(digits, len(dial.setups))
        case = self.scenario.cases[chosen[None]] if self.scenario.cases else None
        return Combination(
            case,
            tuple((axis, axis.points[chosen[place]]) for place, axis in enumerate(self.scenario.axes)),
        )

    def id(self, index: int) -> str:
        """The id of one variant, without rendering it."""
        return self.combination(index).id(self.scenario.name)

    def _effective(self, combination: Combination) -> _Effective:
        """The scenario with a combination laid over it."""
        scenario = self.scenario
        marks = {name: secret_mark(variable) for name, variable in scenario.secrets.items()}
        marks |= {name: capture_mark(name) for name in self._captures}
        effective = _Effective(
            provider=scenario.provider,
            model=scenario.model,
            opening=() if scenario.opening is None else (scenario.opening,),
            params=scenario.params,
            values={**scenario.vars, **marks},
        )
        for setup in combination.setups():
            effective = effective.over(setup)
        return effective

    def _script(self, index: int) -> Script:
        """One variant, rendered to the letter."""
        scenario, combination = self.scenario, self.combination(index)
        effective = self._effective(combination)
        provider, model = self._resolve(effective.provider, effective.model)
        self._problems = []
        script = Script(
            variant=combination.id(scenario.name),
            scenario=scenario.name,
            path=scenario.path,
            case=combination.case.id if combination.case is not None else None,
            axes=combination.axes(),
            tags=scenario.tags,
            provider=provider,
            model=model,
            params=effective.params,
            opening=tuple(_opened(opening, effective.values) for opening in effective.opening),
            turns=tuple(self._line(number, turn, effective) for number, turn in enumerate(scenario.turns)),
            checks=self._posed(scenario.checks, effective.values),
            secrets=tuple(sorted(set(scenario.secrets.values()))),
            on_failed_check=scenario.on_failed_check,
        )
        if self._problems:
            raise ProblemsError(self._problems)
        return script

    def _line(self, number: int, turn: Turn, effective: _Effective) -> Line:
        """One turn, rendered; the same object in every variant where nothing in it varies."""
        if (fixed := self._fixed.get(number)) is not None:
            return fixed
        line = Line(
            role=turn.role,
            message={"role": turn.role, "content": _rendered(turn, effective.values)},
            params={**effective.params, **turn.params} if turn.params else None,
            id=turn.id,
            path=_elsewhere(turn.path, self.scenario.path),
            line=turn.line,
            checks=self._posed((*turn.captures, *turn.checks), effective.values),
            when=self._posed(turn.when, effective.values),
            captured=self._captured(turn.content) if turn.template else (),
        )
        varies = self._problems or turn.params or (turn.template and is_templated(turn.content))
        posed = (*turn.captures, *turn.checks, *turn.when)
        if not varies and not any(is_templated(each.spec) for each in posed):
            self._fixed[number] = line
        return line

    def _posed(self, expectations: Iterable[Expectation], values: Mapping[str, str]) -> tuple[Posed, ...]:
        """Checks with their texts rendered, ready to judge; those that cannot be are noted."""
        own = self.scenario.path
        posed = []
        for expectation in expectations:
            try:
                posed.append(pose(expectation, values, self._build, own, self._captured(expectation.spec)))
            except ProblemsError as error:
                self._problems += error.problems
        return tuple(posed)

    def _captured(self, data: Json) -> tuple[str, ...]:
        """What texts need of earlier replies, by name."""
        return tuple(sorted(self._captures & names_in(data))) if self._captures else ()


def expand(scenario: Scenario, resolve: Resolve, build: Build) -> Variants:
    """Every variant of a scenario, in order and on demand; raises `ProblemsError` where the matrix cannot be used."""
    if found := list(faults(scenario)):
        raise ProblemsError(found)
    return Variants(scenario, resolve, build)


def pose(
    expectation: Expectation,
    values: Mapping[str, str],
    build: Build,
    own: str,
    captured: tuple[str, ...] = (),
) -> Posed:
    """A check of the scenario at `own`, its texts rendered and built; raises `ProblemsError` where it cannot be.

    One that needs what is `captured` is built again once that is known.
    """
    check = expectation.check.removeprefix(NEGATION)
    try:
        spec = render_data(expectation.spec, values)
        ask = build(check, spec, expectation.path)
    except (TemplateError, ValueError) as error:
        key = expectation.key or expectation.check
        place = Problem(expectation.path, expectation.line, expectation.column, key, str(error))
        raise ProblemsError([place]) from None
    return Posed(
        check=expectation.check,
        name=expectation.name,
        spec=spec,
        captured=captured,
        asks=[asdict(judge) for judge in ask.asks()] or None,
        backing=ask.backing(),
        late=partial(_build_late, build, check, spec, expectation.path) if captured else None,
        path=_elsewhere(expectation.path, own),
        line=expectation.line,
        of=expectation.of,
        ask=ask,
    )


def _build_late(build: Build, check: str, spec: Json, path: str, captured: Mapping[str, str]) -> Check:
    """A check with what earlier replies said in its texts; raises `ValueError` where that makes none."""
    return build(check, fill_captured(spec, captured), path)


def _elsewhere(path: str, own: str) -> str:
    """The path, or nothing where it is the scenario's own: it stands beside every turn and check."""
    return "" if path == own else path


def rehearse(scenario: Scenario, build: Build) -> Iterator[Problem]:
    """What is wrong with the checks, each value of each axis tried once: the sum of the axes, not their product."""
    every = [check for turn in scenario.turns for check in (*turn.captures, *turn.checks, *turn.when)]
    templated = [check for check in every if is_templated(check.spec)]
    templated += [check for check in scenario.checks if is_templated(check.spec)]
    if not templated or not size(scenario):
        return
    variants = Variants(scenario, lambda *_: ("", ""), build)
    for index in each_point_once(scenario):
        values = variants._effective(variants.combination(index)).values  # noqa: SLF001 - one module
        for check in templated:
            try:
                pose(check, values, build, scenario.path)
            except ProblemsError as error:
                yield from error.problems


def each_point_once(scenario: Scenario) -> Iterator[int]:
    """Indexes of variants that together hold every case and every point of every axis."""
    yield 0
    stride = 1
    for dial in reversed(dials(scenario)):
        yield from (stride * number for number in range(1, len(dial.setups)))
        stride *= len(dial.setups)


def _opened(opening: Opening, values: Mapping[str, str]) -> Message:
    """The opening message, rendered."""
    content = render(opening.content, values) if opening.template else opening.content
    return {"role": opening.role, "content": content}


def _rendered(turn: Turn, values: Mapping[str, str]) -> Json:
    """What a turn says, rendered: in content parts every text, addresses of files included."""
    return render_data(turn.content, values) if turn.template else turn.content
