"""Published prices, of a package that need not be installed."""

import sys
from decimal import Decimal
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from runner.core.message import Usage
from runner.transports import published
from runner.transports.priced import cost_of
from runner.transports.published import published_cost
from tests.asking import provider_at

USAGE = Usage(prompt_tokens=1000, cached_tokens=200, completion_tokens=50)


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str, str]]:
    """A package that knows one model at one address, and notes what it was asked."""
    asked: list[tuple[Any, str, str]] = []

    def calc_price(usage: Any, model: str, *, provider_api_url: str) -> Any:
        asked.append((usage, model, provider_api_url))
        if model != "known" or "priced.example" not in provider_api_url:
            raise LookupError(model)
        return SimpleNamespace(total_price=Decimal("0.0042"))

    module = ModuleType("genai_prices")
    module.__dict__.update(Usage=SimpleNamespace, calc_price=calc_price)
    monkeypatch.setitem(sys.modules, "genai_prices", module)
    monkeypatch.setattr(published, "find_spec", lambda _: module)
    return asked


def test_takes_the_first_model_that_has_a_price(package: list[tuple[Any, str, str]]) -> None:
    """The model that was asked for, or else the one that answered; all kinds of tokens are told apart."""
    provider = provider_at("https://priced.example/v1")
    assert published_cost(provider, USAGE, "alias", None, "known") == 0.0042
    assert vars(package[-1][0]) == {
        "input_tokens": 1000,
        "cache_read_tokens": 200,
        "cache_write_tokens": 0,
        "output_tokens": 50,
    }
    assert published_cost(provider, USAGE, "alias") is None


def test_asks_of_no_server_on_this_machine(package: list[tuple[Any, str, str]]) -> None:
    """What is not encrypted, or embedded, or tells no usage, has no published price; a model's name proves nothing."""
    assert published_cost(provider_at("http://priced.example/v1"), USAGE, "known") is None
    assert published_cost(provider_at("https://priced.example/v1", kind="local"), USAGE, "known") is None
    assert published_cost(provider_at("https://priced.example/v1"), Usage(prompt_tokens=1), "known") is None
    assert not package
    assert published_cost(provider_at("https://elsewhere.example/v1"), USAGE, "known") is None


def test_settings_go_first(package: list[tuple[Any, str, str]]) -> None:
    """A price in the settings is never overruled."""
    prices = {"known": {"input": 1.0, "cached_input": 1.0, "output": 0.0}}
    assert cost_of(provider_at("https://priced.example/v1", prices=prices), USAGE, "known") == 0.001
    assert not package


def test_without_the_package_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is an extra."""
    monkeypatch.setattr(published, "find_spec", lambda _: None)
    assert published_cost(provider_at("https://priced.example/v1"), USAGE, "known") is None
