"""The app: every command by its name, and `--version`; it loads no room that a command needs only when it runs."""

from typing import Annotated

import typer

from runner.cli.baseline import baseline
from runner.cli.boundary import bounded
from runner.cli.cassette import cassette
from runner.cli.chat import chat
from runner.cli.check import check
from runner.cli.commands import Command, Commands, install_completion, show_completion
from runner.cli.compare import compare
from runner.cli.diff import diff
from runner.cli.export import export
from runner.cli.import_files import import_files
from runner.cli.init import init
from runner.cli.judge import judge
from runner.cli.merge import merge
from runner.cli.play import play
from runner.cli.pull import pull
from runner.cli.report import report
from runner.cli.schema import schema
from runner.cli.show import show
from runner.cli.validate import validate

# Plain help: loading rich for it would cost more than everything else together.
app = typer.Typer(
    name="runner",
    cls=Commands,
    add_completion=False,  # typer's own options for it load pydantic
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
    install: Annotated[
        bool,
        typer.Option(
            "--install-completion",
            help="Install completion for the current shell, or for the one that is named behind this.",
            callback=install_completion,
            is_eager=True,
        ),
    ] = False,
    show: Annotated[
        bool,
        typer.Option(
            "--show-completion",
            help="Show the script of completion for the current shell, or for the one that is named behind this.",
            callback=show_completion,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Play scripted conversations against the OpenAI API and keep everything that was said."""


_UNSEEN = {"allow_extra_args": True}  # it complains of them without showing them
app.command("init", cls=Command, context_settings=_UNSEEN)(bounded(init))

for _name, _command in (
    ("play", play),
    ("check", check),
    ("compare", compare),
    ("judge", judge),
    ("chat", chat),
    ("show", show),
    ("report", report),
    ("diff", diff),
    ("export", export),
    ("merge", merge),
    ("validate", validate),
    ("schema", schema),
    ("import", import_files),
    ("pull", pull),
):
    app.command(_name, cls=Command)(bounded(_command))

app.add_typer(cassette)
app.add_typer(baseline)
