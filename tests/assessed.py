"""What `runner check` found, made by hand, for tests of what is made from it: every verdict, a regression, flaky trials."""

from typing import Any

from runner.core.assessment import (
    Assessment,
    Block,
    BlockVerdict,
    Comparison,
    Flaky,
    Pair,
    Red,
    Ruling,
    Tally,
    TrialOutcome,
)

PATH = "scenarios/refund-policy.yaml"
SAID = "You can return it. We refund every kettle without a receipt, and we pay the postage."

WHY: dict[BlockVerdict, str] = {
    "passed": "",
    "failed": "{passed} of {total} trials passed; 4 are asked for",
    "undecided": "4 of 5 says too little of a rate of 0.8",
    "unanswered": "1 trial has no reply, and it decides",
    "broken": "1 trial could not be judged, and it decides",
}

Outcomes = dict[TrialOutcome, int]


def block(case: str, verdict: BlockVerdict, outcomes: Outcomes, said: str = "", **fields: Any) -> Block:
    """A block of one case; `said` stands wherever a model, an author or a server may say something."""
    name = f"refund-policy[case={case},temperature=0.7{said}]"
    each = [outcome for outcome, number in outcomes.items() for _ in range(number)]
    passed, total = outcomes.get("passed", 0), len(each) or 1
    rule = Ruling(
        rule="pass_rate: 0.8",
        verdict=verdict,
        observed=passed / total,
        low=max(0.0, passed / total - 0.3),
        high=min(1.0, passed / total + 0.2),
        level=0.95,
        more=9 if verdict == "undecided" else None,
        reason=said or WHY[verdict].format(passed=passed, total=total),
    )
    data = {
        "id": name, "scenario": "refund-policy", "path": PATH, "line": 1, "case": case,
        "variant": {"temperature": 0.7}, "tags": ("support",), "verdict": verdict, "rulings": (rule,),
        "trials": {f"{name}#{number}": outcome for number, outcome in enumerate(each, start=1)},
        "seconds": 4.25, "cost_usd": 0.0002,
    }  # fmt: skip
    return Block.model_validate({**data, **fields})


def red(case: str, said: str = "", **fields: Any) -> Red:
    """A check that failed in three of five trials, all there is to read of it."""
    data = {
        "trial": f"refund-policy[case={case},temperature=0.7{said}]#2", "outcome": "failed", "turn": 1,
        "path": PATH, "line": 17, "check": "not-contains", "user": said or "I want my money back for this kettle.",
        "expected": said or 'not-contains: "without a receipt"', "got": said or SAID,
        "spans": ((SAID.index("without"), SAID.index(",")),), "reason": said or 'the reply contains "without a receipt"',
        "alike": 3, "of_trials": 5, "had": said or "Do you have the receipt?",
        "again": f"runner play {PATH} --only refund-policy --case {case} --trial 2",
    }  # fmt: skip
    return Red.model_validate({**data, **fields})


def silence(case: str, said: str = "", **fields: Any) -> Red:
    """A trial without a reply."""
    names = {"outcome": "unanswered", "turn": 0, "line": 12, "check": "timed_out", "expected": "a reply"}
    why = {"got": None, "spans": (), "reason": said or "nothing came within 60 s", "alike": 1}
    return red(case, said, **{**names, **why, "had": None, **fields})


def comparison(said: str = "", **fields: Any) -> Comparison:
    """A drop from the baseline that chance does not explain."""
    name = f"refund-policy[case=kettle,temperature=0.7{said}]"
    falls = Pair(
        block=name,
        base=name,
        change="newly failing",
        passed=2,
        trials=5,
        base_passed=5,
        base_trials=5,
        p=0.0833,
    )
    holds = Pair(
        block=f"{name}2", base=name, change="unchanged", passed=5, trials=5, base_passed=5, base_trials=5
    )
    data = {
        "title": f"against baselines/refund-policy.json{said}", "verdict": "failed", "rule": "test",
        "difference": -0.3, "low": -0.52, "high": -0.05, "p": 0.012, "detectable": 0.28, "pairs": (falls, holds),
        "unpaired": (said or "unpaired: axis tone is new",),
        "reason": said or "the pass rate fell by 30 points, which chance does not explain",
    }  # fmt: skip
    return Comparison.model_validate({**data, **fields})


def assessment(said: str = "", **fields: Any) -> Assessment:
    """A check of six blocks of one scenario and one of another: each verdict, one block that is not gated, a regression."""
    five: Outcomes = {"passed": 5}
    broke = {"outcome": "broken", "check": "llm-rubric", "reason": said or "the judge did not answer in form"}
    blocks = (
        block("toaster", "passed", five, said),
        block("kettle", "failed", {"passed": 2, "failed": 3}, said, reds=(red("kettle", said),)),
        block("spoon", "undecided", {"passed": 4, "failed": 1}, said, reds=(red("spoon", said, alike=1),)),
        block("fork", "unanswered", {"passed": 4, "unanswered": 1}, said, reds=(silence("fork", said),)),
        block(
            "knife", "broken", {"passed": 4, "broken": 1}, said, reds=(red("knife", said, **broke, alike=1),)
        ),
        block("plate", "failed", {"failed": 5}, said, gated=False, reds=(red("plate", said),)),
        block("cup", "passed", {"passed": 4, "failed": 1}, said, reds=(red("cup", said, alike=1),)),
        Block(
            id="hours",
            scenario="hours",
            path="scenarios/hours.yaml",
            trials={"hours#1": "passed"},
            verdict="passed",
        ),
    )
    flaky = Flaky(block=blocks[6].id, passed=4, trials=5, checks={said or "not-contains, turn 2": 1})
    data = {
        "run": f"20261122-154012-refund-policy{said}", "verdict": "failed", "exit_code": 1,
        "sentence": said or "failed: 1 of 7 gated blocks failed, 3 could not be judged, and the pass rate fell",
        "tally": Tally(trials=36, passed=24, failed=10, broken=1, unanswered=1), "blocks": blocks,
        "comparisons": (comparison(said),), "flaky": (flaky,), "started_at": "2026-11-22T15:40:12.113Z",
        "seconds": 12.5, "cost_usd": 0.0123, "subset": said or "--only refund-policy", "command": f"runner check {said}",
    }  # fmt: skip
    return Assessment.model_validate({**data, **fields})


def many(number: int, verdict: BlockVerdict = "failed", said: str = "") -> Assessment:
    """A check of many blocks of one verdict."""
    outcomes: Outcomes = {"passed": 5} if verdict == "passed" else {"passed": 2, "failed": 3}
    blocks = []
    for index in range(number):
        reds = () if verdict == "passed" else (red(f"c{index}", said, line=17 + index),)
        blocks.append(block(f"c{index}", verdict, outcomes, said, reds=reds))
    return assessment(said, blocks=blocks, flaky=())
