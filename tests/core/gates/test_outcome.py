"""What comes of a trial."""

import pytest

from runner.core.assessment import TrialOutcome
from runner.core.finding import Verdict
from runner.core.gates.outcome import NO_MARKS, Counts, Marks, outcome_of, remembered
from runner.core.run import Run, Summary
from runner.core.transcript import PlayedTurn, Transcript, TrialStatus
from runner.core.value import Json


def verdict(outcome: str) -> Verdict:
    return Verdict.load({"check": "contains", "outcome": outcome, "reason": "", "line": 1})


@pytest.mark.parametrize(
    ("found", "status", "outcome"),
    [
        (["passed", "passed"], "finished", "passed"),
        (["passed", "failed"], "finished", "failed"),
        (["passed", "broken"], "finished", "broken"),
        (["broken", "failed"], "finished", "failed"),
        ([], "finished", "unmeasured"),
        (["not-applicable"], "finished", "unmeasured"),
        (["passed", "not-applicable"], "finished", "passed"),
        (["passed"], "unanswered", "unanswered"),
        (["failed"], "unanswered", "failed"),
        (["broken"], "unanswered", "unanswered"),
        (["passed"], "stopped", "unfinished"),
        (["failed"], "stopped", "failed"),
        ([], "skipped", "unfinished"),
    ],
)
def test_the_worst_that_is_proven_counts(
    found: list[str], status: TrialStatus, outcome: TrialOutcome
) -> None:
    """A check that failed is proven whatever else went wrong; what no check spoke of has not passed."""
    marks = NO_MARKS
    for each in found:
        marks = marks.with_verdict(verdict(each))
    assert marks.outcome(status) == outcome
    turns = ({"turn": 0, "status": "heard", "verdicts": [verdict(each).dump() for each in found]},)
    assert outcome_of(transcript(turns=turns, status=status)) == outcome


def transcript(**fields: Json) -> Transcript:
    base = {
        "run": "r",
        "id": "v#1",
        "scenario": "v",
        "path": "v.yaml",
        "repeat": 1,
        "provider": "p",
        "model": "m",
    }
    return Transcript.load({**base, **fields})


def test_a_condition_passes_and_fails_nothing_but_may_break() -> None:
    """That a turn was not taken is no failure; a condition that could not be found out breaks the trial."""
    for outcome, expected in (("failed", "unmeasured"), ("passed", "unmeasured"), ("broken", "broken")):
        marks = NO_MARKS.with_condition(verdict(outcome))
        assert marks.outcome("finished") == expected
        turn = PlayedTurn(turn=0, status="not-taken", when=verdict(outcome)).dump()
        assert outcome_of(transcript(turns=(turn,), status="finished")) == expected


def test_an_earlier_part_of_a_run_is_remembered_as_it_stood() -> None:
    """What a run goes on to hear changes nothing of what was known when it went on."""
    run = Run(
        trials={"v#1": Summary(status="finished", passed=2), "v#2": Summary(status="stopped", failed=1)}
    )
    known = remembered(run)
    run.trials["v#1"].failed = 1
    assert known == {"v#1": (Marks(passed=True), "finished"), "v#2": (Marks(failed=True), "stopped")}


def test_counts_keep_what_is_lost_apart() -> None:
    """What neither passed nor failed is lost; what did not end is not counted."""
    outcomes: list[TrialOutcome] = [
        "passed",
        "failed",
        "broken",
        "unanswered",
        "unmeasured",
        "unfinished",
        "passed",
    ]
    counts = Counts()
    for outcome in outcomes:
        counts = counts.plus(outcome)
    assert counts == Counts.of(outcomes)
    assert (counts.measured, counts.lost, counts.ended) == (3, 3, 6)
    assert counts.unclear == "unanswered"
    assert Counts(broken=1).unclear == "broken"
    assert Counts(unmeasured=1).unclear == "undecided"
