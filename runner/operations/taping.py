"""A run's recordings: opened before anything is sent, played and made while it goes on, put in order when it ends."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from runner.core.change import Changes
from runner.core.event import Answered
from runner.core.recordings.recording import Spot
from runner.core.run import Run
from runner.errors import ProviderError, StoreError
from runner.operations.cassettes import Needs, needs_of, survey
from runner.operations.connect import require_ready
from runner.operations.stage import Stage
from runner.store.folder import RunFolder
from runner.store.journal import read_journal
from runner.store.shelf import Shelf
from runner.transports import Transport
from runner.transports.cassette import CassettePlayer, Mode


@dataclass(frozen=True, slots=True)
class Taped:
    """What came of a run's recordings."""

    cassettes: str
    """The folder, as it was typed."""
    mode: Mode
    recorded: int
    """How many exchanges were recorded."""
    unused: int | None
    """How many recordings of the played scenarios nothing asked for; None where not all of them was played."""
    dropped: int
    """How many of those were taken out: a recording anew of whole scenarios leaves none behind."""
    waiting: int
    """How many trials are not recorded, or were not when they were played."""
    needs: Needs | None
    command: tuple[str, ...] = ()
    """What was typed to play this run."""


class Taping:
    """The recordings of one run."""

    def __init__(self, stage: Stage, mode: Mode, shelf: Shelf) -> None:
        """Take what is played, how, and the recordings."""
        self._stage = stage
        self._mode = mode
        self._shelf = shelf
        self._earlier: Collection[tuple[str, int]] = frozenset()
        self._player: CassettePlayer | None = None
        self._recorded = self._dropped = 0
        self._unused: int | None = None

    @classmethod
    def open(cls, stage: Stage) -> "Taping | None":
        """The recordings that a stage asks for; None where it asks for none.

        Raises RunnerError where they cannot be used, or where something has to be sent and a provider is not ready.
        """
        asked = stage.asked
        if asked.cassettes is None:
            require_ready(stage)
            return None
        names = (scenario.name for scenario in stage.scenarios)
        if asked.mode == "record":
            require_ready(stage)
        shelf = Shelf(
            stage.folder / asked.cassettes, names, shown=asked.cassettes, writes=asked.mode != "replay"
        )
        if asked.mode == "fill":
            _require_ready_or_full(stage, shelf)
        return cls(stage, asked.mode, shelf)

    def remember(self, folder: RunFolder) -> None:
        """Know what an earlier part of the run has asked: that is not recorded anew."""
        events = (event for event in read_journal(folder.journal) if isinstance(event, Answered))
        self._earlier = {(event.key, event.draw) for event in events if event.answer.reply is not None}
        self._shelf.remember(self._earlier)

    def around(self, inner: Transport) -> Transport:
        """The transport that plays recordings, and sends what the mode lets it."""
        self._player = CassettePlayer(inner, self._shelf, self._mode, stream=self._stage.asked.stream)
        return self._player

    @contextmanager
    def kept(self, run: Run) -> Iterator[None]:
        """Play; whatever ends it, what was recorded is put in order, and what went wrong first is what is raised."""
        try:
            yield
        except BaseException:
            with suppress(StoreError):  # nothing is lost: the next one who records takes it in
                self.close(run)
            raise
        self.close(run)

    def close(self, run: Run) -> None:
        """Put what was recorded in order; what a whole recording has left unasked is taken out."""
        trials = len(self._stage.trials)
        ended = run.counts["finished"] == trials
        unused = self._unasked() if ended and _is_whole(self._stage) else None
        self._unused = None if unused is None else sum(map(len, unused.values()))
        self._recorded = self._shelf.recorded
        anew = self._mode == "record"
        self._dropped = (self._unused or 0) * anew
        self._shelf.close(unused if anew else None, prune_loose=anew and ended)

    def _unasked(self) -> dict[str, set[Spot]]:
        """The recordings that this run did not ask for, by scenario."""
        asked: Mapping[str, Collection[Spot]] = {} if self._player is None else self._player.asked
        unasked = {
            name: set(cassette.lines) - set(asked.get(name, ())) - set(self._earlier)
            for name, cassette in self._shelf.cassettes.items()
        }
        return {name: spots for name, spots in unasked.items() if spots}

    def told(self, run: Run, command: tuple[str, ...]) -> Taped:
        """What came of it."""
        lacking = {trial for trial, summary in run.trials.items() if summary.unrecorded}
        needs = None
        if lacking:
            trials = (trial for trial in self._stage.trials if trial.id in lacking)
            found = survey(trials, self._shelf, self._stage.recalled)
            needs = needs_of(found, self._shelf, self._stage.settings)
        return Taped(
            cassettes=str(self._stage.asked.cassettes),
            mode=self._mode,
            recorded=self._recorded,
            unused=self._unused,
            dropped=self._dropped,
            waiting=len(lacking),
            needs=needs,
            command=command,
        )


def _is_whole(stage: Stage) -> bool:
    """Whether the stage asks all that its scenarios ask as they stand, turns too, each trial to its last."""
    if stage.recalled is not None:
        return False
    selection = stage.asked.selection
    parts = (selection.where, selection.cases, selection.repeats, selection.shard, selection.unpassed_in)
    return stage.asked.changes == Changes() and not any(parts)


def _require_ready_or_full(stage: Stage, shelf: Shelf) -> None:
    """Raise ProviderError where something has to be sent and a provider is not ready for it."""
    try:
        require_ready(stage)
    except ProviderError:
        if any(survey(stage.trials, shelf, stage.recalled).missing.values()):
            raise
