"""What every display of a run does: it says what is played, keeps a tally, and can tell the end."""

import time

from runner.cli.display.headline import headline, headline_again
from runner.cli.display.layout import wrapped
from runner.cli.display.screen import Screen
from runner.cli.display.summary import Ending
from runner.cli.display.tally import Tally
from runner.cli.display.wording import listed
from runner.core.event import Event
from runner.core.harmless import harmless_line
from runner.core.run import Run
from runner.operations.play import Played
from runner.operations.spending import models_at_published_prices
from runner.operations.stage import Stage
from runner.store.folder import RunFolder
from runner.transports import Notice
from runner.transports.published import PACKAGE

STOPPING = "finishing what is under way; press Ctrl-C again to stop now"


class Follower:
    """Follows a run; each display adds what it shows."""

    def __init__(self, screen: Screen) -> None:
        """Take the screen; nothing is shown before the run opens."""
        self.screen = screen
        self.tally = Tally()
        self.names: frozenset[str] = frozenset()
        """Of the scenarios."""
        self.planned = 0
        self.is_new = True
        """Whether the run began in this very program."""
        self.began = time.monotonic()

    def opens(self, stage: Stage, folder: RunFolder, run: Run) -> None:
        """Say what is played."""
        self.names = frozenset(scenario.name for scenario in stage.scenarios)
        self.planned = len(stage.trials)
        self.is_new = not run.trials
        self.began = time.monotonic()
        line = headline(stage) if self.is_new else headline_again(stage, run, folder.name)
        lines = [line]
        if models := models_at_published_prices(stage):
            named = listed([harmless_line(model) for model in models])
            lines.append(
                f"the cost of {named} is told by the prices that {PACKAGE} publishes: the settings give none"
            )
        for line in lines:
            self.screen.say(wrapped(line, self.screen.width) if self.screen.watches else line)

    def hears(self, event: Event, run: Run) -> None:  # noqa: ARG002 - displays that show sums need it
        """Take an event into the tally."""
        self.tally.hears(event)

    def watches(self, trial: str, notice: Notice) -> None:
        """Pass it over."""

    def stopping(self, reason: str) -> None:  # noqa: ARG002 - a person did it, and knows
        """Say what is waited for."""
        self.screen.say(STOPPING)

    def closes(self, played: Played) -> None:
        """Tell how it ended."""
        self.ending(played).tell()

    def leaves(self) -> None:
        """Leave the screen in order, also where the run was torn down; twice does no harm."""

    def ending(self, played: Played) -> Ending:
        """The end of the run, ready to be told."""
        return Ending(
            screen=self.screen,
            played=played,
            tally=self.tally,
            elapsed=time.monotonic() - self.began,
            names=self.names,
            is_new=self.is_new,
        )
