"""Scenario files to scenarios: all problems of all files at once, each at its address, before anything is sent."""

import gc
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePath

from runner.core.scenario import Scenario
from runner.core.wording import listed, quoted
from runner.errors import NothingToPlayError, Problem, ProblemsError
from runner.formats.scenario.documents import scenario
from runner.formats.scenario.reader import Reader, TooManyError
from runner.formats.source.files import Files, UnreadableError


def load(
    paths: Iterable[str | os.PathLike[str]],
    environ: Mapping[str, str],
    folder: Path = Path(),
    *,
    needs_secrets: bool = True,
) -> list[Scenario]:
    """The scenarios of files and folders, in order; raises `ProblemsError` with everything that is wrong with them.

    Paths are relative to a folder, the working folder where none is given, and are shown as they were typed. Where
    nothing is sent, no secret has to be set.

    In a folder every .yaml and .yml file is read, at any depth, except those whose names begin with `_`
    (bases and fragments) and those that another file includes or reads. Raises `NothingToPlayError` where there is none.
    """
    loading = _Loading(environ, folder, needs_secrets=needs_secrets)
    with _uncollected():
        for path in paths:
            loading.add(PurePath(path).as_posix())
    return loading.scenarios()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep Python from looking for circles of objects: reading makes none, and the search is a sixth of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Loading:
    """What has been read so far, file by file."""

    def __init__(self, environ: Mapping[str, str], folder: Path, *, needs_secrets: bool) -> None:
        self.needs_secrets = needs_secrets
        self.problems: list[Problem] = []
        self.folder = folder
        self.files = Files(self.problems.append, folder)
        self.environ = environ
        self.found: dict[str, tuple[list[Scenario], list[Problem]]] = {}
        """By real path: what a file holds, and what is wrong with it."""
        self.walked: set[str] = set()
        """Real paths of files that nobody named: they came with their folder."""
        self.empty: list[str] = []

    def add(self, path: str) -> None:
        """Read a file, or all scenarios of a folder."""
        if not (self.folder / path).is_dir():
            real = os.path.realpath(self.folder / path)
            self._read(path, real)
            self.walked.discard(real)
            return
        inside = list(_scenario_files(path, self.folder))
        if not inside:
            self.empty.append(path)
        for each in inside:
            real = os.path.realpath(self.folder / each)
            if self._read(each, real):
                self.walked.add(real)

    def _read(self, path: str, real: str) -> bool:
        """Read one file; False where it has been read before."""
        if real in self.found:
            return False
        problems: list[Problem] = []
        scenarios: list[Scenario] = []
        try:
            documents = self.files.documents(path)
        except UnreadableError as error:
            problems.append(Problem(path, 0, 0, "", str(error)))
            documents = []
        for number, node in enumerate(documents):
            reader = Reader(self.files, self.environ, needs_secrets=self.needs_secrets)
            try:
                found = scenario(reader, node, path, first=number == 0)
            except TooManyError:
                found = None
            problems += reader.problems
            if found is not None and not reader.problems:
                scenarios.append(found)
        self.files.forget(path)
        self.found[real] = (scenarios, problems)
        return True

    def scenarios(self) -> list[Scenario]:
        """All that was read, or everything that is wrong with it."""
        scenarios: list[Scenario] = []
        problems = list(self.problems)
        for real, (found, wrong) in self.found.items():
            if real in self.walked and real in self.files.used:
                continue
            scenarios += found
            problems += wrong
        problems += _twins(scenarios)
        if not scenarios and not problems:
            where = listed(self.empty) if self.empty else "the files named"
            raise NothingToPlayError(
                f"no scenario in {where}: expected *.yaml files whose names do not begin with `_`"
            )
        problems += [
            Problem(path, 0, 0, "", "holds no scenario: expected *.yaml files") for path in self.empty
        ]
        if problems:
            raise ProblemsError(problems)
        return scenarios


def _scenario_files(path: str, base: Path) -> Iterator[str]:
    """The scenario files of a folder, at any depth, in the order of their names, as paths that begin like its own."""
    for place, folders, files in os.walk(base / path):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in sorted(files):
            if name.endswith((".yaml", ".yml")) and not name.startswith((".", "_")):
                yield (PurePath(path) / PurePath(place).relative_to(base / path) / name).as_posix()


def _twins(scenarios: Iterable[Scenario]) -> Iterator[Problem]:
    """Scenarios of one name: results could not be told apart."""
    first: dict[str, Scenario] = {}
    for each in scenarios:
        other = first.setdefault(each.name, each)
        if other is not each:
            why = f"the name {quoted(each.name)} is taken already, by {other.path}:{other.line}"
            yield Problem(each.path, each.line, 0, "name", why)
