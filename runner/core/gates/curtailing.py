"""The policy of a plan that plays no more trials of a block than its verdict needs; it makes no trial and sends nothing.

Law: a block waits only while trials of it are under way; what a trial came to is put together from its events, as they
come. What is remembered is what is under way, and one count for each block of which some is.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from runner.core.event import Event, Finished, Judged, Reopened, Skipped, Unanswered, Weighed
from runner.core.gates.course import Course, Fixed, course_of
from runner.core.gates.gate import Gate, gate_of
from runner.core.gates.outcome import NO_MARKS, Counts, Marks
from runner.core.transcript import TrialStatus
from runner.core.trial import Script, Trial

WAITING: Final = "for verdicts that may make more trials unneeded"
"""Why a trial does not begin, as part of a sentence."""


@dataclass(frozen=True, slots=True)
class Open:
    """A block of which trials have begun, and whose verdict can still change."""

    places: range
    course: Course
    counts: Counts
    under_way: int = 0


@dataclass(frozen=True, slots=True)
class Curtailing:
    """Which blocks are open, and what is known of their trials under way."""

    course: Callable[[Script, int], Course]
    """How the trials of a variant may go, of so many at most."""
    block: Callable[[int], range]
    """The places of all trials of the variant at a place."""
    earlier: Mapping[str, tuple[Marks, TrialStatus]] = field(default_factory=dict)
    """What an earlier part of the run knows of its trials, by id."""
    open: Mapping[int, Open] = field(default_factory=dict)
    """By the first of their places."""
    under_way: Mapping[str, tuple[int, Marks]] = field(default_factory=dict)
    """Trials by id: the first place of their block, and what is known of them."""

    def waits(self, place: int) -> range | None:
        """The places of the block at a place, where as many trials of it are under way as it needs in any case."""
        block = self.open.get(self.block(place).start)
        if block is None or block.course.may_begin(block.counts, block.under_way):
            return None
        return block.places

    def spares(self, place: int, trials: Sequence[Trial], over: Collection[str]) -> range | None:
        """The places of the block at a place, where an earlier part of the run has decided it."""
        places = self.block(place)
        if places.start in self.open:
            return None
        block = self._opened(places, trials, over)
        return places if block.course.is_over(block.counts) else None

    def begin(self, place: int, trial: Trial, trials: Sequence[Trial], over: Collection[str]) -> "Curtailing":
        """The policy once a trial has begun."""
        start = self.block(place).start
        block = self.open.get(start) or self._opened(self.block(place), trials, over)
        marks, _ = self.earlier.get(trial.id, (NO_MARKS, None))
        return replace(
            self,
            open={**self.open, start: replace(block, under_way=block.under_way + 1)},
            under_way={**self.under_way, trial.id: (start, marks)},
        )

    def after(self, event: Event) -> tuple["Curtailing", range | None]:
        """The policy after an event, and the places of the block that is decided by it, if one is."""
        match event:
            case Judged() | Weighed() | Reopened():
                return self._note(event), None
            case Unanswered():
                return self._end(event.trial, "unanswered")
            case Finished():
                return self._end(event.trial, "finished")
            case Skipped() if event.trial in self.under_way and self.under_way[event.trial][1].unanswered:
                return self._end(event.trial, "unanswered")  # it got no reply in an earlier part of the run
            case Skipped():
                return self._note(event), None
            case _:
                return self, None

    def _note(self, event: Judged | Weighed | Reopened | Skipped) -> "Curtailing":
        """The policy once more is known of a trial, or all is forgotten."""
        if event.trial not in self.under_way:
            return self
        start, marks = self.under_way[event.trial]
        match event:
            case Judged(verdict=verdict):
                changed = marks.with_verdict(verdict)
            case Weighed(verdict=verdict):
                changed = marks.with_condition(verdict)
            case Reopened():
                changed = NO_MARKS
            case Skipped():
                changed = marks.with_skipped()
        if changed is marks:
            return self
        return replace(self, under_way={**self.under_way, event.trial: (start, changed)})

    def _opened(self, places: range, trials: Sequence[Trial], over: Collection[str]) -> Open:
        """A block with what an earlier part of the run has ended of it."""
        counts = Counts()
        for name in [trials[place].id for place in places] if over else []:
            if name in over and name in self.earlier:
                marks, status = self.earlier[name]
                counts = counts.plus(marks.outcome(status))
        return Open(places, self.course(trials[places.start].script, len(places)), counts)

    def _end(self, trial: str, status: TrialStatus) -> tuple["Curtailing", range | None]:
        """The policy once a trial has ended, and the places of its block where that decides it."""
        if trial not in self.under_way:
            return self, None
        under_way = dict(self.under_way)
        start, marks = under_way.pop(trial)
        block = self.open.get(start)
        if block is None:
            return replace(self, under_way=under_way), None
        counts = block.counts.plus(marks.outcome(status))
        rest = dict(self.open)
        decided = block.course.is_over(counts)
        if decided:
            del rest[start]
        else:
            rest[start] = replace(block, counts=counts, under_way=block.under_way - 1)
        return replace(self, open=rest, under_way=under_way), block.places if decided else None


def courses(
    gates: Mapping[str, Iterable[Gate]], ungated: Mapping[str, int]
) -> Callable[[Script, int], Course]:
    """How variants may go, given by scenario its gates, and how many trials are played of what none of them speaks of."""

    def course(script: Script, trials: int) -> Course:
        gate = gate_of(gates[script.scenario], script.axes, script.case)
        return Fixed(min(ungated[script.scenario], trials)) if gate is None else course_of(gate, trials)

    return course
