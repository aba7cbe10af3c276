"""The verdict, the sentence and the exit code of all that was found."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final

import pytest

from runner.core.assessing import Planned, assess_block, assessment_of, find_flaky, tally
from runner.core.assessment import Assessment, Block, Comparison
from runner.core.gates.gate import Gate
from runner.core.measuring import Measured
from runner.core.value import Json
from tests.blocks import ASKED, CHECK, block, by_id

EVERY: Final = Gate()


def planned(
    name: str, trials: int, gate: Gate | None = EVERY, *, asked: dict[str, str] = ASKED, **fields: Any
) -> Planned:
    said = {
        "scenario": "talk", "path": "talk.yaml", "line": 1, "case": None, "variant": {}, "tags": (),
        "plays": "", "judges": "", **fields,
    }  # fmt: skip
    ids = tuple(f"{name}#{number}" for number in range(1, trials + 1))
    return Planned(id=name, trials=ids, gate=gate, asked=asked, **said)


def assessed(
    *letters: str,
    gate: Json = None,
    ungated: Sequence[int] = (),
    comparisons: Sequence[Comparison] = (),
    most: int = 0,
    curtailed: bool = False,
    **said: Json,
) -> Assessment:
    """Blocks whose trials came out so, gated; those of no letters were never begun."""
    asked = EVERY if gate is None else Gate.read(gate)
    blocks: list[Block] = []
    measured: dict[str, Measured] = {}
    for at, each in enumerate(letters):
        name = f"b{at}"
        part = planned(name, max(most, len(each), 1), None if at in ungated else asked)
        if each:
            measured[name] = block(each, name)
        blocks.append(assess_block(part, measured.get(name), None, curtailed=curtailed))
    said = {"flaky": find_flaky(blocks, measured), **said}
    return assessment_of("run", blocks, comparisons, tally(blocks, measured), **said)


def compared(verdict: str, reason: str = "so it is") -> Comparison:
    data = {"title": "against the baseline", "verdict": verdict, "rule": "test", "reason": reason}
    return Comparison.model_validate(data)


CUT = "trials were not played to their end; 1 of 2 blocks undecided: more trials are needed"


@pytest.mark.parametrize(
    ("letters", "code", "verdict", "sentence"),
    [
        (["pp", "pp"], 0, "passed", "passed: 2 blocks, 4 of 4 trials"),
        (["pn", "pp"], 6, "undecided", "undecided: 1 of 2 blocks undecided: more trials are needed"),
        (["pf"], 1, "failed", "failed: 1 of 1 block failed the gate"),
        (["pu", "pp"], 4, "incomplete", "incomplete: 1 of 4 trials unanswered"),
        (["pb", "pp"], 4, "incomplete", "incomplete: a check broke in 1 of 4 trials"),
        (["uu", "uu"], 4, "incomplete", "incomplete: no trial got all of its replies (4 unanswered)"),
        (["nn"], 5, "nothing", "nothing measured: no check applied in any trial of 1 of 1 block"),
        (["nn", "pp"], 5, "nothing", "nothing measured: no check applied in any trial of 1 of 2 blocks"),
        (["", "pp"], 4, "incomplete", f"incomplete: 1 of 3 {CUT}"),
        (["p-", "pp"], 4, "incomplete", f"incomplete: 1 of 4 {CUT}"),
    ],
)
def test_each_ending_has_its_code_and_its_sentence(
    letters: list[str], code: int, verdict: str, sentence: str
) -> None:
    """Passed is said of nothing but trials that passed; whatever is missing is counted and named."""
    found = assessed(*letters)
    assert (found.exit_code, found.verdict, found.sentence) == (code, verdict, sentence)


WAYS = {1: "pf", 4: "pu", 6: "pn", 5: "nn", 0: "pp"}
WORST = (1, 4, 6, 5, 0)


@pytest.mark.parametrize("codes", [each for size in (2, 3, 4, 5) for each in combinations(WAYS, size)])
def test_the_worst_of_several_blocks_wins(codes: tuple[int, ...]) -> None:
    """1 over 4 over 6 over 5 over 0, in whatever order the blocks come; the sentence names all but what passed."""
    found = assessed(*(WAYS[code] for code in codes))
    assert found.exit_code == min(codes, key=WORST.index)
    assert assessed(*(WAYS[code] for code in reversed(codes))).exit_code == found.exit_code
    told = {1: "failed the gate", 4: "unanswered", 6: "undecided: more trials", 5: "no check applied"}
    for code, words in told.items():
        assert (words in found.sentence) == (code in codes), found.sentence


@pytest.mark.parametrize(("letters", "code"), [(["pp"], 1), (["pu"], 1), (["pn"], 1), (["nn"], 1)])
def test_a_regression_is_not_hidden_by_what_is_missing(letters: list[str], code: int) -> None:
    """It fails the run whatever the gates say, and the sentence says against what."""
    found = assessed(*letters, comparisons=[compared("failed", "it got worse")])
    assert (found.exit_code, found.verdict) == (code, "failed")
    assert found.sentence.startswith("failed: against the baseline: it got worse")


def test_what_could_not_be_paired_is_no_failure_and_is_said() -> None:
    """A new axis leaves the run green, and the sentence says that nothing is known of a regression."""
    found = assessed("pp", comparisons=[compared("undecided", "nothing could be paired")])
    assert found.exit_code == 0
    assert found.sentence == "passed: 1 block, 2 of 2 trials, against the baseline: nothing could be paired"
    beside = assessed("pf", comparisons=[compared("undecided", "nothing could be paired")])
    assert beside.sentence.endswith("; against the baseline: nothing could be paired")


def test_a_gate_that_allows_failures_does_not_allow_for_what_is_lost() -> None:
    """A trial that cannot change the verdict any more leaves its block passed, and the run incomplete."""
    found = assessed("pppfu", gate={"pass_rate": 0.6})
    assert found.blocks[0].verdict == "passed"
    assert (found.exit_code, found.verdict) == (4, "incomplete")


def test_blocks_that_no_gate_speaks_of_fail_nothing_and_pass_nothing() -> None:
    """Their failures are not the run's; a run of nothing else measured nothing; what they lack is lacking all the same."""
    assert assessed("pp", "ff", ungated=[1]).exit_code == 0
    alone = assessed("pp", "ff", ungated=[0, 1])
    assert (alone.exit_code, alone.verdict) == (5, "nothing")
    assert alone.sentence == "nothing measured: nothing was gated"
    assert assessed("pp", "uu", ungated=[1]).exit_code == 4
    assert assessed("pp", "nn", ungated=[1]).exit_code == 0


