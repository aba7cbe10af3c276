"""`runner import`: other tools' files as scenario files; it overwrites nothing unasked."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from runner.errors import StoreError, UsageError
from runner.formats import IMPORTERS

MOST_NAMED = 5
"""How many of the files that exist are named."""

Format = Annotated[
    str,
    typer.Argument(
        metavar="FORMAT",
        help=f"What the file is: {', '.join(IMPORTERS)}.",
        autocompletion=lambda: list(IMPORTERS),
        show_default=False,
    ),
]
File = Annotated[str, typer.Argument(metavar="FILE", help="The file to read.", show_default=False)]
To = Annotated[
    Path,
    typer.Option(
        "--to", metavar="DIR", help="The folder that the scenarios are written to.", show_default=False
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Write over files that exist.")]


def import_files(form: Format, file: File, to: To, force: Force = False) -> None:
    """Write scenario files from a file of another tool."""
    from runner.cli.display.typed import command
    from runner.core.harmless import harmless_line
    from runner.core.wording import count, unknown

    if form not in IMPORTERS:
        raise UsageError(unknown("format", form, IMPORTERS))
    room, _, name = IMPORTERS[form].partition(":")
    scenarios = list(getattr(import_module(room), name)(file))
    _write(scenarios, to, force=force)
    print(f"{count(len(scenarios), 'scenario')} written to {harmless_line(str(to))}")
    typer.echo(f"play them: {command('play', str(to))}", err=True)


def _write(scenarios: Iterable[tuple[str, str]], to: Path, *, force: bool) -> None:
    """Write the files, or none of them where one exists."""
    paths = [(to / name, text) for name, text in scenarios]
    taken = [path.name for path, _ in paths if path.exists()]
    if taken and not force:
        more = f" and {len(taken) - MOST_NAMED} more" if len(taken) > MOST_NAMED else ""
        raise UsageError(
            f"{', '.join(taken[:MOST_NAMED])}{more} in {to} already: name another folder, or write over with --force"
        )
    try:
        to.mkdir(parents=True, exist_ok=True)
        for path, text in paths:
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StoreError(f"cannot write to {to}: {error.strerror}") from error
