"""Where settings stand: the nearest file upward, the environment and `.env`; it reads them and judges nothing."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runner.core.value import Json
from runner.errors import Problem, ProblemsError
from runner.settings.env_file import Entry, entries

Keys = tuple[str, ...]
"""A place in a TOML document: the names on the way to it."""

_HEADER = re.compile(r"^\s*\[\[?(?P<name>[^\[\]]+)\]\]?\s*(#.*)?$")
_ENTRY = re.compile(
    r"""^\s*(?P<name>(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


@dataclass(frozen=True, slots=True)
class Source:
    """The file that the settings stand in."""

    path: str = ""
    """As seen from the working folder; empty where there is no file."""
    folder: Path = field(default_factory=Path)
    """What its relative paths are relative to."""
    table: dict[str, Json] = field(default_factory=dict)
    """The settings as they stand there."""
    text: str = ""
    prefix: Keys = ()
    """Where in the file the settings begin."""

    def problem(self, keys: Sequence[str], message: str) -> Problem:
        """What is wrong with a key, at the line where it stands or, failing that, where its table does."""
        return Problem(self.path, self._line((*self.prefix, *keys)), 0, ".".join(keys), message)

    def _line(self, keys: Keys) -> int:
        """The first line that holds the longest known beginning of a place; 0 where none does."""
        lines: dict[Keys, int] = {}
        for number, place in _places(self.text):
            for length in range(1, len(place) + 1):
                lines.setdefault(place[:length], number)
        return next((lines[keys[:length]] for length in range(len(keys), 0, -1) if keys[:length] in lines), 0)


def find_source(folder: Path) -> Source:
    """The nearest settings, from a folder upward; raises ProblemsError where they cannot be read."""
    for here in (folder, *folder.resolve().parents):
        found = [
            source
            for source in (_read(here, folder, "runner.toml"), _read(here, folder, "pyproject.toml"))
            if source
        ]
        if len(found) > 1:
            message = "settings stand here and in runner.toml: keep one of the two"
            raise ProblemsError([found[1].problem((), message)])
        if found:
            return found[0]
    return Source(folder=folder)


def read_environment(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment over the nearest `.env`, from a folder upward; nothing is exported, and an empty value is none.

    Raises ProblemsError where the file, or a line of it, cannot be read.
    """
    path = find_env_file(folder)
    below: dict[str, str] = {}
    if path is not None:
        found = read_env_file(path, folder)
        if complaints := [entry for entry in found if entry.complaint]:
            seen = _seen(path, folder)
            raise ProblemsError(
                Problem(seen, entry.line, message=f"the line {entry.complaint}") for entry in complaints
            )
        below = {entry.name: entry.value for entry in found}
    return {
        **{name: value for name, value in below.items() if value},
        **{name: value for name, value in environ.items() if value},
    }


def find_env_file(folder: Path) -> Path | None:
    """The nearest `.env`, from a folder upward."""
    places = (here / ".env" for here in (folder, *folder.resolve().parents))
    return next((path for path in places if path.is_file()), None)


def read_env_file(path: Path, folder: Path) -> list[Entry]:
    """What a `.env` says; raises ProblemsError, with the path as seen from the folder, where it is no text."""
    return list(entries(_text(path, folder)))


def find_variable(folder: Path, environ: Mapping[str, str], name: str) -> tuple[str, int]:
    """The file and the line that a variable comes from; no file where it comes from the environment."""
    path = None if environ.get(name) else find_env_file(folder)
    if path is None:
        return "", 0
    lines = [entry.line for entry in read_env_file(path, folder) if entry.name == name]
    return _seen(path, folder), lines[-1] if lines else 0


def _read(here: Path, folder: Path, name: str) -> Source | None:
    """The settings in one file; None where it has none."""
    path = here / name
    if not path.is_file():
        return None
    text = _text(path, folder)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProblemsError([_syntax_problem(_seen(path, folder), text, str(error))]) from None
    prefix: Keys = ()
    if name == "pyproject.toml":
        tool = table.get("tool")
        if not isinstance(tool, dict) or "runner" not in tool:
            return None
        table, prefix = tool["runner"], ("tool", "runner")
        if not isinstance(table, dict):
            raise ProblemsError(
                [
                    Source(_seen(path, folder), here, {}, text, prefix).problem(
                        (), "tool.runner should be a table"
                    )
                ]
            )
    return Source(_seen(path, folder), here, table, text, prefix)


def _text(path: Path, folder: Path) -> str:
    """A file's text; a mark of byte order, which some editors put first, is no part of it."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ProblemsError([Problem(_seen(path, folder), message="should be UTF-8")]) from None
    except OSError as error:
        raise ProblemsError(
            [Problem(_seen(path, folder), message=f"cannot be read: {error.strerror}")]
        ) from None


def _seen(path: Path, folder: Path) -> str:
    """A path as seen from the working folder."""
    return os.path.relpath(path, folder)


def _syntax_problem(path: str, text: str, said: str) -> Problem:
    """What tomllib says of a text, with its line and column taken out of the sentence."""
    place = re.search(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$", said)
    if place is None:
        return Problem(path, message=f"is not TOML: {said}")
    line, column = (int(place[1]), int(place[2])) if place[1] else (len(text.splitlines()), 0)
    return Problem(path, line, column, message=f"is not TOML: {said[: place.start()]}")


def _places(text: str) -> Iterator[tuple[int, Keys]]:
    """The place of every header and key that begins a line, with the line's number."""
    table: Keys = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _split(header["name"])
            yield number, table
        elif entry := _ENTRY.match(line):
            yield number, (*table, *_split(entry["name"]))


def _split(name: str) -> Keys:
    """The parts of a dotted name, without their quotes."""
    return tuple(part.strip("\"'") for part in _PART.findall(name))
