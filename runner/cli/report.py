"""`runner report`: a run as one self-contained page; it plays nothing and sends nothing."""

from pathlib import Path
from typing import Annotated, Final

import typer

from runner.cli import options
from runner.cli.complete import run_names

Runs = Annotated[
    list[str],
    typer.Argument(
        metavar="RUN",
        help="A run's folder, its name, or latest; several stand side by side.",
        autocompletion=run_names,
        show_default=False,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", metavar="FILE", help="Where the page is written; report.html in the run's folder."
    ),
]


NAME: Final = "report.html"
"""What the page is called in the folder of its run."""


def report(runs: Runs, output: Output = None, outputs: options.Outputs = Path("outputs")) -> None:
    """Write a run as one page: figures, curves, every conversation.

    The page holds all that it shows, fetches nothing, and opens from a mail attachment.
    """
    from runner.cli.display.screen import Screen
    from runner.cli.writing import require_place, write_whole
    from runner.core.harmless import harmless_line
    from runner.operations.read import open_run
    from runner.operations.report import page_of

    if output is not None:
        require_place("--output", output)
    folders = [open_run(run, outputs) for run in dict.fromkeys(runs)]
    path = folders[0].path / NAME if output is None else output
    write_whole(path, page_of(folders))
    Screen.open().tell(harmless_line(str(path)))
