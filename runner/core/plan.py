"""The machine that says which trial comes next: a pure value, so that every engine plays in the same order.

Law: trials are made when they are taken; a plan of a million costs what one of ten does. What waits is let go by an
event of what is under way, so that a plan never stands still.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from runner.core.beginning import PREFIX
from runner.core.budget import Budget
from runner.core.event import Answered, Begun, Event, Finished, Skipped, Stopped, Unanswered
from runner.core.gates.curtailing import WAITING, Curtailing
from runner.core.message import Message, Request
from runner.core.trial import Script, Trial
from runner.core.value import Json, encode

CACHED_CHARACTERS: Final = 4 * 1024
"""How long what is shared must be for servers to keep it: OpenAI's 1,024 tokens, four characters to a token."""

MOST_PASSED: Final = 32
"""How many groups on busy providers are passed over in search of one on a provider that has room."""

Groups = Callable[[int], tuple[range, range]]
"""The places of the trials that open like the one at a place, and of those whose first request is alike."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing may be sent before something that is under way has ended."""

    reason: str
    """Why, as part of a sentence."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which trial comes next, and whether what it asks may be sent."""

    trials: Sequence[Trial]
    over: Collection[str] = ()
    """Ids of trials that an earlier part of this run has ended."""
    groups: Groups | None = None
    """What begins alike, where the first of those goes ahead by one reply; None where none does."""
    left: tuple[range, ...] | None = None
    """The places where trials are left to begin, in order; None before any has begun."""
    ahead: Mapping[str, tuple[range, ...]] = field(default_factory=dict)
    """Trials that went ahead and have no reply yet, with the places that wait for it."""
    cached: tuple[range, ...] = ()
    """Groups whose first has its reply, and of which some are left to begin."""
    room: Mapping[str, int] = field(default_factory=dict)
    """How many conversations keep each provider busy; heeded where there are several providers and groups."""
    busy: Mapping[str, str] = field(default_factory=dict)
    """Trials under way, each with its provider."""
    stopped: str | None = None
    """Why no further trial begins."""
    budget: Budget | None = None
    """What may be spent; None where that is not limited."""
    curtailing: Curtailing | None = None
    """What plays no more trials of a variant than its verdict needs; None where all are played."""

    def next(self) -> Trial | Wait | None:
        """The next trial to begin; or that all that are left wait for what is under way; None where there is none."""
        if self.stopped is not None:
            return None
        found = self._seek()
        if found.place is not None:
            return self.trials[found.place]
        if not found.left:
            return None
        is_held = self._holds(found.left[0].start) is not None
        return Wait(reason="for the first reply to what begins alike" if is_held else WAITING)

    def send(self, trial: str, requests: Sequence[Request]) -> "Plan | Wait | Stopped":
        """The plan once a trial's requests are sent; or that they have to wait, or that they end the run."""
        if self.budget is None:
            return self
        budget = self.budget.reserve(trial, requests)
        if budget is not None:
            return replace(self, budget=budget)
        short = self.budget.shortage(requests)
        return Stopped(reason=short) if short else Wait(reason="for room under the limit on what is spent")

    def after(self, event: Event) -> "Plan":
        """The plan after an event."""
        match event:
            case Begun():
                return self._begin(event.trial)
            case Stopped():
                return replace(self, stopped=event.reason)
            case Answered():
                budget = self.budget and self.budget.settle(event.trial, event.slot, event.answer)
                plan = self if budget is self.budget else replace(self, budget=budget)
                return plan._let_go(event.trial)  # noqa: SLF001 - one class
            case Finished() | Skipped() | Unanswered():
                return self._end(event.trial)._curtail(event)  # noqa: SLF001 - one class
            case _:
                return self._curtail(event)

    def _seek(self) -> "_Found":
        """The next trial that may begin, on a provider that has room if there is one not far off."""
        spans, passed, spare = self._spans(), list[range](), list[_Found]()
        for number, span in enumerate(spans):
            place = span.start
            while place < span.stop:
                group = self._holds(place) or self._waits(place)
                if group is None:
                    trial = self.trials[place]
                    if trial.id in self.over:
                        place += 1
                        continue
                    if (spared := self._spares(place)) is not None:
                        place = min(spared.stop, span.stop)
                        continue
                    left = (*passed, *_rest(range(place + 1, span.stop)), *spans[number + 1 :])
                    spare.append(_Found(place, left))
                    if self.groups is None or self._has_room(trial):
                        return spare[-1]
                    if len(spare) == MOST_PASSED:
                        return spare[0]
                    group = self.groups(place)[0]
                stop = min(group.stop, span.stop)
                passed.append(range(place, stop))
                place = stop
        return spare[0] if spare else _Found(None, tuple(passed))

    def _has_room(self, trial: Trial) -> bool:
        """Whether another conversation would find its provider with less to do than it can."""
        provider = trial.script.provider
        room = self.room.get(provider)
        return room is None or sum(each == provider for each in self.busy.values()) < room

    def _spans(self) -> tuple[range, ...]:
        """The places where trials are left to begin."""
        return (range(len(self.trials)),) if self.left is None else self.left

    def _holds(self, place: int) -> range | None:
        """The largest group around a place that waits for its first reply."""
        groups = [group for groups in self.ahead.values() for group in groups if place in group]
        return max(groups, key=len, default=None)

    def _waits(self, place: int) -> range | None:
        """The trials of the variant at a place, where as many are under way as its verdict needs in any case."""
        return None if self.curtailing is None else self.curtailing.waits(place)

    def _spares(self, place: int) -> range | None:
        """The trials of the variant at a place, where an earlier part of the run has decided it."""
        return None if self.curtailing is None else self.curtailing.spares(place, self.trials, self.over)

    def _begin(self, trial: str) -> "Plan":
        """The plan once a trial has begun; whoever was passed over because it is over is not looked at again."""
        found = self._seek()
        if found.place is None or self.trials[found.place].id != trial:
            found = self._take(trial)
        assert found.place is not None
        script = self.trials[found.place].script
        plan = replace(self, left=found.left)
        if self.curtailing is not None:
            begun = self.curtailing.begin(found.place, self.trials[found.place], self.trials, self.over)
            plan = replace(plan, curtailing=begun)
        if len(self.room) > 1:
            plan = replace(plan, busy={**self.busy, trial: script.provider})
        return plan._go_ahead(trial, script, found.place)  # noqa: SLF001 - one class

    def _take(self, trial: str) -> "_Found":
        """A trial that begins out of turn."""
        spans = self._spans()
        for number, span in enumerate(spans):
            for place in span:
                if self.trials[place].id == trial:
                    around = (*_rest(range(span.start, place)), *_rest(range(place + 1, span.stop)))
                    return _Found(place, (*spans[:number], *around, *spans[number + 1 :]))
        raise IndexError(trial)

    def _go_ahead(self, trial: str, script: Script, place: int) -> "Plan":
        """The plan once whoever is left in a group that is worth it waits for the reply to the trial at a place."""
        if self.groups is None:
            return self
        worth = tuple(
            group
            for group, characters in zip(self.groups(place), _shared(script), strict=True)
            if characters >= CACHED_CHARACTERS
            and group not in self.cached
            and _overlaps(group, self._spans())
        )
        cached = tuple(group for group in self.cached if _overlaps(group, self._spans()))
        if not worth and cached == self.cached:
            return self
        return replace(self, cached=cached, ahead={**self.ahead, trial: worth} if worth else self.ahead)

    def _let_go(self, trial: str) -> "Plan":
        """The plan once a trial that went ahead has a reply, or will have none."""
        if trial not in self.ahead:
            return self
        ahead = dict(self.ahead)
        groups = [group for group in ahead.pop(trial) if _overlaps(group, self._spans())]
        return replace(self, ahead=ahead, cached=(*self.cached, *groups))

    def _end(self, trial: str) -> "Plan":
        """The plan once a trial has ended."""
        plan = self._let_go(trial)
        if trial not in self.busy:
            return plan
        return replace(plan, busy={name: on for name, on in self.busy.items() if name != trial})

    def _curtail(self, event: Event) -> "Plan":
        """The plan once its policy has heard of an event: no more trials of a variant begin whose verdict stands."""
        if self.curtailing is None:
            return self
        curtailing, decided = self.curtailing.after(event)
        if curtailing is self.curtailing:
            return self
        if decided is None:
            return replace(self, curtailing=curtailing)
        left = tuple(rest for span in self._spans() for rest in _without(span, decided))
        return replace(self, curtailing=curtailing, left=left)


