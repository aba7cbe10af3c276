"""What fails for everybody, found out by one."""

import asyncio

import pytest

from runner.core.message import Failure, FailureKind
from runner.transports.breaker import NOT_SENT, Breaker, cause_of


def failure(kind: FailureKind, status: int | None = None, code: str | None = None) -> Failure:
    return Failure(kind=kind, message="it failed", status=status, code=code)


def heard(breaker: Breaker, *failures: Failure, model: str = "m") -> bool:
    """Whether requests for a model are held back once so many have ended."""
    for each in failures:
        breaker.hear_failure(model, each, breaker.replies)
    return breaker.found(model) is not None


AT_ONCE = [
    failure("not_allowed", 401),
    failure("no_credit", 429),
    failure("no_such_model", 404),
    failure("unreachable", code="refused"),
    failure("unreachable", code="unknown_host"),
    failure("timed_out", code="connect"),
]
IN_A_ROW = [
    failure("not_allowed", 403),
    failure("unreachable"),
    failure("server_error", 500),
    failure("timed_out", code="whole"),
    failure("rate_limited", 429),
]
NEVER: list[Failure] = [
    failure("refused_parameter", 400),
    failure("context_overflow", 400),
    failure("content_filter", 400),
    failure("bad_request", 400),
    failure("cut_stream", 200),
    failure("malformed", 200),
    failure("error_in_reply", 200),
    failure("no_choices", 200),
    failure("empty_reply", 200),
]


@pytest.mark.parametrize("each", AT_ONCE, ids=str)
def test_what_no_request_can_escape_is_found_out_by_one(each: Failure) -> None:
    """A refused key, an empty account, an unknown model and a dead server need one request, where none was answered."""
    assert heard(Breaker(), each)


@pytest.mark.parametrize("each", AT_ONCE[:3], ids=str)
def test_once_there_were_replies_one_refusal_is_not_enough(each: Failure) -> None:
    """A single refusal amid replies may be an accident; three in a row are none."""
    breaker = Breaker()
    breaker.hear_reply("m")
    assert not heard(breaker, each, each)
    assert heard(breaker, each)


def test_a_server_that_answers_others_is_not_dead() -> None:
    """A request that found nobody while others were answered says nothing of them."""
    breaker = Breaker()
    breaker.hear_reply("m")
    breaker.hear_failure("m", failure("unreachable", code="refused"), 0)
    assert breaker.found("m") is None


@pytest.mark.parametrize("each", IN_A_ROW, ids=str)
def test_what_may_be_one_conversations_own_fault_takes_three_in_a_row(each: Failure) -> None:
    """What one prompt may cause is found out by three requests, with no reply in between."""
    breaker = Breaker()
    assert not heard(breaker, each, each)
    breaker.hear_reply("m")
    assert not heard(breaker, each, each)
    assert heard(breaker, each)


@pytest.mark.parametrize("each", NEVER, ids=str)
def test_what_is_about_one_request_stops_no_other(each: Failure) -> None:
    """What a server says of one request is about that one, however often; and it shows that the server is there."""
    breaker = Breaker()
    assert not heard(breaker, *[each] * 20)
    assert not heard(breaker, *[failure("server_error", 500)] * 2, each, *[failure("server_error", 500)] * 2)


def test_a_model_is_refused_alone() -> None:
    """An unknown model says nothing of the others; a refused key speaks for all."""
    breaker = Breaker()
    assert heard(breaker, failure("no_such_model", 404), model="m")
    assert breaker.found("other") is None
    assert heard(breaker, failure("not_allowed", 401), model="m")
    assert breaker.found("other") is not None


def test_a_reply_reopens_everything() -> None:
    """What was under way may still be answered: then nothing is held back any more."""
    breaker = Breaker()
    assert heard(breaker, failure("not_allowed", 401))
    breaker.hear_reply("m")
    assert breaker.found("m") is None


def test_who_waits_is_told() -> None:
    """Whoever watches for a model is told as soon as something is found that concerns it, and of nothing else."""

    async def main() -> None:
        breaker = Breaker()
        with breaker.watched("m") as about_m, breaker.watched("other") as about_other:
            heard(breaker, failure("no_such_model", 404), model="m")
            assert about_m.done()
            assert not about_other.done()
            heard(breaker, failure("no_credit", 429), model="m")
            assert about_other.done()

    asyncio.run(main())


def test_the_cause_is_the_same_for_all_who_met_it() -> None:
    """Who found it out, and after how many tries, makes no other cause."""
    assert (
        cause_of(f"{NOT_SENT}it failed")
        == cause_of("it failed (given up after 5 tries)")
        == cause_of("it failed")
    )
    assert cause_of("nobody answers (connection refused): is it started?").endswith("started?")
