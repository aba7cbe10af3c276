"""About what a run will cost, told before anything is sent: guessed from the length of what is known to be said."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from runner.core.check import Judge
from runner.core.message import Usage
from runner.core.plan import length
from runner.core.trial import Script
from runner.operations.stage import Stage
from runner.settings import Settings
from runner.transports.priced import cost_of

BYTES_PER_TOKEN: Final = 4
REPLY_TOKENS: Final = 200
"""How long a reply is taken to be whose length no param limits."""
VERDICT_TOKENS: Final = 80
"""How long a judge's answer is taken to be, and how much its instructions add to what it sees."""

MOST_LOOKED_AT: Final = 400
"""Of more trials so many stand for all: what is guessed is not worth more."""
_GOLDEN: Final = (5**0.5 - 1) / 2
"""Its multiples lie evenly in a circle and never in step with what comes round in a plan: cases, models."""

_LIMITS: Final = ("max_completion_tokens", "max_tokens")


def about_cost(stage: Stage) -> float | None:
    """About how many US dollars a stage costs; 0 where nothing is sent that costs anything, None where a price is not known."""
    asked = stage.asked
    if asked.cassettes is not None and asked.mode == "replay":
        return 0.0
    total = 0.0
    last: tuple[Script, float] | None = None
    places = _places(len(stage.trials))
    for place in places:
        script = stage.trials[place].script
        if last is None or last[0] is not script:
            cost = _trial_cost(script, stage.settings)
            if cost is None:
                return None
            last = script, cost
        total += last[1]
    return total * len(stage.trials) / max(1, len(places))


def _places(trials: int) -> Sequence[int]:
    """The places of the trials that stand for so many, in their order."""
    if trials <= MOST_LOOKED_AT:
        return range(trials)
    return sorted({int(trials * (number * _GOLDEN % 1)) for number in range(MOST_LOOKED_AT)})


def _trial_cost(script: Script, settings: Settings) -> float | None:
    """About what one trial costs, its checks' questions included."""
    costs = [
        cost_of(settings.named(provider), usage, model)
        for provider, model, usage in _exchanges(script, settings)
    ]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def _exchanges(script: Script, settings: Settings) -> Iterator[tuple[str, str, Usage]]:
    """Each request of a trial that costs anything: provider, model and about how many tokens."""
    said = sum(map(length, script.opening))
    replies = 0
    for turn, line in enumerate(script.turns):
        said += length(line.message)
        if line.role != "user":
            continue
        reply = _reply_tokens(script, turn)
        replies += 1
        if settings.named(script.provider).kind != "local":
            usage = Usage(prompt_tokens=said // BYTES_PER_TOKEN, completion_tokens=reply)
            yield script.provider, script.model, usage
        said += reply * BYTES_PER_TOKEN
        for posed in (*line.checks, *line.when):
            yield from _questions(posed.ask.asks() if posed.ask else (), reply, settings)
    for posed in script.checks:
        seen = said // BYTES_PER_TOKEN if posed.of == "conversation" else REPLY_TOKENS
        for _ in range(replies if posed.of in {"every", "any"} else 1):
            yield from _questions(posed.ask.asks() if posed.ask else (), seen, settings)


def _questions(asks: Iterable[Judge], seen: int, settings: Settings) -> Iterator[tuple[str, str, Usage]]:
    """A check's questions about so many tokens."""
    for judge in asks:
        if settings.named(judge.provider).kind != "local":
            usage = Usage(prompt_tokens=seen + VERDICT_TOKENS, completion_tokens=VERDICT_TOKENS)
            yield judge.provider, judge.model, usage


def _reply_tokens(script: Script, turn: int) -> int:
    """How long the reply to a turn is taken to be."""
    params = script.params_of(turn)
    limits: list[int] = [params[name] for name in _LIMITS if isinstance(params.get(name), int)]
    return min(REPLY_TOKENS, *limits, REPLY_TOKENS)
