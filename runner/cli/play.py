"""`runner play`: plays scenarios, shows them with their verdicts, and writes the run."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.cli import how, options
from runner.cli.boundary import tell_error
from runner.errors import StoreError, UsageError

if TYPE_CHECKING:
    from runner.cli.display.screen import Screen
    from runner.cli.display.watching import Watching
    from runner.operations.play import Played
    from runner.operations.stage import Asked, Stage

INCOMPLETE = 4

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be played; nothing is sent, and no key is needed.")
]


def play(
    paths: options.Paths = None,
    tag: options.Tag = None,
    skip_tag: options.SkipTag = None,
    only: options.Only = None,
    where: options.Where = None,
    case: options.Case = None,
    trial: options.TrialNumber = None,
    shard: options.Shard = None,
    unpassed_in: options.UnpassedIn = None,
    model: options.Model = None,
    provider: options.Provider = None,
    temperature: options.Temperature = None,
    axis: options.Axis = None,
    set_: options.Set = None,
    repeat: options.Repeat = None,
    stream: how.Stream = None,
    in_flight: how.InFlight = None,
    reproduce: how.Reproduce = False,
    max_cost: options.MaxCost = None,
    max_tokens_total: options.MaxTokensTotal = None,
    cassettes: options.Cassettes = None,
    mode: options.Mode = None,
    outputs: options.Outputs = Path("outputs"),
    dry_run: DryRun = False,
    resume: how.Resume = None,
    retry_unanswered: how.RetryUnanswered = False,
    accept_changes: how.AcceptChanges = False,
    profile: options.Profile = None,
    quiet: how.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Play scenarios, show them with their verdicts, keep the run."""
    from runner.cli.display.screen import Screen
    from runner.cli.display.watching import Watching

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
        unpassed_in,
        profile,
    )
    tape = how.Tape(cassettes, mode)
    asked_how = how.How(
        stream, in_flight, reproduce, max_cost, max_tokens_total, retry_unanswered, accept_changes, tape
    )
    screen = Screen.open()
    if resume is not None:
        how.require_alone(words, dry_run=dry_run)
    elif retry_unanswered or accept_changes:
        raise UsageError(
            "--retry-unanswered and --accept-changes say how a run goes on: name it by --resume RUN"
        )
    else:
        named = options.read_profile(profile)
        words = words.over(named)
        # Only `check` knows when a variant is decided.
        asked_how = replace(asked_how.over(named), until_decided=None)
    if dry_run:
        _rehearse(words, asked_how.tape, outputs, screen, as_json)
        return
    watching = Watching(screen.outliving(), quiet=quiet, as_json=as_json)
    played = perform(
        watching,
        lambda: (
            _begin(words, asked_how, outputs, watching)
            if resume is None
            else _go_on(resume, asked_how, outputs, watching)
        ),
    )
    raise typer.Exit(played.exit_code)


def _begin(words: options.Words, asked_how: how.How, outputs: Path, watching: "Watching") -> "Played":
    """Play a new run."""
    from runner.operations.play import play
    from runner.operations.stage import stage

    asked = asked_how.asked(words, outputs)
    ready = stage(asked, Path.cwd(), os.environ)
    if asked_how.stream is None and watching.streams(ready):
        ready = replace(ready, asked=asked.model_copy(update={"stream": True}))
    return play(ready, outputs, watching, command=("runner", *sys.argv[1:]))


def _go_on(reference: str, asked_how: how.How, outputs: Path, watching: "Watching") -> "Played":
    """Play what is left of a run."""
    from runner.operations.earlier import Wanted
    from runner.operations.play import resume
    from runner.operations.read import open_run
    from runner.operations.stage import stage

    def stage_again(asked: "Asked", folder: Path) -> "Stage":
        return stage(asked_how.asked_again(asked, folder), folder, os.environ)

    wanted = Wanted(accept_changes=asked_how.accept_changes, retry_unanswered=asked_how.retry_unanswered)
    return resume(open_run(reference, outputs, "play"), stage_again, watching, wanted)


def perform(watching: "Watching", act: Callable[[], "Played"]) -> "Played":
    """The run that was played; where it was torn down, say how to go on before the error is shown."""
    try:
        with watching:
            return act()
    except StoreError as error:
        if watching.folder is None:
            raise
        tell_error(error)
        watching.say_resume()
        raise typer.Exit(INCOMPLETE) from None
    except BaseException:
        watching.say_resume()
        raise


def _rehearse(words: options.Words, tape: how.Tape, outputs: Path, screen: "Screen", as_json: bool) -> None:
    """Say what would be played, and what of it is not recorded."""
    from runner.cli.display.rehearsal import tell_rehearsal
    from runner.operations.stage import stage

    asked = tape.laid_over(words.understood(outputs=outputs)).model_copy(update={"mode": "replay"})
    tell_rehearsal(stage(asked, Path.cwd(), os.environ), screen, as_json=as_json)
