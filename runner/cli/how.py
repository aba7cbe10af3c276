"""What is typed about how a run is played, and laid over what was asked for; nothing of it changes a conversation."""

from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.cli import options
from runner.cli.complete import run_names
from runner.errors import UsageError

if TYPE_CHECKING:
    from runner.operations.stage import Asked
    from runner.settings.profile import Profile

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
Quiet = Annotated[
    bool, typer.Option("--quiet", help="Write only errors, and the path of the transcripts to stdout.")
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


@dataclass(frozen=True, slots=True)
class Tape:
    """What was typed about recordings."""

    cassettes: str | None
    mode: str | None

    def over(self, profile: "Profile") -> "Tape":
        """What was typed, laid over what a profile says."""
        cassettes = self.cassettes if self.cassettes is not None else profile.cassettes
        return Tape(cassettes, self.mode if self.mode is not None else profile.mode)

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
    until_decided: int | None = None

    def over(self, profile: "Profile") -> "How":
        """What was typed, laid over what a profile says."""
        names = ("in_flight", "max_cost", "max_tokens_total", "until_decided")
        below = {name: getattr(profile, name) for name in names}
        rest = {name: value for name, value in below.items() if getattr(self, name) is None}
        return replace(self, tape=self.tape.over(profile), **rest)

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
            "until_decided": self.until_decided,
        }
        return asked.model_copy(update={key: value for key, value in said.items() if value is not None})

    def asked(self, words: options.Words, outputs: Path) -> "Asked":
        """What a new run is asked for."""
        return self.tape.laid_over(
            self.laid_over(words.understood(stream=bool(self.stream), outputs=outputs))
        )

    def asked_again(self, asked: "Asked", folder: Path) -> "Asked":
        """What a run is asked for that goes on, where it began."""
        return self.tape.laid_over(self.laid_over(asked), folder)


def require_alone(words: options.Words, *, dry_run: bool) -> None:
    """Raise UsageError where --resume stands beside what would change what is sent."""
    given = [*words.given(), *(["--dry-run"] if dry_run else [])]
    if given:
        raise UsageError(
            f"--resume goes on with what the run began with, and takes no {', '.join(given)}; leave that out, "
            f"or play a new run"
        )
