"""Calls of tools: as replies make them, as an author wants them, and which of the one are which of the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final, cast

from runner.checks import check_class
from runner.checks.reading import UnreadableError, read_json
from runner.core.check import Check, Subject
from runner.core.value import Json, Value, encode_readable
from runner.core.wording import excerpt, unknown

if TYPE_CHECKING:
    from runner.checks.json_schema import JsonSchema

CALL_KEYS: Final = ("name", "arguments", "arguments_schema")
"""What may be said of a call."""

_EXAMPLE: Final = (
    "`search`, `{name: book, arguments: {city: Paris}}` or `{calls: [search, book], in_order: true}`"
)


class Wanted(Value):
    """A call that should be there."""

    name: str
    """The tool's name."""
    arguments: Json = None
    """What it is to be given: these arguments and no others."""
    has_arguments: bool = False
    """Whether the arguments matter."""
    form: Check | None = None
    """What the arguments are to look like: a `json-schema`."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a reply makes."""

    name: str
    arguments: str | None
    """JSON, as the model wrote it; None where it gives none, or free text."""


def calls_of(subject: Subject) -> Iterator[Call]:
    """The calls of a reply."""
    calls = subject.reply.message.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        body = call.get("function") or call.get("custom") if isinstance(call, dict) else None
        if isinstance(body, dict) and isinstance(body.get("name"), str):
            arguments = body.get("arguments")
            yield Call(body["name"], arguments if isinstance(arguments, str) else None)


def misfit(wanted: Wanted, call: Call) -> str | None:
    """Why a call is not the one that is wanted; None where it is. Raises `UnreadableError` where that cannot be said."""
    if call.name != wanted.name:
        return "another tool"
    if not wanted.has_arguments and wanted.form is None:
        return None
    if call.arguments is None:
        return "it is given no JSON"
    shown = excerpt(call.arguments, 100)
    try:
        why = _amiss(wanted, read_json(call.arguments or "{}"))
    except UnreadableError as error:
        if error.finding.outcome == "broken":
            raise
        return f"{shown} is not JSON"
    return None if why is None else f"{shown}, {why}"


def _amiss(wanted: Wanted, given: Json) -> str | None:
    """What is amiss with the arguments of a call; None where nothing is."""
    faults, _ = cast("JsonSchema", wanted.form).faults(given) if wanted.form is not None else ([], [])
    if faults:
        return f"where {faults[0]}"
    if wanted.has_arguments and not _alike(wanted.arguments, given):
        return f"not {excerpt(encode_readable(wanted.arguments).decode(), 100)}"
    return None


def pair_in_order(fits: Sequence[Sequence[bool]], count: int) -> list[int | None]:
    """For each wanted call the first one that fits it, after that of the one before; None where there is none."""
    paired: list[int | None] = []
    at = 0
    for row in fits:
        at = next((place for place in range(at, count) if row[place]), count)
        paired.append(at if at < count else None)
        at += 1
    return paired


def pair(fits: Sequence[Sequence[bool]]) -> list[int | None]:
    """For each wanted call one that fits it and no other of them, as many as can be (augmenting paths)."""
    owners: dict[int, int] = {}

    def find(wanted: int, tried: set[int]) -> bool:
        for place, fit in enumerate(fits[wanted]):
            if fit and place not in tried:
                tried.add(place)
                if place not in owners or find(owners[place], tried):
                    owners[place] = wanted
                    return True
        return False

    for wanted in range(len(fits)):
        find(wanted, set())
    places = {wanted: place for place, wanted in owners.items()}
    return [places.get(wanted) for wanted in range(len(fits))]


def _alike(wanted: Json, given: Json) -> bool:
    """Whether two values are the same; a text that spells a number is that number, since templates give texts."""
    match wanted, given:
        case dict(), dict():
            return wanted.keys() == given.keys() and all(_alike(wanted[key], given[key]) for key in wanted)
        case list(), list():
            return len(wanted) == len(given) and all(map(_alike, wanted, given))
        case (bool(), _) | (_, bool()):
            return wanted is given
        case str(), int() | float():
            try:
                return Decimal(wanted) == Decimal(repr(given))
            except InvalidOperation:
                return False
        case _:
            return bool(wanted == given)


def wanted_of(spec: Json) -> Wanted:
    """A call, by its tool's name or as a map."""
    if isinstance(spec, str) and spec.strip():
        return Wanted(name=spec)
    if not isinstance(spec, dict):
        raise ValueError(f"`tool-calls` takes {_EXAMPLE}")  # noqa: TRY004 - data, not a type of ours
    for key in spec:
        if key not in CALL_KEYS:
            raise ValueError(unknown("key", key, CALL_KEYS))
    name = spec.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ValueError("a call needs the `name` of its tool")
    if "arguments" in spec and not isinstance(spec["arguments"], dict):
        raise ValueError("`arguments` takes a map; an empty one is written {}")
    schema = spec.get("arguments_schema")
    if "arguments_schema" in spec and not isinstance(schema, dict):
        raise ValueError("`arguments_schema` takes a JSON Schema")
    form = check_class("json-schema").read(schema) if schema is not None else None
    return Wanted(name=name, arguments=spec.get("arguments"), has_arguments="arguments" in spec, form=form)
