"""About what a run will cost."""

from pathlib import Path

import pytest

from runner.core.change import Changes
from runner.operations.estimating import REPLY_TOKENS, VERDICT_TOKENS, about_cost
from runner.operations.stage import Asked, Stage, stage

SETTINGS = """
provider = "mine"
[providers.mine]
base_url = "http://127.0.0.1:9/v1"
models = {main = "m"}
prices = {m = {input = 1.0, output = 10.0}, j = {input = 100.0, output = 1000.0}}
[providers.other]
base_url = "http://127.0.0.1:9/v1"
models = {main = "unpriced"}
[judge]
provider = "mine"
model = "j"
"""
LINE = "x" * 400  # a hundred tokens
A_REPLY = REPLY_TOKENS * 10.0 / 1e6
A_QUESTION = VERDICT_TOKENS * (100.0 + 1000.0) / 1e6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "runner.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def staged(folder: Path, text: str, **asked: object) -> Stage:
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    return stage(Asked.model_validate({"paths": ("s.yaml",), **asked}), folder, {})


def test_a_turn_is_paid_for_all_that_was_said_before_it(folder: Path) -> None:
    """Four characters are a token; the second request holds the first line and its reply as well."""
    one = about_cost(staged(folder, f"turns: [{LINE}]\n"))
    assert one == pytest.approx(100 * 1.0 / 1e6 + A_REPLY)
    two = about_cost(staged(folder, f"turns: [{LINE}, {LINE}]\n"))
    assert two == pytest.approx((100 + 100 + REPLY_TOKENS + 100) * 1.0 / 1e6 + 2 * A_REPLY)


def test_what_a_scenario_adds_is_counted(folder: Path) -> None:
    """A system message, gold turns that are not asked for, a limit on the reply, cases, repeats."""
    gold = about_cost(staged(folder, f"system: {LINE}\nturns: [{{assistant: {LINE}}}, {LINE}]\n"))
    assert gold == pytest.approx(300 * 1.0 / 1e6 + A_REPLY)
    for name in ("max_completion_tokens", "max_tokens"):
        short = about_cost(staged(folder, f"params: {{{name}: 20}}\nturns: [{LINE}]\n"))
        assert short == pytest.approx(100 * 1.0 / 1e6 + 20 * 10.0 / 1e6)
    long = about_cost(staged(folder, f"params: {{max_tokens: 9000}}\nturns: [{LINE}]\n"))
    assert long == pytest.approx(100 * 1.0 / 1e6 + A_REPLY)
    many = f"turns: ['{{{{ x }}}}']\ncases: [{{id: a, x: {LINE}}}, {{id: b, x: {LINE}}}]\nrepeat: 5\n"
    assert about_cost(staged(folder, many)) == pytest.approx(10 * (100 * 1.0 / 1e6 + A_REPLY))


def test_judges_are_paid_as_well(folder: Path) -> None:
    """Each vote, of each reply that a check speaks of, at the price of the judge's own model."""
    plain = about_cost(staged(folder, "turns: [hi, hi]\n"))
    assert plain is not None
    asking = "{llm-rubric: {rubric: Is polite, votes: 3}}"
    turn = about_cost(staged(folder, f"turns: [hi, {{user: hi, expect: {asking}}}]\n"))
    assert turn == pytest.approx(plain + 3 * (A_QUESTION + REPLY_TOKENS * 100.0 / 1e6))
    for end, times in (("every", 2), ("any", 2), ("last", 1)):
        foot = about_cost(
            staged(folder, f"turns: [hi, hi]\nexpect: [{{{end}: {{llm-rubric: Is polite}}}}]\n")
        )
        assert foot == pytest.approx(plain + times * (A_QUESTION + REPLY_TOKENS * 100.0 / 1e6))


def test_what_has_no_price_is_not_guessed(folder: Path) -> None:
    """None where the model that is played, or one that judges, has none; a limit is no price."""
    assert about_cost(staged(folder, "turns: [hi]\n", changes=Changes(provider="other"))) is None
    judged = "turns: [{user: hi, expect: {llm-rubric: {rubric: Is polite, provider: other, model: x}}}]\n"
    assert about_cost(staged(folder, judged)) is None
    mixed = "turns: [hi]\nmatrix: {model: [m, unpriced]}\n"
    assert about_cost(staged(folder, mixed)) is None


def test_what_is_played_here_or_replayed_costs_nothing(folder: Path) -> None:
    """The embedded model is free, a judge beside it is not; of recordings nothing is sent, whatever it would cost."""
    assert about_cost(staged(folder, "turns: [hi]\n", changes=Changes(provider="local"))) == 0
    judged = "turns: [{user: hi, expect: {llm-rubric: Is polite}}]\n"
    asked = about_cost(staged(folder, judged, changes=Changes(provider="local")))
    assert asked == pytest.approx(A_QUESTION + REPLY_TOKENS * 100.0 / 1e6)
    tapes = {"changes": Changes(provider="other"), "cassettes": "tapes"}
    assert about_cost(staged(folder, "turns: [hi]\n", **tapes)) == 0
    assert about_cost(staged(folder, "turns: [hi]\n", **tapes, mode="fill")) is None


def test_of_very_many_trials_some_stand_for_all(folder: Path) -> None:
    """The guess stays about the same, and does not take as long as playing."""
    (folder / "c.csv").write_text("id,x\n" + "".join(f"c{n},{'x' * (n % 7 * 40)}\n" for n in range(5_000)))
    many = staged(folder, "turns: ['a {{ x }}']\ncases: {$file: c.csv}\nrepeat: 3\n")
    exact = 3 * sum(((2 + n % 7 * 40) // 4) * 1.0 / 1e6 + A_REPLY for n in range(5_000))
    assert about_cost(many) == pytest.approx(exact, rel=0.02)


def test_those_that_stand_for_all_are_not_all_of_one_kind(folder: Path) -> None:
    """Where short and long conversations take turns, both are met, about equally often."""
    (folder / "c.csv").write_text(
        "id,x\n" + "".join(f"c{n},{'x' * (n % 2 * 40_000)}\n" for n in range(1_000))
    )
    many = staged(folder, "turns: ['a {{ x }}']\ncases: {$file: c.csv}\n")
    exact = 500 * 10_000 * 1.0 / 1e6 + 1_000 * A_REPLY
    assert about_cost(many) == pytest.approx(exact, rel=0.05)
