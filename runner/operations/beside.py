"""Two runs beside each other: which conversations are the same ones, and where they stand; it changes nothing."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from runner.core.difference import Difference, compare
from runner.core.transcript import SCHEMA, Transcript
from runner.core.value import Json
from runner.core.wording import quoted, unknown
from runner.errors import StoreError, UsageError
from runner.operations.read import MARK, is_named, open_run, parted
from runner.store.folder import RunFolder
from runner.store.transcripts import load_line, open_transcripts


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a trial before its transcript is read again."""

    number: int
    """Of its line, 1-based."""
    place: int
    """The byte at which its line begins."""
    scenario: str
    settings: str
    """What it was played with, as JSON."""


class Catalogue:
    """Where each of a run's transcripts stands: a few bytes per trial, so that two runs of any size fit."""

    def __init__(self, folder: RunFolder) -> None:
        """Go through the transcripts once, without looking into them."""
        self.folder = folder
        self.entries: dict[str, Entry] = {}
        self._file = open_transcripts(folder)
        known: dict[str, str] = {}
        place = 0
        for number, line in enumerate(self._file, start=1):
            fields = self._fields(number, line)
            settings = json.dumps({name: fields.get(name) for name in ("provider", "model", "params")})
            settings = known.setdefault(settings, settings)
            self.entries[fields["id"]] = Entry(number, place, fields["scenario"], settings)
            place += len(line)

    def _fields(self, number: int, line: bytes) -> dict[str, Json]:
        """What a line says."""
        try:
            fields: dict[str, Json] = json.loads(line)
        except ValueError:
            fields = {}
        if not isinstance(fields, dict) or not {"id", "scenario"} <= fields.keys():
            raise StoreError(f"{self.folder.transcripts}:{number}: this line is no transcript of {SCHEMA}")
        return fields

    def named(self, trial: str | None) -> list[str]:
        """The ids that are meant by a name, all of them by none; raises UsageError where there is none."""
        found = [
            each
            for each, entry in self.entries.items()
            if trial is None or is_named(trial, each, entry.scenario)
        ]
        if trial is not None and not found:
            raise UsageError(f"{quoted(self.folder.name)}: {unknown('trial', trial, self.entries)}")
        return found

    def read(self, trial: str) -> Transcript:
        """A trial's transcript."""
        entry = self.entries[trial]
        self._file.seek(entry.place)
        return load_line(self.folder.transcripts, entry.number, self._file.readline())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class Beside:
    """Two runs, and which of their trials are the same."""

    old: Catalogue
    new: Catalogue
    pairs: tuple[tuple[str, str], ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]

    def __iter__(self) -> Iterator[Difference]:
        """Each pair, compared."""
        for one, other in self.pairs:
            yield compare(self.old.read(one), self.new.read(other))

    def settings(self) -> list[tuple[dict[str, Json], dict[str, Json]]]:
        """What the pairs were played with, each combination that there is once."""
        found = dict.fromkeys(
            (self.old.entries[one].settings, self.new.entries[other].settings) for one, other in self.pairs
        )
        return [(json.loads(one), json.loads(other)) for one, other in found]

    def close(self) -> None:
        """Close both."""
        self.old.close()
        self.new.close()


def lay_beside(first: str, second: str, outputs: Path, trial: str | None = None) -> Beside:
    """Two runs beside each other, or trials of theirs, each named as RUN or RUN#TRIAL.

    Raises UsageError where they have nothing in common.
    """
    (run, one), (other_run, other) = parted(first), parted(second)
    if trial is not None:
        if one or other:
            raise UsageError("name the conversations as RUN#TRIAL, or after both runs; not in both ways")
        one = other = trial
    with ExitStack() as opened:
        old = opened.enter_context(closing(Catalogue(open_run(run, outputs))))
        new = opened.enter_context(closing(Catalogue(open_run(other_run, outputs))))
        found = _paired(old, new, one or other, other or one)
        opened.pop_all()
    return found


def _paired(old: Catalogue, new: Catalogue, one: str | None, other: str | None) -> Beside:
    """The trials of two runs that are meant by two names, in pairs."""
    olds, news = old.named(one), new.named(other)
    if one == other:
        there = set(news)
        pairs = [(each, each) for each in olds if each in there]
    else:
        pairs = _across(olds, news, (one or "", other or ""))
    if not pairs:
        raise UsageError(_nothing_in_common(old, new, olds, news))
    taken, other_taken = {each for each, _ in pairs}, {each for _, each in pairs}
    return Beside(
        old,
        new,
        tuple(pairs),
        tuple(each for each in olds if each not in taken),
        tuple(each for each in news if each not in other_taken),
    )


def _across(olds: list[str], news: list[str], names: tuple[str, str]) -> list[tuple[str, str]]:
    """Trials of different names beside each other: one and one, or those of two variants by their repeats."""
    for name, found in zip(names, (olds, news), strict=True):
        if len({each.rpartition(MARK)[0] for each in found}) > 1:
            raise UsageError(
                f"{quoted(name)} names {len(found)} conversations, e.g. {quoted(found[0])} and {quoted(found[-1])}; "
                "name one variant or one trial"
            )
    if len(olds) == len(news) == 1:
        return [(olds[0], news[0])]
    by_repeat = {each.rpartition(MARK)[2]: each for each in news}
    return [(each, by_repeat[repeat]) for each in olds if (repeat := each.rpartition(MARK)[2]) in by_repeat]


def _nothing_in_common(old: Catalogue, new: Catalogue, olds: list[str], news: list[str]) -> str:
    """The sentence about runs that do not meet."""
    sides = []
    for side, found in ((old, olds), (new, news)):
        held = f"has {quoted(found[0])}" if found else "holds no conversation"
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        sides.append(f"{side.folder.name} {held}{more}")
    way_on = "; name two conversations as RUN#TRIAL" if olds and news else ""
    return f"no conversation is in both runs: {', '.join(sides)}{way_on}"
