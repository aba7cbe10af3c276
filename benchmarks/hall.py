"""Where contenders play: one server, one folder, and whole processes whose start-up is known and taken off."""

import shutil
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.contenders import Contender, environment
from benchmarks.processes import BrokenError, Spent, run
from benchmarks.server import Server
from benchmarks.work import Work

ONE = Work(1, 1)


@dataclass
class Hall:
    """The place, and how long people are ready to wait."""

    server: Server
    folder: Path
    rounds: int
    quick: bool
    say: Callable[[str], None]
    """Who is told what is being measured."""
    _starts: dict[tuple[Contender, int], list[Spent]] = field(default_factory=dict)

    def play(self, contender: Contender, work: Work, after: int = 0) -> Spent:
        """What a contender takes for the work, where each answer comes after so many milliseconds."""
        self.say(f"{contender.name}: {work.conversations} x {work.turns} turns, {work.in_flight} in flight")
        shutil.rmtree(self.outputs, ignore_errors=True)
        contender.write(work, self.folder)
        url = self.server.answering_after(after)
        before = self.server.counts()["requests"]
        spent = run(contender.command(url, work.in_flight), self.folder, environment(url))
        sent = self.server.counts()["requests"] - before
        if sent != work.requests:
            raise BrokenError(f"{contender.name} sent {sent} requests in the place of {work.requests}")
        return spent

    def begin(self, contender: Contender, after: int = 0) -> None:
        """Measure once more what it takes a contender to play a single turn."""
        self._starts.setdefault((contender, after), []).append(self.play(contender, ONE, after))

    def start_up(self, contender: Contender, after: int = 0) -> Spent:
        """What it takes a contender to play a single turn: the median of all that was measured of it."""
        while len(self._starts.get((contender, after), ())) < self.rounds:
            self.begin(contender, after)
        return median(self._starts[contender, after])

    @property
    def outputs(self) -> Path:
        """Where the latest run stands, if runner played last."""
        return self.folder / "outputs"


def median(spent: list[Spent]) -> Spent:
    """The median of each figure."""
    return Spent(
        statistics.median(each.cpu for each in spent),
        statistics.median(each.wall for each in spent),
        max(each.memory for each in spent),
    )
