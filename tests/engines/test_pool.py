"""Many conversations at once on one event loop."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Callable

import pytest

from runner.core.budget import Allowance, Budget, Spending
from runner.core.event import Answered, Begun, Event, Planned, Stopped, TrialEvent
from runner.core.gates.curtailing import Curtailing, courses
from runner.core.gates.gate import Gate
from runner.core.message import Answer, Request
from runner.core.plan import CACHED_CHARACTERS, Plan
from runner.core.run import Run
from runner.core.trial import Script
from runner.core.trials import Trials
from runner.engines.pool import Pool
from runner.transports import Delta, Notice, Notify, Started, Waiting
from tests.stage import SaysDigit, Votes, fold, posed, reply_to, script_of

PLAN = Plan(Trials([([script_of("uau", variant=f"v{index}") for index in range(4)], range(1, 4))]))


class Answers:
    """A transport that answers after a while, and counts."""

    def __init__(self) -> None:
        self.sent: list[Request] = []
        self.under_way = 0
        self.most = 0

    async def send(self, request: Request, notify: Notify) -> Answer:
        self.sent.append(request)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        notify(Delta(slot=request.slot, text="x"))
        await asyncio.sleep(int(request.key[0], 16) / 2000)
        self.under_way -= 1
        return reply_to(request)


def play(plan: Plan, width: int, stop_after: int | None = None) -> tuple[list[Event], Answers]:
    events: list[Event] = []
    answers = Answers()

    def sink(event: Event) -> None:
        events.append(event)
        if stop_after == len(events):
            pool.stop("interrupted")

    pool = Pool(plan, answers.send, sink, lambda _trial, _notice: None)
    asyncio.run(pool.play(width))
    return events, answers


def of_trials(events: list[Event]) -> dict[str, list[TrialEvent]]:
    found: dict[str, list[TrialEvent]] = defaultdict(list)
    for event in events:
        if isinstance(event, TrialEvent):
            found[event.trial].append(event)
    return found


@pytest.mark.parametrize("width", [1, 3, 100])
def test_every_trial_is_played_to_its_end_however_many_at_once(width: int) -> None:
    """The events of each trial are the same at any width, and no more requests are under way than that."""
    events, answers = play(PLAN, width)
    alone, _ = play(PLAN, 1)
    assert of_trials(events) == of_trials(alone)
    assert Run.fold(events).counts == Counter(finished=12)
    assert answers.most <= width


def test_a_variant_is_written_down_once_before_its_repeats() -> None:
    """Planned comes before anything of its trials, and once for all repeats."""
    events, _ = play(PLAN, 5)
    planned = [event.script.variant for event in events if isinstance(event, Planned)]
    assert planned == ["v0", "v1", "v2", "v3"]
    seen = set()
    for event in events:
        if isinstance(event, Planned):
            seen.add(event.script.variant)
        elif isinstance(event, TrialEvent):
            assert event.trial.split("#")[0] in seen


def test_repeats_never_share_a_history() -> None:
    """Each request holds its own conversation's replies: those to its own draw."""
    events, answers = play(PLAN, 12)
    for request in answers.sent:
        if request.slot == "turns[2]":
            said = json.loads(b"[" + request.chain.body + b"]")
            first = next(
                sent for sent in answers.sent if sent.slot == "turns[0]" and sent.draw == request.draw
            )
            reply = reply_to(first).reply
            assert reply is not None
            assert said[2] == reply.said
    assert len(events) > 0


def test_a_stopped_pool_ends_each_conversation_after_the_answers_it_waits_for() -> None:
    """After a stop nothing begins, what was under way is written down, and what is left can be played on."""
    events, answers = play(PLAN, 3, stop_after=9)
    assert Stopped(reason="interrupted") in events
    assert len(answers.sent) == sum(isinstance(event, Answered) for event in events)
    run = Run.fold(events)
    unfinished = {
        trial.id: fold(trial, events) for trial in PLAN.trials if run.trials.get(trial.id, None) and trial.id not in set(run.ended())
    }  # fmt: skip
    resumed: list[Event] = []
    again = Answers()
    pool = Pool(
        Plan(PLAN.trials, over=set(run.ended())), again.send, resumed.append, lambda *_: None,
        planned=run.planned, unfinished=unfinished,
    )  # fmt: skip
    asyncio.run(pool.play(4))
    undisturbed, _ = play(PLAN, 1)
    assert of_trials([*events, *resumed]) == of_trials(undisturbed)
    keys = [(request.key, request.draw, request.slot) for request in [*answers.sent, *again.sent]]
    assert max(Counter(keys).values()) <= len(PLAN.trials) // 3
    assert len(keys) == 24


