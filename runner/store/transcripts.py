"""Transcripts made from a journal: written beside, moved into place, one line per trial that began, in plan order."""

import json
import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Self, cast

import jsonlines
from pydantic import ValidationError

from runner.core.event import Begun, Event, Planned, Reopened, Stopped, TrialEvent
from runner.core.transcribing import fold_transcript
from runner.core.transcript import SCHEMA, Transcript
from runner.core.trial import Script, Trial
from runner.core.value import Json, encode_readable
from runner.errors import StoreError
from runner.store.folder import RunFolder
from runner.store.journal import read_at, read_places


class Index:
    """Where in a journal each trial's events stand: a few bytes per event, so that a run of any size fits."""

    def __init__(self, journal: Path) -> None:
        """Begin with an empty journal."""
        self._journal = journal
        self._places: dict[str, array[int]] = {}
        self._scripts: dict[str, int] = {}
        """Where each variant's script stands, as it was planned last."""
        self._order: dict[str, tuple[int, int]] = {}
        """Where each variant stands in the plan, which need not be the order in which they began."""
        self._told: dict[str, int] = {}
        """Where the script stands that each trial is told over."""

    @classmethod
    def read(cls, journal: Path) -> Self:
        """The index of a journal, which is read once for it."""
        index = cls(journal)
        for at, event in read_places(journal):
            index.add(event, at)
        return index

    def add(self, event: Event, at: int) -> None:
        """Take in an event, of which the line begins at a byte."""
        match event:
            case Planned():
                self._scripts[event.script.variant] = at
                place = len(self._order) if event.place is None else event.place
                self._order.setdefault(event.script.variant, (place, len(self._order)))
            case Stopped():
                pass
            case _:
                self._places.setdefault(event.trial, array("Q")).append(at)
                if isinstance(event, Begun | Reopened):
                    self._told[event.trial] = self._scripts[event.trial.rpartition("#")[0]]

    def transcripts(self, run: str) -> Iterator[Transcript]:
        """Each trial's transcript; variants in plan order, repeats by number."""

        def place_of(trial: str) -> tuple[tuple[int, int], int]:
            variant, _, repeat = trial.rpartition("#")
            return self._order[variant], int(repeat)

        known: tuple[int, Script] | None = None
        with self._journal.open("rb") as file:
            for trial in sorted(self._places, key=place_of):
                variant, _, repeat = trial.rpartition("#")
                told = self._told.get(trial, self._scripts[variant])
                if known is None or known[0] != told:
                    planned = read_at(file, told)
                    assert isinstance(planned, Planned)
                    known = (told, planned.script)
                found = (read_at(file, place) for place in self._places[trial])
                events = [event for event in found if isinstance(event, TrialEvent)]
                yield fold_transcript(run, Trial(script=known[1], repeat=int(repeat)), events)


def write_transcripts(folder: RunFolder, index: Index | None = None) -> None:
    """Make `transcripts.jsonl` from the journal; it is read for its index where none was made as it was written."""
    beside = folder.transcripts.with_name(f".transcripts.{os.getpid()}")
    try:
        made_from = folder.journal.stat().st_mtime_ns
        index = index or Index.read(folder.journal)
        with beside.open("wb") as file, jsonlines.Writer(file, dumps=encode_readable) as lines:
            lines.write_all(transcript.dump() for transcript in index.transcripts(folder.name))
        # Marked with the time of the journal that they were made from: two programs may make them at once.
        os.utime(beside, ns=(made_from, made_from))
        beside.replace(folder.transcripts)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StoreError(
            f"cannot write {folder.transcripts}: {error.strerror}; the journal holds everything"
        ) from error


def read_transcripts(folder: RunFolder) -> Iterator[Transcript]:
    """A run's transcripts, made anew from the journal where they are missing or not made from it as it is."""
    if _is_fresh(folder):
        yield from load_transcripts(folder.transcripts)
    else:
        yield from Index.read(folder.journal).transcripts(folder.name)


def open_transcripts(folder: RunFolder) -> BinaryIO:
    """A run's transcripts as they stand in their file, a line each; where none can be written, in a nameless one."""
    if _is_fresh(folder):
        try:
            return folder.transcripts.open("rb")
        except OSError as error:
            raise StoreError(f"cannot read {folder.transcripts}: {error.strerror}") from error
    file = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 - whoever asked for it closes it
    with jsonlines.Writer(file, dumps=encode_readable) as lines:
        lines.write_all(each.dump() for each in Index.read(folder.journal).transcripts(folder.name))
    file.seek(0)
    return file


def load_line(path: Path, number: int, line: bytes) -> Transcript:
    """The transcript in a line of a file."""
    try:
        return _load(path, number, json.loads(line))
    except ValueError as error:
        raise StoreError(f"{path}:{number}: this line is no transcript of {SCHEMA}") from error


def _is_fresh(folder: RunFolder) -> bool:
    """Whether the transcripts' file can be read, once it was made anew if need be; False where none can be written."""
    if _is_stale(folder):
        try:
            write_transcripts(folder)
        except StoreError:
            if not folder.journal.exists():
                raise
            return False  # a folder that may only be read
    return True


def load_transcripts(path: Path) -> Iterator[Transcript]:
    """The transcripts in a file, one a line."""
    try:
        with path.open("rb") as file, jsonlines.Reader(file) as lines:
            for number, data in enumerate(lines.iter(), start=1):
                yield _load(path, number, data)
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error
    except jsonlines.InvalidLineError as error:
        raise StoreError(f"{path}:{error.lineno}: this line is no transcript of {SCHEMA}") from error


def _load(path: Path, number: int, data: Json) -> Transcript:
    """One line's transcript."""
    try:
        transcript = Transcript.load(data)
    except ValidationError as error:
        raise StoreError(f"{path}:{number}: this line is no transcript of {SCHEMA}") from error
    if transcript.schema_ != SCHEMA:
        raise StoreError(
            f"{path}:{number}: the schema is {transcript.schema_!r}, this version reads {SCHEMA!r}"
        )
    return transcript


def _is_stale(folder: RunFolder) -> bool:
    """Whether the transcripts are missing, or were made from another state of the journal."""
    try:
        return folder.transcripts.stat().st_mtime_ns != folder.journal.stat().st_mtime_ns
    except OSError:
        return folder.journal.exists()
