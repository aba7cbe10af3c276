"""Cassettes on disk: one file of recorded exchanges per scenario, with their times beside it; it sends nothing.

Law: a cassette is written beside its place and moved there, and what it says does not depend on who recorded first.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from runner.core.message import Answer
from runner.core.recordings.recording import (
    NO_TIMES,
    SCHEMA,
    Spot,
    Times,
    answer_of,
    answered_digest,
    in_order,
    same_words,
    spot_of,
)
from runner.core.value import Json, encode_readable
from runner.core.wording import excerpt
from runner.errors import Problem, ProblemsError, StoreError
from runner.store.cassette_reading import Reading, lines_of
from runner.store.manifest import replace_file

TIMES_SCHEMA: Final = "runner.cassette-times/1"
MOST_PROBLEMS: Final = 20
"""How many problems of one cassette are told."""
PATIENCE_S: Final = 60.0
"""How long another program may take to write its recordings."""
SUFFIX: Final = ".jsonl"
"""What every file of recordings ends with."""

_SAFE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_TIMES: Final = ".times.jsonl"
_TAKEN: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)|.*-[0-9a-f]{8}")


def file_name(scenario: str) -> str:
    """The name of a scenario's cassette: the scenario's own where every system can have it, else marked by a digest."""
    if _SAFE.fullmatch(scenario) and not _TAKEN.fullmatch(scenario):
        return scenario + SUFFIX
    slug = re.sub(r"[^A-Za-z0-9_-]+", "-", scenario).strip("-")[:48] or "scenario"
    digest = blake2b(scenario.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{slug}-{digest}{SUFFIX}"


@dataclass(slots=True)
class Cassette:
    """The recordings of one scenario."""

    scenario: str
    path: Path
    header: dict[str, Json] = field(default_factory=dict)
    lines: dict[Spot, bytes] = field(default_factory=dict)
    """Each exchange as its line; read again when it is played, so that memory holds the bytes alone."""
    times: dict[Spot, Times] = field(default_factory=dict)
    known: set[bytes] = field(default_factory=set)
    """The digests of what was said up to some recorded reply; filled where recordings are made."""

    def entries(self) -> Iterator[dict[str, Json]]:
        """The exchanges, read."""
        return (json.loads(line) for line in self.lines.values())

    def answer(self, spot: Spot) -> Answer | None:
        """The answer that is recorded; None where there is none."""
        line = self.lines.get(spot)
        return None if line is None else answer_of(json.loads(line), self.times.get(spot, NO_TIMES))

    def take(self, line: bytes, entry: Mapping[str, Json], times: Times) -> None:
        """Take in an exchange; one that says the same as the present one leaves that as it is spelt."""
        spot = spot_of(entry)
        present = self.lines.get(spot)
        if present is None or not same_words(present, line):
            self.lines[spot] = line
        self.times[spot] = times
        if (digest := answered_digest(entry)) is not None:
            self.known.add(digest)

    def text(self) -> bytes:
        """The whole cassette as it stands in its file."""
        header = {**self.header, "schema": self.header.get("schema", SCHEMA), "scenario": self.scenario}
        header = {"schema": header.pop("schema"), **header}
        ordered, loose = in_order(self.lines.values())
        return b"".join(line + b"\n" for line in (encode_readable(header), *ordered, *loose))

    def times_text(self) -> bytes:
        """Its times as they stand beside it."""
        lines = [encode_readable({"schema": TIMES_SCHEMA, "scenario": self.scenario})]
        for (key, draw), each in sorted(self.times.items()):
            if (key, draw) in self.lines and each != NO_TIMES:
                said = {name: getattr(each, name) for name in Times.__slots__}
                kept = {name: value for name, value in said.items() if value is not None}
                lines.append(encode_readable({"key": key, "draw": draw, **kept}))
        return b"".join(line + b"\n" for line in lines)

    def write(self) -> None:
        """Write it beside its place and move it there, then its times; one that says nothing new is left alone.

        One that holds nothing any more is deleted.
        """
        if not self.lines:
            _delete(self.path)
            return
        for path, content in ((self.path, self.text()), (times_path(self.path), self.times_text())):
            if not path.is_file() or path.read_bytes() != content:
                replace_file(path, content)

    def drop(self, spots: Collection[Spot]) -> None:
        """Forget exchanges."""
        for spot in spots:
            self.lines.pop(spot, None)
            self.times.pop(spot, None)

    def loose(self) -> list[Spot]:
        """The exchanges whose beginning is not recorded, so that they cannot be reached."""
        return [spot_of(json.loads(line)) for line in in_order(self.lines.values())[1]]


def remove_cassettes(folder: Path, paths: Iterable[Path]) -> None:
    """Delete cassettes of a folder with their times."""
    with locked(folder):
        for path in paths:
            _delete(path)


def _delete(cassette: Path) -> None:
    """Delete a cassette with its times, if it is there."""
    try:
        cassette.unlink(missing_ok=True)
        times_path(cassette).unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"cannot delete {cassette}: {error.strerror}") from error


def times_path(cassette: Path) -> Path:
    """Where a cassette's times stand."""
    return cassette.with_name(cassette.name.removesuffix(SUFFIX) + _TIMES)


def cassettes_in(folder: Path) -> Iterator[Path]:
    """The cassettes of a folder, in the order of their names."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if (
                path.name.endswith(SUFFIX)
                and not path.name.endswith(_TIMES)
                and not path.name.startswith(".")
            ):
                yield path


def load_cassette(path: Path, shown: str, scenario: str | None = None) -> Cassette:
    """The cassette in a file, of a scenario; an empty one where there is no file.

    Raises ProblemsError with what is wrong, line by line; `shown` is how people call the file.
    """
    reading = Reading(shown)
    cassette = Cassette(scenario or "", path)
    for number, line in lines_of(path, shown):
        if number == 1:
            cassette.header = reading.header(line, SCHEMA)
            cassette.scenario = str(cassette.header.get("scenario") or scenario or "")
            if scenario is not None and cassette.scenario != scenario:
                name = excerpt(cassette.scenario)
                reading.complain(1, f"holds recordings of {name}; rename the file back, or take it out")
        elif (entry := reading.entry(number, line)) is not None:
            reading.keep_once(number, line, cassette.lines, spot_of(entry))
        if len(reading.problems) >= MOST_PROBLEMS:
            break
    if not reading.problems:
        _load_times(cassette, times_path(path), str(Path(shown).with_name(times_path(path).name)))
    if reading.problems:
        raise ProblemsError(reading.problems)
    return cassette


def _load_times(cassette: Cassette, path: Path, shown: str) -> None:
    """Take in the times that stand beside a cassette, if there are any."""
    reading = Reading(shown)
    for number, line in lines_of(path, shown):
        if number == 1:
            reading.header(line, TIMES_SCHEMA)
        elif (read := reading.times(number, line)) is not None:
            cassette.times[read[0]] = read[1]
        if reading.problems:
            problem = reading.problems[0]
            raise ProblemsError(
                [
                    Problem(
                        shown,
                        problem.line,
                        0,
                        "",
                        f"{problem.message}; the file can be deleted: it holds times alone",
                    )
                ]
            )


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other programs from writing cassettes here for a moment."""
    lock = FileLock(folder / ".lock", timeout=PATIENCE_S)
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreError(f"{folder} is being written by another runner; wait for it, or end it") from error
    except OSError as error:
        raise StoreError(f"cannot write to {folder}: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()
