"""Files of recordings read line by line, with what is wrong with them and where; it keeps nothing and writes nothing.

Law: a file of recordings is anybody's text: it is bounded in size and depth, checked before it is used, and never run.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from runner.core.recordings.entry_check import check_entry, read_entry
from runner.core.recordings.recording import SCHEMA, Spot, Times, same_words
from runner.core.value import Json
from runner.core.wording import excerpt
from runner.errors import Problem, ProblemsError, StoreError

MOST_BYTES: Final = 1 << 30
"""The size of a cassette that is read."""
LONGEST_LINE: Final = 1 << 26
"""The size of an exchange that is read."""
_BOM: Final = b"\xef\xbb\xbf"


class Reading:
    """What is wrong with a file, as it is read."""

    def __init__(self, shown: str) -> None:
        """Begin without a problem."""
        self._shown = shown
        self.problems: list[Problem] = []
        self._first: dict[Spot, int] = {}

    def complain(self, number: int, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self._shown, number, 0, "", message))

    def header(self, line: bytes, schema: str) -> dict[str, Json]:
        """The first line."""
        try:
            header = read_entry(line)
        except ValueError as error:
            self.complain(1, f'this line {error}; expected {{"schema": "{schema}", ...}}')
            return {}
        said = header.get("schema")
        name, _, version = str(said).partition("/")
        if name != schema.partition("/")[0]:
            self.complain(1, f"the schema is {excerpt(str(said))}; expected {schema}")
        elif version.partition(".")[0] != schema.partition("/")[2]:
            self.complain(
                1, f"the schema is {excerpt(str(said))}, this version reads {schema}; use a newer runner"
            )
        return header

    def entry(self, number: int, line: bytes) -> dict[str, Json] | None:
        """An exchange; None where the line holds none."""
        try:
            entry = read_entry(line)
            check_entry(entry)
        except ValueError as error:
            self.complain(number, f"this line {error}" if str(error).startswith("is ") else str(error))
            return None
        except RecursionError:
            self.complain(number, "this line is nested too deeply")
            return None
        return entry

    def keep_once(self, number: int, line: bytes, lines: dict[Spot, bytes], spot: Spot) -> None:
        """Keep a line; two that say something different about one question are a problem."""
        if spot in lines and not same_words(lines[spot], line):
            self.complain(
                number,
                f"draw {spot[1]} of this question stands on line {self._first[spot]} already: keep one of them",
            )
            return
        self._first.setdefault(spot, number)
        lines.setdefault(spot, line)

    def times(self, number: int, line: bytes) -> tuple[Spot, Times] | None:
        """The times of an exchange; None where the line holds none."""
        try:
            data = read_entry(line)
        except ValueError as error:
            self.complain(number, f"this line {error}")
            return None
        key, draw = data.get("key"), data.get("draw")
        at, took, first = (data.get(name) for name in Times.__slots__)
        seconds = all(
            isinstance(each, int | float | None) and not isinstance(each, bool) for each in (took, first)
        )
        if not (isinstance(key, str) and isinstance(draw, int) and isinstance(at, str | None) and seconds):
            self.complain(
                number, "should hold a `key`, a `draw`, when it was recorded, and numbers of seconds"
            )
            return None
        return (key, draw), Times(at, took, first)


def lines_of(path: Path, shown: str) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that hold something, with their numbers; none where there is no file."""
    try:
        if not path.exists():
            return
        if path.stat().st_size > MOST_BYTES:
            raise ProblemsError([Problem(shown, 0, 0, "", f"is larger than {MOST_BYTES >> 20:,} MB")])
        with path.open("rb") as file:
            number, line = 1, file.readline(LONGEST_LINE + 1).removeprefix(_BOM)
            if not line.strip():
                raise ProblemsError([Problem(shown, 1, 0, "", f"is empty; expected {SCHEMA}")])
            while line:
                if len(line) > LONGEST_LINE:
                    message = f"this line is longer than {LONGEST_LINE >> 20} MB"
                    raise ProblemsError([Problem(shown, number, 0, "", message)])
                if stripped := line.strip():
                    yield number, stripped
                number, line = number + 1, file.readline(LONGEST_LINE + 1)
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error