def test_a_step_half_answered_sends_only_the_rest() -> None:
    """Five votes of which three had arrived cost two more."""
    script = script_of("u", [[posed(Votes(votes=5), "votes")]])
    plan = Plan(Trials([([script], [1])]))
    events, _ = play(plan, 1)
    cut = (
        next(
            place for place, event in enumerate(events) if getattr(event, "slot", "").endswith("expect[0]?2")
        )
        + 1
    )
    kept = events[:cut]
    votes = sum(isinstance(event, Answered) and event.purpose == "judge" for event in kept)
    again = Answers()
    rest: list[Event] = []
    trial = plan.trials[0]
    pool = Pool(
        plan,
        again.send,
        rest.append,
        lambda *_: None,
        planned={"v"},
        unfinished={trial.id: fold(trial, kept)},
    )
    asyncio.run(pool.play(1))
    assert len(again.sent) == 5 - votes
    assert Run.fold([*kept, *rest]).counts == Counter(finished=1)


def test_an_onlooker_hears_of_each_trial_by_name() -> None:
    """Notices carry the trial's id, and none of them is an event."""
    heard: list[tuple[str, Notice]] = []
    pool = Pool(
        PLAN, Answers().send, lambda _event: None, lambda trial, notice: heard.append((trial, notice))
    )
    asyncio.run(pool.play(2))
    assert {trial for trial, _ in heard} == {trial.id for trial in PLAN.trials}


def test_a_fault_in_a_transport_ends_the_pool() -> None:
    """What a transport raises is a bug or an unusable provider: it is not swallowed, and other workers are ended."""

    async def broken(_request: Request, _notify: Notify) -> Answer:
        raise RuntimeError("bug")

    with pytest.raises(ExceptionGroup, match="unhandled"):
        asyncio.run(Pool(PLAN, broken, lambda _event: None, lambda *_: None).play(2))


def test_scripts_without_a_question_are_finished_without_a_request() -> None:
    """A conversation of gold turns alone sends nothing."""
    script: Script = script_of("a")
    answers = Answers()
    events: list[Event] = []
    asyncio.run(Pool(Plan(Trials([([script], [1])])), answers.send, events.append, lambda *_: None).play(1))
    assert answers.sent == []
    assert Run.fold(events).counts == Counter(finished=1)


class Waits:
    """A transport some of whose requests wait, for longer than any test, before they are sent."""

    def __init__(self, waits: Callable[[Request], bool], seconds: float = 0.05) -> None:
        self.waits = waits
        self.seconds = seconds
        self.sent: list[Request] = []

    async def send(self, request: Request, notify: Notify) -> Answer:
        if self.waits(request):
            notify(Waiting(request.slot, 60, "rate limited"))
            await asyncio.sleep(60)
        notify(Started(request.slot, 1))
        self.sent.append(request)
        await asyncio.sleep(self.seconds)
        return reply_to(request)


def stop_amid(script: Script, waits: Callable[[Request], bool], repeats: int) -> tuple[Run, Waits]:
    """The run that was stopped while some requests were under way and others waited."""
    run, transport = Run(), Waits(waits)
    pool = Pool(Plan(Trials([([script], range(1, repeats + 1))])), transport.send, run.add, lambda *_: None)

    async def main() -> None:
        playing = asyncio.ensure_future(pool.play(10))
        await asyncio.sleep(0.02)
        pool.stop("interrupted")
        async with asyncio.timeout(5):
            await playing

    asyncio.run(main())
    return run, transport


def test_a_stop_does_not_wait_for_what_only_waits() -> None:
    """What is under way comes in; a request that waits for its next try is not sent, and its trial stays unfinished."""
    run, transport = stop_amid(script_of("u"), lambda request: request.draw > 1, 4)
    assert len(transport.sent) == 1
    assert run.counts == {"finished": 1}
    assert len(run.trials) == 4


def test_a_stop_lets_the_votes_under_way_come_in() -> None:
    """Of a step's requests those under way come in and are written down, while others of it wait."""
    script = script_of("u", [[posed(Votes(votes=3), "votes")]])
    run, transport = Run(), Waits(lambda request: request.purpose == "judge" and request.draw > 1)
    answered: list[str] = []

    def sink(event: Event) -> None:
        run.add(event)
        if isinstance(event, Answered):
            answered.append(event.slot)

    pool = Pool(Plan(Trials([([script], [1])])), transport.send, sink, lambda *_: None)

    async def main() -> None:
        playing = asyncio.ensure_future(pool.play(1))
        await asyncio.sleep(0.08)
        pool.stop("interrupted")
        async with asyncio.timeout(5):
            await playing

    asyncio.run(main())
    assert len(answered) == 2
    assert run.counts["finished"] == 0


