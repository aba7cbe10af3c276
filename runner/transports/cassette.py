"""Recorded answers in the place of a provider's, and the recording of those that are new; it reads and writes no file.

Law: in replay nothing is sent; a question is answered by its own recording, key and draw, or not at all. In one run
the same question is sent once: whoever asks it again hears what was heard before.
"""

import asyncio
import re
import time
from collections.abc import Iterator
from typing import Final, Literal, Protocol

from runner.core.message import Answer, Failure, Reply, Request
from runner.core.recordings.recording import Spot, is_recordable
from runner.transports import Delta, Notify, Started, Transport

Mode = Literal["replay", "fill", "record"]
"""Play what is recorded and send nothing; send what is missing and record it; send everything and record it anew."""

_PIECE: Final = re.compile(r"\s*\S+\s*|\s+")
_BREATH_S: Final = 0.02
"""How long recordings are played at most before whoever else waits has a turn."""

_Place = tuple[str, str, int]
"""A question: its scenario, its key, its draw."""


class Deck(Protocol):
    """What recordings are taken from, and given to."""

    def find(self, request: Request) -> Answer | None:
        """The recorded answer; None where there is none."""
        ...

    def make_ready(self) -> None:
        """See to it that an answer can be recorded; raises StoreError where it cannot, before anything is sent."""
        ...

    def keep(self, request: Request, answer: Answer) -> None:
        """Record an answer; when this returns, killing the program loses nothing of it."""
        ...

    def tell_missing(self, request: Request) -> str:
        """Why there is no recording: the nearest one, and what differs."""
        ...

    def heard_in_this_run(self, scenario: str, key: str, draw: int) -> bool:
        """Whether an earlier part of this run has asked the question."""
        ...


class CassettePlayer:
    """A transport that answers out of recordings, and asks another one where the mode lets it."""

    def __init__(self, inner: Transport, deck: Deck, mode: Mode, *, stream: bool = False) -> None:
        """Take what sends, the recordings, and whether replies are told piece by piece."""
        self._inner = inner
        self._deck = deck
        self._mode = mode
        self._stream = stream
        self._recorded: set[_Place] = set()
        """What this run has recorded."""
        self.asked: dict[str, set[Spot]] = {}
        """Every question that was answered or is being asked, by scenario."""
        self._asking: dict[_Place, asyncio.Event] = {}
        self._breathed = time.monotonic()

    async def close(self) -> None:
        """Close what sends."""
        await self._inner.close()

    async def send(self, request: Request, notify: Notify) -> Answer:
        """The recorded answer; where there is none, a fresh one that is recorded, or the failure that says so."""
        if time.monotonic() - self._breathed > _BREATH_S:  # signals and displays must be heard, too
            await asyncio.sleep(0)
            self._breathed = time.monotonic()
        self.asked.setdefault(request.scenario, set()).add((request.key, request.draw))
        if (found := self._find(request)) is not None:
            return self._replay(request, found, notify)
        if self._mode == "replay":
            message = self._deck.tell_missing(request)
            return Answer(failure=Failure(kind="not_recorded", message=message))
        return await self._record(request, notify)

    def _find(self, request: Request) -> Answer | None:
        """The recorded answer, where the mode lets it be used."""
        place = (request.scenario, request.key, request.draw)
        if (
            self._mode == "record"
            and place not in self._recorded
            and not self._deck.heard_in_this_run(*place)
        ):
            return None
        return self._deck.find(request)

    async def _record(self, request: Request, notify: Notify) -> Answer:
        """A fresh answer, recorded; of several who ask the same at once one asks."""
        place = (request.scenario, request.key, request.draw)
        while (asking := self._asking.get(place)) is not None:
            await asking.wait()
            if (found := self._find(request)) is not None:
                return self._replay(request, found, notify)
        self._deck.make_ready()
        self._asking[place] = asyncio.Event()
        try:
            answer = await self._inner.send(request, notify)
            if is_recordable(answer):
                self._deck.keep(request, answer)
                self._recorded.add(place)
            return answer
        finally:
            self._asking.pop(place).set()

    def _replay(self, request: Request, answer: Answer, notify: Notify) -> Answer:
        """A recorded answer, told piece by piece where replies are streamed; a judge's never are."""
        if self._stream and answer.reply is not None and request.purpose == "turn":
            notify(Started(request.slot, 1))
            for delta in _pieces(request.slot, answer.reply):
                notify(delta)
        return answer


def _pieces(slot: str, reply: Reply) -> Iterator[Delta]:
    """A reply word by word, as a stream would tell it."""
    for text in _PIECE.findall(reply.text):
        yield Delta(slot, text)
    refusal = reply.message.get("refusal")
    if isinstance(refusal, str):
        for text in _PIECE.findall(refusal):
            yield Delta(slot, text, "refusal")
