"""Checks of what a reply was counted and paid for: `tokens` and `cost`; of a conversation, the sum over its replies."""

from typing import ClassVar, Final, Literal, Self, cast

from runner.checks.budget import Budget, form_of, plainly
from runner.checks.fields import share_in, whole_in
from runner.core.finding import Outcome
from runner.core.message import Answer
from runner.core.value import Json
from runner.core.wording import unknown

Of = Literal["completion", "prompt", "total"]
"""Which tokens are counted."""

_OF: Final = ("completion", "prompt", "total")
_USD: Final = "$"
_MOST_USD: Final = 1e9


class Tokens(Budget):
    """Whether the reply has at most so many tokens, by the server's count: `{max: 200}`; of a conversation, all replies."""

    called: ClassVar[str] = "tokens"
    example: ClassVar[str] = "{max: 200}"

    max: int
    """The most tokens that will do."""
    of: Of = "completion"
    """Which are counted: those of the reply (`completion`, reasoning included), of what was sent (`prompt`), or both (`total`)."""

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a map of a number, and of which tokens."""
        fields = cls.fields_of(spec, ("max", "of"))
        of = fields.get("of", "completion")
        if of not in _OF:
            raise ValueError(unknown("value of `of`", str(of), _OF))
        most = whole_in(fields, "max", 0)
        assert most is not None
        return cls(max=most, of=cast("Of", of))

    @classmethod
    def form(cls) -> Json:
        """A map of a number, and of which tokens."""
        number = {
            "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"\{\{|^[0-9]+$"}]
        }
        return form_of(cls, {"max": number, "of": {"enum": list(_OF)}})

    def most(self) -> float:
        """The most tokens."""
        return self.max

    def amount(self, answer: Answer) -> float | None:
        """The tokens that are counted."""
        usage = answer.usage
        if usage is None:
            return None
        counts = {
            "completion": (usage.completion_tokens,),
            "prompt": (usage.prompt_tokens,),
            "total": (usage.prompt_tokens, usage.completion_tokens),
        }[self.of]
        return None if None in counts else sum(count for count in counts if count is not None)

    def lack(self, answer: Answer) -> tuple[Outcome, str]:
        """A server that does not count leaves nothing to judge."""
        if answer.replayed:
            return "not-applicable", "replayed: its recording does not say how many tokens there were"
        return "broken", "the server did not say how many tokens there were"

    def spell(self, amount: float) -> str:
        """A whole number."""
        return f"{amount:.0f}"

    def tell(self, amount: float) -> str:
        """Tokens of which kind."""
        kind = "" if self.of == "total" else f"{self.of} "
        return f"{amount:.0f} {kind}{'token' if amount == 1 else 'tokens'}"


class Cost(Budget):
    """Whether the reply cost at most so many US dollars: `{max: 0.01}`; of a conversation, all replies."""

    called: ClassVar[str] = "cost"
    example: ClassVar[str] = "{max: 0.01}"

    max: float
    """The most US dollars that will do; what a judge costs is not counted."""

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a map of an amount."""
        fields = cls.fields_of(spec)
        value = fields["max"]
        plain = value.strip().removeprefix(_USD) if isinstance(value, str) else value
        try:
            most = share_in({"max": plain}, "max", 0, _MOST_USD)
        except ValueError:
            raise ValueError("`max` takes US dollars: 0.01") from None
        assert most is not None
        return cls(max=most)

    @classmethod
    def form(cls) -> Json:
        """A map of an amount."""
        spelled = {"type": "string", "pattern": r"\{\{|^\$?[0-9.]+$"}
        return form_of(cls, {"max": {"anyOf": [{"type": "number", "minimum": 0}, spelled]}})

    def most(self) -> float:
        """The most US dollars."""
        return self.max

    def amount(self, answer: Answer) -> float | None:
        """The US dollars of one reply; of a replayed one, what it would cost is not known."""
        return None if answer.replayed else answer.cost_usd

    def lack(self, answer: Answer) -> tuple[Outcome, str]:
        """A replay costs nothing, and says nothing of what the reply costs when it is asked for."""
        if answer.replayed:
            return "not-applicable", "replayed: nothing was paid, and what it would cost is not known"
        if answer.usage is None:
            return "broken", "the cost is not known: the server did not say how many tokens there were"
        return "broken", "the cost is not known: say the price of the model in the settings, under `prices`"

    def spell(self, amount: float) -> str:
        """US dollars."""
        return f"{_USD}{plainly(amount, 10)}"
