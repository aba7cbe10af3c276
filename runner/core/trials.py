"""All trials of all scenarios in the order in which they are played: those that begin alike are next to each other.

Law: a trial is made when it is taken; what is held is one entry per scenario, whatever their variants and repeats.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import overload

from runner.core.matrix import Variants
from runner.core.trial import Script, Trial


@dataclass(frozen=True, slots=True)
class _Member:
    """One scenario with the numbers of the repeats that are played."""

    number: int
    """Which of the scenarios that were given."""
    variants: Sequence[Script]
    repeats: Sequence[int]
    openings: int
    """How many equal runs of variants open alike."""
    firsts: int
    """How many equal runs of variants have the same first request."""

    @property
    def size(self) -> int:
        """How many trials open alike."""
        return len(self.variants) // self.openings * len(self.repeats)

    @property
    def first_size(self) -> int:
        """How many trials have the same first request."""
        return len(self.variants) // self.firsts * len(self.repeats)


class _Family:
    """Scenarios that open alike: the trials of all of them with one opening come before those with the next."""

    def __init__(self, members: Sequence[_Member]) -> None:
        self.members = members
        self.ends = list(accumulate(member.size for member in members))
        self.size = self.ends[-1] * members[0].openings

    def locate(self, offset: int) -> tuple[_Member, int, int, int]:
        """Of a place in the family: the member, where its run of trials begins, which run it is, and where in it."""
        run, rest = divmod(offset, self.ends[-1])
        which = bisect_right(self.ends, rest)
        before = self.ends[which - 1] if which else 0
        return self.members[which], run * self.ends[-1] + before, run, rest - before


class Trials(Sequence[Trial]):
    """All trials in plan order: opening by opening, scenario by scenario, variant by variant, repeat by repeat."""

    def __init__(self, scenarios: Sequence[tuple[Sequence[Script], Sequence[int]]]) -> None:
        """Take each scenario's variants, made lazily, and the numbers of the repeats that are played, 1-based."""
        families: dict[object, list[_Member]] = {}
        for number, (variants, repeats) in enumerate(scenarios):
            if len(variants) and len(repeats):
                key, member = _member(number, variants, repeats)
                families.setdefault(number if key is None else key, []).append(member)
        self._families = [_Family(members) for members in families.values()]
        self._ends = list(accumulate(family.size for family in self._families))
        self._last: tuple[tuple[int, int], Script] | None = None

    def __len__(self) -> int:
        """How many trials there are."""
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Trial: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Trial]: ...
    def __getitem__(self, index: int | slice) -> Trial | Sequence[Trial]:
        """The trial at a place; the script is rendered once for neighbouring repeats."""
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        member, variant, repeat = self._taken(index)
        if self._last is None or self._last[0] != (member.number, variant):
            self._last = ((member.number, variant), member.variants[variant])
        return Trial(script=self._last[1], repeat=repeat, place=index)

    def named(self, index: int) -> tuple[int, int, int]:
        """Which scenario, variant and repeat the trial at a place is, without making it."""
        member, variant, repeat = self._taken(index)
        return member.number, variant, repeat

    def groups(self, index: int) -> tuple[range, range]:
        """The places of the trials that open like the one at a place, and of those whose first request is alike."""
        family, start = self._family(index)
        member, begins, _, rest = family.locate(index - start)
        run = (index - start) // family.ends[-1] * family.ends[-1] + start
        first = begins + start + rest // member.first_size * member.first_size
        return range(run, run + family.ends[-1]), range(first, first + member.first_size)

    def block(self, index: int) -> range:
        """The places of all trials of the same variant as the one at a place."""
        family, start = self._family(index)
        member, _, _, rest = family.locate(index - start)
        first = index - rest % len(member.repeats)
        return range(first, first + len(member.repeats))

    def _taken(self, index: int) -> tuple[_Member, int, int]:
        """The scenario, the variant and the repeat at a place."""
        family, start = self._family(index)
        member, _, run, rest = family.locate(index - start)
        variant, draw = divmod(rest, len(member.repeats))
        return member, run * (len(member.variants) // member.openings) + variant, member.repeats[draw]

    def _family(self, index: int) -> tuple[_Family, int]:
        """The family at a place, and where it begins."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        which = bisect_right(self._ends, index)
        return self._families[which], self._ends[which - 1] if which else 0


class Part(Sequence[Trial]):
    """The trials at some places among others, in their order."""

    def __init__(self, trials: Trials, places: Sequence[int]) -> None:
        """Take all trials, and which of them are meant, in order."""
        self._trials = trials
        self._places = places

    def __len__(self) -> int:
        """How many are meant."""
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Trial: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Trial]: ...
    def __getitem__(self, index: int | slice) -> Trial | Sequence[Trial]:
        """The trial at a place among those that are meant."""
        if isinstance(index, slice):
            return Part(self._trials, self._places[index])
        return self._trials[self._places[index]]

    def groups(self, index: int) -> tuple[range, range]:
        """Of those that are meant, the ones that begin like the one at a place."""
        opening, first = self._trials.groups(self._places[index])
        return self._among(opening), self._among(first)

    def _among(self, group: range) -> range:
        """Where the places of a group are among those that are meant."""
        return range(bisect_left(self._places, group.start), bisect_left(self._places, group.stop))


def _member(number: int, variants: Sequence[Script], repeats: Sequence[int]) -> tuple[bytes | None, _Member]:
    """One scenario, and what is equal for those that open alike; of scripts that are at hand, each is taken to differ."""
    if not isinstance(variants, Variants):
        return None, _Member(number, variants, repeats, len(variants), len(variants))
    return variants.kin, _Member(number, variants, repeats, variants.openings, variants.firsts)
