"""What checks answer: a finding about one reply, and the verdict that is written down; it asks nothing and judges nothing."""

from typing import Literal

from runner.core.value import Value

Outcome = Literal["passed", "failed", "broken", "not-applicable"]
"""What came of a check; `broken` is the check's own error, never the model's."""

Span = tuple[int, int]
"""Where something stands in a reply's text: its first character, 0-based, and the one after its last."""


class Finding(Value):
    """What a check found: an outcome and the reason in a sentence."""

    outcome: Outcome
    reason: str
    spans: tuple[Span, ...] = ()
    """What it found, where that stands in the reply's text: what was looked for, or what should not be there."""
    captured: str | None = None
    """What it took out of the reply; None where that is not its business."""


class Verdict(Value):
    """A check's answer, as it is written down."""

    check: str
    """The check's name in the YAML, its `not-` included."""
    name: str | None = None
    """What its author calls it; null where it has no name of its own."""
    outcome: Outcome
    """`broken` is the check's own error, never the model's."""
    reason: str
    """Why, in a sentence."""
    spans: tuple[Span, ...] = ()
    """What was found, where that stands in the reply's text: first character, 0-based, and the one after the last."""
    captured: str | None = None
    """What it took out of the reply under its name; null where that is not its business."""
    path: str | None = None
    """The file that the check stands in, where that is not the scenario's own."""
    line: int
    """Where the check stands in its file, 1-based."""
    of: str | None = None
    """At the foot of a scenario: of what it speaks (`every`, `any`, `last`, `conversation`, a turn's id)."""
    turn: int | None = None
    """Of `every` and `any`: the turn whose reply decided it, or the last that failed it, 0-based; null where none did."""

    @property
    def title(self) -> str:
        """What people call it: of what it speaks, its own name if it has one, the check's."""
        check = self.check if self.name is None else f"{self.name} ({self.check})"
        return check if self.of is None else f"{self.of}: {check}"
