"""A plan that plays no more of a block than its verdict needs."""

from collections.abc import Iterable
from dataclasses import replace

from runner.core.event import Begun, Event, Finished, Judged, Reopened, Skipped, Unanswered, Weighed
from runner.core.finding import Verdict
from runner.core.gates.curtailing import WAITING, Curtailing, courses
from runner.core.gates.gate import Gate
from runner.core.gates.outcome import Marks
from runner.core.plan import Plan, Wait
from runner.core.transcript import TrialStatus
from runner.core.trial import Trial
from runner.core.trials import Trials
from runner.core.value import Json
from tests.stage import script_of


def plan(blocks: str, trials: int, gate: Json = None) -> Plan:
    """A plan of blocks by their letters, each with so many trials at most."""
    scripts = [script_of("u", variant=letter, scenario=letter) for letter in blocks]
    every = Trials([([script], range(1, trials + 1)) for script in scripts])
    found = Gate() if gate is None else Gate.read(gate)
    policy = Curtailing(
        courses(dict.fromkeys(blocks, (found,)), ungated=dict.fromkeys(blocks, 1)), every.block
    )
    return Plan(every, curtailing=policy)


def verdict(outcome: str) -> Verdict:
    return Verdict.load({"check": "c", "outcome": outcome, "reason": "", "line": 1})


def ends(trial: str, outcome: str) -> list[Event]:
    """What happens to a trial that comes out so."""
    match outcome:
        case "unanswered":
            return [
                Unanswered(trial=trial, turn=0, kind="server_error"),
                Skipped(trial=trial, turn=1, reason="x"),
            ]
        case "unmeasured":
            return [Finished(trial=trial)]
        case _:
            return [Judged(trial=trial, index=0, verdict=verdict(outcome)), Finished(trial=trial)]


def after(plan: Plan, events: Iterable[Event]) -> Plan:
    for event in events:
        plan = plan.after(event)
    return plan


def begin(plan: Plan) -> tuple[Plan, list[str]]:
    """The plan with all begun that may begin."""
    names = []
    while isinstance(trial := plan.next(), Trial):
        names.append(trial.id)
        plan = plan.after(Begun(trial=trial.id))
    return plan, names


def test_a_block_that_is_decided_is_left() -> None:
    """After its first failure nothing more of it begins; the next block comes."""
    made, begun = begin(plan("ab", 4))
    assert begun == ["a#1", "b#1"]
    assert made.next() == Wait(reason=WAITING)
    made = after(made, ends("a#1", "failed"))
    assert made.next() == Wait(reason=WAITING)
    made, begun = begin(after(made, ends("b#1", "passed")))
    assert begun == ["b#2"]
    made = after(made, ends("b#2", "failed"))
    assert made.next() is None
    assert not made.curtailing or not (made.curtailing.open or made.curtailing.under_way)


def test_as_many_begin_at_once_as_are_needed_in_any_case() -> None:
    """At 80 % of ten, three failures are the fewest that decide."""
    made, begun = begin(plan("a", 10, {"pass_rate": 0.8}))
    assert begun == ["a#1", "a#2", "a#3"]
    made, begun = begin(after(made, ends("a#2", "failed")))
    assert begun == []
    made, begun = begin(after(made, ends("a#1", "passed")))
    assert begun == ["a#4"]


def test_what_comes_of_a_trial_is_put_together_from_its_events() -> None:
    """A check that broke, a condition that broke, a reply that is missing: none of them is a pass or a failure."""
    made, _ = begin(plan("abc", 2))
    made = made.after(Weighed(trial="a#1", turn=0, verdict=verdict("broken"))).after(Finished(trial="a#1"))
    made = after(made, ends("b#1", "unanswered"))
    made = after(made, ends("c#1", "unmeasured"))
    assert made.curtailing is not None
    counts = [block.counts for block in made.curtailing.open.values()]
    assert [(each.broken, each.unanswered, each.unmeasured) for each in counts] == [
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, 1),
    ]
    assert begin(made)[1] == ["a#2", "b#2", "c#2"]


def test_a_variant_that_is_not_gated_is_played_as_often_as_asked() -> None:
    """Its verdict decides nothing."""
    made = plan("a", 5, {"only": {"system": "v2"}})
    assert begin(made)[1] == ["a#1"]
    assert begin(after(begin(made)[0], ends("a#1", "passed")))[1] == []


def earlier(**known: tuple[Marks, TrialStatus]) -> dict[str, tuple[Marks, TrialStatus]]:
    return {name.replace("_", "#"): found for name, found in known.items()}


def going_on(made: Plan, over: set[str], known: dict[str, tuple[Marks, TrialStatus]]) -> Plan:
    """The plan of a run that goes on."""
    assert made.curtailing is not None
    return replace(made, over=over, curtailing=replace(made.curtailing, earlier=known))


def test_a_run_that_goes_on_counts_what_it_has_ended() -> None:
    """Blocks that were decided are left, others go on where they were."""
    known = earlier(a_1=(Marks(failed=True), "finished"), b_1=(Marks(passed=True), "finished"))
    made, begun = begin(going_on(plan("ab", 3), {"a#1", "b#1"}, known))
    assert begun == ["b#2"]
    made, begun = begin(after(made, ends("b#2", "passed")))
    assert begun == ["b#3"]
    assert after(made, ends("b#3", "passed")).next() is None


def test_a_run_whose_blocks_are_all_decided_plays_nothing() -> None:
    """Nothing waits for what does not come."""
    known = earlier(a_1=(Marks(failed=True), "finished"))
    assert going_on(plan("a", 3), {"a#1"}, known).next() is None


def test_a_conversation_that_goes_on_keeps_what_was_judged_in_it() -> None:
    """A check that had failed before the run was interrupted has failed; one that is told anew begins without it."""
    known = earlier(a_1=(Marks(failed=True), "stopped"))
    made, begun = begin(going_on(plan("a", 3), set(), known))
    assert begun == ["a#1"]
    assert made.after(Finished(trial="a#1")).next() is None
    anew = after(made.after(Reopened(trial="a#1")), ends("a#1", "passed"))
    assert begin(anew)[1] == ["a#2"]


def test_a_conversation_that_had_got_no_reply_ends_when_its_turns_are_skipped() -> None:
    """The run was killed between the two events; nobody waits for a third."""
    known = earlier(a_1=(Marks(unanswered=True), "unanswered"))
    made, begun = begin(going_on(plan("a", 3), set(), known))
    made, more = begin(made.after(Skipped(trial="a#1", turn=1, reason="x")))
    assert (begun, more) == (["a#1"], ["a#2"])


def test_a_million_trials_cost_what_ten_do() -> None:
    """What is remembered is what is under way; what a block does not need is one range that is left out."""
    made, begun = begin(plan("ab", 1_000_000))
    assert begun == ["a#1", "b#1"]
    made = after(made, ends("a#1", "failed"))
    assert made.left == (range(1_000_001, 2_000_000),)
