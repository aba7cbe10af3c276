"""The journal: events as lines of pure ASCII, appended and flushed as they happen; the truth a run resumes from.

Law: cut at any byte, it is still a journal: what follows the last whole line was never written.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from pydantic import ValidationError

from runner.core.event import SCHEMA, Event, dump_event, read_event
from runner.core.value import encode_line
from runner.errors import StoreError

_NEWLINE = b"\n"


class Journal:
    """An open journal, at whose end events are written; one writer at a time."""

    def __init__(self, path: Path, run: str) -> None:
        """Open or begin the journal of a run; a torn last line is cut off first."""
        self._path = path
        self._torn: StoreError | None = None
        try:
            mend(path)
            self._file: BinaryIO = path.open("ab", buffering=0)
            if not self._file.tell():
                self._write(encode_line({"schema": SCHEMA, "run": run}))
            self._end = self._file.tell()
        except OSError as error:
            raise StoreError(f"cannot write {path}: {error.strerror}") from error

    def append(self, event: Event) -> int:
        """Write an event; when this returns, the operating system has it, and killing the program loses nothing.

        Returns the byte at which its line begins.
        """
        line, place = encode_line(dump_event(event)), self._end
        self._write(line)
        self._end += len(line)
        return place

    def _write(self, line: bytes) -> None:
        """Write a whole line, also where the system takes it in pieces; after one that failed, none is written."""
        if self._torn is not None:
            raise self._torn
        try:
            while line:
                line = line[self._file.write(line) :]
        except OSError as error:
            self._torn = StoreError(
                f"cannot write {self._path}: {error.strerror}; what it holds can be resumed"
            )
            raise self._torn from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        """Enter."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()


def mend(path: Path) -> None:
    """Cut off a torn last line, so that what is appended begins a line of its own."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        end = file.seek(0, 2)
        while end:
            start = max(0, end - 65536)
            file.seek(start)
            found = file.read(end - start).rfind(_NEWLINE)
            if found >= 0:
                file.truncate(start + found + 1)
                return
            end = start
        file.truncate(0)


def read_journal(path: Path) -> Iterator[Event]:
    """The events of a journal, in the order in which they happened; a torn last line is left out."""
    for _, event in read_places(path):
        yield event


def read_places(path: Path) -> Iterator[tuple[int, Event]]:
    """Each event with the byte at which its line begins."""
    try:
        with path.open("rb") as file:
            place = 0
            for number, line in enumerate(file, start=1):
                if not line.endswith(_NEWLINE):
                    return
                if number == 1:
                    _require_schema(path, _parse(path, number, line))
                else:
                    yield place, _load(path, number, line)
                place += len(line)
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error


def read_at(file: BinaryIO, place: int) -> Event:
    """The event whose line begins at a byte."""
    file.seek(place)
    return read_event(file.readline())


def _parse(path: Path, number: int, line: bytes) -> Any:
    """The line as JSON data."""
    try:
        return json.loads(line)
    except ValueError as error:
        raise _no_json(path, number) from error


def _load(path: Path, number: int, line: bytes) -> Event:
    """The line as an event."""
    try:
        return read_event(line)
    except ValidationError as error:
        raise StoreError(
            f"{path}:{number}: this line is no event of {SCHEMA}: {error.errors()[0]['msg']}"
        ) from error
    except ValueError as error:
        raise _no_json(path, number) from error


def _no_json(path: Path, number: int) -> StoreError:
    """The error that a line which is not JSON is."""
    return StoreError(
        f"{path}:{number}: this line is not JSON, so the journal was changed by hand or by a disk"
    )


def _require_schema(path: Path, data: Any) -> None:
    """Raise StoreError where the first line is not this schema's."""
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA:
        raise StoreError(
            f"{path}:1: the schema is {schema!r}, this version reads {SCHEMA!r}; use a newer runner"
        )
