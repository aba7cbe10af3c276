"""Lets in what other packages bring: checks, by entry points; it looks for them once a name is met that is no check's.

A package says in its metadata what its checks are called and where their classes are:

    [project.entry-points."runner.checks"]
    haiku = "my_package.checks:Haiku"

Law: what is wrong with a package is told with its name, and to those alone who use a check of it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

from runner.checks import CHECKS, admit
from runner.core.check import Check
from runner.core.matrix import NEGATION
from runner.core.wording import listed, quoted

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP: Final = "runner.checks"
"""The group of entry points that checks are found by."""

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def admit_checks() -> None:
    """Let in the checks of other packages; nothing is looked for before a name is met that is no check's."""
    admit(find_checks)


@cache
def find_checks() -> Mapping[str, type[Check]]:
    """The checks of other packages by their names; each is loaded when it is taken."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - costs more than reading a scenario

    return Brought(entry_points(group=GROUP))


class Brought(Mapping[str, type[Check]]):
    """Checks by their names; to take one raises `ValueError` with a sentence where its package cannot be used."""

    def __init__(self, entries: "Iterable[EntryPoint]") -> None:
        """Take entry points, in any order; nothing is loaded."""
        self._entries: dict[str, list[EntryPoint]] = {}
        self._refused: dict[str, str] = {}
        """Packages that bring a check under a name that none can have, each with the reason."""
        self._loaded: dict[str, type[Check]] = {}
        for entry in sorted(entries, key=lambda each: (each.name, _package(each))):
            if (why := _refusal(entry.name)) is not None:
                self._refused.setdefault(_package(entry), f"it brings a check {quoted(entry.name)}, {why}")
            else:
                self._entries.setdefault(entry.name, []).append(entry)

    def __contains__(self, name: object) -> bool:
        """Whether a package brings a check of a name."""
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self._entries)

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._entries)

    def __getitem__(self, name: str) -> type[Check]:
        """The class of a check."""
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def _load(self, name: str) -> type[Check]:
        """The class of a check, loaded now."""
        entries = self._entries[name]
        packages = dict.fromkeys(map(_package, entries))
        if len(packages) > 1:
            raise ValueError(
                f"the packages {listed(packages)} both bring a check {quoted(name)}: take one out"
            )
        package = next(iter(packages))
        if package in self._refused:
            raise ValueError(f"the package {quoted(package)} cannot be used: {self._refused[package]}")
        try:
            found = entries[0].load()
        except Exception as error:
            from runner.checks.source import told  # noqa: PLC0415 - heavy

            why = f"cannot be loaded: {told(error)}"
            raise ValueError(f"the check {quoted(name)} of the package {quoted(package)} {why}") from error
        if not isinstance(found, type) or not issubclass(found, Check):
            why = f"is no check: {quoted(entries[0].value)} should be a subclass of runner.Check"
            message = f"the check {quoted(name)} of the package {quoted(package)} {why}"
            raise ValueError(message)  # noqa: TRY004 - one kind of error for all that a name can mean
        return found


def _package(entry: "EntryPoint") -> str:
    """The package that brings an entry point."""
    return entry.dist.name if entry.dist is not None else entry.module


def _refusal(name: str) -> str | None:
    """Why no check can have a name; None where one can."""
    if name in CHECKS:
        return "which is built in: its author has to call it something else"
    if name.startswith(NEGATION):
        return f"and every check has its `{NEGATION}` form without saying so"
    return None if _NAME.fullmatch(name) else "and a name is of small letters, digits and hyphens"
