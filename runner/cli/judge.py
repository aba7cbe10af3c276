"""`runner judge`: today's checks on a run that was played, into a run of its own; no conversation is played again."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.cli import how, options
from runner.cli.complete import run_names

if TYPE_CHECKING:
    from runner.operations.stage import Asked, Stage

Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="The run whose replies are judged: a folder, a run's name, or latest.",
        autocompletion=run_names,
        show_default=False,
    ),
]
Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        help="Scenario files with the checks, or folders of them; those that the run was played from, where none is "
        "named.",
        show_default=False,
    ),
]


def judge(
    run: Run,
    paths: Paths = None,
    in_flight: how.InFlight = None,
    max_cost: options.MaxCost = None,
    max_tokens_total: options.MaxTokensTotal = None,
    cassettes: options.Cassettes = None,
    mode: options.Mode = None,
    outputs: options.Outputs = Path("outputs"),
    quiet: how.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Judge a played run by today's checks.

    Its conversations are not played again; verdicts go into a run of their own.
    """
    from runner.cli.display.screen import Screen
    from runner.cli.display.watching import Watching
    from runner.operations.judge import judge as judge_run
    from runner.operations.read import open_run
    from runner.operations.stage import stage

    asked_how = how.How(
        stream=None,
        in_flight=in_flight,
        reproduce=False,
        max_cost=max_cost,
        max_tokens_total=max_tokens_total,
        retry_unanswered=False,
        accept_changes=False,
        tape=how.Tape(cassettes, mode),
    )
    folder = open_run(run, outputs, "play")

    def stage_again(asked: "Asked", where: Path) -> "Stage":
        where = Path.cwd() if paths else where
        asked = asked_how.laid_over(asked.model_copy(update={"paths": tuple(paths or asked.paths)}))
        return stage(asked_how.tape.laid_over(asked, where), where, os.environ, needs_secrets=False)

    watching = Watching(Screen.open().outliving(), quiet=quiet, as_json=as_json)
    with watching:
        played = judge_run(folder, stage_again, outputs, watching, command=("runner", *sys.argv[1:]))
    raise typer.Exit(played.exit_code)
