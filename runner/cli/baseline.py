"""`runner baseline`: makes a run the yardstick that `runner check` holds later runs against; it plays nothing."""

from pathlib import Path
from typing import Annotated

import typer

from runner.cli import options
from runner.cli.boundary import bounded
from runner.cli.commands import Command, Commands
from runner.cli.complete import run_names

BASELINES = "baselines"
"""Where baselines stand unless another folder is named."""

Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="The run that later ones are held against: a folder, a run's name, or latest.",
        autocompletion=run_names,
        show_default=False,
    ),
]
Baselines = Annotated[
    Path, typer.Option("--baselines", metavar="DIR", help="The folder in which baselines are kept.")
]

baseline = typer.Typer(
    name="baseline",
    cls=Commands,
    help="What later runs are held against.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    add_completion=False,
)


def accept(
    run: Run,
    only: options.Only = None,
    baselines: Baselines = Path(BASELINES),
    outputs: options.Outputs = Path("outputs"),
) -> None:
    """Make a run the yardstick: one small file for each scenario, which reads well in a diff."""
    from runner.cli.display.layout import wrapped
    from runner.cli.display.screen import Screen
    from runner.cli.display.typed import command
    from runner.core.harmless import harmless_line
    from runner.core.wording import count
    from runner.operations.baselines import accept as accept_run
    from runner.operations.read import open_run

    screen = Screen.open()
    for each in accept_run(open_run(run, outputs), baselines, only or ()):
        figures = {
            "new": each.added,
            "changed": each.changed,
            "the same": each.same,
            "kept, not played": each.kept,
            "removed, no longer there": each.removed,
        }
        told = ", ".join(f"{number:,} {word}" for word, number in figures.items() if number)
        cells = count(each.added + each.changed + each.same, "cell")
        line = f"{each.path}: {cells} ({told}); {each.passed:,} of {count(each.trials, 'trial')} passed"
        screen.tell(wrapped(harmless_line(line), screen.width))
    found = "`runner check` finds it without an option"
    if baselines != Path(BASELINES):
        found = f"`{command('check', '--baselines', str(baselines))}` holds runs against it"
    screen.say(f"{found}; commit it with the prompts that it is about")


# A group of one command would be that command.
@baseline.callback()
def _baselines() -> None:
    """What later runs are held against."""


baseline.command("accept", cls=Command)(bounded(accept))
