"""`runner check`: plays scenarios and says whether their prompts got worse, with an exit code that CI can trust."""

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.cli import how, options
from runner.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.cli.display.screen import Screen
    from runner.cli.display.watching import Watching
    from runner.core.assessment import Assessment
    from runner.operations.check import Checking, Yardstick
    from runner.operations.play import Played
    from runner.operations.stage import Asked, Stage

_GATE, _REPORTS = "How it is judged", "What is written"

Baselines = Annotated[
    str | None,
    typer.Option(
        "--baselines",
        metavar="DIR",
        help="The folder of baselines that the run is held against; baselines, where that folder is there.",
    ),
]
NoBaseline = Annotated[bool, typer.Option("--no-baseline", help="Hold the run against no baseline.")]
Against = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="AXIS=VALUE",
        help="Hold every other value of an axis against this one, e.g. system=v1, in the place of a baseline.",
    ),
]
Alpha = Annotated[
    float,
    typer.Option(
        "--alpha",
        metavar="SHARE",
        help="How often what did not change may be called a regression.",
    ),
]
GateBlocks = Annotated[
    bool,
    typer.Option("--gate-blocks", help="Let a single variant that got worse fail the check as well (Holm)."),
]
UntilDecided = Annotated[
    int | None,
    typer.Option(
        "--until-decided",
        metavar="MAX",
        min=1,
        help="Play each variant until its gate's verdict cannot change any more, MAX trials at most.",
    ),
]
Junit = Annotated[
    Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML: a testcase for each variant.")
]
JunitBy = Annotated[
    str,
    typer.Option(
        "--junit-by",
        metavar="block|trial",
        help="What a testcase is: a variant with its case, or a single trial.",
        autocompletion=lambda: ["block", "trial"],
    ),
]
Markdown = Annotated[
    Path | None, typer.Option("--markdown", metavar="FILE", help="Write a summary in Markdown, below 60 KB.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Write the verdict in a sentence, and nothing else.")]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Say what would be played, what it would cost, and which drop could be seen; nothing is sent.",
    ),
]


