"""`runner cassette`: what recordings hold, and taking out of them what nothing asks for; it sends nothing."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.cli import options
from runner.cli.boundary import bounded
from runner.cli.commands import Command, Commands
from runner.cli.complete_files import scenario_paths
from runner.errors import UsageError

if TYPE_CHECKING:
    from runner.operations.stage import Stage

SCENARIOS = "scenarios"
"""Where a project's scenarios stand as a rule."""

Folder = Annotated[
    str, typer.Argument(metavar="DIR", help="The folder that holds the cassettes.", show_default=False)
]
Scenarios = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        help="Scenario files, or folders of them, that the recordings are held against; scenarios, where that "
        "folder is there.",
        show_default=False,
        autocompletion=scenario_paths,
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be taken out; nothing is changed.")]

cassette = typer.Typer(
    name="cassette",
    cls=Commands,
    help="What recordings hold, and which of them are no longer asked for.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    add_completion=False,
)


def status(
    folder: Folder,
    paths: Scenarios = None,
    model: options.Model = None,
    provider: options.Provider = None,
    temperature: options.Temperature = None,
    axis: options.Axis = None,
    set_: options.Set = None,
    repeat: options.Repeat = None,
    as_json: options.AsJson = False,
) -> None:
    """Say what recordings hold: how much, how old, by which model, what is missing and what is unused."""
    import json
    from datetime import UTC, datetime

    from runner.cli.display.recordings import filling, status_document, tell_status
    from runner.cli.display.screen import Screen
    from runner.cli.display.typed import command
    from runner.operations.cassettes import status_of

    _require_folder(folder)
    typed = options.Words(
        paths=_found(paths),
        model=model,
        provider=provider,
        temperature=temperature,
        axis=axis,
        set=set_,
        repeat=repeat,
    )
    found = status_of(Path(folder), folder, _stage(typed, folder))
    screen = Screen.open()
    if as_json:
        screen.tell(json.dumps(status_document(found), ensure_ascii=True, indent=2))
        return
    tell_status(found, screen, datetime.now(UTC))
    if found.needs is not None:
        screen.say(f"record it: {command('play', *filling(_words(typed), folder))}")
    if found.unused:
        screen.say(f"take out what is unused: {command('cassette', 'prune', folder, *_words(typed))}")


def prune(
    folder: Folder,
    paths: Scenarios = None,
    model: options.Model = None,
    provider: options.Provider = None,
    temperature: options.Temperature = None,
    axis: options.Axis = None,
    set_: options.Set = None,
    repeat: options.Repeat = None,
    dry_run: DryRun = False,
    as_json: options.AsJson = False,
) -> None:
    """Take out what the scenarios no longer ask for.

    Where a folder of scenarios is named, the cassettes of scenarios that are not there any more go as well; where only
    files are named, nothing but their own cassettes is looked at.
    """
    import json

    from runner.cli.display.recordings import dropped_document, tell_dropped
    from runner.cli.display.screen import Screen
    from runner.operations.cassettes import prune as take_out

    _require_folder(folder)
    found = _found(paths)
    typed = options.Words(
        paths=found,
        model=model,
        provider=provider,
        temperature=temperature,
        axis=axis,
        set=set_,
        repeat=repeat,
    )
    stage = _stage(typed, folder)
    if stage is None or found is None:
        raise UsageError(
            "name the scenarios that decide what is still asked for, e.g. `runner cassette prune cassettes scenarios`"
        )
    also_left = any(Path(path).is_dir() for path in found)
    dropped = take_out(Path(folder), folder, stage, also_left=also_left, dry=dry_run)
    screen = Screen.open()
    if as_json:
        screen.tell(json.dumps(dropped_document(dropped, dry=dry_run), ensure_ascii=True, indent=2))
    else:
        tell_dropped(dropped, screen, dry=dry_run)


for _name, _command in (("status", status), ("prune", prune)):
    cassette.command(_name, cls=Command)(bounded(_command))


def _found(paths: list[str] | None) -> list[str] | None:
    """The scenarios that were named, else those of the usual folder, if it is there."""
    return paths or ([SCENARIOS] if Path(SCENARIOS).is_dir() else None)


def _require_folder(folder: str) -> None:
    """Raise UsageError where there is no folder of recordings."""
    if not Path(folder).is_dir():
        raise UsageError(
            f"there is no folder {folder}; `runner play PATH --cassettes {folder} --mode record` makes one"
        )


def _stage(words: options.Words, folder: str) -> "Stage | None":
    """What would be played of the scenarios; None where there are none."""
    from runner.operations.stage import stage

    if words.paths is None:
        if given := words.given():
            raise UsageError(f"{', '.join(given)}: name the scenarios that are meant")
        return None
    asked = words.understood().model_copy(update={"cassettes": folder})
    return stage(asked, Path.cwd(), os.environ)


def _words(words: options.Words) -> list[str]:
    """What was typed of the scenarios and of what is changed in them."""
    typed = list(words.paths or ())
    for name in ("model", "provider", "temperature", "repeat"):
        if (value := getattr(words, name)) is not None:
            typed += [f"--{name}", str(value)]
    for name in ("axis", "set"):
        for value in getattr(words, name) or ():
            typed += [f"--{name}", value]
    return typed
