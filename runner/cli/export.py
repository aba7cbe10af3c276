"""`runner export`: a run's conversations in another format, to stdout or into a file; it overwrites nothing unasked."""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from runner.cli import options
from runner.cli.complete import conversations, trial_ids
from runner.errors import StoreError, UsageError
from runner.formats import EXPORTERS

if TYPE_CHECKING:
    from runner.core.transcript import Transcript
    from runner.store.folder import RunFolder

OWN: Final = {"inline_files": "jsonl", "raw": "csv"}
"""Options that one format alone has."""

Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run's folder, its name, or latest; RUN#TRIAL names a conversation of it.",
        autocompletion=conversations,
        show_default=False,
    ),
]
Format = Annotated[
    str,
    typer.Argument(
        metavar="FORMAT",
        help=f"What is written: {', '.join(EXPORTERS)}.",
        autocompletion=lambda: list(EXPORTERS),
        show_default=False,
    ),
]
Trial = Annotated[
    str | None,
    typer.Argument(
        metavar="TRIAL",
        help="Only this trial: its id, or the name of its variant or its scenario.",
        autocompletion=trial_ids,
        show_default=False,
    ),
]
To = Annotated[
    Path | None,
    typer.Option("--to", metavar="FILE", help="The file that is written; stdout, where none is named."),
]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that exists.")]
Passed = Annotated[
    bool, typer.Option("--passed", help="Only trials that finished, and in which no check failed or broke.")
]
Failed = Annotated[
    bool,
    typer.Option("--failed", help="Only trials that are unanswered, or in which a check failed or broke."),
]
InlineFiles = Annotated[
    bool,
    typer.Option(
        "--inline-files",
        help="jsonl: put images and documents into the lines, as data URLs. openai-finetune always does.",
    ),
]
Raw = Annotated[
    bool,
    typer.Option(
        "--raw",
        help="csv: leave cells as they are; else a ' stands before a text that a spreadsheet would run as a "
        "formula.",
    ),
]


def export(
    run: Run,
    form: Format,
    trial: Trial = None,
    only: options.Only = None,
    passed: Passed = False,
    failed: Failed = False,
    to: To = None,
    force: Force = False,
    inline_files: InlineFiles = False,
    raw: Raw = False,
    outputs: options.Outputs = Path("outputs"),
) -> None:
    """Write a run as Markdown, JSON lines, training data or CSV."""
    from runner.core.wording import unknown

    if form not in EXPORTERS:
        raise UsageError(unknown("format", form, EXPORTERS))
    if passed and failed:
        raise UsageError("--passed and --failed leave nothing: give one of them")
    for name, given in (("inline_files", inline_files), ("raw", raw)):
        if given and form != OWN[name]:
            raise UsageError(f"--{name.replace('_', '-')} is for {OWN[name]}, not for {form}: leave it out")
    if to is not None and to.exists() and not to.is_file():
        raise UsageError(f"--to {to}: this is no file; name one, or leave --to out and take what stdout says")
    if to is not None and to.exists() and not force:
        raise UsageError(f"{to} is there already: name another file, or write over it with --force")
    which = Which(trial, tuple(only or ()), passed, failed)
    _write(run, form, which, outputs, to, inline_files=inline_files, raw=raw)


@dataclass(frozen=True, slots=True)
class Which:
    """The conversations that are meant."""

    trial: str | None
    only: tuple[str, ...]
    passed: bool
    failed: bool

    def takes(self, transcript: "Transcript") -> bool:
        """Whether one is meant."""
        from runner.cli.display.failing import is_bad

        bad = is_bad(transcript)
        if self.only and transcript.scenario not in self.only:
            return False
        if self.passed and (bad or transcript.status != "finished"):
            return False
        return bad or not self.failed


@dataclass(slots=True)
class Lines:
    """The lines of a run that are meant, to be gone through as often as need be."""

    folder: "RunFolder"
    which: Which
    taken: int = 0
    """How many were meant, the last time."""

    def __iter__(self) -> Iterator[tuple[bytes, "Transcript"]]:
        """Each line with its transcript."""
        from runner.core.wording import unknown
        from runner.operations.read import lines_of

        self.taken = 0
        scenarios: dict[str, None] = {}
        for line, transcript in lines_of(self.folder, self.which.trial):
            scenarios[transcript.scenario] = None
            if self.which.takes(transcript):
                self.taken += 1
                yield line, transcript
        for name in self.which.only:
            if name not in scenarios and scenarios:
                raise UsageError(f"--only {name}: {unknown('scenario', name, scenarios)}")


def _write(
    run: str, form: str, which: Which, outputs: Path, to: Path | None, *, inline_files: bool, raw: bool
) -> None:
    """Write what was asked for, and say what was left out."""
    from dataclasses import replace

    from runner.formats.exporting import Export
    from runner.operations.read import named_once, open_run

    run, trial = named_once(run, which.trial)
    folder = open_run(run, outputs)
    lines = Lines(folder, replace(which, trial=trial))
    asked = Export(folder.name, lines, folder.read_file, inline_files=inline_files, raw=raw)
    room, _, name = EXPORTERS[form].partition(":")
    pieces: Iterator[bytes] = getattr(import_module(room), name)(asked)
    if to is None:
        _to_stdout(pieces)
    else:
        _to_file(pieces, to)
    _say(lines.taken, asked.left_out, to)


def _say(taken: int, left_out: "Counter[str]", to: Path | None) -> None:
    """Say on stderr how much was written, where that is not seen, and what was left out."""
    from runner.core.harmless import harmless_line
    from runner.core.wording import count

    written = taken - left_out.total()
    if to is not None:
        typer.echo(f"{count(written, 'conversation')} written to {harmless_line(str(to))}", err=True)
    elif not written:
        typer.echo("no conversation to write", err=True)
    if left_out:
        reasons = ", ".join(f"{number:,} {reason}" for reason, number in left_out.most_common())
        typer.echo(f"left out: {count(left_out.total(), 'conversation')} ({reasons})", err=True)


def _to_stdout(pieces: Iterable[bytes]) -> None:
    """Write to stdout; on a terminal without what a terminal would obey."""
    if sys.stdout.isatty():
        from runner.core.harmless import harmless

        for piece in pieces:
            sys.stdout.write(harmless(piece.decode()))
        return
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _to_file(pieces: Iterable[bytes], to: Path) -> None:
    """Write a file, whole or not at all; one that is written over is read by the same people after."""
    place = to.resolve()  # where a link leads
    beside = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            if place.exists():
                shutil.copymode(place, beside)
            file.writelines(pieces)
        beside.replace(place)
    except OSError as error:
        raise StoreError(f"cannot write {to}: {error.strerror}") from error
    finally:
        beside.unlink(missing_ok=True)
