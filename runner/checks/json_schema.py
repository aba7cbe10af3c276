"""A reply held against a JSON Schema; nothing is ever fetched, and no pattern of a schema runs for long."""

import json
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Self

from runner.checks.keywords import slips
from runner.checks.reading import UnreadableError, in_fence, path_named, place_of, read_json
from runner.core.check import Check, Subject
from runner.core.finding import Finding, Span
from runner.core.message import Answer
from runner.core.value import Json, canonical
from runner.core.wording import excerpt, nearest, quoted

if TYPE_CHECKING:
    from jsonschema_rs import Validator

MOST_BACKTRACKING: Final = 200_000
"""Steps back that a pattern of a schema may take in one text; beyond it the check is broken."""

_SHOWN: Final = 3
"""How many faults are told; the rest are counted."""
_MOST_COUNTED: Final = 50
_TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")
_GIVEN_UP: Final = frozenset(("BacktrackLimitExceeded", "RegexEngineFailure"))


class JsonSchema(Check):
    """Whether the whole reply is JSON that a JSON Schema allows (draft 4 to 2020-12, formats included)."""

    text: str
    """The schema, as JSON."""

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a schema; raises `ValueError` where it is none, or holds for everything."""
        if not isinstance(spec, dict):
            raise ValueError(  # noqa: TRY004 - data, not a type of ours
                "`json-schema` takes a JSON Schema: `{type: object, required: [id]}`, or `{$file: schemas/order.json}`"
            )
        if not spec:
            raise ValueError("an empty schema allows whatever is JSON: for that write `is-json: true`")
        for why in slips(spec, "", 0):
            raise ValueError(why)
        text = canonical(spec).decode()
        _validator(text)
        return cls(text=text)

    @classmethod
    def form(cls) -> Json:
        """A map."""
        return {"type": "object", "minProperties": 1}

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where the schema allows the reply; a reply in a code fence is not JSON to a program, and fails."""
        text = subject.reply.text
        try:
            value = read_json(text)
            faults, places = self.faults(value)
        except UnreadableError as error:
            return error.finding
        if not faults:
            reason = f"the reply is as the schema asks: {excerpt(text, 100)}"
            return Finding(outcome="passed", reason=reason, spans=((0, len(text)),))
        spans = tuple(dict.fromkeys(_place(text, place) for place in places[:_SHOWN]))
        reason = f"the reply is not as the schema asks: {told(faults)}{in_fence(text)}"
        return Finding(outcome="failed", reason=reason, spans=spans)

    def faults(self, value: Json) -> tuple[list[str], list[list[str | int]]]:
        """What of a value the schema does not allow, and where; raises `UnreadableError` where that cannot be said."""
        validator = _validator(self.text)
        try:
            errors = list(islice(validator.iter_errors(value), _MOST_COUNTED))
        except UnicodeEncodeError:
            # A lone surrogate, which models do emit, is no character to the library.
            errors = list(islice(validator.iter_errors(_sayable(value)), _MOST_COUNTED))
        except ValueError as error:
            why = f"the reply cannot be held against the schema: {excerpt(str(error), 100)[1:-1]}"
            raise UnreadableError(why, "broken") from None
        for fault in errors:
            if type(fault.kind).__name__ in _GIVEN_UP:
                why = f"a pattern of the schema was not done with {path_named(fault.instance_path)} of the reply"
                raise UnreadableError(why, "broken")
        return [_fault(each) for each in errors], [list(each.instance_path) for each in errors]


def told(faults: Sequence[str]) -> str:
    """Faults in a row, the first few."""
    more = len(faults) - _SHOWN
    row = "; ".join(faults[:_SHOWN])
    return row if more <= 0 else f"{row}; and {more} more"


def _fault(error: Any) -> str:
    """One fault: where, and what."""
    return f"{path_named(error.instance_path)}: {excerpt(error.message, 120)[1:-1]}"


def _place(text: str, path: list[str | int]) -> Span:
    """Where a value stands in the reply; all of it where its keys are no characters."""
    try:
        return place_of(text, path)
    except (AssertionError, IndexError, ValueError):
        return (0, len(text))


@lru_cache(maxsize=256)
def _validator(text: str) -> "Validator":
    """What holds values against a schema; raises `ValueError` with a sentence where the schema is none."""
    import jsonschema_rs  # noqa: PLC0415 - a large library, needed by this check alone

    schema = json.loads(text)
    try:
        return jsonschema_rs.validator_for(
            schema,
            offline=True,
            validate_formats=True,
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=MOST_BACKTRACKING),
        )
    except jsonschema_rs.ValidationError as error:
        raise ValueError(_complaint(error)) from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the schema cannot be used: {excerpt(str(error), 120)[1:-1]}") from None


def _complaint(error: Any) -> str:
    """What is wrong with a schema."""
    message = excerpt(error.message, 160)[1:-1]
    if type(error.kind).__name__ == "Referencing":
        if "Pointer" in message or "anchor" in message.lower():
            return f"a `$ref` of the schema leads nowhere: {message}"
        if "meta-schema" in message:
            return f"the `$schema` of the schema is not known: {message.partition('. ')[0]}"
        to = message.partition("'")[2].partition("'")[0]
        return f"the `$ref` {quoted(to)} leads out of the schema, and nothing is fetched: put what it needs under `$defs`"
    return f"the schema is none, at {path_named(error.instance_path)}: {message}{_hint(error)}"


def _hint(error: Any) -> str:
    """What was perhaps meant in a schema; empty where nothing is."""
    value, last = error.instance, list(error.instance_path)[-1:]
    if value is None and last == ["type"]:
        return '; the type is a text: "null", in quotes'
    if not isinstance(value, str):
        return ""
    if value.replace(".", "", 1).replace("-", "", 1).isdecimal():
        return '; a number is read as one where it is spelled plainly: 1.5, not 1.50 or "1.5"'
    near = nearest(value, _TYPES) if last == ["type"] else None
    return f"; did you mean {quoted(near)}?" if near else ""


def _sayable(value: Json) -> Json:
    """A value whose lone surrogates are replaced, so that every text in it is one of characters."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case list():
            return [_sayable(item) for item in value]
        case dict():
            return {_sayable(key): _sayable(item) for key, item in value.items()}
        case _:
            return value
