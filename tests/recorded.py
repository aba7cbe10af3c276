"""Recordings for tests: scripts played on a pool through a player, with a shelf in a folder, in any order of answers."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from runner.core.event import Event, TrialEvent
from runner.core.message import Answer, Reply, Request
from runner.core.plan import Plan
from runner.core.transcribing import fold_transcript
from runner.core.transcript import Transcript
from runner.core.trial import Script
from runner.core.trials import Trials
from runner.engines.pool import Pool
from runner.store.shelf import Shelf
from runner.transports import Notice, Notify
from runner.transports.cassette import CassettePlayer, Mode
from tests.asking import request_for
from tests.stage import reply_to

Respond = Callable[[Request], Answer]


class Sender:
    """A transport that counts, and answers sooner or later."""

    def __init__(self, respond: Respond = reply_to, pauses: Sequence[int] = (0,)) -> None:
        self.sent: list[Request] = []
        self.closed = False
        self._respond = respond
        self._pauses = pauses

    async def send(self, request: Request, notify: Notify) -> Answer:  # noqa: ARG002 - it tells nothing
        self.sent.append(request)
        for _ in range(self._pauses[len(self.sent) % len(self._pauses)]):
            await asyncio.sleep(0)
        return self._respond(request)

    async def close(self) -> None:
        self.closed = True


def trials_of(scripts: Sequence[Script], repeats: int = 1) -> Trials:
    return Trials([([script], range(1, repeats + 1)) for script in scripts])


def play(
    trials: Trials,
    folder: Path,
    mode: Mode,
    sender: Sender,
    *,
    width: int = 1,
    stream: bool = False,
) -> tuple[list[Event], list[Notice]]:
    """Play trials with the recordings of a folder; what happened, and what was told."""
    events: list[Event] = []
    notices: list[Notice] = []
    names = dict.fromkeys(trial.script.scenario for trial in trials)
    shelf = Shelf(folder, names, writes=mode != "replay")
    player = CassettePlayer(sender, shelf, mode, stream=stream)
    pool = Pool(Plan(trials), player.send, events.append, lambda _trial, notice: notices.append(notice))
    asyncio.run(pool.play(width))
    shelf.close()
    return events, notices


def transcripts(trials: Trials, events: Sequence[Event]) -> list[Transcript]:
    """Each trial's transcript, without what recordings do not say: how an answer came about."""
    found: dict[str, list[TrialEvent]] = {trial.id: [] for trial in trials}
    for event in events:
        if isinstance(event, TrialEvent):
            found[event.trial].append(event)
    return [_plain(fold_transcript("run", trial, found[trial.id])) for trial in trials]


def _plain(transcript: Transcript) -> Transcript:
    """A transcript without times, costs, tries and the word that it was replayed."""
    unsaid = {
        "replayed": False,
        "started_at": None,
        "latency_s": None,
        "ttft_s": None,
        "in_flight": None,
        "attempts": (),
        "request_id": None,
        "cost_usd": None,
    }
    turns = tuple(
        turn.model_copy(
            update={"exchanges": tuple(each.model_copy(update=unsaid) for each in turn.exchanges)}
        )
        for turn in transcript.turns
    )
    return transcript.model_copy(
        update={"turns": turns, "started_at": None, "duration_s": None, "cost_usd": None}
    )


def cassettes(folder: Path) -> dict[str, bytes]:
    """Every cassette's bytes, without times and what stands there while recording."""
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.glob("*.jsonl"))
        if not path.name.endswith(".times.jsonl")
    }


HARD = [
    *(
        "Talk",
        "talk ",
        " talk",
        "talk.",
        "ta/lk",
        "ta\\lk",
        "ta:lk",
        "..",
        ".",
        "",
        "con",
        "nul",
        "COM1",
        "com1",
    ),
    *(
        "tälk",
        "ta\u0308lk",
        "你好",
        "\ud800",
        "a" * 500,
        "a" * 501,
        "-talk",
        "talk\n",
        "talk.times",
        "x-0a1b2c3d",
    ),
]
"""Names of scenarios that not every system can have as a file's, or can tell apart."""


def asked(text: str = "one", *, scenario: str = "talk", draw: int = 1) -> Request:
    return replace(request_for(text), scenario=scenario, draw=draw)


def answer(text: str = "well", started_at: str | None = "2026-01-01T00:00:00.000Z") -> Answer:
    message = {"role": "assistant", "content": text}
    return Answer(reply=Reply(message=message, served_model="m-1"), started_at=started_at, latency_s=0.5)


def record(folder: Path, *requests: Request, text: str = "well") -> None:
    shelf = Shelf(folder, dict.fromkeys(each.scenario for each in requests), writes=True)
    for each in requests:
        shelf.keep(each, answer(text))
    shelf.close()


def heard(folder: Path, request: Request) -> str | None:
    found = Shelf(folder, [request.scenario]).find(request)
    return found.reply.text if found is not None and found.reply is not None else None
