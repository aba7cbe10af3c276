"""Blocks held against their gates."""

from collections.abc import Sequence

import pytest

from runner.core.assessment import BlockVerdict, Ruling, TrialOutcome
from runner.core.gates.evidence import percent
from runner.core.gates.gate import Gate
from runner.core.gates.gating import judge_block, left_out, verdict_of
from runner.core.gates.rule import Quantity
from runner.core.value import Json

OUTCOMES: dict[str, TrialOutcome] = {
    "p": "passed", "f": "failed", "b": "broken", "u": "unanswered", "n": "unmeasured", "-": "unfinished"
}  # fmt: skip


def outcomes(letters: str) -> list[TrialOutcome]:
    return [OUTCOMES[letter] for letter in letters]


def rule(
    spec: Json,
    letters: str,
    values: dict[Quantity, Sequence[float | None]] | None = None,
    planned: int = 0,
    **how: bool,
) -> Ruling:
    """The last ruling of a gate on trials that came out so."""
    gate = Gate() if spec is None else Gate.read(spec)
    return judge_block(gate, outcomes(letters), values or {}, planned=planned or len(letters), **how)[-1]


COUNT = {"pass_rate": 0.8}
SURE = {"pass_rate": 0.8, "confidence": 0.95}


@pytest.mark.parametrize(
    ("spec", "letters", "verdict"),
    [
        (None, "ppp", "passed"),
        (None, "ppf", "failed"),
        (None, "ppu", "unanswered"),
        (None, "ppb", "broken"),
        (None, "pbu", "unanswered"),
        (None, "ppn", "undecided"),
        (None, "pp-", "undecided"),
        (None, "pfu", "failed"),
        (None, "uuu", "unanswered"),
        (None, "nnn", "undecided"),
        (None, "", "undecided"),
        (COUNT, "ppppf", "passed"),
        (COUNT, "pppff", "failed"),
        (COUNT, "ppppu", "passed"),
        (COUNT, "pppfu", "unanswered"),
        (COUNT, "ppffu", "failed"),
        (COUNT, "ppppb", "passed"),
        (COUNT, "pppfb", "broken"),
        (COUNT, "pppf-", "undecided"),
        (SURE, "p" * 14, "passed"),
        (SURE, "p" * 13, "undecided"),
        (SURE, "p" * 13 + "u", "unanswered"),
        (SURE, "p" * 12 + "u", "undecided"),
        (SURE, "p" * 12 + "f" * 4, "undecided"),
        (SURE, "p" * 4 + "f" * 6, "failed"),
        (SURE, "p" * 4 + "f" * 4 + "uuu", "unanswered"),
        (SURE, "p" * 4 + "f" * 9 + "u", "failed"),
        ({"pass^3": 0.29}, "p" * 7 + "fff", "passed"),
        ({"pass^3": 0.3}, "p" * 7 + "fff", "failed"),
        ({"pass^3": 0.3}, "p" * 7 + "ffu", "unanswered"),
        ({"pass@3": 0.99}, "p" * 7 + "fff", "passed"),
        ({"pass@3": 0.5}, "pp", "undecided"),
        ({"min_trials": 3}, "ppp", "passed"),
        ({"min_trials": 3}, "pp", "undecided"),
        ({"min_trials": 3}, "ppu", "unanswered"),
        ({"min_trials": 3}, "ppn", "undecided"),
        ({"min_trials": 4}, "ppu", "undecided"),
    ],
)  # fmt: skip
def test_what_is_missing_counts_both_ways(spec: Json, letters: str, verdict: BlockVerdict) -> None:
    """A rule passes only if it would whatever is missing, and fails only if it would whatever is missing."""
    assert rule(spec, letters).verdict == verdict


