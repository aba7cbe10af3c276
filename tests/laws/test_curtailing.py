"""Laws of stopping early: the verdict is that of the fixed design, no trial begins in vain, nothing stands still."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from runner.core.assessment import BlockVerdict, TrialOutcome
from runner.core.event import Begun, Event, Finished, Judged, Unanswered
from runner.core.finding import Verdict
from runner.core.gates.course import course_of
from runner.core.gates.curtailing import Curtailing, courses
from runner.core.gates.gate import Gate
from runner.core.gates.gating import judge_block, verdict_of
from runner.core.gates.outcome import Counts, Marks
from runner.core.plan import Plan, Wait
from runner.core.transcript import TrialStatus
from runner.core.trial import Trial
from runner.core.trials import Trials
from runner.core.value import Json
from tests.stage import script_of

MOST = 24
"""Trials of a block."""

OUTCOMES: list[TrialOutcome] = ["passed", "failed", "broken", "unanswered", "unmeasured"]
EITHER: list[TrialOutcome] = ["passed", "failed"]
MOSTLY: list[TrialOutcome] = ["passed"] * 4

rates = st.sampled_from([0.1, 0.3, 0.5, 0.8, 0.9, 0.95, 1.0])
counted = st.fixed_dictionaries({"pass_rate": rates})
sure = st.fixed_dictionaries(
    {"pass_rate": rates.filter(lambda rate: rate < 1), "confidence": st.sampled_from([0.5, 0.8, 0.95])}
)
powers = st.fixed_dictionaries(
    {}, optional={"pass^2": rates, "pass^3": rates, "pass@2": rates, "min_trials": st.integers(1, MOST)}
)
fixed = st.builds(lambda one, more: {**one, **more}, st.just({}) | counted | sure, powers)
sequential = st.builds(
    lambda good, bad, alpha: {"pass_rate": good, "sequential": {"bad": bad, "alpha": alpha}},
    st.sampled_from([0.7, 0.9, 0.95]),
    st.sampled_from([0.3, 0.5, 0.6]),
    st.sampled_from([0.05, 0.2]),
)
specs = fixed | sequential


def trials_of(outcomes: Sequence[TrialOutcome], size: int) -> st.SearchStrategy[list[TrialOutcome]]:
    """How so many trials come out: mostly one way, so that blocks are decided."""
    return st.lists(st.sampled_from(outcomes), min_size=size, max_size=size)


measured = st.integers(1, MOST).flatmap(
    lambda size: trials_of([*MOSTLY, "failed"], size) | trials_of(EITHER, size)
)
anyhow = st.integers(1, MOST).flatmap(
    lambda size: trials_of(OUTCOMES, size) | trials_of([*MOSTLY, *MOSTLY, *OUTCOMES], size)
)


def gate_of(spec: Json) -> Gate:
    return Gate.read(spec) if spec else Gate()


def judged(
    gate: Gate, outcomes: Sequence[TrialOutcome], planned: int, *, curtailed: bool = False
) -> BlockVerdict:
    return verdict_of(judge_block(gate, outcomes, {}, planned=planned, curtailed=curtailed))


def play(gate: Gate, outcomes: Sequence[TrialOutcome]) -> tuple[int, BlockVerdict]:
    """How many trials are played one after the other, and with which verdict."""
    course, counts = course_of(gate, len(outcomes)), Counts()
    for outcome in outcomes:
        if course.is_over(counts):
            break
        counts = counts.plus(outcome)
    verdict = course.verdict(counts)
    assert verdict is not None, "all trials decide"
    return counts.ended, verdict


@given(specs, measured)
def test_a_block_that_is_stopped_has_the_verdict_of_the_fixed_design(
    spec: Json, outcomes: list[TrialOutcome]
) -> None:
    """On the same outcomes, whether it is read off the counts or judged rule by rule."""
    gate = gate_of(spec)
    played, verdict = play(gate, outcomes)
    assert verdict == judged(gate, outcomes, len(outcomes))
    assert verdict == judged(gate, outcomes[:played], len(outcomes), curtailed=True)


@given(specs, anyhow)
def test_what_is_lost_makes_no_block_pass_or_fail_that_would_not(
    spec: Json, outcomes: list[TrialOutcome]
) -> None:
    """With replies that are missing: passed and failed are those of the fixed design, all else is neither."""
    gate = gate_of(spec)
    played, verdict = play(gate, outcomes)
    whole = judged(gate, outcomes, len(outcomes))
    stopped = judged(gate, outcomes[:played], len(outcomes), curtailed=True)
    for one in (verdict, stopped):
        assert one == whole or {one, whole} <= {"undecided", "unanswered", "broken"}


@given(fixed, anyhow, st.data())
def test_a_verdict_stands_whatever_the_lost_trials_would_have_been(
    spec: Json, outcomes: list[TrialOutcome], data: st.DataObject
) -> None:
    """Had they passed or failed, a block that passed would have passed, and one that failed would have failed."""
    gate = gate_of(spec)
    verdict = judged(gate, outcomes, len(outcomes))
    filled = [each if each in EITHER else data.draw(st.sampled_from(EITHER)) for each in outcomes]
    if verdict in {"passed", "failed"}:
        assert judged(gate, filled, len(outcomes)) == verdict


@given(specs, anyhow, st.data())
def test_the_fewest_that_could_decide_are_the_fewest(
    spec: Json, outcomes: list[TrialOutcome], data: st.DataObject
) -> None:
    """Whatever the next trials come to, no fewer of them decide."""
    course, counts = course_of(gate_of(spec), len(outcomes)), Counts()
    for outcome in outcomes[: data.draw(st.integers(0, len(outcomes)))]:
        counts = counts.plus(outcome)
    fewest = course.fewest(counts)
    assert (fewest == 0) == course.is_over(counts)
    assert counts.ended + fewest <= len(outcomes) or fewest == 0
    for _ in range(fewest - 1):
        counts = counts.plus(data.draw(st.sampled_from(OUTCOMES)))
        assert not course.is_over(counts)


class Played:
    """Blocks played by so many workers, whose trials end in any order."""

    def __init__(self, gate: Gate, blocks: Sequence[Sequence[TrialOutcome]]) -> None:
        self.gate, self.blocks = gate, blocks
        scripts = [script_of("u", variant=f"b{number}", scenario="s") for number in range(len(blocks))]
        self.trials = Trials(
            [([script], range(1, len(block) + 1)) for script, block in zip(scripts, blocks, strict=True)]
        )
        policy = Curtailing(courses({"s": (gate,)}, ungated={"s": 1}), self.trials.block)
        self.plan = Plan(self.trials, curtailing=policy)
        self.under_way: list[str] = []
        self.ended: dict[str, TrialOutcome] = {}

    def begin(self, width: int) -> None:
        """Begin what may begin."""
        while len(self.under_way) < width and isinstance(trial := self.plan.next(), Trial):
            assert trial.id not in self.ended
            assert trial.id not in self.under_way
            self.under_way.append(trial.id)
            self.plan = self.plan.after(Begun(trial=trial.id))

    def end(self, trial: str) -> None:
        """Let a trial come out as it will."""
        self.under_way.remove(trial)
        block, repeat = trial[1:].split("#")
        outcome = self.blocks[int(block)][int(repeat) - 1]
        self.ended[trial] = outcome
        for event in events(trial, outcome):
            self.plan = self.plan.after(event)

    def came_out(self, block: int) -> list[TrialOutcome]:
        """What came of a block's trials, in the order of their numbers."""
        names = [f"b{block}#{number + 1}" for number in range(len(self.blocks[block]))]
        return [self.ended[name] for name in names if name in self.ended]


