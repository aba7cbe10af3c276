"""How the trials of one block may go: when its verdict cannot change any more, and how many can begin without waste; pure.

Law: a block that is stopped has the verdict of the fixed design, in which all of its trials are played, on the same
outcomes; no trial begins that could turn out not to be needed. What is lost counts both ways.
"""

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from runner.core.assessment import BlockVerdict
from runner.core.gates.gate import Gate
from runner.core.gates.outcome import Counts
from runner.core.gates.rule import Enough, Pooled, Sequential


class Course(Protocol):
    """What decides how many trials of a block are played."""

    def is_over(self, counts: Counts) -> bool:
        """Whether no further trial is needed."""
        ...

    def may_begin(self, counts: Counts, under_way: int) -> int:
        """How many trials may begin now, beside those under way, of which none can turn out not to be needed."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """So many trials, whatever comes of them: of blocks that no gate speaks of."""

    trials: int

    def is_over(self, counts: Counts) -> bool:
        """Whether all of them have ended."""
        return counts.ended >= self.trials

    def may_begin(self, counts: Counts, under_way: int) -> int:
        """Those that are left."""
        return max(0, self.trials - counts.ended - under_way)


@dataclass(frozen=True, slots=True)
class Curtailed:
    """As many trials as it takes to know what all of them would say."""

    trials: int
    """At most."""
    needed: int
    """The fewest passes of all trials that hold every rule about passes; one more than there are where none do."""
    failing: int
    """The most passes of all trials that fail one of them; -1 where none do."""
    least: int = 0
    """How many trials have to be measured."""
    to_the_end: bool = False
    """Whether there are rules about time or money, which only all trials can hold: what fails is stopped all the same."""
    sequential: Sequential | None = None
    """The test that decides in the place of the two numbers before all trials are played."""

    def verdict(self, counts: Counts) -> BlockVerdict | None:
        """The verdict of all rules about passes, once it cannot change; None as long as it can."""
        left = self.trials - counts.ended
        if self._fails(counts):
            return "failed"
        if self._holds(counts):
            return None if self.to_the_end and left > 0 else "passed"
        if left > 0 and (self.to_the_end or self._can_hold(counts) or self._can_fail(counts)):
            return None
        could = counts.passed + counts.lost + left
        undecided = could < self.needed and counts.passed > self.failing
        return "undecided" if undecided else counts.unclear

    def is_over(self, counts: Counts) -> bool:
        """Whether the verdict cannot change."""
        return self.verdict(counts) is not None

    def may_begin(self, counts: Counts, under_way: int) -> int:
        """As many as have to be played in any case."""
        return max(0, self.fewest(counts) - under_way)

    def fewest(self, counts: Counts) -> int:
        """The fewest further trials after which the verdict may stand, however they come out; 0 where it does."""
        if self.is_over(counts):
            return 0
        left = self.trials - counts.ended
        ways = [left]
        if not self.to_the_end:
            ways += [self._to_hold(counts, left), self._to_despair(counts, left)]
        return min(*ways, self._to_fail(counts, left))

    def _holds(self, counts: Counts) -> bool:
        """Whether every rule holds, whatever else comes."""
        if self.sequential is not None:
            return self.sequential.says(counts.passed, counts.ended) == "passed"
        return counts.passed >= self.needed and counts.measured >= self.least

    def _fails(self, counts: Counts) -> bool:
        """Whether a rule fails, whatever else comes."""
        if self.sequential is not None:
            return self.sequential.says(counts.passed + counts.lost, counts.ended) == "failed"
        return self.trials - counts.failed <= self.failing

    def _can_hold(self, counts: Counts) -> bool:
        """Whether every rule may still come to hold."""
        left = self.trials - counts.ended
        return counts.passed + left >= self.needed and counts.measured + left >= self.least

    def _can_fail(self, counts: Counts) -> bool:
        """Whether a rule may still come to fail."""
        return counts.passed + counts.lost <= self.failing

    def _to_hold(self, counts: Counts, left: int) -> int:
        """How many passes in a row would hold every rule; more than are left where none would."""
        if self.sequential is not None:
            return self.sequential.passes_to_hold(counts.passed, counts.ended, left)
        return max(self.needed - counts.passed, self.least - counts.measured)

    def _to_fail(self, counts: Counts, left: int) -> int:
        """How many failures in a row would fail a rule; more than are left where none would."""
        if self.sequential is not None:
            return self.sequential.fails_to_fail(counts.passed + counts.lost, counts.ended, left)
        return self.trials - counts.failed - self.failing

    def _to_despair(self, counts: Counts, left: int) -> int:
        """How many further trials could leave neither verdict to come; one that is lost counts against both."""
        none_holds = min(counts.passed + left - self.needed, counts.measured + left - self.least) + 1
        none_fails = self.failing - counts.passed - counts.lost + 1
        return max(none_holds, none_fails)


@cache
def course_of(gate: Gate, trials: int) -> Curtailed:
    """The course of a block under a gate, of so many trials at most."""
    rules = gate.asked
    on_passes = [rule for rule in rules if not isinstance(rule, Pooled | Enough)]
    return Curtailed(
        trials=trials,
        needed=max((rule.needed(trials) for rule in on_passes), default=0),
        failing=max((rule.failing(trials) for rule in on_passes), default=-1),
        least=max((rule.least for rule in rules if isinstance(rule, Enough)), default=0),
        to_the_end=any(isinstance(rule, Pooled) for rule in rules),
        sequential=next((rule for rule in rules if isinstance(rule, Sequential)), None),
    )
