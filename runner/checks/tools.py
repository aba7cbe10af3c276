"""A check of which tools a reply calls, and with what; of a conversation, the calls of all its replies in order."""

from collections.abc import Sequence
from typing import ClassVar, Final, Self

from runner.checks.calls import CALL_KEYS, Call, Wanted, calls_of, misfit, pair, pair_in_order, wanted_of
from runner.checks.reading import UnreadableError
from runner.core.check import Check, Subject
from runner.core.finding import Finding
from runner.core.message import Answer
from runner.core.value import Json
from runner.core.wording import quoted, unknown

_LIST_KEYS: Final = ("calls", "in_order", "exactly")


class ToolCalls(Check):
    """Whether the reply calls a tool, or several (`calls`); others may be called too, unless `exactly` these are asked for."""

    takes_whole: ClassVar[bool] = True

    calls: tuple[Wanted, ...]
    """The calls, each of which one of the reply's must be."""
    in_order: bool = False
    """Whether they come in this order."""
    exactly: bool = False
    """Whether there are no others."""

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a tool's name, a call, or a map of several calls."""
        if isinstance(spec, dict) and ("calls" in spec or not {*CALL_KEYS} & spec.keys()):
            for key in spec:
                if key not in _LIST_KEYS:
                    raise ValueError(unknown("key", key, (*_LIST_KEYS, *CALL_KEYS)))
            calls = spec.get("calls")
            exactly, in_order = (_flag(spec, name) for name in ("exactly", "in_order"))
            if not isinstance(calls, list) or (not calls and not exactly):
                raise ValueError("`calls` takes a list of tools; an empty one only with `exactly: true`")
            return cls(calls=tuple(map(wanted_of, calls)), in_order=in_order, exactly=exactly)
        return cls(calls=(wanted_of(spec),))

    @classmethod
    def form(cls) -> Json:
        """A tool's name, a call, or a map of several calls."""
        name = {"type": "string", "minLength": 1, "description": "The tool's name."}
        call: dict[str, Json] = {
            "name": name,
            "arguments": {
                "type": "object",
                "description": "What it is given: these arguments and no others.",
            },
            "arguments_schema": {
                "type": "object",
                "description": "A JSON Schema that its arguments are held against.",
            },
        }
        one = {
            "anyOf": [
                name,
                {"type": "object", "properties": call, "required": ["name"], "additionalProperties": False},
            ]
        }
        several = {
            "calls": {
                "type": "array",
                "items": one,
                "description": "The calls, each of which must be there.",
            },
            "in_order": {"type": "boolean", "description": "Whether they come in this order."},
            "exactly": {"type": "boolean", "description": "Whether there are no others."},
        }
        table = {
            "type": "object",
            "properties": several,
            "required": ["calls"],
            "additionalProperties": False,
        }
        return {"anyOf": [*one["anyOf"], table]}

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where every call that is wanted is there, each another one."""
        try:
            return self._found(
                [
                    call
                    for each in (subject.replies if subject.whole else (subject,))
                    for call in calls_of(each)
                ]
            )
        except UnreadableError as error:
            return error.finding

    def _found(self, made: Sequence[Call]) -> Finding:
        """What there is to say of the calls that are made."""
        fits = [[why is None for why in (misfit(wanted, call) for call in made)] for wanted in self.calls]
        paired = pair_in_order(fits, len(made)) if self.in_order else pair(fits)
        if None in paired:
            wanted = self.calls[paired.index(None)]
            return Finding(outcome="failed", reason=self._missing(wanted, made))
        if self.exactly and len(made) > len(self.calls):
            others = [call for at, call in enumerate(made) if at not in paired]
            reason = f"{_row(others)} {'is' if len(others) == 1 else 'are'} called beyond what is asked for"
            return Finding(outcome="failed", reason=reason)
        if not self.calls:
            return Finding(outcome="passed", reason="no tool is called")
        found = [made[at] for at in paired if at is not None]
        order = " in this order" if self.in_order and len(found) > 1 else ""
        return Finding(
            outcome="passed", reason=f"{_row(found)} {'is' if len(found) == 1 else 'are'} called{order}"
        )

    def _missing(self, wanted: Wanted, made: Sequence[Call]) -> str:
        """Why a call that is wanted is not there."""
        named = [call for call in made if call.name == wanted.name]
        if not made:
            return f"{quoted(wanted.name)} is not called; no tool is"
        if not named:
            return f"{quoted(wanted.name)} is not called; {_row(made)} {'is' if len(made) == 1 else 'are'}"
        whys = [why for call in named if (why := misfit(wanted, call)) is not None]
        if len(whys) == len(named):
            return f"{quoted(wanted.name)} is called with other arguments: {whys[0]}"
        if self.in_order:
            return f"{quoted(wanted.name)} is called, and not in the order asked for: {_row(made)}"
        return f"{quoted(wanted.name)} is not called as often as asked for; called: {_row(made)}"


def _flag(fields: dict[str, Json], key: str) -> bool:
    """Whether something is asked for; a template's text that says so will do."""
    value = fields.get(key, False)
    if isinstance(value, str) and value in {"true", "false"}:
        return value == "true"
    if not isinstance(value, bool):
        raise ValueError(f"{quoted(key)} takes `true` or `false`")  # noqa: TRY004 - data, not a type of ours
    return value


def _row(calls: Sequence[Call]) -> str:
    """Calls in a row, the first few, by name."""
    row = ", ".join(quoted(call.name) for call in calls[:8])
    return row if len(calls) <= 8 else f"{row} and {len(calls) - 8} more"
