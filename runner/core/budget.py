"""What a run may spend, in tokens and in money: reserved before a request is sent, settled by its answer; pure.

Law: what is spent and what is reserved never come to more than is allowed, as long as no answer costs more than was
reserved for it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Final

from runner.core.message import EMBEDDINGS, Answer, Request
from runner.core.value import Value

BYTES_PER_TOKEN: Final = 3
"""What a prompt's bytes are divided by to guess its tokens: English has four to a token, code and other tongues fewer."""
REPLY_TOKENS: Final = 1_000
"""What is reserved for a reply whose length no param limits."""

MAX_COST: Final = "--max-cost"
MAX_TOKENS: Final = "--max-tokens-total"
"""The limits, as they are typed."""

_REACHED: Final = " is reached"
_LIMITS: Final = ("max_completion_tokens", "max_tokens")


@dataclass(frozen=True, slots=True)
class Spending:
    """Tokens and US dollars."""

    tokens: int = 0
    cost_usd: float = 0.0

    def __add__(self, other: "Spending") -> "Spending":
        """Both together."""
        return Spending(self.tokens + other.tokens, self.cost_usd + other.cost_usd)

    def __mul__(self, times: float) -> "Spending":
        """So many times as much."""
        return self if times == 1 else Spending(ceil(self.tokens * times), self.cost_usd * times)


NOTHING: Final = Spending()


class Allowance(Value):
    """What a run may spend, all its parts together; None where there is no limit."""

    cost_usd: float | None = None
    tokens: int | None = None

    @property
    def is_limited(self) -> bool:
        """Whether there is any limit."""
        return self.cost_usd is not None or self.tokens is not None

    def overrun(self, spending: Spending) -> str | None:
        """The limit that a spending goes beyond, as it is typed; None where it goes beyond none."""
        if self.cost_usd is not None and spending.cost_usd > self.cost_usd + 1e-12:
            return f"{MAX_COST} {self.cost_usd:.10g}"
        if self.tokens is not None and spending.tokens > self.tokens:
            return f"{MAX_TOKENS} {self.tokens}"
        return None


def guess_tokens(request: Request) -> tuple[int, int]:
    """The tokens that a request will take, as far as one can tell before it is sent: of its prompt, and of its reply."""
    prompt = len(request.chain.body) // BYTES_PER_TOKEN + 1
    if request.path == EMBEDDINGS:
        return prompt, 0
    fields = {**request.params, **(request.params.get("extra_body") or {})}
    limit = next((fields[name] for name in _LIMITS if isinstance(fields.get(name), int)), REPLY_TOKENS)
    return prompt, limit


def spent(answer: Answer, reserved: Spending = NOTHING) -> Spending:
    """What an answer cost; what it does not tell is taken to be what was reserved for it."""
    if answer.is_refused or answer.replayed:
        return NOTHING
    usage = answer.usage
    known = usage is not None and usage.prompt_tokens is not None and usage.completion_tokens is not None
    tokens = (
        (usage.prompt_tokens or 0) + (usage.completion_tokens or 0) if usage and known else reserved.tokens
    )
    return Spending(tokens, reserved.cost_usd if answer.cost_usd is None else answer.cost_usd)


def twice(reason: str) -> tuple[str, str] | None:
    """The option and value that let a run go on which a limit ended: twice as much; None where it ended otherwise."""
    option, _, limit = reason.removesuffix(_REACHED).partition(" ")
    if option not in {MAX_COST, MAX_TOKENS} or not reason.endswith(_REACHED):
        return None
    return option, f"{2 * float(limit):.10g}" if float(limit) else "1"


Appraise = Callable[[Request], Spending]
"""What a request will cost, as far as one can tell before it is sent; rather too much than too little."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What is allowed, what is spent of it, and what is reserved for answers that are waited for."""

    allowed: Allowance
    appraise: Appraise
    spent: Spending = NOTHING
    reserved: Mapping[tuple[str, str], Spending] = field(default_factory=dict)
    """By trial and slot, as they were appraised."""
    scale: float = 1.0
    """How many times as much as it was taken to cost an answer has cost at most: so much more is put aside for all."""
    is_measured: bool = False
    """Whether anything was answered; before that one trial asks alone, since what it costs is a guess."""

    def reserve(self, trial: str, requests: Iterable[Request]) -> "Budget | None":
        """The budget with what a trial's requests will cost put aside; None where it does not cover them."""
        if self.reserved and not self.is_measured:
            return None
        wanted = {(trial, request.slot): self.appraise(request) for request in requests}
        reserved = {**self.reserved, **wanted}
        whole = self.spent + sum(reserved.values(), NOTHING) * self.scale
        return None if self.allowed.overrun(whole) else replace(self, reserved=reserved)

    def shortage(self, requests: Iterable[Request]) -> str | None:
        """Why requests can never be sent; None where they can once all that is waited for has cost nothing."""
        whole = sum((self.appraise(request) * self.scale for request in requests), self.spent)
        limit = self.allowed.overrun(whole)
        return limit and f"{limit}{_REACHED}"

    def settle(self, trial: str, slot: str, answer: Answer) -> "Budget":
        """The budget after an answer."""
        rest = dict(self.reserved)
        appraised = rest.pop((trial, slot), NOTHING)
        cost = spent(answer, appraised * self.scale)
        scale = max(self.scale, cost.tokens / appraised.tokens if appraised.tokens else 1.0)
        known = self.is_measured or not answer.replayed
        return replace(self, spent=self.spent + cost, reserved=rest, scale=scale, is_measured=known)
