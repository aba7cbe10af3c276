"""Questions about a reply; a check is data whose method is its meaning, and it does no I/O."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Protocol, Self

from runner.core.finding import Finding, Outcome
from runner.core.message import CHAT, Answer, Link, Message, Reply
from runner.core.transcript import Transcript
from runner.core.value import Json, Value


@dataclass(frozen=True, slots=True)
class Subject:
    """What a check looks at: one reply, how it came, where it stands, and all that was said before it."""

    answer: Answer
    """The reply with its tokens, cost and times; never a failure."""
    turn: int
    """0-based place among the turns."""
    link: Link | None = field(default=None, compare=False, repr=False)
    """The reply in the history, linked to what was said before it; None where it stands alone."""
    before: "Subject | None" = None
    """The reply before, linked so that adding one costs the same at any length."""
    whole: bool = False
    """Whether the whole conversation up to this reply is meant, and not the reply alone."""
    tell: "Callable[[Subject], Transcript] | None" = field(default=None, compare=False, repr=False)
    """What makes a transcript of the conversation up to this reply; None where it stands alone."""

    @classmethod
    def alone(cls, text: str) -> Self:
        """A reply of nothing but a text."""
        return cls(Answer(reply=Reply(message={"role": "assistant", "content": text})), 0)

    @property
    def reply(self) -> Reply:
        """The reply itself."""
        assert self.answer.reply is not None
        return self.answer.reply

    @property
    def replies(self) -> "tuple[Subject, ...]":
        """The replies up to this one, first one first."""
        found: list[Subject] = []
        each: Subject | None = self
        while each is not None:
            found.append(each)
            each = each.before
        return tuple(found[::-1])

    @property
    def messages(self) -> tuple[Message, ...]:
        """The history up to the reply, which is its last message."""
        found: list[Message] = []
        link = self.link
        while link is not None:
            found.append(link.message)
            link = link.before
        return tuple(found[::-1]) if found else (self.reply.said,)

    def saying(self, text: str) -> "Subject":
        """The same place with another text: a piece of the reply that a check of its own looks at."""
        reply = Reply(message={"role": "assistant", "content": text})
        return replace(self, answer=self.answer.model_copy(update={"reply": reply}))


@dataclass(frozen=True, slots=True)
class Judge:
    """Who answers the questions of checks: a model on a provider, neither the one under test unasked."""

    provider: str
    model: str
    params: dict[str, Json] = field(default_factory=dict)
    """Request fields that go with its questions."""
    prompt: str | None = None
    """What it is told to do; None where the check's own words will do."""
    votes: int = 1
    """How often each question is asked."""


class Surroundings(Protocol):
    """What a check learns of the place it stands in, before anything is sent."""

    def judge(self, provider: str | None, model: str | None) -> Judge:
        """Who judges, given what the check itself names; raises `ValueError` with a sentence where nobody is set."""
        ...

    def embedder(self, provider: str | None, model: str | None) -> Judge:
        """Who measures closeness; raises `ValueError` with a sentence where nobody is set."""
        ...

    def locate(self, path: str) -> str:
        """Where a file is that the YAML names, relative to that YAML; raises `ValueError` where it may not be used."""
        ...


class Check(Value):
    """One question about a reply: its fields are its YAML."""

    takes_list: ClassVar[bool] = False
    """Whether a list under its name is one value of it, and not several checks."""
    takes_whole: ClassVar[bool] = False
    """Whether it can speak of a conversation as a whole: what it adds up or sees there is more than one reply."""

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check that the YAML means by what stands under its name; raises `ValueError` with a sentence."""
        return cls.model_validate(spec)

    @classmethod
    def form(cls) -> Json:
        """The JSON Schema of what may stand under its name."""
        return {}

    def settle(self, surroundings: Surroundings) -> Self:  # noqa: ARG002 - most checks need to know nothing
        """The check with what it needs of its surroundings; raises `ValueError` with a sentence where that is not there."""
        return self

    @abstractmethod
    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:
        """What the check finds in a reply, and in the answers to its own questions, if it asks any."""

    def questions(self, subject: Subject) -> tuple["Question", ...]:  # noqa: ARG002 - most checks ask nothing
        """The requests whose answers the check needs; none for a check that only looks."""
        return ()

    def asks(self) -> tuple[Judge, ...]:
        """Whom it asks, each as often as it asks about one reply; nobody where it only looks."""
        return ()

    def backing(self) -> str | None:
        """A digest of what decides its verdict and stands outside of the YAML: an author's code; None where nothing does."""
        return None

    def negate(self, finding: Finding) -> Finding:
        """What the `not-` form finds: passed and failed change places, the rest stays."""
        flipped: dict[Outcome, Outcome] = {"passed": "failed", "failed": "passed"}
        return finding.model_copy(update={"outcome": flipped.get(finding.outcome, finding.outcome)})


@dataclass(frozen=True, slots=True)
class Question:
    """A request that a check wants answered: where to, and what is asked."""

    provider: str
    model: str
    params: dict[str, Json]
    messages: tuple[Json, ...]
    """Messages of a chat; of an embeddings request the texts."""
    draw: int = 1
    path: str = CHAT
    """The endpoint below the provider's base URL."""
