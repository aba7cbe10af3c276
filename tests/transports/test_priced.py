"""What an exchange cost, from the settings' prices."""

from typing import Any

import pytest

from runner.core.message import Answer, Reply, Usage
from runner.settings import Price
from runner.transports.fake import FakeTransport
from runner.transports.priced import Priced, price_usage
from tests.asking import exchange, provider_at, request_for

ALL = Price(input=1, cached_input=0.1, cache_write=1.25, output=4)
SOME = Price(input=1, output=4)


@pytest.mark.parametrize(
    ("price", "usage", "cost"),
    [
        (ALL, {"prompt_tokens": 1000, "completion_tokens": 100}, 0.0014),
        (ALL, {"prompt_tokens": 1000, "cached_tokens": 600, "completion_tokens": 100}, 0.00086),
        (
            ALL,
            {"prompt_tokens": 1000, "cached_tokens": 500, "cache_write_tokens": 500, "completion_tokens": 0},
            0.000675,
        ),
        (Price(input=0.02, output=0), {"prompt_tokens": 1000, "completion_tokens": 0}, 0.00002),
        (ALL, {"prompt_tokens": 0, "completion_tokens": 0}, 0.0),
        (SOME, {"prompt_tokens": 1000, "cached_tokens": 0, "completion_tokens": 100}, 0.0014),
        (SOME, {"prompt_tokens": 1000, "cached_tokens": 1, "completion_tokens": 100}, None),
        (SOME, {"prompt_tokens": 1000, "cache_write_tokens": 1, "completion_tokens": 100}, None),
        (ALL, {"prompt_tokens": 1000}, None),
        (ALL, {"completion_tokens": 10}, None),
        (ALL, {"prompt_tokens": 5, "cached_tokens": 10, "completion_tokens": 10}, None),
    ],
)
def test_prices_four_kinds_of_tokens(price: Price, usage: dict[str, int], cost: float | None) -> None:
    """Input, cached input, cache writes and output each have their price; what is not known is not guessed."""
    got = price_usage(Usage(**usage), price)
    assert got == (None if cost is None else pytest.approx(cost))


def answer_of(prices: dict[str, Price], **fields: Any) -> Answer:
    """What a priced transport makes of a reply that a model `served` gave to a request for `asked`."""
    reply = Reply(message={"role": "assistant", "content": "x"}, served_model="served")
    given = Answer(**{"reply": reply, "usage": Usage(prompt_tokens=1_000_000, completion_tokens=0), **fields})
    inner = FakeTransport(lambda _, __: given)
    provider = provider_at("http://127.0.0.1:1", prices=prices)
    answer, _ = exchange(lambda: Priced(inner, provider), request_for(model="asked"))
    assert inner.closed
    return answer


def test_takes_the_price_of_the_model() -> None:
    """The price is that of the model that was asked for, or else of the one that answered."""
    assert answer_of({"asked": SOME, "served": ALL}).cost_usd == 1
    assert answer_of({"served": Price(input=3, output=1)}).cost_usd == 3


def test_knows_no_cost_without_price_or_usage() -> None:
    """Without a price, or without usage, the cost is not known."""
    assert answer_of({}).cost_usd is None
    assert answer_of({"asked": ALL}, usage=None).cost_usd is None


def test_stamps_once() -> None:
    """A cost that is there already stays."""
    assert answer_of({"asked": ALL}, cost_usd=0.5).cost_usd == 0.5
