"""Reading what was played: runs and transcripts found again, by the names that people use for them."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from runner.core.event import Planned
from runner.core.transcript import Transcript
from runner.core.trial import Script
from runner.core.wording import quoted, unknown
from runner.errors import UsageError
from runner.store.folder import RunFolder, find_run
from runner.store.journal import read_places
from runner.store.manifest import Kind
from runner.store.transcripts import load_line, open_transcripts, read_transcripts

Found = TypeVar("Found")

MARK: Final = "#"
"""What parts a run from a trial in `RUN#TRIAL`; the names of runs do not hold it."""


def open_run(reference: str, outputs: Path, kind: Kind | None = None) -> RunFolder:
    """The run that a folder, a name or `latest`, the newest (of a kind), means; raises StoreError where there is none."""
    return find_run(reference, outputs, kind)


def parted(reference: str) -> tuple[str, str | None]:
    """The run and the trial of `RUN#TRIAL`; no trial where only a run is named."""
    places = [place for place, character in enumerate(reference) if character == MARK]
    for place in (len(reference), *reversed(places)) if places else ():
        if (Path(reference[:place]) / "run.json").is_file():
            return reference[:place], reference[place + 1 :] or None  # the way to a folder may hold the mark
    run, _, trial = reference.partition(MARK)
    return run, trial or None


def named_once(reference: str, trial: str | None) -> tuple[str, str | None]:
    """The run and the trial, named in two words or as RUN#TRIAL; raises UsageError where the trial is named twice."""
    run, also = parted(reference)
    if also is not None and trial is not None:
        raise UsageError(
            f"the conversation is named twice, as {quoted(also)} and as {quoted(trial)}: name it once"
        )
    return run, also or trial


def transcripts_of(folder: RunFolder, trial: str | None = None) -> Iterator[Transcript]:
    """A run's transcripts, or one of them; a trial is named by its id, or by the scenario where that is enough.

    Raises UsageError where the run has no such trial.
    """
    return _named(read_transcripts(folder), trial, lambda transcript: transcript)


def lines_of(folder: RunFolder, trial: str | None = None) -> Iterator[tuple[bytes, Transcript]]:
    """The same transcripts, each with its line as it stands in the file; raises UsageError as well."""
    return _named(_lines(folder), trial, lambda found: found[1])


def _lines(folder: RunFolder) -> Iterator[tuple[bytes, Transcript]]:
    """Each line of the transcripts, with the transcript that it holds."""
    with open_transcripts(folder) as file:
        for number, line in enumerate(file, start=1):
            yield line, load_line(folder.transcripts, number, line)


def _named(
    found: Iterable[Found], trial: str | None, transcript_of: Callable[[Found], Transcript]
) -> Iterator[Found]:
    """Those of a trial's name, all of them where none is given; raises UsageError where there is none."""
    ids: list[str] = []
    any_named = trial is None
    for each in found:
        transcript = transcript_of(each)
        if trial is None:
            yield each
        elif is_named(trial, transcript.id, transcript.scenario):
            any_named = True
            yield each
        else:
            ids.append(transcript.id)
    if not any_named:
        raise UsageError(unknown("trial", trial or "", ids))


def is_named(name: str, trial: str, scenario: str) -> bool:
    """Whether a trial is meant by its id, its variant's or its scenario's name."""
    return name in {trial, trial.rpartition(MARK)[0], scenario}


def scripts_of(folder: RunFolder) -> dict[str, Script]:
    """What was planned, by the variants' ids; empty where the journal is not there any more."""
    if not folder.journal.exists():
        return {}
    scripts: dict[str, Script] = {}
    for _, event in read_places(folder.journal):
        if isinstance(event, Planned):
            scripts.setdefault(event.script.variant, event.script)
    return scripts
