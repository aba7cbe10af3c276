"""The cassettes of a run together: exchanges are found in them, recorded, and put in order at the end; it sends nothing."""

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

from runner.core.message import Answer, Request
from runner.core.recordings.nearest import Nearest
from runner.core.recordings.recording import Spot, Times, answered_digest, spot_of, write_entry
from runner.errors import Problem, ProblemsError, StoreError
from runner.store.cassettes import Cassette, file_name, load_cassette, locked
from runner.store.manifest import replace_file
from runner.store.pending import Log, logs_in, read_log, take_in_left

_IGNORED: Final = b"# What recordings need while they are made; the cassettes themselves belong into the repository.\n.lock\n.recording-*\n"


class Shelf:
    """The cassettes of some scenarios in one folder, and what this program records into them."""

    def __init__(
        self, folder: Path, scenarios: Iterable[str], *, shown: str = "", writes: bool = False
    ) -> None:
        """Load them; raises ProblemsError with all that is wrong with them, StoreError where they cannot be written.

        What a program left behind that was killed while it recorded is taken in; it is written where `writes` says so.
        """
        self.folder = folder
        self._shown = shown or str(folder)
        if folder.exists() and not folder.is_dir():
            raise StoreError(f"{self._shown} is a file, not a folder; name another folder by --cassettes")
        self._log: Log | None = None
        self._writes = writes
        self._anew: dict[str, set[Spot]] = {}
        """What this program has recorded, by scenario."""
        self._nearest: dict[str, Nearest] = {}
        self._earlier: Collection[tuple[str, int]] = frozenset()
        if writes:
            _make(folder)
            take_in_left(folder, self._shown)
        self.cassettes = self._load(dict.fromkeys(scenarios))
        for log in () if writes else logs_in(folder):
            self._overlay(log)
        if writes:
            for cassette in self.cassettes.values():
                digests = map(answered_digest, cassette.entries())
                cassette.known = {digest for digest in digests if digest is not None}

    def _load(self, scenarios: Iterable[str]) -> dict[str, Cassette]:
        """Every cassette; all their problems at once."""
        loaded: dict[str, Cassette] = {}
        problems: list[Problem] = []
        for scenario in scenarios:
            name = file_name(scenario)
            try:
                loaded[scenario] = load_cassette(self.folder / name, f"{self._shown}/{name}", scenario)
            except ProblemsError as error:
                problems += error.problems
        if problems:
            raise ProblemsError(problems)
        return loaded

    def _overlay(self, log: Path) -> None:
        """Play what a program has recorded that has not put it into the cassettes yet."""
        for scenario, line, entry, times, anew in read_log(log):
            cassette = self.cassettes.get(scenario)
            if cassette is not None and (anew or spot_of(entry) not in cassette.lines):
                cassette.take(line, entry, times)

    # -- as a deck --------------------------------------------------------------------------------------------------

    def find(self, request: Request) -> Answer | None:
        """The recorded answer; None where there is none."""
        cassette = self.cassettes.get(request.scenario)
        return None if cassette is None else cassette.answer((request.key, request.draw))

    def tell_missing(self, request: Request) -> str:
        """Why there is no recording: the nearest one, and what differs."""
        scenario = request.scenario
        if scenario not in self._nearest:
            cassette = self.cassettes.get(scenario)
            self._nearest[scenario] = Nearest(() if cassette is None else cassette.entries())
        return self._nearest[scenario].tell(request)

    def make_ready(self) -> None:
        """Open the file that recordings are written to the moment they come; raises StoreError where that cannot be."""
        self._opened_log()

    def _opened_log(self) -> Log:
        """What is written the moment it comes, begun where it is not."""
        if self._log is None:
            self._log = Log(self.folder)
        return self._log

    def keep(self, request: Request, answer: Answer) -> None:
        """Record an answer; when this returns, the operating system has it."""
        cassette = self.cassettes.setdefault(
            request.scenario, Cassette(request.scenario, self.folder / file_name(request.scenario))
        )
        line = write_entry(request, answer, cassette.known)
        times = Times(answer.started_at, answer.latency_s, answer.ttft_s)
        self._opened_log().append(request.scenario, line, times, anew=True)
        cassette.take(line, json.loads(line), times)
        self._anew.setdefault(request.scenario, set()).add((request.key, request.draw))

    def remember(self, questions: Collection[tuple[str, int]]) -> None:
        """Know what an earlier part of this run has asked, by key and draw."""
        self._earlier = questions

    def heard_in_this_run(self, scenario: str, key: str, draw: int) -> bool:
        """Whether an earlier part of this run has asked a question, and the answer is recorded."""
        return (key, draw) in self._earlier and (key, draw) in self.cassettes[scenario].lines

    # -- what was recorded ------------------------------------------------------------------------------------------

    @property
    def recorded(self) -> int:
        """How many exchanges this program has recorded."""
        return sum(map(len, self._anew.values()))

    def close(
        self, dropped: Mapping[str, Collection[Spot]] | None = None, *, prune_loose: bool = False
    ) -> None:
        """Put what was recorded into the cassettes, without what is no longer wanted of them.

        `prune_loose` also drops what the new replies have cut off from its beginning.
        """
        dropped = dropped or {}
        if self._anew or any(dropped.values()):
            with locked(self.folder):
                for scenario in {*self._anew, *(name for name, spots in dropped.items() if spots)}:
                    self._compact(scenario, dropped.get(scenario, ()), prune_loose=prune_loose)
        if self._log is not None:
            self._log.remove()
            self._log = None
        self._anew.clear()

    def _compact(self, scenario: str, dropped: Collection[Spot], *, prune_loose: bool) -> None:
        """Put what was recorded of a scenario into its cassette, which another program may have written meanwhile."""
        mine, name = self.cassettes[scenario], file_name(scenario)
        found = load_cassette(self.folder / name, f"{self._shown}/{name}", scenario)
        for spot in self._anew.get(scenario, ()):
            found.take(mine.lines[spot], json.loads(mine.lines[spot]), mine.times[spot])
        found.drop(dropped)
        if prune_loose:
            found.drop(found.loose())
        found.write()


def _make(folder: Path) -> None:
    """Make the folder, and let git pass over what stands in it only while recordings are made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / ".gitignore").exists():
            replace_file(folder / ".gitignore", _IGNORED)
    except OSError as error:
        raise StoreError(
            f"cannot write to {folder}: {error.strerror}; name another folder by --cassettes"
        ) from error
