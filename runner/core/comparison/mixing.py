"""The order in which a comparison is played: round by round, items shuffled, and in each of them its cells; it plays nothing.

Law: the order is a permutation that depends on the seed and on nothing else; each round tries each item once in every one
of its cells, the twin of the base counted as one. What is held is one number for each trial; trials are made when taken.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, overload

from runner.core.trial import Script, Trial
from runner.core.trials import Trials

MOST_KEPT: Final = 128
"""So many scripts are kept: in each round the same ones come again."""


@dataclass(frozen=True, slots=True)
class Plot:
    """An item as it is mixed."""

    starts: Sequence[int]
    """The place of the first trial of each of its cells; the twin of the base is one of them."""
    rounds: int
    """How many trials of each there are, next to each other."""


def mix(plots: Sequence[Plot], seed: int) -> "array[int]":
    """The places of all trials in the order of play."""
    chance = Random(seed)  # noqa: S311 - no secret
    order = array("Q")
    for number in range(max((plot.rounds for plot in plots), default=0)):
        due = [plot for plot in plots if number < plot.rounds]
        chance.shuffle(due)
        for plot in due:
            places = [start + number for start in plot.starts]
            chance.shuffle(places)
            order.extend(places)
    return order


class Mixed(Sequence[Trial]):
    """The trials of a comparison in the order of play; each knows its place in the plan, in which transcripts stand."""

    def __init__(self, whole: Trials, places: Sequence[int]) -> None:
        """Take all trials, and the places of those that are meant, in the order of play."""
        self.whole = whole
        """All trials of the variants, in plan order: of every value as many as of the base and its twin."""
        self._places = places
        self._scripts: dict[tuple[int, int], Script] = {}
        """Of those scenarios and variants that came last."""

    def __len__(self) -> int:
        """How many are played."""
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Trial: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Trial]: ...
    def __getitem__(self, index: int | slice) -> Trial | Sequence[Trial]:
        """The trial that comes at that point."""
        if isinstance(index, slice):
            return Mixed(self.whole, self._places[index])
        place = self._places[index]
        number, variant, repeat = self.whole.named(place)
        script = self._scripts.pop((number, variant), None) or self.whole[place].script
        self._scripts[number, variant] = script
        if len(self._scripts) > MOST_KEPT:
            del self._scripts[next(iter(self._scripts))]
        return Trial(script=script, repeat=repeat, place=place)

    def unmixed(self) -> "Mixed":
        """The same trials in plan order: variant by variant, repeat by repeat."""
        return Mixed(self.whole, array("Q", sorted(self._places)))