@dataclass(frozen=True, slots=True)
class _Found:
    """What comes next, and what is then left to begin."""

    place: int | None
    """None where all that is left waits."""
    left: tuple[range, ...]


def _rest(span: range) -> tuple[range, ...]:
    """A span as what is left, where it is anything."""
    return (span,) if span else ()


def _without(span: range, taken: range) -> tuple[range, ...]:
    """What is left of a span once a range of it is taken."""
    before, after = min(span.stop, taken.start), max(span.start, taken.stop)
    return (*_rest(range(span.start, before)), *_rest(range(after, span.stop)))


def _overlaps(group: range, spans: Sequence[range]) -> bool:
    """Whether any place of a group is left to begin."""
    return any(span.start < group.stop and group.start < span.stop for span in spans)


def _shared(script: Script) -> tuple[int, int]:
    """The characters that stand before a script's first turn; and, where its first request adds enough to them, all of its."""
    fields = sum(len(encode(script.params[name])) for name in PREFIX & script.params.keys())
    opening = fields + sum(map(length, script.opening))
    first = 0
    for line in script.turns:
        first += length(line.message)
        if line.role == "user":
            break
    before = opening if opening >= CACHED_CHARACTERS else 0
    return opening, opening + first - before


def length(message: Message) -> int:
    """The characters that a message says."""
    content: Json = message.get("content")
    return len(content) if isinstance(content, str) else len(encode(content))
