"""Which part of the scenarios is played: by tag, name, axis, case and repeat; it makes no trial that is left out."""

from collections.abc import Mapping, Sequence
from typing import overload

from runner.core.matrix import Variants
from runner.core.places import spelled
from runner.core.shard import Shard
from runner.core.trial import Script
from runner.core.value import Json, Value


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
    shard: Shard | None = None
    """Of all that is chosen otherwise, the part that is played."""

    def takes_scenario(self, name: str, tags: Sequence[str]) -> bool:
        """Whether a scenario is among the chosen."""
        return (
            (not self.only or name in self.only)
            and (not self.tags or bool(set(self.tags) & set(tags)))
            and not set(self.skip_tags) & set(tags)
        )

    def takes_variant(self, case: str | None, axes: Mapping[str, Json]) -> bool:
        """Whether a variant is among the chosen."""
        if self.cases and case not in self.cases:
            return False
        return all(axis in axes and spelled(axes[axis]) in values for axis, values in self.where.items())

    def repeats_of(self, repeat: int) -> Sequence[int]:
        """The numbers of the repeats to play, of so many."""
        return [number for number in range(1, repeat + 1) if not self.repeats or number in self.repeats]


class Subset(Sequence[Script]):
    """The variants at some places among others."""

    def __init__(self, variants: Variants, places: Sequence[int]) -> None:
        """Take the variants, and which of them are meant."""
        self._variants = variants
        self._places = places

    def __len__(self) -> int:
        """How many are meant."""
        return len(self._places)

    def id(self, index: int) -> str:
        """The id of one variant, without rendering it."""
        return self._variants.id(self._places[index])

    @overload
    def __getitem__(self, index: int) -> Script: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Script]: ...
    def __getitem__(self, index: int | slice) -> Script | Sequence[Script]:
        """The variant at a place among those that are meant."""
        if isinstance(index, slice):
            return Subset(self._variants, self._places[index])
        return self._variants[self._places[index]]


def select_variants(variants: Variants, selection: Selection) -> Variants | Subset:
    """The chosen variants; none is rendered for it, and none is looked at where neither axis nor case was chosen."""
    if not selection.where and not selection.cases:
        return variants
    combinations = ((place, variants.combination(place)) for place in range(len(variants)))
    return Subset(
        variants,
        [
            place
            for place, each in combinations
            if selection.takes_variant(None if each.case is None else each.case.id, each.axes())
        ],
    )
