"""The one place that tries again, on a clock of its own: no test here waits."""

import asyncio
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.core.message import Answer, Attempt, Failure, FailureKind, Request
from runner.settings import Retries
from runner.transports import Deferred, Notice, Notify, Started, Waiting
from runner.transports.breaker import NOT_SENT
from runner.transports.fake import as_answer
from runner.transports.limits import Limit
from runner.transports.retry import Retry
from runner.transports.scout import MOMENT_S
from tests.asking import provider_at, request_for
from tests.loopback import LoopbackApi, echo, in_turn, refuse


class Clock:
    """A clock that only waiting moves on."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let those who have nothing to wait for go on, then move to when the first sleeper wakes."""
        self.waits.append(seconds)
        me = (self.now + seconds, asyncio.Event())
        self._sleepers.append(me)
        try:
            while self.now < me[0]:
                for _ in range(50):
                    await asyncio.sleep(0)
                if min(when for when, _ in self._sleepers) == me[0]:
                    self.now = max(self.now, me[0])
        finally:  # who is woken early no longer keeps the others waiting
            self._sleepers.remove(me)


class Server:
    """What sends: it answers with each outcome in turn, then replies, and notes when it was asked."""

    def __init__(self, clock: Clock, outcomes: Iterable[Any]) -> None:
        self.clock = clock
        self.outcomes = list(outcomes)
        self.times: list[float] = []
        self.closed = False

    async def send(self, request: Request, notify: Notify) -> Answer:  # noqa: ARG002 - it answers all alike
        self.times.append(self.clock.now)
        await asyncio.sleep(0)
        outcome = self.outcomes.pop(0) if self.outcomes else "fine"
        return as_answer(outcome)

    async def close(self) -> None:
        self.closed = True


def failure(kind: FailureKind, status: int | None = None, code: str | None = None) -> Failure:
    return Failure(kind=kind, message="it failed", status=status, code=code)


def deferred(seconds: float, kind: FailureKind = "rate_limited", status: int = 429) -> Deferred:
    attempts = (Attempt(outcome=kind, status=status),)
    return Deferred(failure=failure(kind, status), attempts=attempts, retry_after_s=seconds)


def send(
    outcomes: Iterable[Any], retries: Retries | None = None, seed: int = 1
) -> tuple[Answer, Server, list[Notice]]:
    """What comes of one request."""
    clock = Clock()
    server = Server(clock, outcomes)
    notices: list[Notice] = []
    retry = Retry(
        server,
        Limit(4, clock=clock),
        retries or Retries(),
        chance=Random(seed),
        clock=clock,
        sleep=clock.sleep,
    )
    return asyncio.run(retry.send(request_for(), notices.append)), server, notices


PASSING = [
    failure("unreachable"),
    failure("timed_out", code="connect"),
    failure("timed_out", code="first_token"),
    failure("timed_out", 408),
    failure("bad_request", 409),
    failure("rate_limited", 429),
    failure("rate_limited", 200),
    failure("server_error", 500),
    failure("server_error", 503),
    failure("server_error", 529),
    failure("cut_stream", 200),
    failure("malformed", 200),
    failure("error_in_reply", 200, "server_error"),
]
LASTING = [
    failure("refused_parameter", 400),
    failure("context_overflow", 400),
    failure("context_overflow", 500),
    failure("content_filter", 400),
    failure("bad_request", 423),
    failure("bad_request", 425),
    failure("bad_request", 400),
    failure("not_allowed", 401),
    failure("not_allowed", 403),
    failure("no_such_model", 404),
    failure("no_credit", 429),
    failure("server_error", 501),
    failure("timed_out", 200, "between_tokens"),
    failure("timed_out", code="whole"),
    failure("error_in_reply", 200),
    failure("no_choices", 200),
    failure("empty_reply", 200),
]


@pytest.mark.parametrize("passing", PASSING, ids=str)
def test_tries_again_what_may_pass(passing: Failure) -> None:
    """What may pass is tried again, each try is recorded with its wait, and the reply is the answer."""
    answer, server, notices = send([passing, passing])
    assert answer.reply is not None
    assert len(server.times) == 3
    assert [attempt.outcome for attempt in answer.attempts] == [passing.kind, passing.kind, "replied"]
    assert [attempt.status for attempt in answer.attempts] == [passing.status, passing.status, 200]
    waits = [attempt.waited_s for attempt in answer.attempts]
    assert waits[0] == 0
    assert sum(waits) == pytest.approx(server.times[-1] - server.times[0], abs=0.01)
    assert [type(notice) for notice in notices].count(Started) == 3


