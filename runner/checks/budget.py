"""Checks of how long a reply took, and what all budgets share: a conversation is summed up, and what is not known never passes."""

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Final, Self

from runner.core.check import Check, Subject
from runner.core.durations import read_duration
from runner.core.finding import Finding, Outcome
from runner.core.message import Answer
from runner.core.value import Json
from runner.core.wording import quoted, unknown

_DURATION: Final[Json] = {
    "anyOf": [
        {"type": "number", "minimum": 0},
        {"type": "string", "pattern": r"\{\{|^\s*([0-9.]+\s*(ms|s|m|min|h)?\s*)+$"},
    ]
}


class Budget(Check):
    """A most of something that each reply took an amount of."""

    takes_whole: ClassVar[bool] = True
    called: ClassVar[str]
    example: ClassVar[str]

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Failed where what is known is too much; else broken, or not applicable, where something is not known."""
        replies = subject.replies if subject.whole else (subject,)
        amounts = [self.amount(each.answer) for each in replies]
        known = math.fsum(amount for amount in amounts if amount is not None)
        most = self.most()
        if known > most * (1 + 1e-9):  # a sum of decimals is not always the decimal of the sum
            return Finding(
                outcome="failed", reason=self._told(known, replies, f"more than {self.spell(most)}")
            )
        lacking = [each for each, amount in zip(replies, amounts, strict=True) if amount is None]
        if lacking:
            worst = min(lacking, key=lambda each: each.answer.replayed)
            outcome, why = self.lack(worst.answer)
            turn = f"turn {worst.turn + 1}: " if len(replies) > 1 else ""
            return Finding(outcome=outcome, reason=f"{turn}{why}")
        return Finding(
            outcome="passed", reason=self._told(known, replies, f"at most {self.spell(most)} asked for")
        )

    def _told(self, known: float, replies: Sequence[Subject], than: str) -> str:
        """The sentence about an amount."""
        whole = f" in {len(replies)} replies" if len(replies) > 1 else ""
        return f"{self.tell(known)}{whole}, {than}"

    @abstractmethod
    def most(self) -> float:
        """How much is allowed."""

    @abstractmethod
    def amount(self, answer: Answer) -> float | None:
        """How much one reply took; None where that is not known."""

    @abstractmethod
    def lack(self, answer: Answer) -> tuple[Outcome, str]:
        """What comes of an amount that is not known, and why."""

    @abstractmethod
    def spell(self, amount: float) -> str:
        """An amount with its unit."""

    def tell(self, amount: float) -> str:
        """An amount of what it is."""
        return self.spell(amount)

    @classmethod
    def fields_of(cls, spec: Json, known: Sequence[str] = ("max",)) -> dict[str, Json]:
        """The map that was given; raises `ValueError` where it is none, or lacks its `max`."""
        if not isinstance(spec, dict) or not spec:
            raise ValueError(f"{quoted(cls.called)} takes a map: {cls.example}")
        for key in spec:
            if key not in known:
                raise ValueError(unknown("key", key, known))
        if spec.get("max") is None:
            raise ValueError(f"{quoted(cls.called)} lacks `max`: {cls.example}")
        return spec


class Latency(Budget):
    """Whether the reply was whole within some time, from sending its request: `{max: 2s}`; of a conversation, all replies."""

    called: ClassVar[str] = "latency"
    example: ClassVar[str] = "{max: 2s}"

    max: float
    """The longest time that will do: `2s`, `500ms`, `1m 30s`."""

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a map of a time."""
        return cls(max=read_duration(cls.fields_of(spec)["max"]))

    @classmethod
    def form(cls) -> Json:
        """A map of a time."""
        return form_of(cls, {"max": _DURATION})

    def most(self) -> float:
        """The longest time, in seconds."""
        return self.max

    def amount(self, answer: Answer) -> float | None:
        """The seconds from sending the last attempt to the end of its reply."""
        return answer.latency_s

    def lack(self, answer: Answer) -> tuple[Outcome, str]:
        """A recording without times has none to judge; any other answer should have been timed."""
        if answer.replayed:
            return "not-applicable", "replayed: its recording does not say how long the reply took"
        return "broken", "how long the reply took is not known"

    def spell(self, amount: float) -> str:
        """Seconds."""
        return f"{plainly(amount, 4)} s"


class Ttft(Latency):
    """Whether a streamed reply began within some time, from sending its request: `{max: 800ms}`; of a conversation, the sum."""

    called: ClassVar[str] = "ttft"
    example: ClassVar[str] = "{max: 800ms}"

    def amount(self, answer: Answer) -> float | None:
        """The seconds to the first token."""
        return answer.ttft_s

    def lack(self, answer: Answer) -> tuple[Outcome, str]:
        """Only a streamed reply has a first token that can be timed."""
        if answer.replayed:
            return "not-applicable", "replayed: its recording does not say when the first token came"
        return "broken", "the reply was not streamed, so its first token was not timed: play with --stream"

    def tell(self, amount: float) -> str:
        """Seconds of what."""
        return f"{self.spell(amount)} to the first token"


def form_of(check: type[Budget], forms: dict[str, Json]) -> Json:
    """The schema of a map that needs its `max`."""
    properties = {
        name: {**form, "description": check.model_fields[name].description} for name, form in forms.items()
    }
    return {"type": "object", "properties": properties, "required": ["max"], "additionalProperties": False}


def plainly(amount: float, digits: int) -> str:
    """A number without an exponent, and without zeros at its end."""
    spelled = f"{amount:.{digits}f}"
    return spelled.rstrip("0").rstrip(".")
