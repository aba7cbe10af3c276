"""What fails for everybody at a provider, found out by one request and known to all; it sends nothing.

Law: a refusal that may be about one conversation, or a moment's fault, stops nobody else; a reply reopens everything.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from runner.core.message import Failure

NOT_SENT: Final = "not sent, since others failed: "
"""How the message of a request begins that another one's failure has kept from being sent."""

NEVER_LEFT: Final = frozenset(
    {"unknown_host", "refused", "no_route", "proxy", "untrusted", "encryption", "connect"}
)
"""Codes of failures that cannot be about what was to be sent: nothing ever left."""
_TROUBLE: Final = frozenset({"unreachable", "timed_out", "server_error", "rate_limited"})
"""Failures that say something of the server where one request after the other ends by them."""
_IN_A_ROW: Final = 3
"""So many requests in a row, with no reply in between, are no accident."""
_GIVEN_UP: Final = re.compile(r" \(given up[^()]*\)$")
"""What is added to a failure's message after its last try."""


def cause_of(message: str) -> str:
    """A failure's message without what differs between those who met the same: who found it out, and after how many tries."""
    return _GIVEN_UP.sub("", message.removeprefix(NOT_SENT))


class Breaker:
    """What is known to fail at one provider: for all its models, or for one."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._found: dict[str | None, Failure] = {}
        """By model; what holds for all of them under None."""
        self._row: Counter[str | None] = Counter()
        self._replied: Counter[str] = Counter()
        self._watchers: set[tuple[str, asyncio.Future[None]]] = set()

    @property
    def replies(self) -> int:
        """How many there were."""
        return self._replied.total()

    def found(self, model: str) -> Failure | None:
        """Why a request for a model would fail; None where nothing is known."""
        if not self._found:
            return None
        return self._found.get(None) or self._found.get(model)

    def forget(self) -> None:
        """Begin anew: whoever asks next finds out for himself."""
        self._found.clear()
        self._row.clear()

    def hear_reply(self, model: str) -> None:
        """Take in that a request was answered: all that was known to fail does not."""
        self._replied[model] += 1
        if self._row or self._found:
            self.forget()

    def hear_failure(self, model: str, failure: Failure, replies_before: int) -> None:
        """Take in how a request ended for good; `replies_before` there were when it was first sent."""
        scope, enough = self._weigh(model, failure, replies_before)
        if not enough:
            if failure.kind not in _TROUBLE and failure.status is not None:
                self._row.pop(None, None)  # the server is there, and answers
            return
        self._row[scope] += 1
        if self._row[scope] >= enough:
            self._found[scope] = failure
            for watched, future in self._watchers:
                if scope in {None, watched} and not future.done():
                    future.set_result(None)

    def _weigh(self, model: str, failure: Failure, replies_before: int) -> tuple[str | None, int]:
        """For which model a failure speaks, None for all, and how many in a row are enough; 0 where it proves nothing."""
        alone = self.replies == replies_before
        match failure.kind:
            case "no_credit":
                return None, 1 if not self.replies else _IN_A_ROW
            case "not_allowed" if failure.status == 401:
                return None, 1 if not self.replies else _IN_A_ROW
            case "not_allowed":  # what a filter in between, or a moderation, says of one prompt
                return model, _IN_A_ROW
            case "no_such_model":
                return model, 1 if not self._replied[model] else _IN_A_ROW
            case kind if kind in _TROUBLE:
                return None, 1 if failure.code in NEVER_LEFT and alone else _IN_A_ROW
            case _:
                return None, 0

    @contextmanager
    def watched(self, model: str) -> Iterator["asyncio.Future[None]"]:
        """What is done as soon as something is found that concerns a model."""
        watcher = (model, asyncio.get_running_loop().create_future())
        self._watchers.add(watcher)
        try:
            yield watcher[1]
        finally:
            self._watchers.discard(watcher)
            watcher[1].cancel()