def events(trial: str, outcome: TrialOutcome) -> list[Event]:
    match outcome:
        case "unanswered":
            return [Unanswered(trial=trial, turn=0, kind="server_error")]
        case "unmeasured":
            return [Finished(trial=trial)]
        case _:
            verdict = Verdict.load({"check": "c", "outcome": outcome, "reason": "", "line": 1})
            return [Judged(trial=trial, index=0, verdict=verdict), Finished(trial=trial)]


@given(specs, st.lists(anyhow, min_size=1, max_size=4), st.integers(1, 12), st.data())
def test_no_trial_begins_in_vain_and_nothing_stands_still(
    spec: Json, blocks: list[list[TrialOutcome]], width: int, data: st.DataObject
) -> None:
    """With one or many under way: a block is decided by its last trial, as many are played as one after the other need."""
    gate = gate_of(spec)
    played = Played(gate, blocks)
    played.begin(width)
    while played.under_way:
        played.end(data.draw(st.sampled_from(played.under_way)))
        played.begin(width)
        if isinstance(played.plan.next(), Wait):
            assert played.under_way, "what waits is let go by what is under way"
    assert played.plan.next() is None
    assert played.plan.curtailing is not None
    assert not played.plan.curtailing.open
    for number, block in enumerate(blocks):
        found, course = played.came_out(number), course_of(gate, len(block))
        assert course.is_over(Counts.of(found))
        needed = min(
            (place for place in range(len(found) + 1) if course.is_over(Counts.of(found[:place]))),
        )
        assert needed == len(found), "in the order of their numbers they are decided by the last one, too"
        assert judged(gate, found, len(block), curtailed=True) == judged(gate, found, len(block))


@given(specs, st.lists(anyhow, min_size=1, max_size=3), st.integers(1, 6), st.data())
def test_a_run_that_goes_on_plays_what_is_left(
    spec: Json, blocks: list[list[TrialOutcome]], width: int, data: st.DataObject
) -> None:
    """Interrupted anywhere, and gone on with by any number, each block is decided, and nothing is played twice."""
    gate = gate_of(spec)
    first = Played(gate, blocks)
    first.begin(width)
    for _ in range(data.draw(st.integers(0, 20))):
        if first.under_way:
            first.end(data.draw(st.sampled_from(first.under_way)))
            first.begin(width)
    known = {name: marks(outcome) for name, outcome in first.ended.items()}
    again = Played(gate, blocks)
    assert again.plan.curtailing is not None
    policy = replace(again.plan.curtailing, earlier=known)
    again.plan = replace(again.plan, over=frozenset(known), curtailing=policy)
    again.ended = dict(first.ended)
    again.begin(width)
    while again.under_way:
        again.end(data.draw(st.sampled_from(again.under_way)))
        again.begin(width)
    assert again.plan.next() is None
    for number, block in enumerate(blocks):
        assert course_of(gate, len(block)).is_over(Counts.of(again.came_out(number)))


def marks(outcome: TrialOutcome) -> tuple[Marks, TrialStatus]:
    """What is remembered of a trial that came out so."""
    known = Marks(**{outcome: True}) if outcome != "unmeasured" else Marks()
    return known, "unanswered" if outcome == "unanswered" else "finished"
