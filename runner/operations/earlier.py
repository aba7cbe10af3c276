"""What the journal of a run that goes on holds: the run, and the conversations that were left unfinished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runner.core.conversation import Conversation
from runner.core.event import Finished, Planned, Skipped, TrialEvent
from runner.core.run import Run
from runner.core.trial import Trial
from runner.errors import UsageError
from runner.operations.stage import Stage
from runner.store.folder import RunFolder
from runner.store.journal import read_journal


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier part of a run."""

    run: Run
    unfinished: Mapping[str, Conversation]
    """Conversations that have something left to do, by their trial's id."""


def read_earlier(folder: RunFolder, stage: Stage) -> Earlier:
    """The earlier part of a run; raises UsageError where what would be sent or asked is no longer what it began with."""
    run = Run()
    planned: dict[str, tuple[str, str]] = {}
    events: dict[str, list[TrialEvent]] = {}
    for event in read_journal(folder.journal):
        run.add(event)
        if isinstance(event, Planned):
            planned[event.script.variant] = (event.plays, event.judges)
        elif isinstance(event, TrialEvent):
            events.setdefault(event.trial, []).append(event)
            if _is_last(event, run):
                del events[event.trial]
    unfinished: dict[str, Conversation] = {}
    known: set[str] = set()
    for trial in stage.trials:
        known.add(trial.id)
        begun = run.trials.get(trial.id)
        if begun is not None and trial.id not in events:
            continue
        _require_same(trial, planned.get(trial.script.variant), folder.name)
        if trial.id in events:
            unfinished[trial.id] = _fold(trial, events[trial.id])
    if gone := sorted(set(run.trials) - known):
        raise UsageError(
            f"{folder.name} has trials that its scenarios no longer have, {gone[0]} among them; undo the change, "
            f"or play a new run"
        )
    return Earlier(run=run, unfinished={name: each for name, each in unfinished.items() if not each.over})


def _is_last(event: TrialEvent, run: Run) -> bool:
    """Whether nothing can follow for the event's trial, whatever its script: then it need not be remembered."""
    unanswered = run.trials[event.trial].status == "unanswered"
    return isinstance(event, Finished) or (isinstance(event, Skipped) and unanswered)


def _require_same(trial: Trial, began: tuple[str, str] | None, run: str) -> None:
    """Raise UsageError where a variant that stands in the journal is another one now."""
    if began is None:
        return
    script = trial.script
    changes = {
        "what would be sent (messages, params, model or provider)": began[0] != script.plays,
        "what is expected of the replies": began[1] != script.judges,
    }
    for what, changed in changes.items():
        if changed:
            raise UsageError(
                f"{trial.id}: {what} is no longer what {run} began with; undo the change in {script.path}, "
                f"or play a new run"
            )


def _fold(trial: Trial, events: Sequence[TrialEvent]) -> Conversation:
    """The conversation that a trial's events make."""
    conversation = Conversation.begin(trial)
    for event in events:
        conversation = conversation.after(event)
    return conversation
