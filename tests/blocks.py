"""Blocks that were measured, made from letters, for tests of what is made of them without playing anything."""

from collections.abc import Mapping
from typing import Any

from runner.core.assessment import TrialOutcome
from runner.core.baselines.baseline import Baseline, Cell
from runner.core.measuring import Measured, Replies
from runner.core.value import Json

OUTCOMES: dict[str, TrialOutcome] = {
    "p": "passed", "f": "failed", "b": "broken", "u": "unanswered", "n": "unmeasured", "-": "unfinished"
}  # fmt: skip
CHECK = "turn 1: contains"
ASKED = {CHECK: "digest of what it asks"}


def block(
    letters: str,
    name: str = "talk",
    *,
    scenario: str = "talk",
    case: str | None = None,
    variant: dict[str, Json] | None = None,
    said: str = "well",
    fails: Mapping[int, tuple[str, ...]] | None = None,
    replayed: bool = False,
    cold: bool = False,
    model: str = "m-1",
) -> Measured:
    """A block whose trials came out so, a letter each; `fails` has the checks that a repeat failed."""
    each = [OUTCOMES[letter] for letter in letters]
    found = Measured(id=name, scenario=scenario, path="talk.yaml", case=case, variant=variant or {}, tags=())
    for repeat, outcome in enumerate(each, start=1):
        found.trials[f"{name}#{repeat}"] = outcome
        if outcome == "failed":
            found.failing[f"{name}#{repeat}"] = (fails or {}).get(repeat, (CHECK,))
        if outcome in {"passed", "failed"}:
            found.replies.setdefault(0, Replies()).add(said, is_good=outcome == "passed")
            found.heard += 1
            found.replayed += replayed
    found.is_cold = cold
    found.models = {model}
    return found


def baseline(*blocks: Measured, asked: Mapping[str, str] = ASKED, plays: str = "as it was") -> Baseline:
    """The baseline of one scenario that some blocks make."""
    cells = {each.id: Cell.of(each, plays, asked) for each in blocks}
    return Baseline(scenario=blocks[0].scenario if blocks else "talk", run="first", cells=cells)


def by_id(*blocks: Measured) -> dict[str, Measured]:
    return {each.id: each for each in blocks}


def asked_by(blocks: Mapping[str, Measured], asked: Mapping[str, str] = ASKED) -> dict[str, Any]:
    """What all blocks are asked, by their ids."""
    return dict.fromkeys(blocks, asked)
