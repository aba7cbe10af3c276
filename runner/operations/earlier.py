"""What the journal of a run that goes on holds: the run, and the conversations that are played on or told anew.

Law: nothing that was answered is asked again in the same words; what would be sent in other words is refused unless a
person accepts it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from runner.core.conversation import Conversation, fold_trial, kept_replies
from runner.core.event import Begun, Event, Finished, Planned, Reopened, Skipped, TrialEvent
from runner.core.phase import OutOfOrderError
from runner.core.run import Run
from runner.core.trial import Script, Trial
from runner.errors import StoreError, UsageError
from runner.operations.stage import Stage
from runner.store.folder import RunFolder
from runner.store.journal import read_journal


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier part of a run."""

    run: Run
    unfinished: Mapping[str, Conversation] = field(default_factory=dict)
    """Conversations that have something left to do, by their trial's id."""
    reopened: Collection[str] = ()
    """Of these, the ones that are told anew."""
    planned: Collection[str] = ()
    """Variants whose script is the one that stands in the journal."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a run that goes on, beside its unfinished conversations."""

    accept_changes: bool = False
    """Whether trials are played anew whose messages, params, model or provider have changed."""
    retry_unanswered: bool = False
    """Whether conversations are played on that got no reply."""


def read_earlier(folder: RunFolder, stage: Stage, wanted: Wanted) -> Earlier:
    """The earlier part of a run; raises UsageError where what would be sent is no longer what it began with.

    A run without a journal was killed before it wrote one: nothing of it was played. Raises StoreError where the journal
    tells what cannot have happened.
    """
    if not folder.journal.exists():
        return Earlier(run=Run())
    try:
        return _fold(folder, stage, wanted)
    except (OutOfOrderError, KeyError) as error:
        raise StoreError(
            f"{folder.journal}: an event stands where it cannot follow, so the journal was changed by hand ({error}); "
            f"undo that, or play a new run"
        ) from error


def _fold(folder: RunFolder, stage: Stage, wanted: Wanted) -> Earlier:
    """The earlier part of a run out of its journal."""
    past = _Past(folder)
    unfinished: dict[str, Conversation] = {}
    reopened: dict[str, Trial] = {}
    anew: dict[str, Trial] = {}  # left unfinished after they had been reopened
    stale: set[str] = set()
    known: set[str] = set()
    for trial in stage.trials:
        known.add(trial.id)
        if past.is_stale(trial.script):
            stale.add(trial.script.variant)
        if (began := past.scripts.get(trial.id)) is None:
            continue
        differs = _differs(trial, began, folder.name, wanted)
        if differs or (wanted.retry_unanswered and past.run.trials[trial.id].status == "unanswered"):
            reopened[trial.id] = trial
        elif any(isinstance(event, Reopened) for event in past.open.get(trial.id, ())):
            anew[trial.id] = trial
        elif trial.id in past.open:
            unfinished[trial.id] = fold_trial(trial, past.open[trial.id])
    if gone := sorted(set(past.run.trials) - known):
        raise UsageError(
            f"{folder.name} has trials that its scenarios no longer have, {gone[0]} among them; undo the change, "
            f"or play a new run"
        )
    for name, events in _events(folder, {*reopened, *anew}):
        again = reopened.get(name)
        unfinished[name] = (
            fold_trial(anew[name], events)
            if again is None
            else Conversation.begin(again, kept_replies(events))
        )
    return Earlier(
        run=past.run,
        unfinished={name: each for name, each in unfinished.items() if name in reopened or not each.over},
        reopened=frozenset(reopened),
        planned=past.run.planned - stale,
    )


class _Past:
    """What a journal says, without what cannot matter any more."""

    def __init__(self, folder: RunFolder) -> None:
        self.run = Run()
        self.scripts: dict[str, tuple[str, str]] = {}
        """By trial: the digests of the script that it is told over."""
        self.open: dict[str, list[TrialEvent]] = {}
        """The events of the trials that have not ended."""
        self._planned: dict[str, tuple[str, str]] = {}
        for event in read_journal(folder.journal):
            self._add(event)

    def is_stale(self, script: Script) -> bool:
        """Whether the script that was planned last for a variant is another one than it is now."""
        planned = self._planned.get(script.variant)
        return planned is not None and planned != (script.plays, script.judges)

    def _add(self, event: Event) -> None:
        """Take in one event."""
        self.run.add(event)
        if isinstance(event, Planned):
            self._planned[event.script.variant] = (event.plays, event.judges)
        elif isinstance(event, TrialEvent):
            if isinstance(event, Begun | Reopened):
                self.scripts[event.trial] = self._planned[event.trial.rpartition("#")[0]]
            self.open.setdefault(event.trial, []).append(event)
            if self._is_last(event):
                del self.open[event.trial]

    def _is_last(self, event: TrialEvent) -> bool:
        """Whether nothing can follow for the event's trial, whatever its script: then it need not be remembered."""
        unanswered = self.run.trials[event.trial].status == "unanswered"
        return isinstance(event, Finished) or (isinstance(event, Skipped) and unanswered)


def _differs(trial: Trial, began: tuple[str, str], run: str, wanted: Wanted) -> bool:
    """Whether a trial is told anew, since it is another one now.

    Raises UsageError where other words would be sent and nobody accepted that.
    """
    script = trial.script
    if began[0] != script.plays and not wanted.accept_changes:
        raise UsageError(
            f"{trial.id}: what would be sent (messages, params, model or provider) is no longer what {run} began "
            f"with; undo the change in {_place(script)} or the settings, play a new run, or go on with --accept-changes, which plays "
            "such trials anew"
        )
    return began != (script.plays, script.judges)


def _place(script: Script) -> str:
    """Where a script comes from."""
    return script.path or "its scenario"


def _events(folder: RunFolder, trials: Collection[str]) -> Iterator[tuple[str, list[TrialEvent]]]:
    """All events of some trials; the journal is read a second time for it, and only where there are any."""
    events: dict[str, list[TrialEvent]] = {name: [] for name in trials}
    if trials:
        for event in read_journal(folder.journal):
            if isinstance(event, TrialEvent) and event.trial in events:
                events[event.trial].append(event)
    yield from events.items()
