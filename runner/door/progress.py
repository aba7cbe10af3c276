"""How far a run is: a bar in a notebook, one line on a terminal, or nothing; it is told in one thread, and shows in another."""

import sys
import time
from collections.abc import Callable
from typing import Any, Final

from runner.core.event import Event, Heard, Judged
from runner.core.harmless import harmless, harmless_line
from runner.core.run import Run
from runner.core.wording import count
from runner.door.wording import reworded
from runner.operations.play import Played
from runner.operations.stage import Stage
from runner.reports.markup import element, shown
from runner.store.folder import RunFolder
from runner.transports import Notice

MOST_OFTEN_S: Final = 0.2
"""Seconds between two showings."""

Show = Callable[["Following", bool], None]
"""Shows how far a run is; the flag says that it is the last time."""


class Following:
    """An audience that remembers how far the run is."""

    def __init__(self, show: Show | None = None) -> None:
        """Take what shows it; nothing is shown where there is none."""
        self._show = show
        self._shown_at = 0.0
        self._shown = ""
        self._is_over = False
        self._requests = 0
        self.name: str | None = None
        self.planned = 0
        self.over = 0
        """How many conversations have ended."""
        self.unanswered = 0
        self.heard = 0
        """Replies."""
        self.failed = 0
        """Checks."""
        self.is_stopping = False
        self._ending = ""
        """Why it came early."""

    def opens(self, stage: Stage, folder: RunFolder, run: Run) -> None:
        """Remember the run."""
        self.name, self.planned, self._requests = folder.name, len(stage.trials), stage.requests
        self.failed = sum(summary.failed for summary in run.trials.values())
        self.heard = sum(summary.heard for summary in run.trials.values())
        self._count(run)

    def hears(self, event: Event, run: Run) -> None:
        """Remember what is shown the next time."""
        if isinstance(event, Heard):
            self.heard += 1
        elif isinstance(event, Judged) and event.verdict.outcome == "failed":
            self.failed += 1
        self._count(run)

    def watches(self, trial: str, notice: Notice) -> None:
        """Look at nothing smaller than an answer."""

    def stopping(self, reason: str) -> None:  # noqa: ARG002 - a person did it
        """Remember that the last replies are waited for."""
        self.is_stopping = True

    def closes(self, played: Played) -> None:
        """Remember the end, and why it came early."""
        self._count(played.run)
        self.is_stopping = False
        if played.run.status(played.trials) == "stopped":
            self._ending = reworded(played.run.stopped or "")

    def show(self) -> None:
        """Show how far the run is, where that has changed, and not too often."""
        if self._show is None or self.name is None or time.monotonic() - self._shown_at < MOST_OFTEN_S:
            return
        if (words := self.words()) != self._shown:
            self._shown, self._shown_at = words, time.monotonic()
            self._show(self, False)  # noqa: FBT003 - the protocol has one flag

    def end(self) -> None:
        """Show it for the last time."""
        if self._show is not None and self.name is not None and not self._is_over:
            self._is_over = True
            self._show(self, True)  # noqa: FBT003 - the protocol has one flag

    def words(self) -> str:
        """How far the run is, in words."""
        said = [f"{self.over:,} of {count(self.planned, 'conversation')}"]
        said += [f"{self.heard:,} {'reply' if self.heard == 1 else 'replies'}"]
        said += [f"{self.unanswered:,} unanswered"] * bool(self.unanswered)
        said += [f"{count(self.failed, 'check')} failed"] * bool(self.failed)
        said += ["stopping: waiting for the replies under way"] * (self.is_stopping and not self._is_over)
        said += [f"stopped: {self._ending}"] * bool(self._ending)
        return ", ".join(said)

    def share(self) -> float:
        """How much of the run is over, 0 to 1: of its conversations, or of the replies within them."""
        played, asked = self.over / max(1, self.planned), self.heard / max(1, self._requests)
        return round(min(1.0, max(played, asked)), 3)

    def _count(self, run: Run) -> None:
        """Take the numbers while nobody changes them: the one who shows them is in another thread."""
        self.over = sum(run.counts.values())
        self.unanswered = run.counts["unanswered"]


def follow(progress: bool | None) -> Following:  # noqa: FBT001 - yes, no, or where it is usual
    """Who follows a run: with a bar in a notebook, unless it is not wanted; with a line elsewhere, where it is."""
    if progress is False:
        return Following()
    if (display := _notebook()) is not None:
        return Following(Bar(display))
    return Following(tell_line if progress else None)


class Bar:
    """A bar in a notebook, one for each run, drawn anew in its place."""

    def __init__(self, display: Any) -> None:
        """Take IPython's module of that name."""
        self._display = display
        self._handle: Any = None

    def __call__(self, following: Following, last: bool) -> None:  # noqa: FBT001 - the protocol has one flag
        """Draw it; at the end the words stay."""
        words = following.words()
        html = element("span", shown(words), class_="runner-progress")
        if not last:
            bar = element(
                "progress", "", value=str(following.share()), max="1", aria_label="how far the run is"
            )
            html = f"{bar} {html}"
        bundle = {"text/plain": harmless(words), "text/html": html}
        if self._handle is None:
            self._handle = self._display.display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


def tell_line(following: Following, last: bool) -> None:  # noqa: FBT001 - the protocol has one flag
    """Write the line to stderr, where there is one: over and over on a terminal, once elsewhere."""
    if sys.stderr is None:  # a window's program has none
        return
    words = harmless_line(following.words())
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{words}{chr(10) if last else ''}")
    elif last:
        sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def _notebook() -> Any:
    """IPython's display, where this program is a notebook's kernel; None elsewhere. Nothing is imported that is not there."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return None if getattr(shell, "kernel", None) is None else sys.modules.get("IPython.display")
