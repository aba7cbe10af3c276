"""`runner show`: reads transcripts in the terminal; it plays nothing and changes nothing."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.cli import options
from runner.cli.complete import conversations, trial_ids

if TYPE_CHECKING:
    from runner.core.transcript import Transcript
    from runner.store.folder import RunFolder

Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run's folder, its name, or latest; RUN#TRIAL names a conversation of it.",
        autocompletion=conversations,
        show_default=False,
    ),
]
Trial = Annotated[
    str | None,
    typer.Argument(
        metavar="TRIAL",
        help="A trial's id, or a scenario's name where that is enough: prints the conversation.",
        autocompletion=trial_ids,
        show_default=False,
    ),
]
Failed = Annotated[
    bool,
    typer.Option(
        "--failed",
        help="Only trials that are unanswered, or in which a check failed or broke: what was expected, what came.",
    ),
]
Pager = Annotated[
    bool,
    typer.Option("--pager/--no-pager", help="Page through what is longer than the terminal."),
]


def show(
    run: Run,
    trial: Trial = None,
    failed: Failed = False,
    outputs: options.Outputs = Path("outputs"),
    pager: Pager = True,
    as_json: options.AsJson = False,
) -> None:
    """Show what was said in a run: its trials, or one conversation."""
    from runner.cli.display.paging import tell
    from runner.cli.display.reading import render
    from runner.cli.display.screen import Screen
    from runner.operations.read import named_once, open_run, transcripts_of

    screen = Screen.open()
    name, trial = named_once(run, trial)
    folder = open_run(name, outputs)
    if as_json:
        _write_lines(folder, trial, failed=failed)
        return
    found = transcripts_of(folder, trial)
    chosen = (each for each in found if _is_bad(each)) if failed else found
    tell(render(chosen, folder, screen, whole=trial is not None, failed=failed), screen, paged=pager)


def _is_bad(transcript: "Transcript") -> bool:
    """Whether a trial is unanswered, or one of its checks failed or broke."""
    from runner.cli.display.failing import is_bad

    return is_bad(transcript)


def _write_lines(folder: "RunFolder", trial: str | None, *, failed: bool) -> None:
    """Write the lines of some transcripts as they stand in their file."""
    import sys

    from runner.operations.read import lines_of

    for line, transcript in lines_of(folder, trial):
        if not failed or _is_bad(transcript):
            sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
