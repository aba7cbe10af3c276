"""What was answered in an earlier run, in the place of a provider's answers; only the questions of checks are sent on.

Law: a turn is answered by what it was answered with, or not at all; nothing of a conversation is ever sent again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from runner.core.message import MISSING, Answer, Failure, Request
from runner.transports import Notify, Transport

Place = tuple[str, str, int]
"""A question: the provider it was asked of, its key, its draw."""

_UNASKED: Final = Answer(failure=Failure(kind=MISSING, message="the earlier run did not ask this"))


@dataclass(frozen=True, slots=True)
class Recollection:
    """What the turns of an earlier run were answered with."""

    run: str
    """Its name."""
    answers: Mapping[Place, Answer]

    def answer_to(self, request: Request) -> Answer | None:
        """What a turn was answered with, or that it was not asked; None for a check's question."""
        if request.purpose != "turn":
            return None
        answer = self.answers.get((request.provider, request.key, request.draw))
        # Nothing is sent, so nothing is paid; what it cost stands in the run that asked.
        return answer.model_copy(update={"replayed": True, "cost_usd": 0.0}) if answer else _UNASKED


class Recalled:
    """A transport that answers turns out of an earlier run, and asks another one what checks ask."""

    def __init__(self, inner: Transport, recollection: Recollection) -> None:
        """Take what sends, and the earlier run's answers to turns."""
        self._inner = inner
        self._recollection = recollection

    async def send(self, request: Request, notify: Notify) -> Answer:
        """What the turn was answered with; a check's question is asked."""
        answer = self._recollection.answer_to(request)
        return await self._inner.send(request, notify) if answer is None else answer

    async def close(self) -> None:
        """Close what sends."""
        await self._inner.close()
