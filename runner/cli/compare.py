"""`runner compare`: plays the values of a setting as one experiment, or holds played runs against each other: numbers."""

import os
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from runner.cli import experiment, how, options
from runner.cli.experiment import Typed, Written
from runner.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.cli.display.screen import Screen
    from runner.cli.display.watching import Watching
    from runner.core.comparison.compared import Compared
    from runner.operations.play import Played
    from runner.operations.stage import Asked, Stage
    from runner.store.folder import RunFolder


def compare(
    paths: experiment.PathsOrRuns = None,
    tag: options.Tag = None,
    skip_tag: options.SkipTag = None,
    only: options.Only = None,
    where: options.Where = None,
    case: options.Case = None,
    model: options.Model = None,
    provider: options.Provider = None,
    temperature: options.Temperature = None,
    axis: options.Axis = None,
    set_: options.Set = None,
    repeat: options.Repeat = None,
    by: experiment.By = None,
    base: experiment.Base = None,
    seed: experiment.Seed = None,
    no_twin: experiment.NoTwin = False,
    margin: experiment.Margin = None,
    alpha: experiment.Alpha = None,
    stream: how.Stream = None,
    in_flight: how.InFlight = None,
    reproduce: how.Reproduce = False,
    max_cost: options.MaxCost = None,
    max_tokens_total: options.MaxTokensTotal = None,
    cassettes: options.Cassettes = None,
    mode: options.Mode = None,
    csv: experiment.Csv = None,
    plots: experiment.Plots = None,
    report: experiment.Report = None,
    outputs: options.Outputs = Path("outputs"),
    dry_run: experiment.DryRun = False,
    resume: how.Resume = None,
    retry_unanswered: how.RetryUnanswered = False,
    profile: options.Profile = None,
    quiet: experiment.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Compare values of a setting, or runs: what differs, how sure.

    Scenarios are played with every value, mixed in time; `diff` holds the words of two runs against each other. The exit
    code says nothing of what was found: 0 all was compared, 4 something is missing.
    """
    from runner.cli.display.screen import Screen

    words = options.Words(
        paths,
        tag,
        skip_tag,
        only,
        where,
        case,
        None,
        model,
        provider,
        temperature,
        axis,
        set_,
        repeat,
        profile=profile,
    )
    tape = how.Tape(cassettes, mode)
    asked_how = how.How(
        stream, in_flight, reproduce, max_cost, max_tokens_total, retry_unanswered, False, tape
    )
    typed = Typed(by, base, seed, no_twin, margin, alpha)
    typed.require_sensible()
    written = Written(csv, plots, report)
    written.require_places()
    showing = _Showing(Screen.open(), outputs, quiet=quiet, as_json=as_json)
    if resume is not None:
        _require_only_resume(words, typed, dry_run=dry_run)
        found, code = showing.go_on(resume, asked_how)
    elif runs := _runs(paths or (), outputs):
        _require_only_runs(words, asked_how, typed, dry_run=dry_run)
        found, code = showing.read(runs, typed)
    else:
        if retry_unanswered:
            raise UsageError("--retry-unanswered says how a run goes on: name it by --resume RUN")
        named = options.read_profile(profile)
        # Only `check` knows when a variant is decided.
        words, asked_how = words.over(named), replace(asked_how.over(named), until_decided=None)
        if not words.paths:
            raise UsageError(
                "name scenarios to play, or runs that were played, e.g. `runner compare scenarios --temperature 0,0.7`"
            )
        if dry_run:
            showing.rehearse(words, asked_how, typed)
            return
        found, code = showing.play(words, asked_how, typed)
    showing.tell(found)
    written.write(found, showing.folders)
    raise typer.Exit(code)


@dataclass(frozen=True, slots=True)
class _Showing:
    """Compares before a screen."""

    screen: "Screen"
    outputs: Path
    quiet: bool
    as_json: bool
    folders: "list[RunFolder]" = field(default_factory=list)
    """The runs that were compared."""

    def play(self, words: options.Words, asked_how: how.How, typed: Typed) -> "tuple[Compared, int]":
        """Play a comparison; what it found, and the exit code."""
        from runner.operations.play import play

        ready = self._staged(words, asked_how, typed)
        self._announce(ready)
        command = ("runner", *sys.argv[1:])
        return self._perform(ready, lambda watching: play(ready, self.outputs, watching, command=command))

    def go_on(self, reference: str, asked_how: how.How) -> "tuple[Compared, int]":
        """Play what is left of a comparison; what it found, and the exit code."""
        from runner.operations.compare import require_designed
        from runner.operations.earlier import Wanted
        from runner.operations.play import resume
        from runner.operations.read import open_run
        from runner.operations.stage import stage

        folder = open_run(reference, self.outputs, "play")
        require_designed(folder)
        opened: list[Stage] = []

        def stage_again(asked: "Asked", where: Path) -> "Stage":
            opened.append(stage(asked_how.asked_again(asked, where), where, os.environ))
            return opened[-1]

        wanted = Wanted(retry_unanswered=asked_how.retry_unanswered)
        return self._perform(opened, lambda watching: resume(folder, stage_again, watching, wanted))

    def read(self, folders: "list[RunFolder]", typed: Typed) -> "tuple[Compared, int]":
        """What runs say that were played already, and the exit code."""
        from runner.operations.compare import exit_code
        from runner.operations.compare_runs import compare_runs

        self.folders.extend(folders)
        found = compare_runs(folders, typed.by, typed.base, margin=typed.margin, alpha=typed.alpha)
        return found, exit_code(found)

    def rehearse(self, words: options.Words, asked_how: how.How, typed: Typed) -> None:
        """Say what would be compared; nothing is sent, and no key is needed."""
        from runner.cli.display.rehearsal import tell_rehearsal

        ready = self._staged(words, asked_how, typed)
        self._announce(ready)
        tell_rehearsal(ready, self.screen, as_json=self.as_json)

    def tell(self, found: "Compared") -> None:
        """Tell what was found."""
        from runner.cli.display.cells import tell_compared
        from runner.core.harmless import harmless_line
        from runner.operations.compare import unheld
        from runner.reports.json_report import compared_json

        if self.as_json:
            self.screen.out.flush()
            sys.stdout.buffer.write(compared_json(found))
            sys.stdout.buffer.flush()
        elif self.quiet:
            for sentence in found.sentences:
                self.screen.tell(harmless_line(sentence))
        else:
            tell_compared(found, self.screen)
        if not self.as_json and (why := unheld(found)):
            self.screen.out.flush()
            self.screen.say(harmless_line(why))

    def _staged(self, words: options.Words, asked_how: how.How, typed: Typed) -> "Stage":
        """What will be compared."""
        from runner.operations.compare import open_comparison

        asked = asked_how.asked(words, self.outputs)
        return open_comparison(asked, typed.by, typed.design(), Path.cwd(), os.environ)

    def _announce(self, ready: "Stage") -> None:
        """Say what is compared, about what it costs, and which difference could be seen."""
        if self.quiet or self.as_json:
            return
        from runner.cli.display.announcing import announcement
        from runner.cli.display.layout import wrapped

        for line in announcement(ready):
            self.screen.say(wrapped(line, self.screen.width) if self.screen.watches else line)

    def _perform(
        self, ready: "Stage | list[Stage]", act: "Callable[[Watching], Played]"
    ) -> "tuple[Compared, int]":
        """Play, and compare what was played; say where it is, and how it goes on."""
        from runner.cli.display.recordings import tell_taped
        from runner.cli.display.summary import place, resume_command
        from runner.cli.display.typed import command
        from runner.cli.display.watching import Watching
        from runner.cli.play import perform
        from runner.operations.compare import compare_played, exit_code

        watching = Watching(self.screen.outliving(), quiet=self.quiet, as_json=self.as_json, verb="compare")
        played = perform(watching, lambda: act(watching))
        self.folders.append(played.folder)
        found = compare_played(ready[-1] if isinstance(ready, list) else ready, played.folder)
        if not (self.quiet or self.as_json):
            if played.taped is not None:
                tell_taped(played.taped, self.screen)
            self.screen.say(f"transcripts: {played.folder.transcripts}")
            if found.status == "incomplete":
                self.screen.say(
                    f"what went wrong: {command('show', *place(played.folder, played.folder.name), '--failed')}"
                )
            if played.run.status(played.trials) == "stopped":
                way = resume_command(played.folder, played.run.stopped, "compare")
                self.screen.say(f"what was heard is saved; go on with: {way}")
            self.screen.say()
        return found, exit_code(found, played)


def _runs(words: "list[str] | tuple[str, ...]", outputs: Path) -> "list[RunFolder]":
    """The runs that are meant, where runs are; raises UsageError where scenarios stand among them."""
    from runner.operations.read import open_run
    from runner.store.folder import LATEST

    def is_run(word: str) -> bool:
        folders = (Path(word), outputs / word)
        return word == LATEST or any((folder / "run.json").is_file() for folder in folders)

    named = [word for word in words if is_run(word)]
    if named and len(named) < len(words):
        other = next(word for word in words if word not in named)
        raise UsageError(f"{named[0]} is a run and {other} is none: name scenarios to play, or runs alone")
    return [open_run(word, outputs) for word in named]


def _require_only_resume(words: options.Words, typed: Typed, *, dry_run: bool) -> None:
    """Raise UsageError where --resume stands beside what would change what is compared."""
    how.require_alone(words, dry_run=dry_run)
    others = [
        ("--by", typed.by),
        ("--base", typed.base),
        ("--margin", typed.margin),
        ("--alpha", typed.alpha),
    ]
    given = [*typed.given(), *(name for name, value in others if value is not None)]
    if given:
        raise UsageError(
            f"--resume goes on with the comparison as it began, and takes no {', '.join(given)}; leave that out, and "
            "then compare the run by `runner compare RUN`"
        )


def _require_only_runs(words: options.Words, asked_how: how.How, typed: Typed, *, dry_run: bool) -> None:
    """Raise UsageError where what says how scenarios are played stands beside runs that were played."""
    empty = how.How(None, None, False, None, None, False, False, how.Tape(None, None))
    given = [name for name in words.given() if name != "PATH"]
    names = ("stream", "in_flight", "reproduce", "max_cost", "max_tokens_total", "retry_unanswered")
    given += [
        "--" + name.replace("_", "-") for name in names if getattr(asked_how, name) != getattr(empty, name)
    ]
    given += ["--cassettes"] if asked_how.tape.cassettes is not None else []
    given += ["--mode"] if asked_how.tape.mode is not None else []
    given += typed.given()
    given += ["--dry-run"] if dry_run else []
    if given:
        raise UsageError(
            f"runs that were played are only read, and take no {', '.join(given)}: leave that out, or name scenarios to play"
        )
