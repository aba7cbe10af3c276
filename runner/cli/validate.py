"""`runner validate`: finds everything that is wrong with scenarios, and counts what they would play."""

import os
from pathlib import Path
from typing import Annotated

import typer

from runner.cli import options
from runner.errors import ProblemsError, UsageError

Resolved = Annotated[
    bool,
    typer.Option(
        "--resolved", help="Write each scenario as YAML to stdout, with what it extends and includes put in."
    ),
]


def validate(
    paths: options.Paths = None,
    tag: options.Tag = None,
    skip_tag: options.SkipTag = None,
    only: options.Only = None,
    where: options.Where = None,
    case: options.Case = None,
    trial: options.TrialNumber = None,
    shard: options.Shard = None,
    model: options.Model = None,
    provider: options.Provider = None,
    temperature: options.Temperature = None,
    axis: options.Axis = None,
    set_: options.Set = None,
    repeat: options.Repeat = None,
    resolved: Resolved = False,
) -> None:
    """Check scenarios without playing them; count what they play."""
    from runner.cli.display.headline import sizes
    from runner.cli.display.screen import Screen
    from runner.cli.display.wording import money
    from runner.operations.estimating import about_cost
    from runner.operations.gates import gate_problems, idle_gates
    from runner.operations.stage import stage

    words = options.Words(
        paths,
        tag,
        skip_tag,
        only,
        where,
        case,
        trial,
        model,
        provider,
        temperature,
        axis,
        set_,
        repeat,
        shard,
    )
    screen = Screen.open()
    ready = stage(words.understood(), Path.cwd(), os.environ)
    if problems := list(gate_problems(ready, streams=True)):
        raise ProblemsError(problems)
    if not resolved:
        cost = about_cost(ready)
        price = f", about {money(cost)}" if cost else ""
        screen.tell(sizes(ready) + price)
        for name in idle_gates(ready):
            screen.say(f"[gates.{name}] of the settings speaks of no scenario here: none has the tag {name}")
        return
    from runner.formats.writer import write_scenario

    try:
        screen.tell("---\n".join(map(write_scenario, ready.scenarios)), end="")
    except ValueError as error:
        raise UsageError(f"--resolved: a scenario cannot be written as YAML: {error}") from error
