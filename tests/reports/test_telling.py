"""Blocks, rules and reds in words."""

import pytest

from runner.core.assessment import Ruling
from runner.core.wording import percent, probability
from runner.reports.telling import check_of, line_of, passed_of, ruled, sentence_of, written
from tests.assessed import block, red


@pytest.mark.parametrize(
    ("share", "told"),
    [(0, "0"), (1, "1" + "00"), (0.8, "80"), (0.998, "99.8"), (0.002, "0.2"), (2 / 3, "67")],
)
def test_nearly_all_is_not_all(share: float, told: str) -> None:
    """A share is a whole number of per cent, but where that would say nothing or everything."""
    assert percent(share) == told


def test_a_p_value_says_what_it_can() -> None:
    """Two figures of it, or that it is small."""
    assert (probability(0.0352), probability(0.00001), probability(1)) == ("p = 0.035", "p < 0.001", "p = 1")


@pytest.mark.parametrize(
    ("rule", "fields", "told"),
    [
        ("pass_rate: 0.8", {"observed": 0.4, "low": 0.1, "high": 0.6, "level": 0.95},
         "pass_rate: 0.8: failed, observed 40 %, 95 % interval 10 to 60 %"),
        ("latency: {p95: 5s}", {"observed": 7.251}, "latency: {p95: 5s}: failed, observed 7.25 s"),
        ("cost: {max: 0.01}", {"observed": 0.0234}, "cost: {max: 0.01}: failed, observed $0.023"),
        ("pass_rate: 0.9", {"observed": 0.5, "curtailed": True},
         "pass_rate: 0.9: failed, observed 50 %, stopped once nothing could change it, so there is no interval"),
        ("x", {"more": 3, "reason": "so it is"}, "x: failed, 3 more trials could decide it: so it is"),
    ],
)  # fmt: skip
def test_a_rule_says_what_it_found(rule: str, fields: dict[str, object], told: str) -> None:
    """In its own unit, with its interval where it is about a share."""
    assert ruled(Ruling.model_validate({"rule": rule, "verdict": "failed", **fields})) == told


def test_a_verdict_has_a_sentence() -> None:
    """The reason of the rule that decided it, else what became of the trials."""
    assert (
        sentence_of(block("x", "failed", {"passed": 1, "failed": 4}))
        == "1 of 5 trials passed; 4 are asked for"
    )
    bare = block("x", "unanswered", {"passed": 1, "unanswered": 2}, rulings=())
    assert sentence_of(bare) == "unanswered: 1 of 3 trials passed (2 unanswered)"
    assert passed_of(bare) == "1 of 3 (2 unanswered)"
    assert "only" in sentence_of(block("x", "failed", {}, gated=False))


def test_a_check_is_named_as_its_author_did() -> None:
    """With that of which it speaks; a failure without a check is about a reply."""
    assert check_of(red("x", of="every", name="no promise")) == "every: not-contains (no promise)"
    assert check_of(red("x", check="")) == "a reply"


def test_a_red_is_read_line_by_line() -> None:
    """A text of several lines stays under its label."""
    told = written(red("x", got="one\ntwo", spans=((4, 7),), turn=None, line=0))
    assert told.splitlines()[0] == (
        "scenarios/refund-policy.yaml: not-contains failed, the conversation as a whole, 3 of 5 trials"
    )
    assert "  got: one\n    »two«\n" in told


def test_a_line_is_bounded() -> None:
    """What is cut is counted."""
    assert line_of("a\nb") == "a\\nb"
    assert line_of("x" * 400) == "x" * 300 + "... (100 characters more)"