@pytest.mark.parametrize("lasting", LASTING, ids=str)
def test_does_not_try_again_what_would_fail_again(lasting: Failure) -> None:
    """What would fail again is the answer at once, with its words unchanged."""
    answer, server, _ = send([lasting])
    assert answer.failure == lasting
    assert len(server.times) == len(answer.attempts) == 1


def test_a_provider_may_switch_server_errors_off() -> None:
    """Where settings say that a provider's 5xx are not worth a try, they get none."""
    for lasting in (failure("server_error", 500), failure("error_in_reply", 200, "server_error")):
        answer, server, _ = send([lasting], Retries(server_errors=False))
        assert answer.failure == lasting
        assert len(server.times) == 1


def test_gives_up_and_says_so() -> None:
    """After the last try the failure is the answer, and its message says how many there were."""
    answer, server, _ = send([failure("server_error", 500)] * 9, Retries(max_tries=3))
    assert answer.failure is not None
    assert answer.failure.message == "it failed (given up after 3 tries)"
    assert len(server.times) == len(answer.attempts) == 3


def test_pauses_grow_and_are_left_to_chance() -> None:
    """The pauses are anything up to a limit that doubles; the same seed gives the same ones."""
    runs = [
        [attempt.waited_s for attempt in send([failure("unreachable")] * 4, seed=seed)[0].attempts]
        for seed in (1, 1, 2)
    ]
    assert runs[0] == runs[1] != runs[2]
    for waits in runs:
        assert all(wait <= limit for wait, limit in zip(waits, [0, 1, 2, 4, 8], strict=True))


@given(st.integers(0, 1000), st.integers(1, 12), st.floats(0, 50))
def test_never_waits_longer_than_allowed(seed: int, tries: int, longest: float) -> None:
    """All waits of one request together never exceed what settings allow, and its tries are as many at most."""
    answer, server, _ = send(
        [failure("server_error", 500)] * 20, Retries(max_tries=tries, longest_wait_s=longest), seed
    )
    assert sum(attempt.waited_s for attempt in answer.attempts) <= longest + 0.01
    assert len(server.times) <= tries


@pytest.mark.parametrize(("kind", "status"), [("rate_limited", 429), ("server_error", 503)])
@pytest.mark.parametrize("seconds", [0.0, 0.02, 30.0, 119.0])
def test_obeys_the_servers_wish(kind: FailureKind, status: int, seconds: float) -> None:
    """A server that says when to come again is left alone for at least so long, however long that is."""
    answer, server, notices = send([deferred(seconds, kind, status)])
    assert answer.reply is not None
    assert type(answer) is Answer
    assert seconds - 1e-6 <= server.times[1] - server.times[0] <= seconds + 1.01
    assert answer.attempts[1].waited_s == pytest.approx(server.times[1] - server.times[0], abs=0.01)
    waiting = [notice for notice in notices if isinstance(notice, Waiting)]
    assert bool(waiting) == (seconds > 0)
    assert all(notice.reason.startswith(kind.replace("_", " ")) for notice in waiting)


def test_does_not_wait_beyond_its_budget() -> None:
    """A wish that goes beyond the budget is the failure, at once, and is said to be."""
    answer, server, _ = send([deferred(121)])
    assert answer.failure is not None
    assert answer.failure.message == (
        "it failed (given up: the next try would be 121 s away, and retries.longest_wait_s allows 120 s in all)"
    )
    assert len(server.times) == 1
    assert type(answer) is Answer


def together(
    outcomes: Iterable[Any],
    count: int,
    in_flight: int,
    retries: Retries | None = None,
    width: int | None = None,
) -> tuple[list[Answer], Server]:
    """What comes of many requests at once, or of so many conversations at a time."""
    clock = Clock()
    server = Server(clock, outcomes)
    retry = Retry(
        server,
        Limit(in_flight, clock=clock),
        retries or Retries(),
        chance=Random(1),
        clock=clock,
        sleep=clock.sleep,
    )

    async def main() -> list[Answer]:
        conversations = asyncio.Semaphore(width or count)

        async def send(number: int) -> Answer:
            async with conversations:
                return await retry.send(request_for(str(number)), lambda _: None)

        return await asyncio.gather(*(send(number) for number in range(count)))

    return asyncio.run(main()), server


