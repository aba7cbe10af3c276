"""`runner.resume` and `aresume`: a run that was left unfinished goes on; the work is done on the floor below."""

import os
from pathlib import Path

from runner.door.given import Place, place
from runner.door.how import How
from runner.door.perform import Perform, Performance
from runner.door.progress import follow
from runner.door.run import Run
from runner.door.wording import in_python
from runner.operations import play as playing
from runner.operations.earlier import Wanted
from runner.operations.interrupt import Interrupts
from runner.operations.play import Audience, Played
from runner.operations.read import open_run
from runner.operations.stage import Asked, Stage, stage
from runner.transports.cassette import Mode


def resume(  # noqa: PLR0913 - what the command line has as options
    run: Run | Place = "latest",
    *,
    outputs: Place = "outputs",
    in_flight: int | None = None,
    reproduce: bool = False,
    stream: bool | None = None,
    max_cost: float | None = None,
    max_tokens_total: int | None = None,
    cassettes: Place | None = None,
    mode: Mode | None = None,
    retry_unanswered: bool = False,
    accept_changes: bool = False,
    progress: bool | None = None,
) -> Run:
    """Go on with a run that was left unfinished; nothing that was answered is asked again.

    Args:
        run: a run, its name, its folder, or "latest".
        outputs: the folder in which runs are kept.
        in_flight: how many requests are under way at once, at most, at each provider.
        reproduce: whether one request is sent after the other, as for `runner.play`.
        stream: whether replies are asked for token by token, as for `runner.play`.
        max_cost: US dollars that the whole run may cost, what it has cost already counted.
        max_tokens_total: tokens that the whole run may take, what it has taken already counted.
        cassettes: a folder of recordings, as for `runner.play`.
        mode: "replay", "fill" or "record", as for `runner.play`. What is not said in these seven is as it was.
        retry_unanswered: also play on where a reply is missing.
        accept_changes: play trials anew whose messages, params, model or provider have changed.
        progress: whether it is shown how far the run is; by default in notebooks.

    Returns:
        The run, ended.

    Raises:
        runner.UsageError: what would be sent is no longer what the run began with, or it stands in no file.
        runner.StoreError: there is no such run, or another program is writing it.
        runner.ProblemsError, runner.ProviderError, KeyboardInterrupt: as `runner.play`.

    """
    how = How(in_flight, reproduce, stream, max_cost, max_tokens_total, cassettes, mode)
    with in_python():
        again = _again(run, outputs, how, Wanted(accept_changes, retry_unanswered))
        return Run(Performance(again, follow(progress)).wait().folder)


async def aresume(  # noqa: PLR0913 - what the command line has as options
    run: Run | Place = "latest",
    *,
    outputs: Place = "outputs",
    in_flight: int | None = None,
    reproduce: bool = False,
    stream: bool | None = None,
    max_cost: float | None = None,
    max_tokens_total: int | None = None,
    cassettes: Place | None = None,
    mode: Mode | None = None,
    retry_unanswered: bool = False,
    accept_changes: bool = False,
    progress: bool | None = None,
) -> Run:
    """Go on with a run, as `runner.resume` does, from asynchronous code; cancelling stops it as it stops `runner.aplay`."""
    how = How(in_flight, reproduce, stream, max_cost, max_tokens_total, cassettes, mode)
    with in_python():
        again = _again(run, outputs, how, Wanted(accept_changes, retry_unanswered))
        return Run((await Performance(again, follow(progress)).wait_async()).folder)


def _again(run: Run | Place, outputs: Place, how: How, wanted: Wanted) -> Perform:
    """What goes on with a run."""
    name = str(run.path) if isinstance(run, Run) else place("run", run)
    folder = open_run(name, Path(place("outputs", outputs)), "play")

    def stage_again(asked: Asked, here: Path) -> Stage:
        return stage(how.laid_over(asked, here), here, os.environ)

    def perform(audience: Audience, interrupts: Interrupts) -> Played:
        return playing.resume(folder, stage_again, audience, wanted, interrupts=interrupts)

    return perform