def check(
    paths: options.Paths = None,
    tag: options.Tag = None,
    skip_tag: options.SkipTag = None,
    only: options.Only = None,
    where: options.Where = None,
    case: options.Case = None,
    trial: options.TrialNumber = None,
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
    until_decided: UntilDecided = None,
    baselines: Baselines = None,
    no_baseline: NoBaseline = False,
    against: Against = None,
    alpha: Alpha = 0.05,
    gate_blocks: GateBlocks = False,
    junit: Junit = None,
    junit_by: JunitBy = "block",
    markdown: Markdown = None,
    outputs: options.Outputs = Path("outputs"),
    dry_run: DryRun = False,
    resume: how.Resume = None,
    retry_unanswered: how.RetryUnanswered = False,
    profile: options.Profile = None,
    quiet: Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Play scenarios and gate them, for CI.

    The exit code is 0 only where every gate passed and nothing got worse: 1 a gate failed or something got worse, 4 replies
    are missing or checks broke, 6 more trials are needed to say, 5 nothing was measured.
    """
    from runner.cli.display.screen import Screen
    from runner.cli.writing import Reports

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
        unpassed_in=unpassed_in,
        profile=profile,
    )
    tape = how.Tape(cassettes, mode)
    asked_how = how.How(
        stream, in_flight, reproduce, max_cost, max_tokens_total, retry_unanswered, False, tape, until_decided
    )
    if resume is not None:
        how.require_alone(words, dry_run=dry_run)
        if until_decided is not None:
            raise UsageError(
                "--until-decided belongs to how a run began: leave it out, or check anew without --resume"
            )
    elif retry_unanswered:
        raise UsageError("--retry-unanswered says how a run goes on: name it by --resume RUN")
    else:
        named = options.read_profile(profile)
        if (
            trial or unpassed_in is not None
        ):  # single trials decide nothing, so nothing is played until they do
            named = named.model_copy(update={"until_decided": None})
        words, asked_how = words.over(named), asked_how.over(named)
    yardstick = _yardstick(baselines, against, alpha, no_baseline=no_baseline, gate_blocks=gate_blocks)
    reports = Reports.open(junit, junit_by, markdown, os.environ, for_programs=as_json or quiet)
    screen = Screen.open()
    if dry_run:
        _rehearse(words, asked_how, yardstick, outputs, screen, as_json=as_json)
        return
    began = time.monotonic()
    with reports.silenced(screen):
        found = _check(
            words, asked_how, resume, yardstick, outputs, screen, quiet=quiet, as_json=as_json, began=began
        )
    reports.write(found, screen)
    raise typer.Exit(found.exit_code)


def _check(
    words: options.Words,
    asked_how: how.How,
    resume: str | None,
    yardstick: "Yardstick",
    outputs: Path,
    screen: "Screen",
    *,
    quiet: bool,
    as_json: bool,
    began: float,
) -> "Assessment":
    """Play, assess and tell."""
    from runner.cli.display.assessed import tell_assessment
    from runner.cli.display.failing import play_again
    from runner.cli.display.reading import origin_of
    from runner.cli.display.recordings import can_record, recording_command, tell_taped
    from runner.cli.display.summary import resume_command
    from runner.cli.display.typed import typed
    from runner.cli.display.watching import Watching
    from runner.operations.check import assess, open_check
    from runner.reports.json_report import assessment_json
    from runner.store.assessments import keep_assessment

    opened: list[Checking] = []

    def prepared(stage: "Stage") -> "Stage":
        opened.append(open_check(stage, yardstick))
        if not quiet:
            _announce(opened[-1], screen)
        return stage

    watching = Watching(screen.outliving(), quiet=quiet, as_json=as_json, verb="check")
    played = _play(words, asked_how, resume, outputs, watching, prepared)
    origin = origin_of(played.folder)
    manifest = played.folder.read_manifest()
    found = assess(
        opened[-1],
        played,
        began,
        lambda transcript: play_again(transcript, origin) or "",
        typed("runner", *sys.argv[1:]),
        manifest.started_at,
    )
    document = assessment_json(found)
    keep_assessment(played.folder, document)
    if as_json:
        screen.out.flush()
        sys.stdout.buffer.write(document)
        sys.stdout.buffer.flush()
    elif quiet:
        screen.tell(found.sentence)
        if played.taped is not None and played.taped.needs is not None and can_record(played.taped):
            screen.say(f"record it: {recording_command(played.taped)}")
    else:
        tell_assessment(found, screen)
        if played.taped is not None:
            tell_taped(played.taped, screen)
        screen.say(f"transcripts: {played.folder.transcripts}")
    if played.run.status(played.trials) == "stopped" and not as_json:
        way = resume_command(played.folder, played.run.stopped, "check")
        screen.say(f"what was heard is saved; go on with: {way}")
    return found


def _play(
    words: options.Words,
    asked_how: how.How,
    resume: str | None,
    outputs: Path,
    watching: "Watching",
    prepared: "Callable[[Stage], Stage]",
) -> "Played":
    """The run that is checked: a new one, or one that goes on."""
    from runner.cli.play import perform
    from runner.operations.earlier import Wanted
    from runner.operations.play import play
    from runner.operations.play import resume as go_on
    from runner.operations.read import open_run
    from runner.operations.stage import stage

    def stage_again(asked: "Asked", folder: Path) -> "Stage":
        return prepared(stage(asked_how.asked_again(asked, folder), folder, os.environ))

    if resume is None:
        ready = prepared(stage(asked_how.asked(words, outputs), Path.cwd(), os.environ))
        return perform(watching, lambda: play(ready, outputs, watching, command=("runner", *sys.argv[1:])))
    folder = open_run(resume, outputs, "play")
    wanted = Wanted(retry_unanswered=asked_how.retry_unanswered)
    return perform(watching, lambda: go_on(folder, stage_again, watching, wanted))


def _announce(checking: "Checking", screen: "Screen") -> None:
    """Say how many trials are played and about how much that costs, and which drop could be seen."""
    from runner.cli.display.headline import sizes
    from runner.cli.display.layout import wrapped
    from runner.cli.display.wording import money
    from runner.operations.estimating import about_cost
    from runner.operations.gates import idle_gates

    cost = about_cost(checking.stage)
    stage = checking.stage
    if stage.asked.cassettes is not None and stage.asked.mode == "replay":
        price = "nothing is sent"
    elif cost is None:
        price = "what it costs is not known"
    else:
        price = f"about {money(cost)}" if cost else "at no cost"
    most = " at most" if stage.asked.until_decided is not None else ""
    idle = [
        f"[gates.{name}] of the settings speaks of no scenario here: none has the tag {name}"
        for name in idle_gates(stage)
    ]
    for line in (f"checking {sizes(stage)}{most}, {price}", checking.foreseen, *idle):
        if line:
            screen.say(wrapped(line, screen.width) if screen.watches else line)


def _rehearse(
    words: options.Words,
    asked_how: how.How,
    yardstick: "Yardstick",
    outputs: Path,
    screen: "Screen",
    *,
    as_json: bool,
) -> None:
    """Say what would be checked; nothing is sent, and no key is needed."""
    from runner.cli.display.rehearsal import tell_rehearsal
    from runner.operations.check import open_check
    from runner.operations.stage import stage

    asked = asked_how.asked(words, outputs)
    ready = stage(asked, Path.cwd(), os.environ)
    _announce(open_check(ready, yardstick), screen)
    tell_rehearsal(ready, screen, as_json=as_json)


def _yardstick(
    baselines: str | None, against: str | None, alpha: float, *, no_baseline: bool, gate_blocks: bool
) -> "Yardstick":
    """What was typed about what a run is held against; raises UsageError where it makes no sense."""
    from runner.operations.check import Yardstick

    if not 0 < alpha < 0.5:
        raise UsageError(f"--alpha {alpha:g}: expected a share between 0 and 0.5, e.g. 0.05")
    if no_baseline and baselines is not None:
        raise UsageError("--no-baseline and --baselines: keep one of the two")
    value: tuple[str, str] | None = None
    if against is not None:
        axis, equals, wanted = against.partition("=")
        if not equals or not axis.strip() or not wanted.strip():
            raise UsageError(f"--against {against}: expected AXIS=VALUE, e.g. system=v1")
        if baselines is not None:
            raise UsageError(
                "--against holds variants against each other, --baselines against a baseline: keep one"
            )
        value = axis.strip(), wanted.strip()
    folder = None if no_baseline else Path(baselines or "baselines")
    return Yardstick(folder, baselines is not None, value, alpha, gate_blocks)
