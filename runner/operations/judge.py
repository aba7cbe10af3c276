"""Judging what was played: today's checks on an existing run, into a run of its own; nothing of a conversation is sent.

Law: a conversation is judged only where its turns are still the ones that were played.
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from runner.core.comparison.mixing import Mixed
from runner.core.event import Answered, Planned
from runner.core.message import Answer
from runner.core.run import Run
from runner.core.selection import Selection
from runner.core.trials import Part, Trials
from runner.errors import UsageError
from runner.operations.interrupt import Interrupts
from runner.operations.play import Audience, Played, play
from runner.operations.stage import Asked, Stage
from runner.store.folder import RunFolder
from runner.store.journal import read_journal
from runner.transports.recalled import Place, Recollection


@dataclass(frozen=True, slots=True)
class Past:
    """What an earlier run holds that can be judged."""

    plays: dict[str, str]
    """By variant: the digest of what was sent."""
    answers: dict[Place, Answer]
    """The last answer to each turn's question."""
    ended: frozenset[str]
    """Trials that were played to their end, or as far as they were answered."""


def judge(
    folder: RunFolder,
    stage_again: Callable[[Asked, Path], Stage],
    outputs: Path,
    audience: Audience,
    command: Sequence[str] = (),
    interrupts: Interrupts | None = None,
) -> Played:
    """Judge a run by the checks that its scenarios have now; raises UsageError where their turns have changed."""
    manifest = folder.read_manifest()
    if manifest.kind == "chat":
        raise UsageError(f"{folder.name} is a chat: it has no scenario with checks; `/save` makes one of it")
    # Which conversations are judged, the run itself says; recordings are those of judges, if any are named now.
    plain: dict[str, object] = {
        "selection": Selection(),
        "cassettes": None,
        "mode": "replay",
        "max_cost": None,
        "max_tokens_total": None,
        "until_decided": None,
    }
    typed = Asked.load(manifest.asked)
    if typed.design is not None:  # what was not chosen may lack what is compared
        plain["selection"] = typed.selection
    if typed.until_decided is not None:  # which of its trials were played, the journal knows
        plain["changes"] = typed.changes.model_copy(update={"repeat": typed.until_decided})
    asked = typed.model_copy(update=plain)
    if not asked.paths:
        raise UsageError(f"{folder.name} was played from scenarios that stand in no file: name one beside it")
    past = read_past(folder)
    stage = _narrowed(stage_again(asked, Path(manifest.folder)), past, folder.name)
    _require_checks(stage, folder.name)
    # Which trials were chosen, and that they were stopped early, stays known: such a run is no yardstick, judged or not.
    chosen = {"selection": typed.selection, "until_decided": typed.until_decided}
    told = stage.asked.model_copy(update=chosen)
    return play(stage, outputs, audience, command, interrupts, kind="judge", told=told)


def read_past(folder: RunFolder) -> Past:
    """What a run's journal holds that can be judged; raises StoreError where it cannot be read."""
    run, plays, answers = Run(), dict[str, str](), dict[Place, Answer]()
    providers: dict[str, str] = {}
    for event in read_journal(folder.journal):
        run.add(event)
        if isinstance(event, Planned):
            plays[event.script.variant] = event.plays
            providers[event.script.variant] = event.script.provider
        elif isinstance(event, Answered) and event.purpose == "turn":
            provider = providers[event.trial.rpartition("#")[0]]
            answers[provider, event.key, event.draw] = event.answer
    return Past(plays, answers, frozenset(run.ended()))


def _narrowed(stage: Stage, past: Past, run: str) -> Stage:
    """The stage with the trials that the earlier run has ended; of providers only those that checks ask."""
    whole = stage.trials.whole if isinstance(stage.trials, Mixed) else stage.trials
    assert isinstance(whole, Trials), "a whole plan is judged, whatever part of it was played"
    places = array("Q")
    for place, trial in enumerate(whole):
        if trial.id in past.ended:
            if past.plays[trial.script.variant] != trial.script.plays:
                raise UsageError(
                    f"{trial.id}: its turns, prompt, params or model are no longer what {run} was played with, so its "
                    f"replies cannot be judged for it: undo the change in {trial.script.path}, or play it again"
                )
            places.append(place)
    if not places:
        raise UsageError(
            f"none of the conversations of {run} is in these scenarios: name the ones it was played from"
        )
    part = Part(whole, places)
    left_out = stage.left_out + len(stage.trials) - len(part)
    return replace(
        stage,
        trials=part,
        providers=stage.judges,
        requests=0,
        left_out=left_out,
        recalled=Recollection(run, past.answers),
    )


def _require_checks(stage: Stage, run: str) -> None:
    """Raise UsageError where nothing in the scenarios could be judged."""
    if not any(each.checks or any(turn.checks for turn in each.turns) for each in stage.scenarios):
        raise UsageError(
            f"nothing of {run} can be judged: its scenarios have no check; write some under `expect:`, or name a file "
            "that has the same turns and checks"
        )
