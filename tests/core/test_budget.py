"""What a run may spend."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.core.budget import (
    NOTHING,
    REPLY_TOKENS,
    Allowance,
    Budget,
    Spending,
    guess_tokens,
    spent,
    twice,
)
from runner.core.event import Answered, Stopped
from runner.core.message import Answer, Attempt, Failure, Reply, Usage
from runner.core.plan import Plan, Wait
from tests.asking import embeddings_request, request_for

REPLY = Reply(message={"role": "assistant", "content": "x"})


def answer_of(tokens: int | None, cost: float | None = None, **fields: object) -> Answer:
    usage = None if tokens is None else Usage(prompt_tokens=tokens, completion_tokens=0)
    return Answer.model_validate({"reply": REPLY, "usage": usage, "cost_usd": cost, **fields})


def test_guesses_tokens_from_bytes_and_the_limit_on_the_reply() -> None:
    """A prompt is a third of its bytes; a reply what params allow it, wherever they stand, or what is said to be usual."""
    request = request_for("x" * 300)
    assert guess_tokens(request) == (len(request.chain.body) // 3 + 1, REPLY_TOKENS)
    assert guess_tokens(request_for(max_completion_tokens=7))[1] == 7
    assert guess_tokens(request_for(max_tokens=8))[1] == 8
    assert guess_tokens(request_for(extra_body={"max_tokens": 9}))[1] == 9


def test_vectors_are_no_reply_whose_tokens_count() -> None:
    """Of a request for embeddings the texts alone are guessed, and what it cost is known of them alone."""
    request = embeddings_request("x" * 300, "y" * 300, max_tokens=8)
    assert guess_tokens(request) == (len(request.chain.body) // 3 + 1, 0)


UNSENT = Failure(kind="not_allowed", message="not sent", status=401)
CUT = Failure(kind="cut_stream", message="cut", status=200)


@pytest.mark.parametrize(
    ("answer", "cost"),
    [
        (answer_of(30, 0.2), Spending(30, 0.2)),
        (answer_of(30), Spending(30, 0.5)),
        (answer_of(None, 0.2), Spending(100, 0.2)),
        (answer_of(None), Spending(100, 0.5)),
        (answer_of(30, 0.2, replayed=True), NOTHING),
        (Answer(failure=UNSENT), NOTHING),
        (Answer(failure=CUT, attempts=(Attempt(outcome="cut_stream", status=200),)), Spending(100, 0.5)),
    ],
    ids=str,
)
def test_an_answer_costs_what_it_tells_or_what_was_reserved(answer: Answer, cost: Spending) -> None:
    """What is known counts; what is not is what was put aside; what was refused, never sent or replayed is free."""
    assert spent(answer, Spending(100, 0.5)) == cost


def budget_of(tokens: int, each: int = 10) -> Budget:
    return Budget(Allowance(tokens=tokens), lambda _: Spending(each), is_measured=True)


def settled(plan: Plan, trial: str, tokens: int) -> Plan:
    answered = Answered(trial=trial, slot="turns[0]", purpose="turn", key="", answer=answer_of(tokens))
    return plan.after(answered)


def sent(plan: Plan, trial: str) -> Plan:
    after = plan.send(trial, [request_for()])
    assert isinstance(after, Plan)
    return after


def test_what_does_not_fit_beside_the_rest_waits_for_it() -> None:
    """A request waits while what is under way may leave room, goes when it did, and ends the run when it cannot."""
    plan = sent(sent(Plan((), budget=budget_of(25)), "a"), "b")
    assert isinstance(plan.send("c", [request_for()]), Wait)
    plan = sent(settled(plan, "a", 5), "c")
    plan = settled(settled(plan, "b", 10), "c", 5)
    assert plan.budget is not None
    assert plan.budget.spent == Spending(20)
    assert not plan.budget.reserved
    assert plan.send("d", [request_for()]) == Stopped(reason="--max-tokens-total 25 is reached")


def test_what_cost_more_than_was_put_aside_teaches() -> None:
    """Once an answer has cost three times as much as was put aside, three times as much is put aside."""
    plan = settled(sent(Plan((), budget=budget_of(100)), "a"), "a", 30)
    plan = sent(sent(plan, "b"), "c")
    assert isinstance(plan.send("d", [request_for()]), Wait)
    plan = settled(settled(plan, "b", 30), "c", 5)
    assert plan.send("d", [request_for()]) is not None
    assert plan.budget is not None
    assert plan.budget.scale == 3


def test_what_is_under_way_teaches_once() -> None:
    """Of many that cost three times as much as was put aside, all teach the same: three times, not three to the power."""
    plan = sent(sent(sent(Plan((), budget=budget_of(1000)), "a"), "b"), "c")
    plan = settled(settled(settled(plan, "a", 30), "b", 30), "c", 30)
    assert plan.budget is not None
    assert plan.budget.scale == 3


@pytest.mark.parametrize("first", [30, None])
def test_the_first_of_all_asks_alone(first: int | None) -> None:
    """Before anything was answered what a request costs is a guess: one trial tells, and the others wait for it."""
    plan = sent(Plan((), budget=replace(budget_of(1000), is_measured=False)), "a")
    assert isinstance(plan.send("b", [request_for()]), Wait)
    answered = Answered(trial="a", slot="turns[0]", purpose="turn", key="", answer=answer_of(first))
    plan = sent(sent(plan.after(answered), "b"), "c")
    assert plan.budget is not None
    assert len(plan.budget.reserved) == 2


def test_without_a_limit_nothing_is_counted() -> None:
    """A plan without a budget sends everything, and stays what it is."""
    plan = Plan(())
    assert plan.send("a", [request_for()]) is plan


@given(st.integers(0, 200), st.lists(st.integers(0, 10), max_size=60), st.integers(1, 8))
def test_never_spends_more_than_allowed(allowed: int, costs: Sequence[int], width: int) -> None:
    """However many are under way: where no answer costs more than was put aside, the limit holds; and nothing hangs."""
    plan, waiting, number = Plan((), budget=budget_of(allowed)), list[str](), 0
    left = list(costs)
    while left:
        number += 1
        match plan.send(str(number), [request_for()]):
            case Plan() as plan if len(waiting) + 1 >= width:
                waiting.append(str(number))
                plan = settled(plan, waiting.pop(0), left.pop())
            case Plan() as plan:
                waiting.append(str(number))
            case Wait():
                assert waiting, "what waits must have something to wait for"
                plan = settled(plan, waiting.pop(0), left.pop())
            case Stopped():
                break
    for trial in waiting:
        plan = settled(plan, trial, left.pop() if left else 0)
    assert plan.budget is not None
    assert plan.budget.spent.tokens <= allowed


def test_money_and_tokens_are_both_limited() -> None:
    """Whichever limit is reached first ends the run, and is named as it is typed."""
    budget = Budget(Allowance(cost_usd=0.5, tokens=1000), lambda _: Spending(1, 0.3), is_measured=True)
    after = budget.reserve("a", [request_for()])
    assert after is not None
    assert after.reserve("b", [request_for()]) is None
    assert (
        after.settle("a", "turns[0]", answer_of(1, 0.3)).shortage([request_for()])
        == "--max-cost 0.5 is reached"
    )


@pytest.mark.parametrize(
    ("reason", "more"),
    [
        ("--max-cost 0.5 is reached", ("--max-cost", "1")),
        ("--max-tokens-total 2000 is reached", ("--max-tokens-total", "4000")),
        ("--max-cost 0 is reached", ("--max-cost", "1")),
        ("interrupted", None),
        ("", None),
    ],
)
def test_twice_as_much_goes_on(reason: str, more: tuple[str, str] | None) -> None:
    """A run that a limit ended goes on with twice the limit; one that ended otherwise needs none."""
    assert twice(reason) == more


def test_a_step_of_several_requests_is_covered_whole_or_not() -> None:
    """Requests that are sent at once are put aside at once."""
    request = request_for()
    other = replace(request, slot="turns[0]?1")
    assert isinstance(Plan((), budget=budget_of(19)).send("a", [request, other]), Stopped)
    assert isinstance(Plan((), budget=budget_of(20)).send("a", [request, other]), Plan)
