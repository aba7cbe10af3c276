"""So much a minute: requests, or tokens; pure, it waits for nothing and is told the time.

Law: within no minute more is let out than allowed, unless one thing alone is more than that, or turned out to be.
"""

from collections import deque
from dataclasses import dataclass

MINUTE_S = 60.5
"""A minute, and what the way to the server may take at one time and not at another."""


@dataclass(slots=True, eq=False)
class Passed:
    """Something that was let out."""

    at: float
    amount: float
    """What it was taken to be; `Rate.settle` puts it right."""


class Rate:
    """A limit on what is let out in any minute."""

    def __init__(self, per_minute: float) -> None:
        """Begin with nothing let out."""
        self.per_minute = per_minute
        self._passed: deque[Passed] = deque()
        self._sum = 0.0

    def wait(self, amount: float, now: float) -> float:
        """The seconds until so much may be let out, if nothing else is: what is more than a minute's share goes alone."""
        self._forget(now)
        over = self._sum + amount - self.per_minute
        until = now
        for passed in self._passed:
            if over <= 0:
                break
            over -= passed.amount
            until = passed.at + MINUTE_S
        return max(0.0, until - now)

    def let_out(self, amount: float, now: float) -> Passed:
        """Note that so much is let out."""
        passed = Passed(now, amount)
        self._passed.append(passed)
        self._sum += amount
        return passed

    def settle(self, passed: Passed, amount: float) -> None:
        """Put right how much it was, where that still counts."""
        if self._passed and passed.at >= self._passed[0].at:
            self._sum += amount - passed.amount
        passed.amount = amount

    def _forget(self, now: float) -> None:
        """Forget what was let out more than a minute ago."""
        while self._passed and self._passed[0].at + MINUTE_S <= now:
            self._sum -= self._passed.popleft().amount
        if not self._passed:
            self._sum = 0.0
