"""What was answered in an earlier run, in the place of a provider's answers; only the questions of checks are sent on.

Law: a turn is answered by what it was answered with, or not at all; nothing of a conversation is ever sent again.
"""

from collections.abc import Mapping

from runner.core.message import Answer, Failure, Request
from runner.transports import Notify, Transport

Place = tuple[str, str, int]
"""A question: the provider it was asked of, its key, its draw."""


class Recalled:
    """A transport that answers turns out of an earlier run, and asks another one what checks ask."""

    def __init__(self, inner: Transport, answers: Mapping[Place, Answer]) -> None:
        """Take what sends, and the earlier run's answers to turns."""
        self._inner = inner
        self._answers = answers

    async def send(self, request: Request, notify: Notify) -> Answer:
        """What the turn was answered with; a check's question is asked."""
        if request.purpose != "turn":
            return await self._inner.send(request, notify)
        answer = self._answers.get((request.provider, request.key, request.draw))
        if answer is None:
            return Answer(failure=Failure(kind="not_recorded", message="the earlier run did not ask this"))
        # Nothing was sent, so nothing is paid; what it cost stands in the run that asked.
        return answer.model_copy(update={"replayed": True, "cost_usd": 0.0})

    async def close(self) -> None:
        """Close what sends."""
        await self._inner.close()
