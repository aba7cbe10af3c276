"""What all requests to one provider share: places, rates, a gate that closes for all, and what is known to fail."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from runner.transports.breaker import Breaker
from runner.transports.rate import Passed, Rate
from runner.transports.scout import MOMENT_S, Scout
from runner.transports.slots import Slots


@dataclass(frozen=True, slots=True)
class Pace:
    """Why nothing may be sent for a while, as part of a sentence, and for how long."""

    seconds: float
    reason: str


class Limit:
    """The limit on one provider's requests."""

    def __init__(
        self,
        in_flight: int,
        *,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        moment_s: float = MOMENT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with all slots free, the gate open and nothing known; `moment_s` is how long others wait for the first."""
        self.slots = Slots(in_flight)
        self.scout = Scout(moment_s, clock=clock)
        self.breaker = Breaker()
        self.turn = asyncio.Lock()
        """Who waits for the rates: one at a time, so that who came first goes first."""
        self._clock = clock
        self._requests = None if requests_per_minute is None else Rate(requests_per_minute)
        self._tokens = None if tokens_per_minute is None else Rate(tokens_per_minute)
        self._guessed = self._told = 0
        """Tokens of all that was answered: as they were guessed, and as they turned out to be."""
        self._closed_until = 0.0
        self.in_flight = 0
        """How many requests are under way."""
        self.reason = ""
        """Why the gate was closed last."""

    # -- the gate --------------------------------------------------------------------------------------------------

    def close(self, seconds: float, reason: str) -> None:
        """Let nothing out for so long; an earlier order to wait longer still holds."""
        self._closed_until = max(self._closed_until, self._clock() + seconds)
        self.reason = reason

    def closed_for(self) -> float:
        """The seconds until something may be sent."""
        return max(0.0, self._closed_until - self._clock())

    # -- the rates -------------------------------------------------------------------------------------------------

    @property
    def is_paced(self) -> bool:
        """Whether so much a minute is let out at most."""
        return self._requests is not None or self._tokens is not None

    def pace(self, tokens: int) -> Pace | None:
        """How long a request of so many tokens has to wait for the rates; None where it may go."""
        now = self._clock()
        paces = [
            Pace(rate.wait(amount, now), f"{rate.per_minute:,} {noun} a minute are allowed")
            for rate, amount, noun in (
                (self._requests, 1, "requests"),
                (self._tokens, self._likely(tokens), "tokens"),
            )
            if rate is not None
        ]
        longest = max(paces, key=lambda pace: pace.seconds, default=None)
        return longest if longest is not None and longest.seconds > 0 else None

    def let_out(self, tokens: int) -> Passed | None:
        """Note that a request of so many tokens, as far as one can tell, is sent; what `settle` is given later."""
        now = self._clock()
        if self._requests is not None:
            self._requests.let_out(1, now)
        return None if self._tokens is None else self._tokens.let_out(self._likely(tokens), now)

    def settle(self, passed: Passed | None, tokens: int, guessed: int = 0) -> None:
        """Put right how many tokens it was; by how much `guessed` was too little, further ones are taken to be more."""
        if self._tokens is not None and passed is not None:
            self._tokens.settle(passed, tokens)
            if guessed:
                self._guessed, self._told = self._guessed + guessed, self._told + tokens

    def _likely(self, tokens: int) -> float:
        """How many tokens a guess comes to, as guesses have turned out so far; never fewer."""
        return tokens * max(1.0, self._told / self._guessed) if self._guessed else tokens
