"""How the trials of a block may go."""

import pytest

from runner.core.gates.course import Curtailed, Fixed, course_of
from runner.core.gates.gate import Gate
from runner.core.gates.outcome import Counts


def course(trials: int, **spec: object) -> Curtailed:
    return course_of(Gate.read(spec) if spec else Gate(), trials)


def test_the_default_is_stopped_by_one_failure() -> None:
    """Each trial could be the one that fails, so no two of them begin at once; passed is what all of them passed."""
    gate = course(5)
    assert gate.fewest(Counts()) == 1
    assert gate.verdict(Counts(passed=4)) is None
    assert gate.verdict(Counts(passed=2, failed=1)) == "failed"
    assert gate.verdict(Counts(passed=5)) == "passed"
    assert gate.may_begin(Counts(passed=1), 1) == 0


def test_a_counted_rate_begins_as_many_as_could_fail_it() -> None:
    """Of 20 trials at 80 %, five failures are the fewest that decide, then four."""
    gate = course(20, pass_rate=0.8)
    assert gate.may_begin(Counts(), 0) == 5
    assert gate.may_begin(Counts(failed=1), 0) == 4
    assert gate.may_begin(Counts(failed=1), 3) == 1
    assert gate.may_begin(Counts(passed=14), 0) == 2
    assert gate.verdict(Counts(passed=16)) == "passed"
    assert gate.verdict(Counts(failed=5)) == "failed"


def test_what_is_lost_counts_both_ways() -> None:
    """A reply that is missing brings neither verdict nearer; where none can come any more, the block is over."""
    gate = course(5, pass_rate=0.8)
    assert gate.verdict(Counts(passed=4, unanswered=1)) == "passed"
    assert gate.verdict(Counts(failed=1, unanswered=1)) is None
    assert gate.verdict(Counts(passed=2, failed=1, unanswered=1)) is None
    assert gate.verdict(Counts(passed=3, failed=1, unanswered=1)) == "unanswered"
    assert gate.verdict(Counts(passed=3, failed=1, broken=1)) == "broken"
    assert course(5).verdict(Counts(unmeasured=5)) == "undecided"


def test_undecided_is_a_verdict_that_stands_once_nothing_else_can_come() -> None:
    """With confidence the fixed design may come to no answer; as soon as that is sure, no more is played."""
    gate = course(29, pass_rate=0.9, confidence=0.95)
    assert gate.verdict(Counts(passed=20, failed=1)) is None, "it may still fail"
    found = [gate.verdict(Counts(passed=passed, failed=1)) for passed in range(29)]
    assert found[-1] == "undecided"
    assert "undecided" in found[20:28]


def test_enough_trials_are_measured_before_a_block_passes() -> None:
    """A low rate is reached long before as many trials are measured as are asked; it fails without them."""
    gate = course(20, pass_rate=0.2, min_trials=10)
    assert gate.verdict(Counts(passed=5)) is None
    assert gate.fewest(Counts(passed=5)) == 5
    assert gate.verdict(Counts(passed=5, failed=5)) == "passed"
    assert gate.verdict(Counts(passed=4, failed=5, unanswered=11)) == "unanswered"


def test_limits_on_time_are_held_by_all_trials_and_broken_by_a_failed_rate() -> None:
    """What the rest takes is not known; that a check failed stays so."""
    gate = course(5, pass_rate=0.8, latency={"max": "1s"})
    assert gate.verdict(Counts(passed=4)) is None
    assert gate.verdict(Counts(passed=4, failed=1)) == "passed"
    assert gate.verdict(Counts(failed=2)) == "failed"


def test_a_sequential_test_stops_at_its_bounds() -> None:
    """14 passes in a row, or three failures at the start."""
    gate = course(100, pass_rate=0.95, sequential={"bad": 0.8})
    assert gate.fewest(Counts()) == min(14, gate.fewest(Counts()))
    assert gate.verdict(Counts(passed=13)) is None
    assert gate.verdict(Counts(passed=14)) == "passed"
    assert gate.verdict(Counts(failed=3)) == "failed"
    assert gate.verdict(Counts(passed=13, unanswered=1)) is None


def test_a_sequential_test_that_cannot_end_is_undecided() -> None:
    """Where so few trials are left that neither bound can be reached, no more of them is played."""
    gate = course(14, pass_rate=0.95, sequential={"bad": 0.8})
    assert gate.verdict(Counts(passed=12, failed=1)) == "undecided"


@pytest.mark.parametrize(("ended", "under_way", "may"), [(0, 0, 3), (1, 1, 1), (3, 0, 0), (5, 0, 0)])
def test_what_is_not_gated_is_played_so_often(ended: int, under_way: int, may: int) -> None:
    """Whatever comes of it."""
    assert Fixed(3).may_begin(Counts(failed=ended), under_way) == may
    assert Fixed(3).is_over(Counts(failed=ended)) == (ended >= 3)
