"""`runner merge`: the runs of the parts of one plan as one run."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from runner.cli import options
from runner.cli.complete import run_names

Runs = Annotated[
    list[str],
    typer.Argument(
        metavar="RUN",
        help="The runs of all parts: folders, or names.",
        autocompletion=run_names,
        show_default=False,
    ),
]


def merge(runs: Runs, outputs: options.Outputs = Path("outputs")) -> None:
    """Put the runs of all parts of a plan together into one."""
    from runner.cli.display.screen import Screen
    from runner.cli.display.summary import place
    from runner.cli.display.typed import command
    from runner.core.harmless import harmless_line
    from runner.core.wording import count
    from runner.operations.merge import merge as put_together
    from runner.operations.read import open_run

    screen = Screen.open()
    merged = put_together([open_run(run, outputs) for run in runs], outputs, ("runner", *sys.argv[1:]))
    status = merged.run.status(merged.trials)
    screen.say(f"{count(len(runs), 'part')}, {count(merged.trials, 'trial')}: {status}")
    screen.tell(harmless_line(str(merged.folder.transcripts)))
    screen.say(f"read it: {command('show', *place(merged.folder, merged.folder.name))}")
    raise typer.Exit(merged.exit_code)
