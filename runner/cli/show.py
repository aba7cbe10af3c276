"""`runner show`: reads transcripts in the terminal; it plays nothing and changes nothing."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.cli import options
from runner.cli.complete import run_names

if TYPE_CHECKING:
    from runner.core.transcript import Transcript
    from runner.store.folder import RunFolder

Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run's folder, its name, or latest.",
        autocompletion=run_names,
        show_default=False,
    ),
]
Trial = Annotated[
    str | None,
    typer.Argument(
        metavar="TRIAL",
        help="A trial's id, or a scenario's name where that is enough: prints the conversation.",
        show_default=False,
    ),
]
Failed = Annotated[
    bool,
    typer.Option("--failed", help="Only trials that are unanswered, or in which a check failed or broke."),
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
    from runner.cli.display.screen import Screen
    from runner.operations.read import open_run, transcripts_of

    screen = Screen.open()
    folder = open_run(run, outputs)
    found = transcripts_of(folder, trial)
    chosen = (each for each in found if is_bad(each)) if failed else found
    if as_json:
        _write_lines(folder, {each.id for each in chosen})
        return
    from runner.cli.display.reading import render, tell

    tell(render(list(chosen), folder, screen, whole=trial is not None, failed=failed), screen, paged=pager)


def is_bad(transcript: "Transcript") -> bool:
    """Whether a trial is unanswered, or one of its checks failed or broke."""
    return transcript.status == "unanswered" or any(
        verdict.outcome in {"failed", "broken"} for verdict in transcript.all_verdicts
    )


def _write_lines(folder: "RunFolder", ids: Collection[str]) -> None:
    """Write the lines of some transcripts as they stand in their file."""
    import json
    import sys

    with folder.transcripts.open("rb") as file:
        for line in file:
            if json.loads(line)["id"] in ids:
                sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
