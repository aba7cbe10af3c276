"""Sentences in Python's words."""

import pytest

from runner.door.wording import in_python, reworded
from runner.errors import Problem, ProblemsError, StoreError


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        ("play with --provider local", 'play with provider="local"'),
        ("give --model main", 'give model="main"'),
        ("name one by --model, or in the settings", "name one by `model`, or in the settings"),
        ("--only nope: unknown", "only nope: unknown"),
        ("--tag x: unknown tag", "tags x: unknown tag"),
        ("--skip-tag x: unknown tag", "skip_tags x: unknown tag"),
        ("leave it out by --only or --skip-tag", "leave it out by `only` or `skip_tags`"),
        ("--max-cost 0.5 is reached", "max_cost 0.5 is reached"),
        ("--max-tokens-total 7 is reached", "max_tokens_total 7 is reached"),
        ("--max-cost: the price of x", "`max_cost`: the price of x"),
        ("limit tokens by --max-tokens-total", "limit tokens by `max_tokens_total`"),
        ("name another folder by --cassettes", "name another folder by `cassettes`"),
        ("go on with --accept-changes, which", "go on with accept_changes=True, which"),
        ("read --model-card", "read --model-card"),
        ("--set params.top_p", 'params["top_p"]'),
        ("send fewer at once (--in-flight 1)", "send fewer at once (in_flight=1)"),
        ("--reproduce goes with --stream", "`reproduce` goes with `stream`"),
        ("by `runner play --only a` or --only b", "by `runner play --only a` or `only` b"),
        ("fetch it with `runner pull --from FILE`", "fetch it with `runner pull --from FILE`"),
    ],
)
def test_options_become_parameters(typed: str, called: str) -> None:
    """What has no parameter stays as it is."""
    assert reworded(typed) == called


def test_errors_keep_their_kind_and_their_places() -> None:
    """Only the words change."""
    with pytest.raises(StoreError, match="another folder with `outputs`"), in_python():
        raise StoreError("name another folder with --outputs")
    with pytest.raises(ProblemsError) as caught, in_python():
        raise ProblemsError([Problem("a.yaml", 3, 4, "--set vars.x", "no")])
    assert caught.value.problems == (Problem("a.yaml", 3, 4, 'vars["x"]', "no"),)
