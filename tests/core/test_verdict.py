"""How findings about several replies become one verdict."""

from typing import Literal

import pytest

from runner.checks.text import Contains
from runner.core.check import Subject
from runner.core.finding import Verdict
from runner.core.trial import Posed
from runner.core.verdict import conclude


def judged(of: str, *said: str, check: Literal["contains", "not-contains"] = "contains") -> Verdict:
    posed = Posed(check=check, line=9, of=of, ask=Contains.read("yes"))
    subjects = [Subject(Subject.alone(text).answer, turn=turn) for turn, text in enumerate(said, start=1)]
    return conclude(posed, subjects, lambda _: ())


@pytest.mark.parametrize(
    ("of", "check", "said", "turn", "spans", "reason"),
    [
        ("every", "contains", ("yes", "no", "nay"), 2, (), 'turn 3: "yes" is not in the reply; the reply is "no"'),
        ("every", "not-contains", ("no", "oh yes"), 2, ((3, 6),), 'turn 3: "yes" is in the reply: "oh yes"'),
        ("any", "contains", ("no", "nay"), 2, (),
         '2 of 2 replies failed, the last at turn 3: "yes" is not in the reply; the reply is "nay"'),
        ("any", "contains", ("no", "yes", "yes"), 2, ((0, 3),), 'turn 3: "yes" is in the reply: "yes"'),
        ("every", "contains", ("yes", "yes"), None, (), "2 of 2 replies passed"),
    ],
)  # fmt: skip
def test_a_verdict_on_several_replies_keeps_the_one_that_decided_it(
    of: str,
    check: Literal["contains", "not-contains"],
    said: tuple[str, ...],
    turn: int | None,
    spans: tuple[tuple[int, int], ...],
    reason: str,
) -> None:
    """With what was found in it; where all of them had to fail, the last one stands for them."""
    found = judged(of, *said, check=check)
    assert (found.turn, found.spans, found.reason) == (turn, spans, reason)


def test_a_verdict_on_one_reply_names_no_turn() -> None:
    """It is known without: `last`, or the turn's id."""
    assert judged("last", "no").turn is None
