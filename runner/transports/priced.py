"""What an exchange cost, stamped once from the settings' prices, or published ones; what is not known is not guessed."""

from typing import Final

from runner.core.message import Answer, Request, Usage
from runner.settings import Price, Provider
from runner.transports import Notify, Transport
from runner.transports.published import published_cost

_PER: Final = 1_000_000
"""Prices are for so many tokens."""


class Priced:
    """A transport that adds the cost to another one's answers."""

    def __init__(self, inner: Transport, provider: Provider) -> None:
        """Take what sends, and where its prices stand."""
        self._inner = inner
        self._provider = provider

    async def close(self) -> None:
        """Close what sends."""
        await self._inner.close()

    async def send(self, request: Request, notify: Notify) -> Answer:
        """The answer with its cost, where it has none yet and both price and usage are known."""
        answer = await self._inner.send(request, notify)
        if answer.usage is None or answer.cost_usd is not None:
            return answer
        served = answer.reply.served_model if answer.reply else None
        cost = cost_of(self._provider, answer.usage, request.model, served)
        return answer if cost is None else answer.model_copy(update={"cost_usd": cost})


def cost_of(provider: Provider, usage: Usage, *models: str | None) -> float | None:
    """What a usage costs in US dollars: at the settings' price of the first of these models that has one, else as published.

    The embedded model costs nothing.
    """
    if provider.kind == "local":
        return 0.0
    price = provider.price_of(*models)
    return published_cost(provider, usage, *models) if price is None else price_usage(usage, price)


def price_usage(usage: Usage, price: Price) -> float | None:
    """The cost in US dollars; None where a count or a price that it needs is missing.

    A server that does not tell of cached tokens, or of tokens written to a cache, is taken to have charged for none.
    """
    if usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    cached, written = usage.cached_tokens or 0, usage.cache_write_tokens or 0
    plain = usage.prompt_tokens - cached - written
    if plain < 0 or (cached and price.cached_input is None) or (written and price.cache_write is None):
        return None
    sums = plain * price.input + cached * (price.cached_input or 0) + written * (price.cache_write or 0)
    return round((sums + usage.completion_tokens * price.output) / _PER, 10)