@pytest.mark.parametrize("width", [1, 3, 50])
def test_a_budget_ends_the_run_in_time(width: int) -> None:
    """What would be more than is allowed is not sent: it waits for what is under way, and ends the run where that is of no use."""
    transport, run, events = Waits(lambda _: False, 0.001), Run(), list[Event]()

    def sink(event: Event) -> None:
        run.add(event)
        events.append(event)

    budget = Budget(Allowance(tokens=100), lambda _: Spending(30))
    plan = Plan(Trials([([script_of("uu")], range(1, 21))]), budget=budget)
    pool = Pool(plan, transport.send, sink, lambda *_: None)
    asyncio.run(pool.play(width))
    totals = run.totals()
    assert (totals.prompt_tokens or 0) + (totals.completion_tokens or 0) <= 100
    assert len(transport.sent) == 6  # each takes 12 of 100, and 30 are put aside for it
    assert run.stopped == "--max-tokens-total 100 is reached"
    assert [type(event) for event in events].count(Stopped) == 1
    assert run.exit_code(20) == 4


def test_one_at_a_time_sends_no_two_requests_at_once() -> None:
    """With a single conversation also the votes of one check are sent one after the other, and come to the same verdicts."""
    script = script_of("uu", [[posed(Votes(votes=3), "votes")]] * 2)
    plan = Plan(Trials([([script], [1, 2])]))
    alone, answers = play(plan, 1)
    assert answers.most == 1
    assert [request.slot for request in answers.sent[:4]] == [
        "turns[0]", *(f"turns[0].expect[0]?{vote}" for vote in range(3)),
    ]  # fmt: skip
    together, _ = play(plan, 2)
    assert Run.fold(alone).counts == Run.fold(together).counts == Counter(finished=2)


@pytest.mark.parametrize("width", [1, 2, 5, 20])
def test_the_others_of_a_group_wait_for_the_first_reply(width: int) -> None:
    """All are played; until the first of a group has its reply, nobody else of it asks, and workers do not stand still for it."""
    long = ({"role": "system", "content": "x" * CACHED_CHARACTERS},)
    several = [script_of("uu", variant=f"v{each}", opening=long) for each in range(3)]
    trials = Trials([([script], range(1, 6)) for script in several])
    events: list[Event] = []
    answers = Answers()
    plan = Plan(trials, groups=trials.groups)
    pool = Pool(plan, answers.send, events.append, lambda *_: None)
    asyncio.run(asyncio.wait_for(pool.play(width), 10))
    assert Run.fold(events).counts == Counter(finished=15)
    for each in several:
        told = [
            event
            for event in events
            if isinstance(event, Begun | Answered) and event.trial.startswith(each.variant)
        ]
        assert isinstance(told[0], Begun)
        assert isinstance(told[1], Answered)
    assert answers.most == min(width, 15) or width > 5


def test_a_stop_ends_workers_that_wait_for_a_first_reply() -> None:
    """Whoever waits for somebody else's reply begins nothing after a stop, and the pool ends."""
    trials = Trials(
        [([script_of("u", opening=({"role": "system", "content": "x" * CACHED_CHARACTERS},))], range(1, 9))]
    )
    transport, run = Waits(lambda _: True), Run()
    pool = Pool(Plan(trials, groups=trials.groups), transport.send, run.add, lambda *_: None)

    async def main() -> None:
        playing = asyncio.ensure_future(pool.play(4))
        await asyncio.sleep(0.02)
        pool.stop("interrupted")
        async with asyncio.timeout(5):
            await playing

    asyncio.run(main())
    assert transport.sent == []
    assert len(run.trials) == 1


@pytest.mark.parametrize("width", [1, 3, 100])
def test_a_variant_is_played_until_its_verdict_stands(width: int) -> None:
    """At any width the same trials are played, each to its end: of each variant those that its verdict needs."""
    checks = [[posed(SaysDigit(digit="7"))]]
    scripts = [script_of("u", checks, variant=f"v{index}", scenario="s") for index in range(6)]
    trials = Trials([([script], range(1, 21)) for script in scripts])
    policy = Curtailing(courses({"s": (Gate.read({"pass_rate": 0.8}),)}, ungated={"s": 1}), trials.block)
    plan = Plan(trials, groups=trials.groups, curtailing=policy)
    run = Run.fold(play(plan, width)[0])
    assert run.counts == Counter(finished=len(run.trials))
    for index in range(6):
        block = [summary for name, summary in run.trials.items() if name.startswith(f"v{index}#")]
        failed = sum(summary.failed for summary in block)
        assert failed == 5 or len(block) - failed == 16
    assert len(run.trials) < len(trials)
