"""A run as programs and notebooks have it: how it ended, and its transcripts, read when they are looked at."""

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import overload

from runner.core import run as core
from runner.core.run import RunStatus, Totals
from runner.core.transcript import Transcript as Line
from runner.door.lines import Transcripts
from runner.door.transcript import Transcript
from runner.door.wording import reworded
from runner.store.folder import RunFolder
from runner.store.journal import read_journal


class Run:
    """A run: one folder in `outputs/`, as it stood when it was first looked at. In a notebook it shows as a table.

    `len(run)`, `for transcript in run`, `run[0]` and `run["refund-policy#1"]` are about its transcripts. Whatever is
    read raises `runner.StoreError` where the folder cannot be read.
    """

    def __init__(self, folder: RunFolder) -> None:
        """Take the folder; nothing is read yet."""
        self._folder = RunFolder(folder.path.resolve())

    @property
    def name(self) -> str:
        """The run's name: when it began, in UTC, and what was played."""
        return self._folder.name

    @property
    def path(self) -> Path:
        """The folder: `run.json`, `journal.jsonl`, `transcripts.jsonl` and `files/`."""
        return self._folder.path

    @property
    def status(self) -> RunStatus:
        """`finished`; `incomplete` (trials are unanswered, or checks broke); `stopped`; `playing` (or killed)."""
        return self._folded.status(self.planned)

    @property
    def reason(self) -> str | None:
        """Why a run that is `stopped` ended early: `interrupted`, or the limit that is reached; None of any other."""
        why = self._folded.stopped if self.status == "stopped" else None
        return None if why is None else reworded(why)

    @property
    def exit_code(self) -> int:
        """The code that `runner play` ends with: 0, 4 (incomplete, or a limit) or 130 (interrupted); failed checks: 0."""
        # A part of a plan into which no trial falls is played well.
        return self._folded.exit_code(self.planned) if self.planned else core.FINE

    @property
    def totals(self) -> Totals:
        """What the run comes to: trials by status, checks by outcome, tokens, US dollars; None where it is not known."""
        return self._folded.totals()

    @cached_property
    def planned(self) -> int:
        """How many trials were to be played."""
        return self._folder.read_manifest().trials

    @cached_property
    def transcripts(self) -> Transcripts:
        """The played conversations, in the order of the plan, read when they are looked at."""
        return Transcripts(self._folder)

    @property
    def failed(self) -> list[Transcript]:
        """The conversations of which a check failed."""
        return self._those(lambda line: any(verdict.outcome == "failed" for verdict in line.all_verdicts))

    @property
    def broken(self) -> list[Transcript]:
        """The conversations of which a check broke, by an error of its own."""
        return self._those(lambda line: any(verdict.outcome == "broken" for verdict in line.all_verdicts))

    @property
    def unanswered(self) -> list[Transcript]:
        """The conversations in which a turn got no reply; `.error` says why."""
        return self._those(lambda line: line.status == "unanswered")

    def __len__(self) -> int:
        """How many conversations began."""
        return len(self.transcripts)

    def __bool__(self) -> bool:
        """Whether there is a run: always, also where nothing of it began."""
        return True

    def __iter__(self) -> Iterator[Transcript]:
        """Each transcript, read as it comes."""
        return iter(self.transcripts)

    @overload
    def __getitem__(self, index: int | str) -> Transcript: ...
    @overload
    def __getitem__(self, index: slice) -> list[Transcript]: ...
    def __getitem__(self, index: int | str | slice) -> Transcript | list[Transcript]:
        """The transcript at a place or of a trial's id; raises IndexError or KeyError where there is none."""
        return self.transcripts[index]

    def __repr__(self) -> str:
        """The name, how the run ended, and its checks."""
        totals = self.totals
        checks = {"passed": totals.passed, "failed": totals.failed, "broken": totals.broken}
        said = ", ".join(f"{number} {word}" for word, number in checks.items() if number)
        found = f"; checks: {said}" if said else ""
        return f"<Run {self.name}: {self.status}, {totals.finished}/{self.planned} conversations{found}>"

    def _repr_html_(self) -> str:
        """The run as a table with verdicts, for notebooks."""
        from runner.reports.overview import Heading, overview  # noqa: PLC0415 - for notebooks alone

        return overview(Heading(self.name, self.status, self.planned, self.totals, self.reason), self)

    @cached_property
    def _folded(self) -> core.Run:
        """What the journal comes to."""
        return core.Run.fold(read_journal(self._folder.journal))

    def _those(self, wanted: Callable[[Line], bool]) -> list[Transcript]:
        """Some of the transcripts."""
        return [transcript for transcript in self if wanted(transcript)]
