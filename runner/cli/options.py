"""Options that several commands share, each said once; a command line as what was asked for.

Law: options of the same meaning have the same name and the same sentence everywhere.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runner.cli.complete import run_names
from runner.cli.complete_files import (
    model_names,
    profile_names,
    provider_names,
    scenario_names,
    scenario_paths,
    tags,
)

if TYPE_CHECKING:
    from runner.core.shard import Shard as Shards
    from runner.operations.stage import Asked
    from runner.operations.unpassed import Unpassed
    from runner.settings.profile import Profile as ProfileTable
    from runner.transports.cassette import Mode as Mode_

_SELECT, _CHANGE = "Which part is played", "What is changed"


def _many(name: str, metavar: str, sentence: str, complete: Callable[..., list[str]] | None = None) -> Any:
    """An option that may be given several times."""
    sentence = f"{sentence} May be given several times."
    return typer.Option(name, metavar=metavar, help=sentence, autocompletion=complete)


Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        help="Scenario files, or folders of them.",
        show_default=False,
        autocompletion=scenario_paths,
    ),
]
Tag = Annotated[list[str] | None, _many("--tag", "TAG", "Only scenarios with this tag.", tags)]
SkipTag = Annotated[list[str] | None, _many("--skip-tag", "TAG", "No scenarios with this tag.", tags)]
Only = Annotated[list[str] | None, _many("--only", "NAME", "Only the scenario of this name.", scenario_names)]
Where = Annotated[
    list[str] | None,
    _many("--where", "AXIS=VALUE", "Only variants with this value, e.g. temperature=0.7."),
]
Case = Annotated[list[str] | None, _many("--case", "ID", "Only this case.")]
TrialNumber = Annotated[
    list[int] | None,
    typer.Option(
        "--trial",
        metavar="N",
        min=1,
        help="Only the repeat of this number, from 1. May be given several times.",
    ),
]
Shard = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="I/N",
        help="Only the I-th of N parts, the same on every machine; `runner merge` puts their runs together.",
    ),
]
UnpassedIn = Annotated[
    str | None,
    typer.Option(
        "--unpassed-in",
        metavar="RUN",
        help="Only the trials that did not pass in this run: unanswered, or with a check that failed or broke.",
        autocompletion=run_names,
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="Take the options that the settings hold under this name; what is typed beside it wins.",
        autocompletion=profile_names,
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="The model, or what the settings call by this alias.",
        autocompletion=model_names,
    ),
]
Provider = Annotated[
    str | None,
    typer.Option(
        "--provider",
        metavar="NAME",
        help="The provider: openai, azure, local (the embedded model), or one of the settings.",
        autocompletion=provider_names,
    ),
]
Temperature = Annotated[
    str | None,
    typer.Option(
        "--temperature",
        metavar="T[,T...]",
        help="The sampling temperature; several make an axis, e.g. 0,0.7.",
    ),
]
Axis = Annotated[
    list[str] | None, _many("--axis", "NAME=V,V", "Vary a request field or a variable, e.g. seed=1,2.")
]
Set = Annotated[
    list[str] | None,
    _many("--set", "KEY=VALUE", "Set a request field or a variable, e.g. params.seed=1 or vars.shop=Acme."),
]
Repeat = Annotated[
    int | None,
    typer.Option(
        "--repeat",
        metavar="N",
        min=1,
        help="How often each variant is played; by default as the scenario says.",
    ),
]
Outputs = Annotated[Path, typer.Option("--outputs", metavar="DIR", help="The folder in which runs are kept.")]
Cassettes = Annotated[
    str | None,
    typer.Option(
        "--cassettes",
        metavar="DIR",
        help="The folder of recordings, a file for each scenario; see --mode.",
    ),
]
Mode = Annotated[
    str | None,
    typer.Option(
        "--mode",
        metavar="replay|fill|record",
        help="With --cassettes: play what is recorded and send nothing (that is the default), send and record what "
        "is missing, or send everything and record it anew.",
        autocompletion=lambda: ["replay", "fill", "record"],
    ),
]
MaxCost = Annotated[
    float | None,
    typer.Option(
        "--max-cost",
        metavar="DOLLARS",
        min=0,
        help="End the run before it costs more than this, its earlier parts counted; prices must be known.",
    ),
]
MaxTokensTotal = Annotated[
    int | None,
    typer.Option(
        "--max-tokens-total",
        metavar="N",
        min=0,
        help="End the run before it takes more tokens than this, sent and received, its earlier parts counted.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for programs to stdout, and nothing else.")]


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed, before it is understood."""

    paths: list[str] | None = None
    tag: list[str] | None = None
    skip_tag: list[str] | None = None
    only: list[str] | None = None
    where: list[str] | None = None
    case: list[str] | None = None
    trial: list[int] | None = None
    model: str | None = None
    provider: str | None = None
    temperature: str | None = None
    axis: list[str] | None = None
    set: list[str] | None = None
    repeat: int | None = None
    shard: str | None = None
    unpassed_in: str | None = None
    profile: str | None = None

    def given(self) -> list[str]:
        """The names of what was typed: `PATH`, `--tag`."""
        names = {"paths": "PATH"}
        given = (name for name in self.__slots__ if getattr(self, name))
        return [names.get(name, "--" + name.replace("_", "-")) for name in given]

    def over(self, profile: "ProfileTable") -> "Words":
        """What was typed, laid over what a profile says."""
        below: dict[str, Any] = {
            "paths": profile.paths,
            "tag": profile.tags,
            "skip_tag": profile.skip_tags,
            "only": profile.only,
            "provider": profile.provider,
            "model": profile.model,
            "repeat": profile.repeat,
        }
        return replace(self, **{name: value for name, value in below.items() if not getattr(self, name)})

    def understood(
        self, *, stream: bool = False, in_flight: int | None = None, outputs: Path = Path("outputs")
    ) -> "Asked":
        """What was asked for; raises UsageError where an option cannot be read, StoreError where a run is not there."""
        from runner.core.change import Changes
        from runner.core.selection import Selection
        from runner.errors import UsageError
        from runner.operations.stage import Asked

        earlier = None if self.unpassed_in is None else _read_unpassed(self.unpassed_in, outputs)
        paths = tuple(self.paths or (earlier.paths if earlier else ()))
        if not paths:
            raise UsageError("name a scenario file or a folder of them, e.g. scenarios")
        changes = Changes.read(self.set or (), self.axis or (), self.temperature)
        for name in ("model", "provider"):
            if getattr(self, name) is not None and name in changes.axes:
                raise UsageError(f"--axis {name} and --{name} both set `{name}`: keep one of the two")
        named = {"model": self.model, "provider": self.provider, "repeat": self.repeat}
        changes = changes.model_copy(update={key: value for key, value in named.items() if value is not None})
        return Asked(
            paths=paths,
            changes=changes.over(earlier.changes) if earlier else changes,
            selection=Selection(
                tags=tuple(self.tag or ()),
                skip_tags=tuple(self.skip_tag or ()),
                only=tuple(self.only or ()),
                where=_read_where(self.where or ()),
                cases=tuple(self.case or ()),
                repeats=tuple(self.trial or ()),
                unpassed_in=earlier.run if earlier else None,
                trials=earlier.trials if earlier else (),
                shard=_read_shard(self.shard),
            ),
            stream=stream,
            in_flight=in_flight,
        )