@pytest.mark.parametrize(
    ("spec", "letters", "reason"),
    [
        (COUNT, "ppppf", "4 of 5 trials passed (80 %, 95 % interval 38-96 %); asked for 80 %"),
        (COUNT, "p", "1 of 1 trial passed (100 %, 95 % interval 21-100 %); asked for 80 %"),
        (None, "ppppp", "5 of 5 trials passed (100 %, 95 % interval 57-100 %)"),
        (None, "ppppf", "4 of 5 trials passed (80 %, 95 % interval 38-96 %); every trial has to pass"),
        (None, "uu-", "no trial passed or failed; 2 unanswered, 1 not played to the end; what is missing could change the verdict"),
        (SURE, "p" * 14, "14 of 14 trials passed (100 %, 95 % interval 78-100 %); that shows 80 % with 95 % confidence"),
        (SURE, "p" * 9 + "f", "9 of 10 trials passed (90 %, 95 % interval 60-98 %); too few to show 80 % with 95 % confidence, or to rule it out: 6 more trials could, at the least"),
        (SURE, "f" * 9, "0 of 9 trials passed (0 %, 95 % interval 0-30 %); that is below 80 % with 95 % confidence"),
        ({"pass^3": 0.5}, "p" * 7 + "fff", "7 of 10 trials passed (70 %, 95 % interval 40-89 %); of 3 drawn all pass with 29.2 %, asked for 50 %"),
        ({"pass@3": 0.5}, "pp", "2 of 2 trials passed (100 %, 95 % interval 34-100 %); 3 trials are drawn, and there are 2"),
        ({"min_trials": 3}, "pfu", "2 trials were measured, asked for at least 3; 1 unanswered"),
    ],
)  # fmt: skip
def test_a_rate_stands_beside_the_number_of_its_trials(spec: Json, letters: str, reason: str) -> None:
    """The evidence is in the sentence: how many of how many, the interval, what was asked, what is missing."""
    assert rule(spec, letters).reason == reason


def test_an_interval_is_shown_and_not_used() -> None:
    """4 of 5 pass at 80 %, though the interval begins at 38 %."""
    found = rule(COUNT, "ppppf")
    assert (found.verdict, found.observed, found.level) == ("passed", 0.8, 0.95)
    assert found.low == pytest.approx(0.3755, abs=1e-4)
    assert found.high == pytest.approx(0.9638, abs=1e-4)
    assert found.rule == "pass_rate: 0.8"


def test_undecided_says_how_many_more_could_decide() -> None:
    """The least number; where nothing is undecided there is none."""
    assert rule(SURE, "p" * 13).more == 1
    assert rule(SURE, "p" * 14).more is None
    assert rule({"min_trials": 5}, "pp").more == 3
    assert rule(COUNT, "pppf-").more == 1
    assert rule(None, "ppu").more is None


def test_a_block_that_was_stopped_early_is_labelled_and_has_no_interval() -> None:
    """Its verdict is the one that all trials would have had."""
    found = rule(SURE, "f" * 12, planned=30, curtailed=True)
    assert found.verdict == "failed"
    assert found.curtailed
    assert (found.low, found.high, found.level) == (None, None, None)
    assert found.reason == (
        "0 of 12 trials passed (stopped early, 18 of 30 not needed); that is below 80 % with 95 % confidence"
    )
    assert not rule(COUNT, "ppppf", curtailed=True).curtailed, "nothing was left to stop"


def test_a_run_that_was_ended_is_not_taken_for_one_that_was_stopped_early() -> None:
    """14 passes would do for 14 planned trials, and not for 30 of which 16 are missing."""
    assert rule(SURE, "p" * 14, planned=30).verdict == "undecided"
    assert rule(None, "ppp", planned=5).verdict == "undecided"


FIVE: dict[Quantity, Sequence[float | None]] = {"latency": [1, 2, 3, 4, 10], "cost": [0.01, 0.02, None]}


@pytest.mark.parametrize(
    ("spec", "letters", "verdict", "reason"),
    [
        ({"latency": {"max": "10s"}}, "ppppp", "passed", "max of 5 replies: 10 s, asked for 10 s at most"),
        ({"latency": {"p95": "5s"}}, "ppppp", "failed", "p95 of 5 replies: 8.8 s, asked for 5 s at most"),
        ({"latency": {"median": "3s"}}, "ppppu", "unanswered", "median of 5 replies: 3 s, asked for 3 s at most; 1 unanswered"),
        ({"latency": {"median": "5s"}}, "ppppu", "passed", "median of 5 replies: 3 s, asked for 5 s at most; 1 unanswered"),
        ({"latency": {"max": "5s"}}, "ppppu", "failed", "max of 5 replies: 10 s, asked for 5 s at most; 1 unanswered"),
        ({"latency": {"max": "20s"}}, "pppp-", "undecided", "max of 5 replies: 10 s, asked for 20 s at most; 1 not played to the end"),
        ({"cost": {"max": 0.05}}, "ppp", "undecided", "max of 2 trials: $0.02, asked for $0.05 at most; of 1 it is not known"),
        ({"cost": {"max": 0.01}}, "ppp", "failed", "max of 2 trials: $0.02, asked for $0.01 at most; of 1 it is not known"),
        ({"cost": {"total": 0.02}}, "ppp", "failed", "total of 2 trials: $0.03, asked for $0.02 at most; of 1 it is not known"),
        ({"ttft": {"max": "1s"}}, "ppp", "undecided", "the time to the first token of no reply is known"),
    ],
)  # fmt: skip
def test_time_and_money_are_pooled_and_what_is_not_known_never_passes(
    spec: Json, letters: str, verdict: BlockVerdict, reason: str
) -> None:
    """A number that is missing may be nothing, or beyond all bounds; what is proven all the same is proven."""
    found = rule(spec, letters, FIVE)
    assert found.verdict == verdict
    assert found.reason == reason


