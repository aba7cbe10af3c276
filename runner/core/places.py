"""What a name in a matrix, a case or an option stands for: a request field, a variable, the model; it sets nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from runner.core.request_fields import REFUSED, SETTABLE, refusal
from runner.core.template import NAME
from runner.core.wording import excerpt, nearest, quoted, unknown

Kind = Literal["params", "vars", "model", "provider", "system", "developer", "setup"]
"""What can be varied."""

WHOLE: Final[dict[str, Kind]] = {
    "model": "model",
    "provider": "provider",
    "system": "system",
    "developer": "developer",
    "setup": "setup",
}
"""Names that stand for a part of the scenario itself."""

LONGEST_LABEL: Final = 40
"""A value beyond this many characters needs a name: ids stay readable."""

_RESERVED: Final = frozenset(",[]=#\"'`")


@dataclass(frozen=True, slots=True)
class Place:
    """What a name stands for."""

    kind: Kind
    name: str
    """The request field or the variable, without its prefix."""


def place(name: str, declared: Collection[str]) -> Place:
    """What a name stands for, given the declared variables; raises `ValueError` with a sentence where that is unclear."""
    prefix, dot, rest = name.partition(".")
    if dot and prefix == "params":
        if (reason := refusal(rest, {} if rest == "extra_body" else None)) is not None:
            raise ValueError(reason)
        return Place("params", rest)
    if dot and prefix == "vars":
        if not NAME.match(rest):
            raise ValueError(variable_complaint(rest))
        return Place("vars", rest)
    is_field = name in SETTABLE
    if name in declared and (is_field or name in WHOLE):
        way_on = f"`params.{name}` or `vars.{name}`" if is_field else f"`vars.{name}` for the variable"
        raise ValueError(f"{quoted(name)} is both a {_noun(name)} and a variable: write {way_on}")
    if name in declared:
        return Place("vars", name)
    if is_field:
        return Place("params", name)
    if name in WHOLE:
        return Place(WHOLE[name], name)
    if name in REFUSED:
        raise ValueError(f"{quoted(name)} may not be set here: {REFUSED[name]}")
    raise ValueError(_unknown(name, declared))


def _noun(name: str) -> str:
    """What a name is when it is not a variable."""
    return "request field" if name in SETTABLE else "part of the scenario"


def _unknown(name: str, declared: Collection[str]) -> str:
    """The sentence about a name that stands for nothing."""
    known = {*declared, *SETTABLE, *WHOLE}
    if nearest(name, known) is not None:
        return unknown("name", name, known)
    return (
        f"{quoted(name)} is neither a request field nor a variable: declare it under `vars:`, "
        "or put a server's own fields under `extra_body`"
    )


def variable_complaint(name: str) -> str:
    """The sentence about a name that no variable can have."""
    return f"{excerpt(name, 40)} cannot be a variable's name: expected letters, digits, `_` and `-`, a letter first"


def spelled(value: str | float | bool | None) -> str:  # noqa: FBT001 - a JSON scalar is data
    """How a value is written in an id: whole numbers without a fraction, so that 1 and 1.0 are one."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case _:
            return repr(value)


def label_complaint(text: str, limit: int = LONGEST_LABEL) -> str | None:
    """Why a text cannot stand in an id; None where it can."""
    if not text:
        return "an empty text cannot stand in an id"
    if len(text) > limit:
        return f"{excerpt(text, 40)} has more than {limit} characters and cannot stand in an id"
    if not text.isprintable() or text != text.strip() or not _RESERVED.isdisjoint(text):
        return (
            f"{excerpt(text)} cannot stand in an id: no `,` `[` `]` `=` `#`, no quotes or control characters, "
            "no space at either end"
        )
    return None
