"""The app: every command by its name, and `--version`; it loads no room that a command needs only when it runs."""

from typing import Annotated

import typer

from runner.cli.boundary import bounded
from runner.cli.import_files import import_files
from runner.cli.play import play
from runner.cli.pull import pull
from runner.cli.schema import schema
from runner.cli.show import show
from runner.cli.validate import validate

# Plain help: loading rich for it would cost more than everything else together.
app = typer.Typer(
    name="runner",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    """Write the version and end."""
    if asked:
        from importlib.metadata import version

        print(f"runner {version('conversation-runner')}")
        raise typer.Exit


@app.callback()
def runner(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Play scripted conversations against the OpenAI API and keep everything that was said."""


for _name, _command in (
    ("play", play),
    ("show", show),
    ("validate", validate),
    ("schema", schema),
    ("import", import_files),
    ("pull", pull),
):
    app.command(_name)(bounded(_command))