def test_numbers_that_are_not_known_at_all_are_undecided() -> None:
    """A server that tells no cost does not keep to a limit."""
    found = rule({"cost": {"mean": 0.1}}, "pp", {"cost": [None, None]})
    assert (found.verdict, found.observed) == ("undecided", None)
    assert found.reason == "the cost of no trial is known"


def test_a_replay_measures_no_time_and_no_money() -> None:
    """Those rules are left out, and said to be; the checks are judged all the same."""
    gate = Gate.read({"latency": {"p95": "5s"}, "cost": {"max": 1}})
    (found,) = judge_block(gate, outcomes("ppp"), {}, planned=3, replayed=True)
    assert (found.rule, found.verdict) == ("every check of every trial passes", "passed")
    assert left_out(gate, replayed=True) == "not measured in a replay: latency: {p95: 5s}, cost: {max: 1}"
    assert left_out(gate, replayed=False) is None
    assert left_out(Gate(), replayed=True) is None


def test_a_replay_without_checks_has_measured_nothing() -> None:
    """Where nothing is left that could fail, nothing has passed."""
    gate = Gate.read({"latency": {"p95": "5s"}})
    assert verdict_of(judge_block(gate, outcomes("nnn"), {}, planned=3, replayed=True)) == "undecided"


def test_a_gate_on_time_alone_needs_no_checks() -> None:
    """Where there are no checks, the default asks nothing; where there are and none applied, nothing has passed."""
    gate = Gate.read({"latency": {"p95": "5s"}})
    values: dict[Quantity, Sequence[float | None]] = {"latency": [1, 1, 1]}
    bare = judge_block(gate, outcomes("nnn"), values, planned=3, has_checks=False)
    assert verdict_of(bare) == "passed"
    assert verdict_of(judge_block(gate, outcomes("nnn"), values, planned=3)) == "undecided"
    assert verdict_of(judge_block(gate, outcomes("nnp"), values, planned=3)) == "undecided"
    assert verdict_of(judge_block(gate, outcomes("ppf"), values, planned=3)) == "failed"
    assert verdict_of(judge_block(gate, outcomes("nnu"), values, planned=3)) == "unanswered"
    assert verdict_of(judge_block(gate, [], {}, planned=3)) == "undecided"


def test_the_worst_ruling_is_the_verdict_of_the_block() -> None:
    """A rule that fails is not hidden by replies that are missing; what is missing is told before what is undecided."""
    order: list[BlockVerdict] = ["failed", "unanswered", "broken", "undecided", "passed"]
    for place, worse in enumerate(order):
        rulings = [Ruling(rule="", verdict=each) for each in order[place:]]
        assert verdict_of(reversed(rulings)) == worse
    assert verdict_of([]) == "undecided"


TEST = {"pass_rate": 0.95, "sequential": {"bad": 0.8}}


@pytest.mark.parametrize(
    ("letters", "verdict", "reason"),
    [
        ("p" * 20, "passed", "20 of 20 trials passed (100 %, 95 % interval 84-100 %); after 14 of 20 the rate is rather 95 % than 80 %"),
        ("pfff" + "p" * 16, "failed", "17 of 20 trials passed (85 %, 95 % interval 64-95 %); after 4 of 20 the rate is rather 80 % than 95 %"),
        ("p" * 10, "undecided", "10 of 10 trials passed (100 %, 95 % interval 72-100 %); between 80 % and 95 %, and too few to tell: 4 more could, at the least"),
        ("p" * 13 + "u", "unanswered", None),
        ("p" * 13 + "-" + "p" * 10, "passed", None),
    ],
)  # fmt: skip
def test_a_sequential_test_is_decided_at_the_first_trial_that_says_so(
    letters: str, verdict: BlockVerdict, reason: str | None
) -> None:
    """What comes after changes nothing; what is lost takes it no nearer to either bound."""
    found = rule(TEST, letters)
    assert found.verdict == verdict
    assert reason is None or found.reason == reason


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.8, "80 %"), (1, "100 %"), (0, "0 %"), (0.796, "79.6 %"), (0.99996, "99.996 %"), (0.0001, "0.01 %"), (2 / 3, "66.7 %")],
)  # fmt: skip
def test_a_share_in_percent_says_all_only_where_it_is_all(share: float, words: str) -> None:
    """Rounding makes neither everything nor nothing."""
    assert percent(share) == words