def read_profile(name: str | None) -> "ProfileTable":
    """The options that the settings hold under a name; none where no name is given."""
    import os

    from runner.core.wording import unknown
    from runner.errors import UsageError
    from runner.settings import Settings
    from runner.settings.profile import Profile as ProfileTable

    if name is None:
        return ProfileTable()
    profiles = Settings.load(Path.cwd(), os.environ).profiles
    if name not in profiles:
        how = "" if profiles else f": write one into the settings, as [profiles.{name}]"
        raise UsageError(f"--profile {name}: {unknown('profile', name, profiles)}{how}")
    return profiles[name]


def _read_unpassed(run: str, outputs: Path) -> "Unpassed":
    """The trials of a run that did not pass, with how it was played."""
    from runner.operations.read import open_run
    from runner.operations.unpassed import unpassed_in

    return unpassed_in(open_run(run, outputs))


def _read_shard(text: str | None) -> "Shards | None":
    """The part that was asked for."""
    from runner.core.shard import Shard as Shards
    from runner.errors import UsageError

    try:
        return None if text is None else Shards.read(text)
    except ValueError as error:
        raise UsageError(f"--shard: {error}") from None


def read_mode(mode: str | None, cassettes: str | None) -> "Mode_ | None":
    """What is to be done with recordings; raises UsageError where there is no such thing, or nothing to do it with."""
    from typing import get_args

    from runner.core.wording import unknown
    from runner.errors import UsageError
    from runner.transports.cassette import Mode as Modes

    if mode is None:
        return None
    known: dict[str, Mode_] = {each: each for each in get_args(Modes)}
    if mode not in known:
        raise UsageError(f"--mode {mode}: {unknown('mode', mode, known)}")
    if cassettes is None:
        raise UsageError(f"--mode {mode} needs --cassettes DIR, the folder of the recordings")
    return known[mode]


def _read_where(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The values that were asked for, by axis."""
    from runner.errors import UsageError

    where: dict[str, tuple[str, ...]] = {}
    for text in texts:
        axis, equals, value = text.partition("=")
        if not equals or not axis.strip():
            raise UsageError(f"--where {text}: expected AXIS=VALUE, e.g. temperature=0.7")
        where[axis.strip()] = (*where.get(axis.strip(), ()), value.strip())
    return where
