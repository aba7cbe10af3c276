"""Playing: a stage becomes a run in its folder; a run that was left unfinished goes on from what its journal holds."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from runner.core.comparison.mixing import Mixed
from runner.core.event import Event
from runner.core.plan import Groups, Plan
from runner.core.run import FINE, Run
from runner.engines.pool import Pool
from runner.errors import RunnerError, StoreError, UsageError
from runner.operations.connect import connect
from runner.operations.earlier import Earlier, Wanted, read_earlier
from runner.operations.gates import curtailing
from runner.operations.interrupt import Interrupts
from runner.operations.opening import name_stamp, open_manifest, stamp
from runner.operations.spending import open_budget, require_affordable
from runner.operations.stage import Asked, Stage
from runner.operations.taping import Taped, Taping
from runner.store.assessments import forget_assessment
from runner.store.folder import RunFolder
from runner.store.journal import Journal
from runner.store.manifest import Kind, Manifest
from runner.store.transcripts import Index, write_transcripts
from runner.transports import Notice, Transport
from runner.transports.known_refusals import KnownRefusals
from runner.transports.recalled import Recalled

NOTHING_ELSE: Final = Wanted()


class Audience(Protocol):
    """Who follows a run while it is played; what it raises ends the run."""

    def opens(self, stage: Stage, folder: RunFolder, run: Run) -> None:
        """The run begins, or goes on from what it already holds."""

    def hears(self, event: Event, run: Run) -> None:
        """An event was written down and taken into the run."""

    def watches(self, trial: str, notice: Notice) -> None:
        """Something is under way that is not an event."""

    def stopping(self, reason: str) -> None:
        """Nothing further begins; what is under way is waited for."""

    def closes(self, played: "Played") -> None:
        """The run has ended, however it did; its transcripts are there."""


@dataclass(frozen=True, slots=True)
class Played:
    """A run that has ended."""

    folder: RunFolder
    run: Run
    trials: int
    """How many were planned."""
    taped: Taped | None = None
    """What came of its recordings; None where it has none."""

    @property
    def exit_code(self) -> int:
        """The code that `play` ends with; a part of a plan into which no trial falls is played well."""
        return self.run.exit_code(self.trials) if self.trials else FINE


def play(
    stage: Stage,
    outputs: Path,
    audience: Audience,
    command: Sequence[str] = (),
    interrupts: Interrupts | None = None,
    *,
    kind: Kind = "play",
    told: Asked | None = None,
) -> Played:
    """Play a stage into a new run; raises RunnerError where a provider or the disk cannot be used.

    The manifest keeps what was asked for, or, where that is not what the stage was made from, what is `told` of it.
    """
    taping = Taping.open(stage)
    require_affordable(stage)
    names = {scenario.name for scenario in stage.scenarios}
    what = next(iter(names)) if len(names) == 1 else f"{len(names)}-scenarios"
    manifest = open_manifest(stage, command, kind)
    if told is not None:
        manifest = manifest.model_copy(update={"asked": told.dump()})
    with interrupts or Interrupts(audience.stopping) as heeded:
        folder = RunFolder.create(outputs, name_stamp(), what)
        with folder.locked():
            # Before the manifest: a run that is found has a journal.
            Journal(folder.journal, folder.name).close()
            performance = Performance(stage, folder, audience, heeded, taping)
            return performance.give(manifest.model_copy(update={"run": folder.name}), Earlier(Run()))


def resume(
    folder: RunFolder,
    stage_again: Callable[[Asked, Path], Stage],
    audience: Audience,
    wanted: Wanted = NOTHING_ELSE,
    interrupts: Interrupts | None = None,
) -> Played:
    """Go on with a run: each unfinished conversation from its next turn; nothing that was answered is asked again.

    Where only checks have changed, what was said is judged anew. Raises UsageError where what would be sent is no
    longer what the run began with, and nobody accepted that.
    """
    with interrupts or Interrupts(audience.stopping) as heeded, folder.locked():
        manifest = folder.read_manifest()
        if manifest.kind == "chat":
            raise UsageError(
                f"{folder.name} is a chat; go on with it by `runner chat --resume {folder.name}`"
            )
        if manifest.kind == "judge":
            raise UsageError(f"{folder.name} judges another run; judge that one again by `runner judge RUN`")
        asked = Asked.load(manifest.asked)
        if not asked.paths:
            raise UsageError(
                f"{folder.name} was played from scenarios that stand in no file, and cannot be gone on with; "
                "play them again"
            )
        stage = stage_again(asked, Path(manifest.folder))
        taping = Taping.open(stage)
        require_affordable(stage)
        if taping is not None:
            taping.remember(folder)
        earlier = read_earlier(folder, stage, wanted)
        forget_assessment(folder)
        return Performance(stage, folder, audience, heeded, taping).give(manifest, earlier)


@dataclass(frozen=True, slots=True)
class Performance:
    """A stage played into a folder before an audience."""

    stage: Stage
    folder: RunFolder
    audience: Audience
    interrupts: Interrupts
    taping: Taping | None = None

    def give(self, manifest: Manifest, earlier: Earlier) -> Played:
        """Play what is left of a run, and leave its transcripts and manifest behind, however it ends."""
        run, stage, folder = earlier.run, self.stage, self.folder
        manifest = manifest.model_copy(
            update={
                "digests": _digests(stage),
                "trials": len(stage.trials),
                "status": "playing",
                "reason": None,
                "ended_at": None,
                "totals": {},
            }
        )
        folder.write_manifest(manifest)
        try:
            for scenario in stage.scenarios:
                for digest, path in scenario.files.items():
                    folder.keep_file(digest, Path(path))
            index = self._play(earlier)
        except BaseException as error:
            with suppress(StoreError):  # what went wrong first is what is told
                self._close(manifest, run, error=error)
            raise
        self._close(manifest, run, index)
        planned = _planned(stage, run)
        taped = None if self.taping is None else self.taping.told(run, manifest.command)
        played = Played(folder=folder, run=run, trials=planned, taped=taped)
        self.audience.closes(played)
        return played

    def _play(self, earlier: Earlier) -> Index | None:
        """Play with the journal open; where in it everything stands, of a run that is written from its start."""
        run = earlier.run
        index = None if self.folder.journal.exists() else Index(self.folder.journal)
        with Journal(self.folder.journal, self.folder.name) as journal:
            self.audience.opens(self.stage, self.folder, run)

            def sink(event: Event) -> None:
                place = journal.append(event)
                if index is not None:
                    index.add(event, place)
                run.add(event)
                self.audience.hears(event, run)

            transport: Transport = connect(self.stage, self.folder)
            if self.stage.asked.design is not None:
                transport = KnownRefusals(transport, self.stage.asked.design.by)
            if self.taping is not None:
                transport = self.taping.around(transport)
            if self.stage.recalled is not None:
                transport = Recalled(transport, self.stage.recalled)
            pool = Pool(
                Plan(
                    self.stage.trials,
                    over=frozenset(run.ended()) - earlier.unfinished.keys(),
                    groups=_groups(self.stage),
                    room=_room(self.stage),
                    budget=open_budget(self.stage, run),
                    curtailing=curtailing(self.stage, run),
                ),
                transport.send,
                sink,
                self.audience.watches,
                planned=earlier.planned,
                unfinished=earlier.unfinished,
                reopened=earlier.reopened,
            )
            with nullcontext() if self.taping is None else self.taping.kept(run):
                try:
                    asyncio.run(self._drive(pool, transport))
                except BaseExceptionGroup as group:
                    raise _first(group) from group
                if not pool.stopped:  # an earlier part's stop is over, also where no trial had to begin
                    run.stopped = None
        return index

    async def _drive(self, pool: Pool, transport: Transport) -> None:
        """Play to the end of the plan, or until a signal ends it; then hang up."""
        try:
            with self.interrupts.attended(pool):
                await pool.play(_width(self.stage))
        finally:
            await transport.close()

    def _close(
        self, manifest: Manifest, run: Run, index: Index | None = None, *, error: BaseException | None = None
    ) -> None:
        """Leave transcripts and manifest as the journal has them; the manifest also where transcripts fail."""
        planned = _planned(self.stage, run)
        status = run.status(planned)
        reason = run.stopped if status == "stopped" else None
        if error is not None:
            status, reason = "stopped", str(error) or type(error).__name__
        update = {
            "trials": planned,
            "status": status,
            "reason": reason,
            "ended_at": stamp(),
            "totals": run.totals().dump(),
        }
        try:
            write_transcripts(self.folder, index)
        finally:
            self.folder.write_manifest(manifest.model_copy(update=update))


def _planned(stage: Stage, run: Run) -> int:
    """How many trials there are to play: of a run that plays no more than verdicts need, those that it began."""
    if stage.asked.until_decided is None or run.stopped is not None:
        return len(stage.trials)
    return len(run.trials)


def _groups(stage: Stage) -> Groups | None:
    """What begins alike, of which the first goes ahead: not one after the other, nor mixed, nor where nothing is sent."""
    asked, trials = stage.asked, stage.trials
    if isinstance(trials, Mixed) or asked.reproduce:
        return None
    return None if asked.cassettes is not None and asked.mode == "replay" else trials.groups


def _room(stage: Stage) -> dict[str, int]:
    """How many conversations keep each provider busy: as many as it may have requests under way."""
    asked = stage.asked.in_flight
    own = {name: stage.settings.named(name).in_flight for name, _ in stage.providers}
    return own if asked is None else {name: min(asked, each) for name, each in own.items()}


def _width(stage: Stage) -> int:
    """How many conversations are played at once."""
    return 1 if stage.asked.reproduce else max(1, sum(_room(stage).values()))


def _digests(stage: Stage) -> dict[str, str]:
    """SHA-256 of each scenario file; scenarios that were at hand need stand in none, or in none any more."""
    paths = sorted({scenario.path for scenario in stage.scenarios if scenario.path})
    files = {path: stage.folder / path for path in paths}
    return {path: sha256(file.read_bytes()).hexdigest() for path, file in files.items() if file.is_file()}


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error to show where several tasks ended by one: one that a person can mend, else the first."""
    flat: list[BaseException] = []
    for error in group.exceptions:
        flat += [_first(error)] if isinstance(error, BaseExceptionGroup) else [error]
    return next((error for error in flat if isinstance(error, RunnerError)), flat[0])
