"""How a run is shown is chosen when it opens: then it is known how much is played, and who looks on."""

from contextlib import AbstractContextManager
from types import TracebackType

from runner.cli.display.follower import Follower
from runner.cli.display.live import Live
from runner.cli.display.plain import Plain
from runner.cli.display.quiet import Document, Quiet
from runner.cli.display.screen import Screen
from runner.cli.display.summary import resume_command
from runner.core.event import Event
from runner.core.run import Run
from runner.operations.play import Played
from runner.operations.stage import Stage
from runner.store.folder import RunFolder
from runner.transports import Notice


class Watching(AbstractContextManager["Watching"]):
    """The audience of `play`: passes everything on to the display that fits."""

    def __init__(self, screen: Screen, *, quiet: bool, as_json: bool, verb: str = "play") -> None:
        """Take the screen and what was asked for; of another command than `play`, that command tells the end."""
        self._screen = screen
        self._quiet = quiet
        self._as_json = as_json
        self._verb = verb
        self._display: Follower | None = None
        self.folder: RunFolder | None = None
        """The run's folder, once the run has begun."""

    def streams(self, stage: Stage) -> bool:
        """Whether somebody watches one conversation, token by token."""
        return self._screen.watches and len(stage.trials) == 1 and not (self._quiet or self._as_json)

    def _choose(self, stage: Stage) -> Follower:
        """The display for a stage."""
        if self._as_json:
            return Document(self._screen)
        if self._quiet:
            return Quiet(self._screen)
        if len(stage.trials) == 1 and self._verb == "play":
            return Live(self._screen)
        if self._screen.watches:
            from runner.cli.display.progress import Progress  # loads rich

            return Progress(self._screen)
        return Plain(self._screen)

    @property
    def _shown(self) -> Follower:
        """The display that was chosen."""
        assert self._display is not None, "a run opens before anything happens in it"
        return self._display

    def opens(self, stage: Stage, folder: RunFolder, run: Run) -> None:
        """Choose, and pass it on."""
        self.folder = folder
        self._display = self._choose(stage)
        self._display.opens(stage, folder, run)

    def hears(self, event: Event, run: Run) -> None:
        """Pass it on."""
        self._shown.hears(event, run)

    def watches(self, trial: str, notice: Notice) -> None:
        """Pass it on."""
        self._shown.watches(trial, notice)

    def stopping(self, reason: str) -> None:
        """Pass it on."""
        self._shown.stopping(reason)

    def closes(self, played: Played) -> None:
        """Pass it on; where somebody else tells the end, leave the screen in order."""
        if self._verb == "play":
            self._shown.closes(played)
        else:
            self._shown.leaves()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the screen in order."""
        if self._display is not None:
            self._display.leaves()

    def say_resume(self) -> None:
        """Say how to go on with a run that was torn down, if one had begun."""
        if self.folder is not None and not (self._quiet or self._as_json):
            self._screen.say(
                f"what was heard is saved; go on with: {resume_command(self.folder, verb=self._verb)}"
            )
