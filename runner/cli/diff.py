"""`runner diff`: the same conversations of two runs beside each other; it plays nothing and changes nothing."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.cli import options
from runner.cli.complete import conversations

if TYPE_CHECKING:
    from runner.cli.display.screen import Screen
    from runner.operations.beside import Beside

First = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run's folder, its name, or latest; RUN#TRIAL names a conversation of it.",
        autocompletion=conversations,
        show_default=False,
    ),
]
Second = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="The run, or the conversation, that is held against the first.",
        autocompletion=conversations,
        show_default=False,
    ),
]
Trial = Annotated[
    str | None,
    typer.Argument(
        metavar="TRIAL",
        help="Only this trial: its id, or the name of its variant or its scenario.",
        show_default=False,
    ),
]
Pager = Annotated[
    bool,
    typer.Option("--pager/--no-pager", help="Page through what is longer than the terminal."),
]


def diff(
    first: First,
    second: Second,
    trial: Trial = None,
    outputs: options.Outputs = Path("outputs"),
    pager: Pager = True,
    as_json: options.AsJson = False,
) -> None:
    """Hold two runs against each other, changed words marked."""
    from runner.cli.display.screen import Screen
    from runner.operations.beside import lay_beside

    screen = Screen.open()
    with closing(lay_beside(first, second, outputs, trial)) as beside:
        if as_json:
            _write_lines(beside, screen)
        else:
            _tell(beside, screen, paged=pager)


def _write_lines(beside: "Beside", screen: "Screen") -> None:
    """Write a line for each pair that differs, then for each conversation that has no other."""
    import json

    from runner.cli.display.compared import lines

    for line in lines(beside):
        screen.tell(json.dumps(line, ensure_ascii=True))


def _tell(beside: "Beside", screen: "Screen", *, paged: bool) -> None:
    """Write what differs: at once where it is piped on, through a pager where somebody reads."""
    from runner.cli.display.comparing import tell_beside
    from runner.cli.display.paging import tell

    if not (paged and screen.reads):
        tell_beside(beside, screen, lambda text: screen.tell(text, end=""))
        return
    pieces: list[str] = []
    tell_beside(beside, screen, pieces.append)
    tell("".join(pieces), screen, paged=paged)
