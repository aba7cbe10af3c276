"""Which trials of a run were not green, and how it was played: what `--unpassed-in` plays again."""

from dataclasses import dataclass

from runner.core.change import Changes
from runner.core.gates.outcome import outcome_of
from runner.core.transcript import Transcript
from runner.errors import NothingToPlayError, UsageError
from runner.operations.read import transcripts_of
from runner.operations.stage import Asked
from runner.store.folder import RunFolder
from runner.store.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Unpassed:
    """What of a run is played again."""

    run: str
    """Its name."""
    trials: tuple[str, ...]
    """The ids of those that have no reply, or that failed, or of which a check broke."""
    paths: tuple[str, ...]
    """What it was played from."""
    changes: Changes
    """What was changed for it: the same words are changed again."""


def unpassed_in(folder: RunFolder) -> Unpassed:
    """What did not pass in a run that came to its end.

    Raises NothingToPlayError where every trial passed, UsageError where some never began: nothing is known of those.
    """
    manifest = folder.read_manifest()
    asked = Asked.load(manifest.asked)
    if manifest.kind != "chat" and manifest.status in {"playing", "stopped"}:
        raise UsageError(
            f"{folder.name} did not come to its end, so some of its trials may never have begun; {_way_on(manifest)} first"
        )
    found = tuple(transcript.id for transcript in transcripts_of(folder) if not is_passed(transcript))
    if not found:
        raise NothingToPlayError(f"every trial of {folder.name} passed: nothing is left to play again")
    changes = asked.changes
    if asked.until_decided is not None:
        changes = changes.model_copy(update={"repeat": asked.until_decided})
    return Unpassed(folder.name, found, asked.paths, changes)


def _way_on(manifest: Manifest) -> str:
    """How a run that was left comes to its end."""
    if manifest.kind == "judge":
        return "judge its run again by `runner judge RUN`"
    return f"go on with it by `runner play --resume {manifest.run}`"


def is_passed(transcript: Transcript) -> bool:
    """Whether a trial was played to its end, no turn left out for want of words, and no check of it failed or broke."""
    return outcome_of(transcript) in {"passed", "unmeasured"}