@pytest.mark.parametrize("in_flight", [1, 2, 5])
def test_one_refusal_slows_all(in_flight: int) -> None:
    """While one request was told to wait, none of those that share the limit is sent."""
    answers, server = together([deferred(10)], 8, in_flight)
    assert all(answer.reply for answer in answers)
    began = server.times[0]
    early = [when for when in server.times if when < began + 10]
    assert len(early) <= in_flight, "only those that were under way already"
    assert len(server.times) == 9


def test_those_who_waited_do_not_all_set_out_at_once() -> None:
    """After a common wait the requests set out one after the other, and half as many at once as before."""
    _, server = together([deferred(10)] * 8, 8, 8)
    again = server.times[8:]
    assert len(set(again)) >= 4
    assert len(again) == 8


def test_nothing_is_sent_while_the_wish_is_beyond_the_budget() -> None:
    """Where the provider wants to be left alone longer than settings allow, the others are told so and not sent."""
    answers, server = together([deferred(500)], 6, 1)
    assert len(server.times) == 1
    assert all(answer.failure and answer.failure.kind == "rate_limited" for answer in answers)
    held = [answer for answer in answers if not answer.attempts]
    assert len(held) == 5
    assert all(answer.failure and answer.failure.message.startswith("not sent: ") for answer in held)


def test_counts_what_is_in_flight() -> None:
    """No more requests are under way than the limit allows, and each answer says how many there were."""
    answers, _ = together([], 10, 3)
    counts = [answer.in_flight for answer in answers]
    assert max(count or 0 for count in counts) == 3
    assert min(count or 0 for count in counts) >= 1


def test_waits_hold_no_slot() -> None:
    """While a request waits for its own next try, others are sent in its place."""
    answers, server = together([deferred(50, "server_error", 503)], 4, 1)
    assert all(answer.reply for answer in answers)
    assert len([when for when in server.times if when < server.times[0] + 50]) == 4


@pytest.mark.parametrize(
    ("each", "sent"),
    [
        (failure("not_allowed", 401), 1),
        (failure("no_such_model", 404), 1),
        (failure("no_credit", 429), 1),
        (failure("unreachable", code="refused"), 5),
    ],
    ids=str,
)
def test_what_must_fail_is_found_out_once(each: Failure, sent: int) -> None:
    """Two hundred requests that must all fail cost the tries of the first; the others are not sent."""
    answers, server = together([each] * 2000, 200, 4, width=4)
    assert len(server.times) == sent
    assert {answer.failure and answer.failure.kind for answer in answers} == {each.kind}
    kept = [answer for answer in answers if answer.failure and answer.failure.message.startswith(NOT_SENT)]
    assert len(kept) == 199
    assert all(answer.failure and answer.failure.status == each.status for answer in kept)


def test_a_slow_first_reply_holds_up_nobody() -> None:
    """The others set out a moment after the first, whenever that is answered."""
    clock = Clock()

    class Slow(Server):
        async def send(self, request: Request, notify: Notify) -> Answer:
            answer = await super().send(request, notify)
            await clock.sleep(60)
            return answer

    server = Slow(clock, [])
    retry = Retry(server, Limit(4, clock=clock), Retries(), chance=Random(1), clock=clock, sleep=clock.sleep)

    notices: list[Notice] = []

    async def main() -> None:
        await asyncio.gather(*(retry.send(request_for(str(number)), notices.append) for number in range(4)))

    asyncio.run(main())
    waits = [notice for notice in notices if isinstance(notice, Waiting)]
    assert [wait.is_brief for wait in waits] == [True] * 3, (
        "known to wait, so that an interrupted run sends none"
    )
    assert [when - server.times[0] for when in server.times] == [0, MOMENT_S, MOMENT_S, MOMENT_S]


def test_a_dead_server_costs_the_time_of_one_requests_tries() -> None:
    """Whoever waits for another try when the server is found to be dead ends then, and not after tries of its own."""
    _, server = together([failure("unreachable", code="refused")] * 2000, 200, 16, width=16)
    assert server.clock.now - server.times[0] <= 1 + 2 + 4 + 8


