"""`runner.load`, `play`, `aplay` and `read`; the work is done on the floor below."""

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from runner.core.scenario import Scenario
from runner.core.value import Json
from runner.door.given import Place, place
from runner.door.how import How
from runner.door.perform import Performance
from runner.door.progress import follow
from runner.door.run import Run
from runner.door.wording import in_python
from runner.door.words import What, Words
from runner.errors import UsageError
from runner.formats import native
from runner.operations.read import open_run
from runner.settings import read_environment
from runner.transports.cassette import Mode


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
        named = [place("what is loaded", path) for path in paths]
        return native.load(named, read_environment(here, os.environ), here)


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
    skip_tags: str | Iterable[str] = (),
    trials: int | Iterable[int] = (),
    shard: str | None = None,
    outputs: Place = "outputs",
    in_flight: int | None = None,
    reproduce: bool = False,
    stream: bool | None = None,
    max_cost: float | None = None,
    max_tokens_total: int | None = None,
    cassettes: Place | None = None,
    mode: Mode | None = None,
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
        skip_tags: scenarios with any of these are not played.
        trials: numbers of repeats, from 1: only these are played.
        shard: "2/5" is the second of five parts, the same on every machine; `runner merge` puts their runs together.
        outputs: the folder in which runs are kept.
        in_flight: how many requests are under way at once, at most, at each provider; by default as its settings say.
        reproduce: whether one request is sent after the other, always in the same order, so that a server that can repeat
            itself does.
        stream: whether replies are asked for token by token, which tells the time to the first one.
        max_cost: US dollars; the run ends before it costs more, its earlier parts counted. Prices must be known.
        max_tokens_total: tokens, sent and received; the run ends before it takes more, its earlier parts counted.
        cassettes: a folder of recordings, a file for each scenario; `mode` says what is done with them.
        mode: "replay" (where nothing is said): play what is recorded and send nothing; "fill": send and record what is
            missing; "record": send everything, and record it anew.
        progress: whether it is shown how far the run is; by default in notebooks, as a bar. Elsewhere on stderr.

    Returns:
        The run, ended: `.status`, `.totals`, `.transcripts`. A failed check, an unanswered turn or a limit that is
        reached raises nothing.

    Raises:
        runner.ProblemsError, runner.UsageError, runner.NothingToPlayError, runner.ProviderError: nothing was sent.
        runner.StoreError: the run's folder cannot be written.
        KeyboardInterrupt: Ctrl-C. The first lets the replies under way come in, for 5 s at most, the second does not;
            then the transcripts are written, and the message says how to go on.

    It may be called where an event loop is running, as in a notebook: the run has a loop and a thread of its own.

    """
    # fmt: off
    words = Words(what, provider, model, temperature, system, params, vars, axes, repeat,
                  only, tags, where, cases, skip_tags, trials, shard)
    # fmt: on
    how = How(in_flight, reproduce, stream, max_cost, max_tokens_total, cassettes, mode)
    with in_python():
        ready = words.ready(how, outputs)
        return Run(Performance(ready, follow(progress)).wait().folder)


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
    skip_tags: str | Iterable[str] = (),
    trials: int | Iterable[int] = (),
    shard: str | None = None,
    outputs: Place = "outputs",
    in_flight: int | None = None,
    reproduce: bool = False,
    stream: bool | None = None,
    max_cost: float | None = None,
    max_tokens_total: int | None = None,
    cassettes: Place | None = None,
    mode: Mode | None = None,
    progress: bool | None = None,
) -> Run:
    """Play scenarios, as `runner.play` does, from asynchronous code: same parameters, same run, same errors.

    Cancelling stops the run as Ctrl-C does; CancelledError goes on once everything is written.
    """
    # fmt: off
    words = Words(what, provider, model, temperature, system, params, vars, axes, repeat,
                  only, tags, where, cases, skip_tags, trials, shard)
    # fmt: on
    how = How(in_flight, reproduce, stream, max_cost, max_tokens_total, cassettes, mode)
    with in_python():
        ready = await asyncio.to_thread(words.ready, how, outputs)
        return Run((await Performance(ready, follow(progress)).wait_async()).folder)


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
        return Run(open_run(place("run", run), Path(place("outputs", outputs))))
