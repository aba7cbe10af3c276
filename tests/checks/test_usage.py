"""Checks of tokens and money."""

import pytest

from runner.checks import build
from runner.core.check import Subject
from runner.core.message import Answer, Usage
from tests.checks.answered import answered, conversation

USAGE = Usage(prompt_tokens=20, completion_tokens=30, reasoning_tokens=5)


def judge(name: str, spec: object, *answers: Answer) -> tuple[str, str]:
    subject = conversation(*answers) if len(answers) > 1 else Subject(answers[0], 0)
    found = build(name, spec).judge(subject)
    return found.outcome, found.reason


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"max": 30}, ("passed", "30 completion tokens, at most 30 asked for")),
        ({"max": "29"}, ("failed", "30 completion tokens, more than 29")),
        ({"max": 20, "of": "prompt"}, ("passed", "20 prompt tokens, at most 20 asked for")),
        ({"max": 49, "of": "total"}, ("failed", "50 tokens, more than 49")),
    ],
)
def test_tokens_are_those_of_the_reply_unless_others_are_meant(spec: object, found: tuple[str, str]) -> None:
    """As the server counts them, reasoning included; recorded ones count like any other."""
    assert judge("tokens", spec, answered(usage=USAGE)) == found
    assert judge("tokens", spec, answered(usage=USAGE, replayed=True)) == found


def test_money_is_in_dollars() -> None:
    """Small amounts are told without an exponent."""
    assert judge("cost", {"max": 0.01}, answered(cost_usd=0.02)) == ("failed", "$0.02, more than $0.01")
    assert judge("cost", {"max": "$0.00001"}, answered(cost_usd=0.0000021)) == (
        "passed",
        "$0.0000021, at most $0.00001 asked for",
    )


def test_of_a_conversation_the_sum_counts() -> None:
    """Ten cents and twenty are thirty, whatever binary fractions make of it."""
    assert judge("cost", {"max": 0.3}, answered(cost_usd=0.1), answered(cost_usd=0.2))[0] == "passed"
    assert judge("tokens", {"max": 59}, answered(usage=USAGE), answered(usage=USAGE)) == (
        "failed",
        "60 completion tokens in 2 replies, more than 59",
    )


def test_what_is_not_known_never_passes() -> None:
    """No usage, half a usage, no price: broken. A replay says nothing of cost: not applicable, and not for nothing."""
    assert judge("tokens", {"max": 9}, answered())[0] == "broken"
    assert judge("tokens", {"max": 9, "of": "total"}, answered(usage=Usage(prompt_tokens=1)))[0] == "broken"
    assert judge("tokens", {"max": 9}, answered(replayed=True))[0] == "not-applicable"
    assert "how many tokens" in judge("cost", {"max": 1}, answered())[1]
    assert "under `prices`" in judge("cost", {"max": 1}, answered(usage=USAGE))[1]
    assert judge("cost", {"max": 1}, answered(cost_usd=0.0, replayed=True))[0] == "not-applicable"
    half = (answered(cost_usd=0.5), answered(cost_usd=0.0, replayed=True))
    assert judge("cost", {"max": 1}, *half)[0] == "not-applicable"
    assert judge("cost", {"max": 0.4}, *half)[0] == "failed"


@pytest.mark.parametrize(
    ("name", "spec", "complaint"),
    [
        ("tokens", 200, "`tokens` takes a map: {max: 200}"),
        ("tokens", {"max": 1.5}, "whole number"),
        ("tokens", {"max": 1, "of": "reply"}, "unknown value of `of`"),
        ("tokens", {"of": "total"}, "lacks `max`"),
        ("tokens", {"max": 1, "off": "total"}, "unknown key `off`; did you mean `of`"),
        ("cost", 0.01, "`cost` takes a map: {max: 0.01}"),
        ("cost", {"max": "cheap"}, "US dollars"),
        ("cost", {"max": -1}, "US dollars"),
        ("cost", {"max": True}, "US dollars"),
        ("cost", {"max": "nan"}, "US dollars"),
    ],
)
def test_what_bounds_nothing_is_refused(name: str, spec: object, complaint: str) -> None:
    """A map with a bound in it."""
    with pytest.raises(ValueError, match=complaint):
        build(name, spec)
