"""Playing: a stage becomes a run in its folder; a run that was left unfinished goes on from what its journal holds."""

import asyncio
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Protocol

from runner.core.conversation import Conversation
from runner.core.event import Event, Planned, TrialEvent
from runner.core.plan import Plan
from runner.core.run import Run
from runner.core.trial import Trial
from runner.engines.pool import Pool
from runner.errors import RunnerError, StoreError, UsageError
from runner.operations.connect import connect, require_ready
from runner.operations.stage import Asked, Stage
from runner.store.folder import RunFolder
from runner.store.journal import Journal, read_journal
from runner.store.manifest import Manifest
from runner.store.transcripts import write_transcripts
from runner.transports import Notice, Transport

INTERRUPTED = "interrupted"
GRACE_S = 5.0
"""How long a stopped run waits for the replies under way, seconds."""


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

    @property
    def exit_code(self) -> int:
        """The code that `play` ends with."""
        return self.run.exit_code(self.trials)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the journal of a run that goes on holds."""

    run: Run
    unfinished: Mapping[str, Conversation]


def play(stage: Stage, outputs: Path, audience: Audience, command: Sequence[str] = ()) -> Played:
    """Play a stage into a new run; raises RunnerError where a provider or the disk cannot be used."""
    require_ready(stage)
    names = {scenario.name for scenario in stage.scenarios}
    what = next(iter(names)) if len(names) == 1 else f"{len(names)}-scenarios"
    manifest = Manifest(
        run="",
        command=tuple(command),
        folder=str(stage.folder),
        asked=stage.asked.dump(),
        versions={name: version(name) for name in ("conversation-runner", "openai")}
        | {"python": python_version()},
        settings={name: stage.settings.named(name).dump() for name, _ in stage.providers},
        digests=_digests(stage),
        trials=len(stage.trials),
        started_at=_stamp(),
    )
    folder = RunFolder.create(outputs, f"{_now():%Y%m%d-%H%M%S}", what)
    manifest = manifest.model_copy(update={"run": folder.name})
    folder.lock()
    try:
        folder.write_manifest(manifest)
        return _perform(stage, folder, manifest, audience, Earlier(run=Run(), unfinished={}))
    finally:
        folder.unlock()


def resume(folder: RunFolder, stage_again: Callable[[Asked, Path], Stage], audience: Audience) -> Played:
    """Go on with a run: each unfinished conversation from its next turn; nothing that was answered is asked again.

    Raises UsageError where what would be sent is no longer what the run began with.
    """
    folder.lock()
    try:
        manifest = folder.read_manifest()
        stage = stage_again(Asked.load(manifest.asked), Path(manifest.folder))
        require_ready(stage)
        earlier = _read_earlier(folder, stage)
        return _perform(stage, folder, manifest, audience, earlier)
    finally:
        folder.unlock()


def _perform(
    stage: Stage, folder: RunFolder, manifest: Manifest, audience: Audience, earlier: Earlier
) -> Played:
    """Play what is left of a run, and leave its transcripts and manifest behind, however it ends."""
    run = earlier.run
    for digest, path in {
        key: path for scenario in stage.scenarios for key, path in scenario.files.items()
    }.items():
        folder.keep_file(digest, Path(path).read_bytes())
    folder.write_manifest(manifest.model_copy(update={"status": "playing", "reason": None, "ended_at": None}))
    try:
        with Journal(folder.journal, folder.name) as journal:
            audience.opens(stage, folder, run)

            def sink(event: Event) -> None:
                journal.append(event)
                run.add(event)
                audience.hears(event, run)

            transport = connect(stage, folder)
            pool = Pool(
                Plan(stage.trials, over=frozenset(run.ended())),
                transport.send,
                sink,
                audience.watches,
                planned=run.planned,
                unfinished=earlier.unfinished,
            )
            _drive(pool, transport, audience, _width(stage))
    except BaseException:
        with suppress(StoreError):  # what went wrong first is what is told
            _close(stage, folder, manifest, run)
        raise
    _close(stage, folder, manifest, run)
    played = Played(folder=folder, run=run, trials=len(stage.trials))
    audience.closes(played)
    return played


def _close(stage: Stage, folder: RunFolder, manifest: Manifest, run: Run) -> None:
    """Leave transcripts and manifest as the journal has them."""
    write_transcripts(folder)
    update = {
        "status": run.status(len(stage.trials)),
        "reason": run.stopped,
        "ended_at": _stamp(),
        "totals": run.totals().dump(),
    }
    folder.write_manifest(manifest.model_copy(update=update))


def _drive(pool: Pool, transport: Transport, audience: Audience, width: int) -> None:
    """Run the event loop until the pool has played its plan, or is stopped."""

    async def main() -> None:
        try:
            with _interruptible(pool, audience):
                await pool.play(width)
        except asyncio.CancelledError:
            if not pool.stopped:
                raise
        finally:
            await transport.close()

    try:
        asyncio.run(main())
    except BaseExceptionGroup as group:
        raise _first(group) from group


@contextmanager
def _interruptible(pool: Pool, audience: Audience) -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM end the run after the replies under way, and the second end it now."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def interrupt() -> None:
        if pool.stopped:
            task.cancel()
            return
        pool.stop(INTERRUPTED)
        audience.stopping(INTERRUPTED)
        loop.call_later(GRACE_S, task.cancel)

    previous = {}
    for name in (signal.SIGINT, signal.SIGTERM):
        # Not loop.add_signal_handler, which Windows does not have; only the main thread may set one.
        with suppress(ValueError):
            previous[name] = signal.signal(name, lambda *_: loop.call_soon_threadsafe(interrupt))
    try:
        yield
    finally:
        for name, handler in previous.items():
            signal.signal(name, handler)


def _read_earlier(folder: RunFolder, stage: Stage) -> Earlier:
    """The run and its unfinished conversations, folded from the journal; refuses where what is sent has changed."""
    run = Run()
    plays: dict[str, str] = {}
    events: dict[str, list[TrialEvent]] = {}
    for event in read_journal(folder.journal):
        run.add(event)
        if isinstance(event, Planned):
            plays[event.script.variant] = event.plays
        elif isinstance(event, TrialEvent):
            events.setdefault(event.trial, []).append(event)
            if run.trials[event.trial].status != "stopped":
                del events[event.trial]
    unfinished: dict[str, Conversation] = {}
    known = set()
    for trial in stage.trials:
        known.add(trial.id)
        began = plays.get(trial.script.variant)
        if trial.id in events and began != trial.script.plays:
            raise UsageError(
                f"{trial.id}: what would be sent is no longer what {folder.name} began with (messages, params, model "
                f"or provider changed in {trial.script.path}); undo the change, or play a new run"
            )
        if trial.id in events:
            unfinished[trial.id] = _fold(trial, events[trial.id])
    if gone := sorted(set(run.trials) - known):
        raise UsageError(
            f"{folder.name} has trials that its scenarios no longer have, {gone[0]} among them; undo the change, "
            f"or play a new run"
        )
    return Earlier(run=run, unfinished=unfinished)


def _fold(trial: Trial, events: Sequence[TrialEvent]) -> Conversation:
    """The conversation that a trial's events make."""
    conversation = Conversation.begin(trial)
    for event in events:
        conversation = conversation.after(event)
    return conversation


def _width(stage: Stage) -> int:
    """How many conversations are played at once: as many as the providers may have requests under way."""
    names = dict.fromkeys(name for name, _ in stage.providers)
    own = sum(stage.settings.named(name).in_flight for name in names)
    return own if stage.asked.in_flight is None else min(own, stage.asked.in_flight)


def _digests(stage: Stage) -> dict[str, str]:
    """SHA-256 of each scenario file."""
    paths = sorted({scenario.path for scenario in stage.scenarios})
    return {path: sha256((stage.folder / path).read_bytes()).hexdigest() for path in paths}


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error to show where several tasks ended by one: one that a person can mend, else the first."""
    flat: list[BaseException] = []
    for error in group.exceptions:
        flat += [_first(error)] if isinstance(error, BaseExceptionGroup) else [error]
    return next((error for error in flat if isinstance(error, RunnerError)), flat[0])


def _now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)


def _stamp() -> str:
    """The time as files have it."""
    return _now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
