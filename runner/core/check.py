"""Questions about a reply and their verdicts; a check is data whose method is its meaning, and it does no I/O."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from runner.core.message import Answer, Message, Reply
from runner.core.value import Json, Value

Outcome = Literal["passed", "failed", "broken", "not-applicable"]
"""What came of a check; `broken` is the check's own error, never the model's."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a check looks at: one reply, and where it stands."""

    reply: Reply
    turn: int
    """0-based place among the turns."""


class Finding(Value):
    """What a check found: an outcome and the reason in a sentence."""

    outcome: Outcome
    reason: str


class Check(Value):
    """One question about a reply: its fields are its YAML."""

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check that the YAML means by what stands under its name; raises `ValueError` with a sentence."""
        return cls.model_validate(spec)

    @classmethod
    def form(cls) -> Json:
        """The JSON Schema of what may stand under its name."""
        return {}

    @abstractmethod
    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:
        """What the check finds in a reply, and in the answers to its own questions, if it asks any."""

    def questions(self, subject: Subject) -> tuple["Question", ...]:  # noqa: ARG002 - most checks ask nothing
        """The requests whose answers the check needs; none for a check that only looks."""
        return ()

    def negate(self, finding: Finding) -> Finding:
        """What the `not-` form finds: passed and failed change places, the rest stays."""
        flipped: dict[Outcome, Outcome] = {"passed": "failed", "failed": "passed"}
        return Finding(outcome=flipped.get(finding.outcome, finding.outcome), reason=finding.reason)


@dataclass(frozen=True, slots=True)
class Question:
    """A request that a check wants answered: where to, and what is asked."""

    provider: str
    model: str
    params: dict[str, Json]
    messages: tuple[Message, ...]
    draw: int = 1


class Verdict(Value):
    """A check's answer, as it is written down."""

    check: str
    """The check's name in the YAML, its `not-` included."""
    outcome: Outcome
    """`broken` is the check's own error, never the model's."""
    reason: str
    """Why, in a sentence."""
    path: str | None = None
    """The file that the check stands in, where that is not the scenario's own."""
    line: int
    """Where the check stands in its file, 1-based."""
    of: str | None = None
    """At the foot of a scenario: of what it speaks (`every`, `any`, `last`, a turn's id)."""
