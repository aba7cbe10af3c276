"""What a program has recorded and not put into the cassettes yet: a file of its own, appended to exchange by exchange.

Law: killed at any moment, a program loses none of what it has recorded: the next one that records here takes it in.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, Final, cast

from filelock import FileLock, Timeout

from runner.core.recordings.entry_check import check_entry, read_entry
from runner.core.recordings.recording import Times, spot_of
from runner.core.value import Json, encode_readable
from runner.errors import ProblemsError, StoreError
from runner.store.cassette_reading import Reading
from runner.store.cassettes import SUFFIX, Cassette, file_name, load_cassette, locked

PENDING_SCHEMA: Final = "runner.cassette-pending/1"
PENDING: Final = ".recording-"


class Log:
    """What this program has recorded and not put into the cassettes yet, a line each; it is locked while it is open."""

    def __init__(self, folder: Path) -> None:
        """Begin one of its own."""
        self.path = folder / f"{PENDING}{os.getpid()}-{token_hex(4)}{SUFFIX}"
        self._lock = FileLock(_lock_of(self.path), timeout=0)
        try:
            self._lock.acquire()
            self._file: BinaryIO = cast("BinaryIO", self.path.open("ab", buffering=0))
            self._write(encode_readable({"schema": PENDING_SCHEMA}) + b"\n")
        except OSError as error:
            raise StoreError(f"cannot write to {folder}: {error.strerror}") from error

    def append(self, scenario: str, line: bytes, times: Times, *, anew: bool) -> None:
        """Write an exchange."""
        said = {name: getattr(times, name) for name in Times.__slots__}
        head = encode_readable({"scenario": scenario, "anew": anew, "times": said})
        self._write(b'%b, "entry": %b}\n' % (head[:-1], line))

    def _write(self, line: bytes) -> None:
        """Write a whole line, also where the system takes it in pieces."""
        try:
            while line:
                line = line[self._file.write(line) :]
        except OSError as error:
            raise StoreError(
                f"cannot write {self.path}: {error.strerror}; what it holds is not lost"
            ) from error

    def remove(self) -> None:
        """Delete it: the cassettes have all that it held."""
        self._file.close()
        self.path.unlink(missing_ok=True)
        self._lock.release()
        _lock_of(self.path).unlink(missing_ok=True)


def _lock_of(log: Path) -> Path:
    """What a program holds while it writes a log."""
    return log.with_name(log.name.removesuffix(SUFFIX) + ".lock")


def logs_in(folder: Path) -> Iterator[Path]:
    """What programs have recorded and not put into the cassettes yet."""
    return iter(sorted(folder.glob(f"{PENDING}*{SUFFIX}")))


def read_log(path: Path) -> Iterator[tuple[str, bytes, dict[str, Json], Times, bool]]:
    """What a log holds: scenario, line, entry, times and whether it was recorded anew; a torn last line is left out."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:  # its program has just put it away
        return
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error
    reading = Reading(str(path))
    whole = text.split(b"\n")[:-1]
    for number, line in enumerate(whole, start=1):
        if number == 1:
            reading.header(line, PENDING_SCHEMA)
        else:
            try:
                data = read_entry(line)
                entry, times, scenario = data["entry"], data["times"], str(data["scenario"])
                check_entry(entry)
                when = Times(*(times[name] for name in Times.__slots__))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                reading.complain(number, f"is no recording ({error}); take the line out, or delete the file")
            else:
                yield scenario, encode_readable(entry), entry, when, bool(data.get("anew"))
        if reading.problems:
            raise ProblemsError(reading.problems)


def take_in_left(folder: Path, shown: str) -> int:
    """Put what programs left behind that were killed into the cassettes; how many exchanges that were."""
    taken = 0
    for log in logs_in(folder):
        lock = FileLock(_lock_of(log), timeout=0)
        try:
            lock.acquire()
        except Timeout:  # it is still being written
            continue
        except OSError as error:
            raise StoreError(f"cannot write to {folder}: {error.strerror}") from error
        try:
            with locked(folder):
                taken += _take_in(log, folder, shown)
        finally:
            lock.release()
        with suppress(OSError):
            _lock_of(log).unlink()
    return taken


def _take_in(log: Path, folder: Path, shown: str) -> int:
    """Put what a log holds into the cassettes, and delete it."""
    taken = 0
    found: dict[str, Cassette] = {}
    for scenario, line, entry, times, anew in read_log(log):
        if scenario not in found:
            name = file_name(scenario)
            found[scenario] = load_cassette(folder / name, f"{shown}/{name}", scenario)
        if anew or spot_of(entry) not in found[scenario].lines:
            found[scenario].take(line, entry, times)
            taken += 1
    for cassette in found.values():
        cassette.write()
    log.unlink(missing_ok=True)
    return taken
