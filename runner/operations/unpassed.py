"""Which trials of a run were not green: what `--unpassed-in` plays again."""

from runner.core.gates.outcome import outcome_of
from runner.core.transcript import Transcript
from runner.errors import NothingToPlayError
from runner.operations.read import transcripts_of
from runner.store.folder import RunFolder


def unpassed_in(folder: RunFolder) -> tuple[str, ...]:
    """The ids of the trials that have no reply, or that failed, or of which a check broke, or that did not end.

    Raises NothingToPlayError where every trial passed.
    """
    found = tuple(transcript.id for transcript in transcripts_of(folder) if not is_passed(transcript))
    if not found:
        raise NothingToPlayError(f"every trial of {folder.name} passed: nothing is left to play again")
    return found


def is_passed(transcript: Transcript) -> bool:
    """Whether a trial was played to its end, no turn left out for want of words, and no check of it failed or broke."""
    return outcome_of(transcript) in {"passed", "unmeasured"}
