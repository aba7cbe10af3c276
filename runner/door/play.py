"""`runner.load`, `play`, `resume` and `read`, with the twins of those that wait; the work is done on the floor below."""

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from runner.core.scenario import Scenario
from runner.core.value import Json
from runner.door.perform import Perform, Performance
from runner.door.progress import follow
from runner.door.run import Run
from runner.door.wording import in_python
from runner.door.words import Place, What, Words, at_least_one
from runner.errors import UsageError
from runner.formats import native
from runner.operations import play as playing
from runner.operations.earlier import Wanted
from runner.operations.interrupt import Interrupts
from runner.operations.play import Audience, Played
from runner.operations.read import open_run
from runner.operations.stage import Asked, Stage, stage
from runner.settings import read_environment


def load(*paths: Place) -> list[Scenario]:
    """Read scenario files, and folders of them, without playing anything.

    Args:
        *paths: YAML files or folders; relative ones from the working folder.

    Returns:
        The scenarios in the order of the paths, as read-only values; `runner.play` takes them.

    Raises:
        runner.ProblemsError: something is wrong; `.problems` has all of it, each with path, line and column (from 1).
        runner.NothingToPlayError: a folder holds no scenario.
        runner.UsageError: no path was given.

    """
    if not paths:
        raise UsageError('name a scenario file or a folder of them, e.g. runner.load("scenarios")')
    with in_python():
        here = Path.cwd()
        return native.load(paths, read_environment(here, os.environ), here)


def play(  # noqa: PLR0913 - what the command line has as options
    what: What,
    *,
    provider: str | None = None,
    model: str | None = None,
    temperature: float | Sequence[float] | None = None,
    system: str | None = None,
    params: Mapping[str, Json] | None = None,
    vars: Mapping[str, object] | None = None,  # noqa: A002 - the scenario's own word
    axes: Mapping[str, Iterable[Json]] | None = None,
    repeat: int | None = None,
    only: str | Iterable[str] = (),
    tags: str | Iterable[str] = (),
    where: Mapping[str, Json] | None = None,
    cases: str | Iterable[str] = (),
    outputs: Place = "outputs",
    in_flight: int | None = None,
    progress: bool | None = None,
) -> Run:
    """Play scenarios, and keep everything that was said; the same as `runner play` on the command line.

    Args:
        what: a scenario file or a folder of them, several of these, or what `runner.load` gave.
        provider: played on in the place of what the scenarios, or else the settings, say.
        model: likewise; a name, or an alias of the settings.
        system: said in the place of the scenarios' system message.
        temperature: a number, or several: then each is played.
        params: request fields, laid over the scenarios' own.
        vars: variables, laid over the scenarios' own; values that are no text are written as JSON.
        axes: request fields or variables, each with the values that are played. A text is read as on the command line.
        repeat: how often each variant is played.
        only: names of scenarios: only these are played.
        tags: only scenarios with any of these are played.
        where: an axis with the value, or values, that are played: `{"temperature": 0.7}`.
        cases: ids of cases: only these are played.
        outputs: the folder in which runs are kept.
        in_flight: how many requests are under way at once, at most, at each provider; by default as its settings say.
        progress: whether it is shown how far the run is; by default in notebooks, as a bar. Elsewhere on stderr.

    Returns:
        The run, ended: `.status`, `.totals`, `.transcripts`. A failed check or an unanswered turn raises nothing.

    Raises:
        runner.ProblemsError, runner.UsageError, runner.NothingToPlayError, runner.ProviderError: nothing was sent.
        runner.StoreError: the run's folder cannot be written.
        KeyboardInterrupt: Ctrl-C. The first lets the replies under way come in, for 5 s at most, the second does not;
            then the transcripts are written, and the message says how to go on.

    It may be called where an event loop is running, as in a notebook: the run has a loop and a thread of its own.

    """
    # fmt: off
    words = Words(what, provider, model, temperature, system, params, vars, axes, repeat,
                  only, tags, where, cases, in_flight)
    # fmt: on
    with in_python():
        return _wait(words.ready(Path(outputs)), progress)