def test_a_poisoned_conversation_stops_no_other() -> None:
    """A request that a server fails on, again and again, while others are answered, is the only one without a reply."""
    clock = Clock()

    class Poisoned(Server):
        async def send(self, request: Request, notify: Notify) -> Answer:
            answer = await super().send(request, notify)
            return as_answer(failure("server_error", 500)) if b"poison" in request.chain.body else answer

    retry = Retry(
        Poisoned(clock, []),
        Limit(1, clock=clock),
        Retries(),
        chance=Random(1),
        clock=clock,
        sleep=clock.sleep,
    )

    async def main() -> list[Answer]:
        texts = ["poison", *(str(number) for number in range(30))]
        return await asyncio.gather(*(retry.send(request_for(text), lambda _: None) for text in texts))

    answers = asyncio.run(main())
    assert [answer.failure is None for answer in answers] == [False, *[True] * 30]


def test_refusals_for_the_rate_lower_what_is_under_way() -> None:
    """After requests were refused for their rate fewer are sent at once; other failures change nothing."""
    answers, _ = together([failure("rate_limited", 429)] * 8, 30, 8)
    assert all(answer.reply for answer in answers)
    counts = [answer.in_flight or 0 for answer in answers]
    assert max(counts) <= 7
    answers, _ = together([failure("server_error", 500)] * 8, 30, 8)
    assert max(answer.in_flight or 0 for answer in answers) == 8


def paced(limit: Limit, clock: Clock, count: int, **params: Any) -> tuple[list[Answer], Server, list[Notice]]:
    """What comes of many requests under rates."""
    server, notices = Server(clock, []), list[Notice]()
    retry = Retry(server, limit, Retries(), chance=Random(1), clock=clock, sleep=clock.sleep)

    async def main() -> list[Answer]:
        requests = [request_for(str(number), **params) for number in range(count)]
        return await asyncio.gather(*(retry.send(request, notices.append) for request in requests))

    return asyncio.run(main()), server, notices


def test_no_minute_sees_more_requests_than_allowed() -> None:
    """So many requests a minute, in the order in which they came; the wait is told and recorded, and is no failure."""
    clock = Clock()
    answers, server, notices = paced(Limit(4, requests_per_minute=10, clock=clock), clock, 35)
    assert all(answer.reply for answer in answers)
    assert server.times == sorted(server.times)
    for when in server.times:
        assert sum(when - 60 < each <= when for each in server.times) <= 10
    assert 3 * 60 <= server.times[-1] - server.times[0] <= 3 * 62
    assert max(answer.attempts[0].waited_s for answer in answers) > 100
    reasons = {notice.reason for notice in notices if isinstance(notice, Waiting)}
    assert "10 requests a minute are allowed" in reasons


def test_no_minute_sees_more_tokens_than_allowed() -> None:
    """So many tokens a minute, as guessed before sending where no answer puts it right."""
    clock = Clock()
    limit = Limit(4, tokens_per_minute=1_000, clock=clock)
    answers, server, _ = paced(limit, clock, 9, max_completion_tokens=300)
    assert all(answer.reply for answer in answers)
    for when in server.times:
        assert sum(when - 60 < each <= when for each in server.times) <= 3


def test_closes_what_sends() -> None:
    """Closing closes what sends."""
    server = Server(Clock(), [])
    asyncio.run(Retry(server, Limit(1), Retries(), chance=Random(1)).close())
    assert server.closed


def test_on_a_real_server() -> None:
    """A request that a real server refuses, with a wait of its choice, is answered after it."""

    async def main(base_url: str) -> Answer:
        from runner.transports.openai_client import OpenAITransport

        client = OpenAITransport(provider_at(base_url))
        retry = Retry(client, Limit(2), Retries(), chance=Random(1))
        try:
            return await retry.send(request_for(), lambda _: None)
        finally:
            await retry.close()

    respond: Callable[..., Any] = in_turn(
        refuse(429, headers={"retry-after-ms": "150", "retry-after": "9"}),
        refuse(500, headers={"retry-after": "0"}),
        echo,
    )
    with LoopbackApi(respond) as api:
        answer = asyncio.run(main(api.base_url))
        first, second, third = api.records
    assert answer.reply is not None
    assert 0.15 <= second.at - first.at < 1.5
    assert third.at - second.at < 0.5
    assert answer.attempts[0].dump() == {"outcome": "rate_limited", "status": 429}
    assert answer.attempts[1].outcome == "server_error"
