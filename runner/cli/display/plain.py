"""Many conversations as lines: one when a trial ends; for files, for CI, and for whoever pipes it on."""

import time

from runner.cli.display.follower import Follower
from runner.cli.display.screen import Screen
from runner.cli.display.tally import troubles_of
from runner.cli.display.wording import seconds
from runner.core.event import Event, Finished, Unanswered
from runner.core.harmless import harmless_line
from runner.core.message import MISSING
from runner.core.run import Run, Summary
from runner.core.wording import count
from runner.transports import Notice, Waiting

QUIET_S = 10.0
"""For so many seconds after a wait was told, no other one is."""


class Plain(Follower):
    """Writes a line for each trial."""

    def __init__(self, screen: Screen) -> None:
        """Take the screen."""
        super().__init__(screen)
        self._told = float("-inf")
        """When a wait was told last."""

    def hears(self, event: Event, run: Run) -> None:
        """Write a line where a trial ended."""
        self.tally.hears(event)
        if isinstance(event, Finished | Unanswered):
            done = f"{sum(run.counts.values()):{len(str(self.planned))}}/{self.planned}"
            outcome = self._outcome(event.trial, run.trials[event.trial], run)
            self.screen.say(f"[{done}] {harmless_line(event.trial)}: {outcome}")

    def _outcome(self, trial: str, summary: Summary, run: Run) -> str:
        """How a trial ended, in a few words."""
        if summary.status == "unanswered":
            if summary.failure == MISSING:  # why is told at the end, once
                return f"not recorded from turn {summary.heard + 1} on"
            found = next(each for each in troubles_of(trial, run, self.tally) if each.outcome == "unanswered")
            return harmless_line(": ".join(part for part in ("unanswered", found.what, found.reason) if part))
        parts = [count(summary.heard, "reply", "replies")]
        parts += [f"{summary.passed} passed"] * bool(summary.passed)
        parts += [f"{summary.failed} FAILED"] * bool(summary.failed)
        parts += [f"{summary.broken} BROKE"] * bool(summary.broken)
        return ", ".join(parts)

    def watches(self, trial: str, notice: Notice) -> None:
        """Write why nothing goes on, now and then."""
        if not isinstance(notice, Waiting) or notice.is_brief:
            return
        if (now := time.monotonic()) >= self._told + QUIET_S:
            self._told = now
            span = "" if notice.seconds is None else f" {seconds(notice.seconds)}"
            self.screen.say(f"{harmless_line(trial)}: waiting{span}: {harmless_line(notice.reason)}")