def test_a_run_that_was_stopped_is_never_green() -> None:
    """Interrupted it is 130, for want of money 4; a gate that has failed already is told, and by money still wins."""
    stopped = assessed("pp", stopped="interrupted")
    assert (stopped.exit_code, stopped.verdict) == (130, "incomplete")
    assert stopped.sentence == "incomplete: the run was stopped: interrupted"
    assert assessed("pp", stopped="--max-cost").exit_code == 4
    assert assessed("pf", stopped="--max-cost").exit_code == 1
    both = assessed("pf", stopped="interrupted")
    assert both.exit_code == 130
    assert "1 of 1 block failed the gate" in both.sentence


def test_an_assessment_of_no_block_measured_nothing() -> None:
    """A run in which nothing is planned is no success."""
    found = assessed()
    assert (found.exit_code, found.verdict) == (5, "nothing")


def test_what_needs_a_recording_is_told_apart_from_silence() -> None:
    """Of the unanswered ones, those that are not recorded are counted by themselves."""
    measured = block("uup", "b0")
    measured.unrecorded = 1
    blocks = [assess_block(planned("b0", 3), measured, None, curtailed=False)]
    told = assessment_of("run", blocks, [], tally(blocks, {"b0": measured})).sentence
    assert told == "incomplete: 1 of 3 trials unanswered; 1 of 3 trials need recording"
    measured.unrecorded = 2
    told = assessment_of("run", blocks, [], tally(blocks, {"b0": measured})).sentence
    assert told == "incomplete: 2 of 3 trials need recording"


