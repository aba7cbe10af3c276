"""The unit of work: a script, which is one variant rendered to the letter, and a trial, which is one repeat of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Final, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from runner.core.check import Check
from runner.core.message import CHAT, Message
from runner.core.template import fill_captured
from runner.core.value import Json, Value, canonical

CAPTURE: Final = "capture"
"""What a check is called that takes something out of a reply under a name."""

INSTRUCTING: Final = ("system", "developer")
"""The roles of messages that tell a model how to be."""


class Posed(Value):
    """A check where its author put it."""

    check: str
    """Its name in the YAML, `not-` included."""
    name: str | None = None
    """What its author calls it."""
    spec: Json = None
    """What the YAML says under that name."""
    captured: tuple[str, ...] = ()
    """What it needs of earlier replies, by name."""
    asks: Json = None
    """Whom it asks and with what words; null where it only looks."""
    backing: str | None = None
    """A digest of what decides its verdict and stands outside of the YAML, such as an author's code."""
    path: str = ""
    """The file that the check stands in; empty where that is the scenario's own."""
    line: int = 0
    """1-based, in the file that the check stands in."""
    of: str | None = None
    """At the foot of a scenario: `every`, `any`, `last`, `conversation` or a turn's id."""
    ask: Check | None = Field(default=None, exclude=True, repr=False)
    """The check itself, the positive form; None in a script that was read back from a journal."""
    late: SkipJsonSchema[Callable[[Mapping[str, str]], Check] | None] = Field(
        default=None, exclude=True, repr=False
    )
    """What makes the check once what it needs of earlier replies is there; raises `ValueError` where it cannot."""

    @property
    def title(self) -> str:
        """What people call it, as its verdicts are called."""
        check = self.check if self.name is None else f"{self.name} ({self.check})"
        return check if self.of is None else f"{self.of}: {check}"

    @property
    def negated(self) -> bool:
        """Whether this is the `not-` form."""
        return self.check.startswith("not-")


class Line(Value):
    """One turn of a script: what is said, and what is asked about the reply."""

    role: Literal["user", "assistant"] = "user"
    """A user's line is sent and answered; an assistant's is put into the history as it stands."""
    message: Message
    params: dict[str, Json] | None = None
    """What goes with this turn's request; None where it is the script's own params."""
    id: str | None = None
    path: str = ""
    """The file that the turn stands in; empty where that is the scenario's own."""
    line: int = 0
    """1-based, in the file that the turn stands in."""
    checks: tuple[Posed, ...] = ()
    """What is taken out of the reply first, then what is asked about it."""
    when: tuple[Posed, ...] = ()
    """Checks on the last reply that decide whether the turn is taken."""
    captured: tuple[str, ...] = ()
    """What its message needs of earlier replies, by name."""

    def said(self, captured: Mapping[str, str]) -> Message:
        """The message, with what earlier replies said in the place of its marks."""
        if not self.captured:
            return self.message
        filled: Message = fill_captured(self.message, {name: captured[name] for name in self.captured})
        return filled


class Script(Value):
    """One variant of a scenario, rendered: the literal conversation up to what the model will say."""

    variant: str
    """The variant's id, stable across runs: `refund-policy[case=kettle,temperature=0.7]`."""
    scenario: str
    path: str = ""
    case: str | None = None
    axes: dict[str, Json] = {}
    """Each axis of the matrix with this variant's value, or its name where values have names."""
    tags: tuple[str, ...] = ()
    provider: str
    model: str
    params: dict[str, Json] = {}
    opening: tuple[Message, ...] = ()
    """The system or developer message, if there is one; of a talk that goes on from a conversation, all that was said."""
    opening_params: tuple[dict[str, Json], ...] = ()
    """What went with each of the opening's user messages, where that is known: they are not asked again."""
    turns: tuple[Line, ...] = ()
    checks: tuple[Posed, ...] = ()
    """About the conversation as a whole."""
    secrets: tuple[str, ...] = ()
    """The environment variables whose values its marks stand for."""
    is_open: bool = False
    """Whether its turns are typed while it is played, as in a chat."""
    on_failed_check: Literal["continue", "stop"] = "continue"

    def params_of(self, turn: int) -> dict[str, Json]:
        """The effective params of a turn's request."""
        own = self.turns[turn].params
        return self.params if own is None else own

    def with_line(self, line: Line) -> "Script":
        """The script with one turn more at its end."""
        return self.model_copy(update={"turns": (*self.turns, line)})

    def until(self, turn: int) -> "Script":
        """The script without the turns from one on."""
        return self.model_copy(update={"turns": self.turns[:turn]})

    def instructed(self, message: Message | None) -> "Script":
        """The script with another system message, or with none; whatever else it opens with stays."""
        rest = tuple(each for each in self.opening if each.get("role") not in INSTRUCTING)
        return self.model_copy(update={"opening": rest if message is None else (message, *rest)})

    @cached_property
    def plays(self) -> str:
        """A digest of all that decides what is sent: messages, params, model and endpoint."""
        lines = [[line.role, line.message, line.params, *_conditions(line)] for line in self.turns]
        return _digest(
            [self.provider, CHAT, self.model, self.params, list(self.opening), lines, self.on_failed_check]
        )

    @cached_property
    def judges(self) -> str:
        """A digest of all that decides the verdicts."""
        posed = [[[check.name, *_told(check)] for check in line.checks] for line in self.turns]
        return _digest([posed, [[check.name, check.of, *_told(check)] for check in self.checks]])


def _told(posed: Posed) -> list[Json]:
    """What decides a check's verdict."""
    told = [posed.check, posed.spec]
    if posed.asks is not None or posed.backing is not None:
        told.append(posed.asks)
    return told if posed.backing is None else [*told, posed.backing]


def _conditions(line: Line) -> list[Json]:
    """What decides whether a turn is taken and what is taken out of its reply, so that other turns say it."""
    captures = [each.spec for each in line.checks if each.check == CAPTURE]
    if not line.when and not captures:
        return []
    return [[_told(each) for each in line.when], captures]


def _digest(data: Json) -> str:
    """A short digest of JSON data."""
    return blake2b(canonical(data), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Trial:
    """One repeat of one script."""

    script: Script
    repeat: int = 1
    """1-based."""
    place: int = field(default=0, compare=False)
    """Where it stands in the whole plan, 0-based."""

    @property
    def id(self) -> str:
        """The trial's id, stable across runs: the variant's id, `#` and the repeat."""
        return trial_id(self.script.variant, self.repeat)


def trial_id(variant: str, repeat: int) -> str:
    """The id of a variant's repeat."""
    return f"{variant}#{repeat}"
