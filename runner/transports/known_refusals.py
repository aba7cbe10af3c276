"""What a server refuses whatever is said, found out by one request and not asked again; it waits for nothing.

Law: only a refusal that names the field which is compared counts, and only for requests with the very same fields.
"""

import re

from runner.core.message import Answer, Failure, Request
from runner.core.value import canonical
from runner.transports import Notify, Transport


class KnownRefusals:
    """A transport that answers what was refused by the same refusal, with no try, and asks another one for all else."""

    def __init__(self, inner: Transport, axis: str) -> None:
        """Take what sends, and the axis whose values are compared."""
        self._inner = inner
        self._field = axis.removeprefix("params.")
        self._known: dict[tuple[str, str, bytes], Failure] = {}
        """By provider, model and the request's fields."""

    async def send(self, request: Request, notify: Notify) -> Answer:
        """The answer to a request."""
        place = (request.provider, request.model, canonical(request.params))
        if (known := self._known.get(place)) is not None:
            return Answer(failure=known)
        answer = await self._inner.send(request, notify)
        failure = answer.failure
        if failure is not None and failure.kind == "refused_parameter" and self._is_named(failure.param):
            self._known[place] = failure
        return answer

    async def close(self) -> None:
        """Close what sends."""
        await self._inner.close()

    def _is_named(self, param: str | None) -> bool:
        """Whether a refusal speaks of the field that is compared."""
        return self._field in re.split(r"[.\[\]]", param or "")
