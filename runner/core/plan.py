"""The machine that says which trial comes next: a pure value, so that every engine plays in the same order.

Law: trials are made when they are taken; a plan of a million costs what one of ten does.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import overload

from runner.core.budget import Budget
from runner.core.event import Answered, Begun, Event, Stopped
from runner.core.message import Request
from runner.core.trial import Script, Trial


class Trials(Sequence[Trial]):
    """All trials of all scenarios in plan order: scenario by scenario, variant by variant, repeat by repeat."""

    def __init__(self, scenarios: Sequence[tuple[Sequence[Script], Sequence[int]]]) -> None:
        """Take each scenario's variants, made lazily, and the numbers of the repeats that are played, 1-based."""
        self._scenarios = [
            (variants, repeats) for variants, repeats in scenarios if len(variants) and len(repeats)
        ]
        self._ends = list(accumulate(len(variants) * len(repeats) for variants, repeats in self._scenarios))
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
        if not 0 <= index < len(self):
            raise IndexError(index)
        scenario = bisect_right(self._ends, index)
        variants, repeats = self._scenarios[scenario]
        variant, draw = divmod(index - (self._ends[scenario - 1] if scenario else 0), len(repeats))
        if self._last is None or self._last[0] != (scenario, variant):
            self._last = ((scenario, variant), variants[variant])
        return Trial(script=self._last[1], repeat=repeats[draw])


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
    cursor: int = 0
    """The place from which on no trial has begun."""
    stopped: str | None = None
    """Why no further trial begins."""
    budget: Budget | None = None
    """What may be spent; None where that is not limited."""

    def next(self) -> Trial | None:
        """The next trial to begin; None where there is none."""
        if self.stopped is not None:
            return None
        for place in range(self.cursor, len(self.trials)):
            trial = self.trials[place]
            if trial.id not in self.over:
                return trial
        return None

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
            case Answered() if self.budget is not None:
                return replace(self, budget=self.budget.settle(event.trial, event.slot, event.answer))
            case Begun():
                place = self.cursor
                while self.trials[place].id != event.trial:
                    place += 1
                return replace(self, cursor=place + 1)
            case Stopped():
                return replace(self, stopped=event.reason)
            case _:
                return self
