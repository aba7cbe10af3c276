"""`runner play`: plays scenarios, shows them with their verdicts, and writes the run."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.cli import options
from runner.cli.boundary import tell_error
from runner.cli.complete import run_names
from runner.errors import StoreError, UsageError

if TYPE_CHECKING:
    from runner.cli.display.screen import Screen
    from runner.cli.display.watching import Watching
    from runner.operations.play import Played
    from runner.operations.stage import Asked, Stage

INCOMPLETE = 4

Stream = Annotated[
    bool | None,
    typer.Option(
        "--stream/--no-stream",
        help="Ask for replies token by token, or whole; by default token by token where one conversation is "
        "watched on a terminal.",
        show_default=False,
    ),
]
InFlight = Annotated[
    int | None,
    typer.Option(
        "--in-flight",
        metavar="N",
        min=1,
        help="At most this many requests at once at each provider; by default as its settings say.",
    ),
]
Reproduce = Annotated[
    bool,
    typer.Option(
        "--reproduce",
        help="Send one request at a time, always in the same order, so that a server that can repeat itself does.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be played; nothing is sent, and no key is needed.")
]
Resume = Annotated[
    str | None,
    typer.Option(
        "--resume",
        metavar="RUN",
        help="Go on with a run that was left unfinished: a folder, a run's name, or latest.",
        autocompletion=run_names,
    ),
]
AcceptChanges = Annotated[
    bool,
    typer.Option(
        "--accept-changes",
        help="With --resume: play trials anew whose messages, params, model or provider have changed.",
    ),
]
RetryUnanswered = Annotated[
    bool,
    typer.Option("--retry-unanswered", help="With --resume: also play on where a reply is missing."),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="Write only errors, and the path of the transcripts to stdout.")
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
    model: options.Model = None,
    provider: options.Provider = None,
    temperature: options.Temperature = None,
    axis: options.Axis = None,
    set_: options.Set = None,
    repeat: options.Repeat = None,
    stream: Stream = None,
    in_flight: InFlight = None,
    reproduce: Reproduce = False,
    max_cost: options.MaxCost = None,
    max_tokens_total: options.MaxTokensTotal = None,
    cassettes: options.Cassettes = None,
    mode: options.Mode = None,
    outputs: options.Outputs = Path("outputs"),
    dry_run: DryRun = False,
    resume: Resume = None,
    retry_unanswered: RetryUnanswered = False,
    accept_changes: AcceptChanges = False,
    quiet: Quiet = False,
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
    )
    tape = Tape(cassettes, mode)
    how = How(
        stream, in_flight, reproduce, max_cost, max_tokens_total, retry_unanswered, accept_changes, tape
    )
    screen = Screen.open()
    if resume is not None:
        _require_alone(words, dry_run)
    elif retry_unanswered or accept_changes:
        raise UsageError(
            "--retry-unanswered and --accept-changes say how a run goes on: name it by --resume RUN"
        )
    elif dry_run:
        _rehearse(words, tape, screen, as_json)
        return
    watching = Watching(screen.outliving(), quiet=quiet, as_json=as_json)
    played = _perform(
        watching,
        lambda: (
            _begin(words, how, outputs, watching)
            if resume is None
            else _go_on(resume, how, outputs, watching)
        ),
    )
    raise typer.Exit(played.exit_code)


@dataclass(frozen=True, slots=True)
class Tape:
    """What was typed about recordings."""

    cassettes: str | None
    mode: str | None

    def laid_over(self, asked: "Asked", folder: Path | None = None) -> "Asked":
        """What was asked for, with the recordings; raises UsageError where they make no sense.

        A run that goes on in another folder finds them where they were typed.
        """
        cassettes = self.cassettes
        if cassettes is not None and folder is not None and folder != Path.cwd():
            cassettes = str(Path.cwd() / cassettes)
        cassettes = asked.cassettes if cassettes is None else cassettes
        mode = options.read_mode(self.mode, cassettes)
        said = {"cassettes": cassettes, "mode": mode}
        return asked.model_copy(update={key: value for key, value in said.items() if value is not None})


@dataclass(frozen=True, slots=True)
class How:
    """What changes how a run is played, and nothing that is sent."""

    stream: bool | None
    in_flight: int | None
    reproduce: bool
    max_cost: float | None
    max_tokens_total: int | None
    retry_unanswered: bool
    accept_changes: bool
    tape: Tape

    def laid_over(self, asked: "Asked") -> "Asked":
        """What was asked for earlier, with what is asked for now."""
        if self.max_cost is not None and not isfinite(self.max_cost):
            raise UsageError(f"--max-cost {self.max_cost}: expected US dollars, e.g. --max-cost 0.50")
        said = {
            "stream": self.stream,
            "in_flight": self.in_flight,
            "reproduce": self.reproduce or None,
            "max_cost": self.max_cost,
            "max_tokens_total": self.max_tokens_total,
        }
        return asked.model_copy(update={key: value for key, value in said.items() if value is not None})


def _begin(words: options.Words, how: How, outputs: Path, watching: "Watching") -> "Played":
    """Play a new run."""
    from runner.operations.play import play
    from runner.operations.stage import stage

    asked = how.tape.laid_over(how.laid_over(words.understood(stream=bool(how.stream))))
    ready = stage(asked, Path.cwd(), os.environ)
    if how.stream is None and watching.streams(ready):
        ready = replace(ready, asked=asked.model_copy(update={"stream": True}))
    return play(ready, outputs, watching, command=("runner", *sys.argv[1:]))


def _go_on(reference: str, how: How, outputs: Path, watching: "Watching") -> "Played":
    """Play what is left of a run."""
    from runner.operations.earlier import Wanted
    from runner.operations.play import resume
    from runner.operations.read import open_run
    from runner.operations.stage import stage

    def stage_again(asked: "Asked", folder: Path) -> "Stage":
        return stage(how.tape.laid_over(how.laid_over(asked), folder), folder, os.environ)

    wanted = Wanted(accept_changes=how.accept_changes, retry_unanswered=how.retry_unanswered)
    return resume(open_run(reference, outputs, "play"), stage_again, watching, wanted)


def _perform(watching: "Watching", act: Callable[[], "Played"]) -> "Played":
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


def _require_alone(words: options.Words, dry_run: bool) -> None:
    """Raise UsageError where --resume stands beside what would change what is sent."""
    given = [*words.given(), *(["--dry-run"] if dry_run else [])]
    if given:
        raise UsageError(
            f"--resume goes on with what the run began with, and takes no {', '.join(given)}; leave that out, "
            f"or play a new run"
        )


def _rehearse(words: options.Words, tape: Tape, screen: "Screen", as_json: bool) -> None:
    """Say what would be played, and what of it is not recorded."""
    from runner.cli.display.rehearsal import tell_rehearsal
    from runner.operations.stage import stage

    asked = tape.laid_over(words.understood()).model_copy(update={"mode": "replay"})
    tell_rehearsal(stage(asked, Path.cwd(), os.environ), screen, as_json=as_json)
