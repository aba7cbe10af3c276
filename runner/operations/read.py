"""Reading what was played: runs and transcripts found again, by the names that people use for them."""

from collections.abc import Iterator
from pathlib import Path

from runner.core.transcript import Transcript
from runner.core.wording import unknown
from runner.errors import UsageError
from runner.store.folder import RunFolder, find_run
from runner.store.transcripts import read_transcripts


def open_run(reference: str, outputs: Path) -> RunFolder:
    """The run that a folder, a name or `latest` means; raises StoreError where there is none."""
    return find_run(reference, outputs)


def transcripts_of(folder: RunFolder, trial: str | None = None) -> Iterator[Transcript]:
    """A run's transcripts, or one of them; a trial is named by its id, or by the scenario where that is enough.

    Raises UsageError where the run has no such trial.
    """
    if trial is None:
        yield from read_transcripts(folder)
        return
    ids: list[str] = []
    found = False
    for transcript in read_transcripts(folder):
        ids.append(transcript.id)
        if trial in {transcript.id, transcript.id.rpartition("#")[0], transcript.scenario}:
            found = True
            yield transcript
    if not found:
        raise UsageError(unknown("trial", trial, ids))