def test_trials_without_checks_are_said_beside_those_that_passed() -> None:
    """A gate on money has nothing to do with checks: green, and what no check spoke of is counted."""
    measured = block("nn", "b0")
    measured.costs = [0.001, 0.002]
    part = planned("b0", 2, Gate.read({"cost": {"max": 0.01}}), asked={})
    blocks = [assess_block(part, measured, None, curtailed=False)]
    found = assessment_of("run", blocks, [], tally(blocks, {"b0": measured}))
    assert (found.exit_code, found.sentence) == (0, "passed: 1 block, 0 of 2 trials, 2 without checks")


def test_trials_that_were_not_needed_are_neither_missing_nor_counted() -> None:
    """Of a run that stops early the blocks hold what was played; their rates have no interval; the rest is `saved`."""
    found = assessed("pp", gate={"pass_rate": 0.5}, most=4, curtailed=True, saved=2)
    assert (found.exit_code, found.saved) == (0, 2)
    assert list(found.blocks[0].trials.values()) == ["passed", "passed"]
    assert found.sentence == "passed: 1 block, 2 of 2 trials"
    [ruling] = found.blocks[0].rulings
    assert (ruling.curtailed, ruling.low, ruling.high) == (True, None, None)
    cut = assessed("p", gate={"pass_rate": 0.5}, most=4, curtailed=True)
    assert (cut.exit_code, cut.blocks[0].verdict) == (6, "undecided")


def test_a_block_is_all_that_was_planned_of_it() -> None:
    """Trials that nobody played are unfinished; one that was never begun has no time and no cost."""
    part = planned("b0", 3)
    found = assess_block(part, block("p", "b0"), None, curtailed=False)
    assert found.trials == {"b0#1": "passed", "b0#2": "unfinished", "b0#3": "unfinished"}
    empty = assess_block(part, None, None, curtailed=False)
    assert set(empty.trials.values()) == {"unfinished"}
    assert (empty.verdict, empty.seconds, empty.cost_usd, empty.reds) == ("undecided", None, None, ())


def test_what_a_block_took_is_known_only_where_all_of_it_is() -> None:
    """One latency or one cost that is not known leaves the sum unknown, never too small."""
    measured = block("pp", "b0")
    measured.seconds, measured.costs = 1.5, [0.1, 0.2]
    found = assess_block(planned("b0", 2), measured, None, curtailed=False)
    assert found.seconds == 1.5
    assert found.cost_usd == pytest.approx(0.3)
    measured.seconds_known, measured.costs = False, [0.1, None]
    found = assess_block(planned("b0", 2), measured, None, curtailed=False)
    assert (found.seconds, found.cost_usd) == (None, None)


def test_what_a_replay_cannot_measure_is_noted() -> None:
    """Latencies of a recording mean nothing: the rule is left out, and said to be."""
    gate = Gate.read({"pass_rate": 0.5, "latency": {"p95": "1s"}})
    measured = block("pp", "b0", replayed=True)
    found = assess_block(planned("b0", 2, gate), measured, None, curtailed=False)
    assert (found.verdict, len(found.rulings)) == ("passed", 1)
    assert found.notes == ("not measured in a replay: latency: {p95: 1s}",)


def test_flaky_blocks_are_those_whose_trials_disagree_the_most_even_first() -> None:
    """With the checks that failed, counted; a block of which all trials agree, or are lost, is not flaky."""
    measured = by_id(
        block("pppf", "calm"),
        block("ppff", "torn", fails={3: (CHECK, "turn 2: words")}),
        block("pppp", "good"),
        block("ffff", "bad"),
        block("puuu", "lost"),
    )
    blocks = [assess_block(planned(name, 4), each, None, curtailed=False) for name, each in measured.items()]
    found = find_flaky(blocks, measured)
    assert [(each.block, each.passed, each.trials) for each in found] == [("torn", 2, 4), ("calm", 3, 4)]
    assert found[0].checks == {CHECK: 2, "turn 2: words": 1}
