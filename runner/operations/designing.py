"""The chosen variants laid out as a comparison: what is tried on what, how often, in which order; it renders and sends nothing."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from runner.core.change import parsed
from runner.core.comparison.design import Design, Expected, Item
from runner.core.comparison.mixing import Mixed, Plot, mix
from runner.core.matrix import Combination, Variants
from runner.core.places import spelled
from runner.core.scenario import Scenario
from runner.core.selection import Selection
from runner.core.trials import Trials
from runner.core.value import Json
from runner.core.wording import listed, unknown
from runner.errors import Problem, ProblemsError, UsageError

Chosen = tuple[Scenario, Variants, Sequence[int]]
"""A scenario, those of its variants that are chosen, and the numbers of their repeats."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A comparison, laid out."""

    design: Design
    """As it was asked for, with what it left open."""
    trials: Mixed
    expected: Expected
    sizes: Sequence[int]
    """Of each scenario that was given, how many trials it has."""
    twins: int
    """How many of all trials are of the base's twin."""


def lay_out(chosen: Sequence[Chosen], design: Design, selection: Selection) -> Laid:
    """The comparison of an axis over the chosen variants; raises RunnerError where there is nothing to compare."""
    if selection.is_of_trials or selection.repeats:
        raise UsageError(
            "a comparison is played whole: --trial, --shard and --unpassed-in take trials out of it"
        )
    parts = [part for part in chosen if len(part[1]) and len(part[2])]
    values = _values(parts, design.by)
    base = _base(design, values)
    if problems := list(_problems(parts, design.by, base)):
        raise ProblemsError(problems)
    most = max(len(repeats) for _, _, repeats in parts)
    whole = Trials(
        [
            (scripts, [*repeats, *(most + number for number in repeats)] if design.twin else repeats)
            for _, scripts, repeats in chosen
        ]
    )
    grounds = list(_grounds(chosen, whole, design, base))
    planned = dict.fromkeys(values, 0)
    sizes = [0] * len(chosen)
    for ground in grounds:
        sizes[ground.number] += len(ground.plot.starts) * ground.plot.rounds
        for label in ground.labels:
            planned[label] += ground.plot.rounds
    expected = Expected(
        by=design.by,
        base=base,
        cells=tuple(values.items()),
        items=tuple(ground.item for ground in grounds),
        repeats=most,
        twin=design.twin,
        seed=design.seed,
        margin=design.margin,
        alpha=design.alpha,
        planned=planned,
    )
    return Laid(
        design=design.model_copy(update={"base": base, "repeats": most}),
        trials=Mixed(whole, mix([ground.plot for ground in grounds], design.seed)),
        expected=expected,
        sizes=sizes,
        twins=planned[base] if design.twin else 0,
    )


@dataclass(slots=True)
class _Ground:
    """An item, with where its trials are."""

    number: int
    """Which of the scenarios."""
    item: Item
    labels: list[str]
    plot: Plot


def _grounds(chosen: Sequence[Chosen], whole: Trials, design: Design, base: str) -> Iterator[_Ground]:
    """The items in plan order, each with the places of its cells."""
    found: dict[tuple[int, str], tuple[Item, dict[str, int]]] = {}
    place = 0
    while place < len(whole):
        number, variant, _ = whole.named(place)
        scenario, scripts, repeats = chosen[number]
        label, item = _parted(scripts.combination(variant), scenario.name, design.by)
        found.setdefault((number, item.id), (item, {}))[1][label] = place
        place += len(repeats) * (2 if design.twin else 1)
    for (number, _), (item, starts) in found.items():
        rounds = len(chosen[number][2])
        twin = [starts[base] + rounds] if design.twin else []
        yield _Ground(number, item, list(starts), Plot([*starts.values(), *twin], rounds))


def _parted(combination: Combination, scenario: str, by: str) -> tuple[str, Item]:
    """The value that is compared, and what it is tried on."""
    axes = combination.axes()
    label = spelled(axes.pop(by))
    others = Combination(
        combination.case, tuple((axis, point) for axis, point in combination.points if axis.name != by)
    )
    case = None if combination.case is None else combination.case.id
    return label, Item(id=others.id(scenario), scenario=scenario, case=case, variant=axes)


def _values(parts: Sequence[Chosen], by: str) -> dict[str, Json]:
    """Every value of the axis by its label, in the order of writing; raises UsageError where no scenario has the axis."""
    axes = [axis for _, scripts, _ in parts for axis in scripts.scenario.axes]
    values: dict[str, Json] = {}
    for axis in axes:
        if axis.name == by:
            for point in axis.points:
                values.setdefault(spelled(point.label), point.label)
    if not values:
        raise UsageError(f"--by {by}: {unknown('axis', by, {axis.name for axis in axes})}")
    if len(values) == 1:
        (only,) = values
        raise UsageError(f"{by} has one value, {only}: there is nothing to hold it against; give two or more")
    return values


def _base(design: Design, values: Collection[str]) -> str:
    """The label of the base; raises UsageError where there is no such value."""
    if design.base is None:
        return next(iter(values))
    base = design.base if design.base in values else spelled_as(design.base)
    if base not in values:
        raise UsageError(f"--base {design.base}: {unknown('value', design.base, values)}")
    return base


def own_turns(scenario: Scenario, by: str) -> list[int]:
    """The turns of a scenario, 0-based, which set themselves what is compared."""
    field = by.removeprefix("params.")
    return [number for number in _user_turns(scenario) if field in scenario.turns[number].params]


def _user_turns(scenario: Scenario) -> list[int]:
    """The turns that are sent."""
    return [number for number, turn in enumerate(scenario.turns) if turn.role == "user"]


def spelled_as(typed: str) -> str:
    """A typed value as ids spell it: 0.70 is 0.7."""
    value = parsed(typed)
    return typed if isinstance(value, list | dict) else spelled(value)


def _problems(parts: Sequence[Chosen], by: str, base: str) -> Iterator[Problem]:
    """Scenarios that a comparison can say nothing of."""
    for scenario, scripts, _ in parts:
        points = [point for axis in scripts.scenario.axes if axis.name == by for point in axis.points]
        labels = [spelled(point.label) for point in points]
        way_on = "leave it out by --only or --skip-tag"
        if not labels:
            why = f"{scenario.name} has no axis {by} to compare: {way_on}, or vary it there"
        elif base not in labels:
            why = f"{scenario.name} has no {by}={base} to hold others against, only {listed(labels)}: name a --base that all have"
        elif len(labels) == 1:
            why = f"{scenario.name} has {by}={base} alone, and nothing to hold against it: {way_on}"
        elif (own := own_turns(scenario, by)) and len(own) == len(_user_turns(scenario)):
            why = f"every turn of {scenario.name} sets its own {by}, so the values compared would never be sent: {way_on}"
        else:
            continue
        yield Problem(scenario.path, scenario.line, 0, f"matrix.{by}", why)
