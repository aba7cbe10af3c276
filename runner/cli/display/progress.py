"""Many conversations on a terminal: how far they are, drawn anew a few times a second whatever happens in between."""

import time
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.live import Live as Redrawn
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from runner.cli.display.follower import STOPPING, Follower
from runner.cli.display.screen import Screen
from runner.cli.display.wording import clock
from runner.core.event import Answered, Event, Unanswered
from runner.core.harmless import harmless_line
from runner.core.message import MISSING
from runner.core.run import Run
from runner.core.wording import count
from runner.operations.play import Played
from runner.operations.stage import Stage
from runner.store.folder import RunFolder
from runner.transports import Delta, Notice, Started, Waiting

REDRAWS_PER_SECOND = 5


class Progress(Follower):
    """Shows how far a run is."""

    def __init__(self, screen: Screen) -> None:
        """Take the screen; nothing is drawn before the run opens."""
        super().__init__(screen)
        self._requests = 0
        self._over_before = 0
        self._run = Run()
        self._failed = 0
        self._waiting: dict[str, tuple[float | None, str]] = {}
        """By trial: until when on the monotonic clock, and why."""
        self._last = ""
        """The last reason why a trial is unanswered."""
        self._stopping = False
        self._drawn: Redrawn | None = None

    def opens(self, stage: Stage, folder: RunFolder, run: Run) -> None:
        """Say what is played, and begin to draw."""
        super().opens(stage, folder, run)
        self._requests, self._run = stage.requests + stage.questions, run
        self._over_before = sum(run.counts.values())
        self._failed = sum(summary.failed for summary in run.trials.values())
        console = Console(file=self.screen.err, no_color=not self.screen.colour_talk, highlight=False)
        self._drawn = Redrawn(
            console=console,
            get_renderable=self._draw,
            refresh_per_second=REDRAWS_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._drawn.start()

    def hears(self, event: Event, run: Run) -> None:  # noqa: ARG002 - it was given at the start
        """Remember what is drawn the next time."""
        self.tally.hears(event)
        if isinstance(event, Answered):
            self._waiting.pop(event.trial, None)
            if event.answer.failure is not None and event.answer.failure.kind != MISSING:
                self._last = f"{event.trial}: {event.answer.failure.kind}: {event.answer.failure.message}"
        elif event.event == "judged" and event.verdict.outcome == "failed":
            self._failed += 1
        elif isinstance(event, Unanswered):
            self._waiting.pop(event.trial, None)

    def watches(self, trial: str, notice: Notice) -> None:
        """Remember who waits."""
        match notice:
            case Delta():
                pass
            case Started():
                self._waiting.pop(trial, None)
            case Waiting() if not notice.is_brief:
                until = None if notice.seconds is None else time.monotonic() + notice.seconds
                self._waiting[trial] = (until, notice.reason)

    def stopping(self, reason: str) -> None:  # noqa: ARG002 - a person did it
        """Say what is waited for."""
        self._stopping = True

    def closes(self, played: Played) -> None:
        """Wipe the drawing, and tell the summary."""
        self.leaves()
        super().closes(played)

    def leaves(self) -> None:
        """Stop drawing; a terminal is left as it was found."""
        if self._drawn is not None:
            self._drawn.stop()
            self._drawn = None

    # -- drawing, on a thread of its own ---------------------------------------------------------------------------

    def _draw(self) -> RenderableType:
        """How far the run is."""
        over = sum(self._run.counts.values())
        row = Table.grid(padding=(0, 1), expand=True)
        row.add_column(ratio=1)
        row.add_column(no_wrap=True)
        bar = ProgressBar(
            total=max(1, self.planned), completed=over, complete_style="cyan", finished_style="cyan"
        )
        row.add_row(bar, Text(f"{over:,}/{self.planned:,}{self._left(over)}"))
        lines = [Text(line, style=style, no_wrap=True, overflow="ellipsis") for line, style in self._lines()]
        return Group(row, *lines)

    def _left(self, over: int) -> str:
        """The time that is left, from what was done in the time that has passed."""
        elapsed = time.monotonic() - self.began
        played = (over - self._over_before) / max(1, self.planned - self._over_before)
        asked = 0 if self._over_before else self.tally.answered / max(1, self._requests)
        share = min(1.0, max(played, asked))
        if elapsed < 2 or share <= 0.01:
            return ""
        return f", {clock(elapsed * (1 - share) / share)} left"

    def _lines(self) -> Iterator[tuple[str, str]]:
        """What is said under the bar."""
        run, tally = self._run, self.tally
        state = [f"{max(0, run.running):,} running"]
        state += [f"{run.counts['unanswered']:,} unanswered"] * bool(run.counts["unanswered"])
        state += [f"{count(self._failed, 'check')} failed"] * bool(self._failed)
        yield ", ".join(state), ""
        yield f"{tally.prompt_tokens:,} tokens in, {tally.completion_tokens:,} out", ""
        if self._last:
            yield f"unanswered: {harmless_line(self._last)}", "red"
        if waiting := list(self._waiting.values()):
            until, reason = waiting[-1]
            rest = "" if until is None else f" ({max(0, until - time.monotonic()):.0f} s)"
            yield f"{len(waiting):,} waiting: {harmless_line(reason)}{rest}", "yellow"
        if self._stopping:
            yield STOPPING, "bold"