async def aplay(  # noqa: PLR0913 - what the command line has as options
    what: What,
    *,
    provider: str | None = None,
    model: str | None = None,
    temperature: float | Sequence[float] | None = None,
    system: str | None = None,
    params: Mapping[str, Json] | None = None,
    vars: Mapping[str, object] | None = None,  # noqa: A002 - the scenario's own word
    axes: Mapping[str, Iterable[Json]] | None = None,
    repeat: int | None = None,
    only: str | Iterable[str] = (),
    tags: str | Iterable[str] = (),
    where: Mapping[str, Json] | None = None,
    cases: str | Iterable[str] = (),
    outputs: Place = "outputs",
    in_flight: int | None = None,
    progress: bool | None = None,
) -> Run:
    """Play scenarios, as `runner.play` does, from asynchronous code: same parameters, same run, same errors.

    Cancelling stops the run as Ctrl-C does; CancelledError goes on once everything is written.
    """
    # fmt: off
    words = Words(what, provider, model, temperature, system, params, vars, axes, repeat,
                  only, tags, where, cases, in_flight)
    # fmt: on
    with in_python():
        ready = await asyncio.to_thread(words.ready, Path(outputs))
        return await _wait_async(ready, progress)


def resume(
    run: Run | Place = "latest",
    *,
    outputs: Place = "outputs",
    in_flight: int | None = None,
    retry_unanswered: bool = False,
    accept_changes: bool = False,
    progress: bool | None = None,
) -> Run:
    """Go on with a run that was left unfinished; nothing that was answered is asked again.

    Args:
        run: a run, its name, its folder, or "latest".
        outputs: the folder in which runs are kept.
        in_flight: how many requests are under way at once, at most, at each provider.
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
    with in_python():
        return _wait(
            _again(run, Path(outputs), in_flight, Wanted(accept_changes, retry_unanswered)), progress
        )


async def aresume(
    run: Run | Place = "latest",
    *,
    outputs: Place = "outputs",
    in_flight: int | None = None,
    retry_unanswered: bool = False,
    accept_changes: bool = False,
    progress: bool | None = None,
) -> Run:
    """Go on with a run, as `runner.resume` does, from asynchronous code; cancelling stops it as it stops `runner.aplay`."""
    with in_python():
        return await _wait_async(
            _again(run, Path(outputs), in_flight, Wanted(accept_changes, retry_unanswered)), progress
        )


def read(run: Place = "latest", *, outputs: Place = "outputs") -> Run:
    """A run that was played before, by whatever played it; a chat is one as well.

    Args:
        run: its name, its folder, or "latest", the newest.
        outputs: the folder in which runs are kept.

    Returns:
        The run; its transcripts are read when they are looked at.

    Raises:
        runner.StoreError: there is no such run, or it cannot be read.

    """
    with in_python():
        return Run(open_run(os.fspath(run), Path(outputs)))


def _again(run: Run | Place, outputs: Path, in_flight: int | None, wanted: Wanted) -> Perform:
    """What goes on with a run."""
    folder = open_run(os.fspath(run.path if isinstance(run, Run) else run), outputs, "play")
    at_once = at_least_one("in_flight", in_flight)

    def stage_again(asked: Asked, here: Path) -> Stage:
        own = asked if at_once is None else asked.model_copy(update={"in_flight": at_once})
        return stage(own, here, os.environ)

    def perform(audience: Audience, interrupts: Interrupts) -> Played:
        return playing.resume(folder, stage_again, audience, wanted, interrupts=interrupts)

    return perform


def _wait(perform: Perform, progress: bool | None) -> Run:  # noqa: FBT001 - handed on
    """The run, once it has ended."""
    following = follow(progress)
    try:
        return Run(Performance(perform, following).wait().folder)
    finally:
        following.end()


async def _wait_async(perform: Perform, progress: bool | None) -> Run:  # noqa: FBT001 - handed on
    """The run, once it has ended; the caller's loop goes on meanwhile."""
    following = follow(progress)
    try:
        return Run((await Performance(perform, following).wait_async()).folder)
    finally:
        following.end()
