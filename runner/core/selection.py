"""Which part of the scenarios is played: by tag, name, axis, case and repeat; it makes no trial that is left out."""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from runner.core.matrix import Variants
from runner.core.places import spelled
from runner.core.scenario import Axis, Scenario
from runner.core.shard import Shard
from runner.core.value import Value

_NOTHING: Final = Axis(name="", points=())
"""An axis without a value leaves no variant."""


class Selection(Value):
    """What a person chose; everything, where nothing is said."""

    tags: tuple[str, ...] = ()
    """Scenarios with any of these."""
    skip_tags: tuple[str, ...] = ()
    """No scenarios with any of these."""
    only: tuple[str, ...] = ()
    """Scenarios of these names."""
    where: dict[str, tuple[str, ...]] = {}
    """Axis → values, as variants' ids spell them."""
    cases: tuple[str, ...] = ()
    repeats: tuple[int, ...] = ()
    """Numbers of repeats, 1-based."""
    unpassed_in: str | None = None
    """The run whose trials that did not pass are chosen."""
    trials: tuple[str, ...] = ()
    """Their ids."""
    shard: Shard | None = None
    """Of all that is chosen otherwise, the part that is played."""

    def takes_scenario(self, name: str, tags: Sequence[str]) -> bool:
        """Whether a scenario is among the chosen."""
        return (
            (not self.only or name in self.only)
            and (not self.tags or bool(set(self.tags) & set(tags)))
            and not set(self.skip_tags) & set(tags)
        )

    def takes_trial(self, trial: str) -> bool:
        """Whether a trial is among the chosen, as far as that is said of single trials."""
        return (self.unpassed_in is None or trial in self._named) and (
            self.shard is None or self.shard.takes(trial)
        )

    @property
    def is_of_trials(self) -> bool:
        """Whether single trials are chosen, whatever their variants."""
        return self.shard is not None or self.unpassed_in is not None

    @cached_property
    def _named(self) -> frozenset[str]:
        """The ids of single trials that are chosen."""
        return frozenset(self.trials)

    def narrows(self, scenario: Scenario) -> Scenario:
        """The scenario with the chosen cases and values alone; without any variant, where it lacks what was chosen."""
        cases = tuple(case for case in scenario.cases if not self.cases or case.id in self.cases)
        if (self.cases and not cases) or not self.where.keys() <= {axis.name for axis in scenario.axes}:
            return scenario.model_copy(update={"cases": (), "axes": (_NOTHING,)})
        return scenario.model_copy(update={"cases": cases, "axes": tuple(map(self._narrow, scenario.axes))})

    def _narrow(self, axis: Axis) -> Axis:
        """The axis with the chosen values alone."""
        if (wanted := self.where.get(axis.name)) is None:
            return axis
        points = tuple(point for point in axis.points if spelled(point.label) in wanted)
        return axis.model_copy(update={"points": points})

    def repeats_of(self, repeat: int) -> Sequence[int]:
        """The numbers of the repeats to play, of so many."""
        return [number for number in range(1, repeat + 1) if not self.repeats or number in self.repeats]


def select_variants(variants: Variants, selection: Selection) -> Variants:
    """The chosen variants; none is rendered or even looked at for it."""
    if not selection.where and not selection.cases:
        return variants
    return variants.among(selection.narrows(variants.scenario))
