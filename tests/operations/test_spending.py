"""What a run may spend, from what was asked for and what models cost."""

from pathlib import Path

import pytest

from runner.core.budget import REPLY_TOKENS, Spending
from runner.core.change import Changes
from runner.core.run import Run
from runner.errors import UsageError
from runner.operations.spending import open_budget
from runner.operations.stage import Asked, Stage, stage
from tests.asking import request_for

SETTINGS = """
provider = "mine"
[providers.mine]
base_url = "http://127.0.0.1:9/v1"
models = {main = "m"}
prices = {m = {input = 1.0, cached_input = 0.1, cache_write = 2.0, output = 4.0}}
[providers.other]
base_url = "http://127.0.0.1:9/v1"
models = {main = "unpriced"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "runner.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "s.yaml").write_text("turns: [hello]\n", encoding="utf-8")
    return tmp_path


def staged(folder: Path, **asked: object) -> Stage:
    return stage(Asked.model_validate({"paths": ("s.yaml",), **asked}), folder, {})


def test_nothing_is_limited_unless_asked(folder: Path) -> None:
    """Without a limit there is no budget, and no price need be known; recordings that are replayed cost nothing."""
    assert open_budget(staged(folder), Run()) is None
    assert open_budget(staged(folder, changes=Changes(provider="other")), Run()) is None


def test_a_request_is_taken_to_cost_the_most_it_can(folder: Path) -> None:
    """The whole prompt at its dearest price, and all of the reply that it may have."""
    budget = open_budget(staged(folder, max_cost=1.0), Run())
    assert budget is not None
    request = request_for("x" * 3000, provider="mine", max_tokens=100)
    tokens = len(request.chain.body) // 3 + 1
    cost = (tokens * 2.0 + 100 * 4.0) / 1_000_000
    assert budget.appraise(request).tokens == tokens + 100
    assert budget.appraise(request).cost_usd == pytest.approx(cost)


def test_tokens_need_no_price(folder: Path) -> None:
    """Where tokens alone are limited a model may cost whatever it does."""
    budget = open_budget(staged(folder, max_tokens_total=10, changes=Changes(provider="other")), Run())
    assert budget is not None
    assert budget.appraise(request_for(provider="other")).tokens > REPLY_TOKENS
    assert budget.appraise(request_for(provider="other")).cost_usd == 0


def test_money_needs_a_price(folder: Path) -> None:
    """A limit on money is refused where a model's price is not known, with what to write where."""
    with pytest.raises(
        UsageError, match=r'unpriced on other is not known.*\[providers\.other\] prices = \{"unpriced"'
    ):
        open_budget(staged(folder, max_cost=1.0, changes=Changes(provider="other")), Run())


def test_the_embedded_model_is_free(folder: Path) -> None:
    """It needs no price."""
    budget = open_budget(staged(folder, max_cost=1.0, changes=Changes(provider="local")), Run())
    assert budget is not None
    assert budget.appraise(request_for(provider="local")).cost_usd == 0


def test_what_earlier_parts_spent_counts(folder: Path) -> None:
    """A run that goes on begins with what it has spent."""
    budget = open_budget(staged(folder, max_cost=1.0), Run(spent=Spending(10, 0.9)))
    assert budget is not None
    assert budget.spent == Spending(10, 0.9)
