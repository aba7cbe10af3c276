"""Published prices, of the genai-prices package where it is installed: for models that the settings give no price of."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import urlsplit

from runner.core.message import Usage
from runner.settings import Provider
from runner.settings.provider import OPENAI_URL

PACKAGE: Final = "genai-prices"


def published_cost(provider: Provider, usage: Usage, *models: str | None) -> float | None:
    """What a usage costs at the first of these models that has a published price at the provider's address; else None.

    An address that is not in the package has no prices: a model's name alone says nothing of who is paid.
    """
    if usage.prompt_tokens is None or usage.completion_tokens is None or not _may_be_published(provider):
        return None
    prices: Any = import_module("genai_prices")
    used = prices.Usage(
        input_tokens=usage.prompt_tokens or 0,
        cache_read_tokens=usage.cached_tokens or 0,
        cache_write_tokens=usage.cache_write_tokens or 0,
        output_tokens=usage.completion_tokens or 0,
    )
    for model in models:
        if model is not None:
            try:
                price = prices.calc_price(
                    used, model, provider_api_url=provider.base_url or OPENAI_URL
                ).total_price
            except (LookupError, ValueError):  # no such provider or model, or counts that do not fit together
                continue
            return round(float(price), 10)
    return None


def _may_be_published(provider: Provider) -> bool:
    """Whether there can be prices: never of what answers on this machine, or without encryption."""
    address = urlsplit(provider.base_url or OPENAI_URL)
    return provider.kind != "local" and address.scheme == "https" and find_spec("genai_prices") is not None
