"""The JSON Schema (2020-12) that editors complete scenario files from; its sentences are those of the reader's keys."""

from collections.abc import Mapping
from typing import Final

from runner.checks import CHECKS, check_class
from runner.core.gates.gate import Gate
from runner.core.matrix import NEGATION
from runner.core.request_fields import EXTRA
from runner.core.trial import CAPTURE
from runner.core.value import Json
from runner.formats.scenario.expectations import NAMED, WHOLE
from runner.formats.scenario.keys import (
    CASE_ID,
    ENVIRONMENT,
    JUDGE,
    MATRIX,
    PARAMS,
    PART,
    SCENARIO,
    SETUP,
    TURN,
)
from runner.formats.scenario.parts import PART_FIELDS, PART_NEEDS

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_WORDS: Final[Json] = {"type": "string", "minLength": 1}
_SCALAR: Final[Json] = {"type": ["string", "number", "boolean", "null"]}
"""What YAML tools read where the author's spelling is kept: `007` is a number to them, and a text here."""
_NO_FILE: Final[Json] = {"not": {"type": "object", "required": ["$file"]}}


def _ref(name: str) -> Json:
    """A reference to a part of this schema."""
    return {"$ref": f"#/$defs/{name}"}


def _or_file(*forms: Json) -> Json:
    """One of some forms, or a file that holds it."""
    return {"anyOf": [_ref("file"), *forms]}


def _map(known: Mapping[str, Json], said: Mapping[str, str], **more: Json) -> Json:
    """A map that refuses every key it does not know."""
    properties = {name: {**form, "description": said[name]} for name, form in known.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False, **more, **_NO_FILE}


def schema() -> Json:
    """The schema of a scenario file."""
    return {
        "$schema": DIALECT,
        "title": "A scenario of runner",
        "description": "A scripted conversation, with all that is varied about it.",
        **_ref("scenario"),
        "$defs": {
            "scenario": _scenario(),
            "file": _file(),
            "text": _or_file(_SCALAR),
            "turns": _or_file({"type": "array", "minItems": 1, "items": _ref("turn")}),
            "turn": _turn(),
            "said": _or_file(_SCALAR, {"type": "array", "minItems": 1, "items": _ref("part")}),
            "part": _part(),
            "params": _params(),
            "vars": _or_file({"type": "object", "additionalProperties": _variable(), **_NO_FILE}),
            "check": _check(),
            "checks": _checks(),
            "foot": _foot(),
            "case": _case(),
            "matrix": _matrix(),
            "setup": _setup(),
        },
    }


def _scenario() -> Json:
    """A whole scenario; `turns` may be missing, since a base file need not have them."""
    word = _or_file({"type": ["string", "number", "boolean"], "minLength": 1})
    known: dict[str, Json] = {
        "name": word,
        "description": word,
        "tags": _or_file({"type": "array", "items": word}),
        "extends": _WORDS,
        "provider": word,
        "model": word,
        "system": _ref("text"),
        "developer": _ref("text"),
        "params": _ref("params"),
        "vars": _ref("vars"),
        "turns": _ref("turns"),
        "expect": _ref("foot"),
        "cases": _or_file({"type": "array", "minItems": 1, "items": _ref("case")}),
        "matrix": _ref("matrix"),
        "repeat": {"type": "integer", "minimum": 1},
        "on_failed_check": {"enum": ["continue", "stop"]},
        "gate": _or_file({**Gate.form(), **_NO_FILE}),
        "judge": _judge(),
    }
    return _map(known, SCENARIO, minProperties=1)


def _file() -> Json:
    """A value that stands in a file."""
    said = {
        "$file": "A path, relative to this file; .yaml, .json and .csv are read as data, other files as text.",
        "template": "false keeps `{{` in the file's text as it is.",
    }
    properties = {
        "$file": {**_WORDS, "description": said["$file"]},
        "template": {"type": "boolean", "description": said["template"]},
    }
    return {"type": "object", "properties": properties, "required": ["$file"], "additionalProperties": False}


def _turn() -> Json:
    """A text, a user's line with what goes with it, a gold line, or an include."""
    identifier = {"type": ["string", "number"], "not": {"enum": list(WHOLE)}}
    when = {"when": _ref("checks")}
    user = {"user": _ref("said"), "id": identifier, "params": _ref("params"), "expect": _ref("checks")}
    user |= {**when, "capture": _capture()}
    return _or_file(
        _SCALAR,
        _map(user, TURN, required=["user"]),
        _map({"assistant": _ref("said"), "id": identifier, **when}, TURN, required=["assistant"]),
        _map({"include": _WORDS}, TURN, required=["include"]),
    )


def _part() -> Json:
    """A content part: its type, and what stands under the key of that name."""
    forms: list[Json] = []
    for kind, said in PART.items():
        properties = {"type": {"const": kind, "description": said}, kind: _part_body(kind)}
        forms.append({"type": "object", "properties": properties, "required": ["type", kind]})
    return {"anyOf": forms}


def _part_body(kind: str) -> Json:
    """What stands in a content part under the key of its type."""
    if kind not in PART_FIELDS:
        return _ref("text")
    properties = {name: {**_ref("text"), "description": said} for name, said in PART_FIELDS[kind].items()}
    needs = [{"anyOf": [{"required": [name]} for name in names]} for names in PART_NEEDS[kind]]
    return _or_file({"type": "object", "properties": properties, "allOf": needs, **_NO_FILE})


def _params() -> Json:
    """Request fields."""
    known: dict[str, Json] = {name: {} for name in PARAMS}
    known["n"] = {"enum": [1, None]}
    known[EXTRA] = {"type": "object"}
    return _or_file(_map(known, PARAMS))


def _variable() -> Json:
    """A value, or where in the environment it is."""
    known: dict[str, Json] = {"env": _WORDS, "secret": {"type": "boolean"}}
    return {"anyOf": [_ref("text"), _map(known, ENVIRONMENT, required=["env"])]}


def _capture() -> Json:
    """Names, each with where its value is found."""
    form = check_class(CAPTURE).form()
    return _or_file({"type": "object", "minProperties": 1, "additionalProperties": form, **_NO_FILE})


def _judge() -> Json:
    """Who judges."""
    word = _or_file({"type": "string", "minLength": 1})
    known: dict[str, Json] = {
        "provider": word,
        "model": word,
        "params": _ref("params"),
        "prompt": _ref("text"),
        "votes": {"type": "integer", "minimum": 1},
    }
    return _or_file(_map(known, JUDGE, minProperties=1))


def _check() -> Json:
    """A map of checks; a list under one means that all must hold."""
    properties: dict[str, Json] = {
        NAMED: {"type": ["string", "number"], "description": "What this check is called in reports."}
    }
    for name in CHECKS:
        found = check_class(name)
        form = found.form()
        said = (found.__doc__ or "").strip()
        listed = [] if found.takes_list else [{"type": "array", "minItems": 1, "items": form}]
        properties[name] = {"anyOf": [form, *listed, _ref("file")], "description": said}
        properties[f"{NEGATION}{name}"] = {**properties[name], "description": f"The opposite of: {said}"}
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
        **_NO_FILE,
    }


def _bare() -> Json:
    """The names of checks that take nothing."""
    bare = [name for name in CHECKS if check_class(name).form() == {"const": True}]
    return {"enum": [*bare, *(f"{NEGATION}{name}" for name in bare)]}


def _checks() -> Json:
    """What is expected of one reply."""
    return _or_file(_ref("check"), _bare(), {"type": "array", "items": _or_file(_ref("check"), _bare())})


def _foot() -> Json:
    """What is expected of the conversation as a whole."""
    said = {
        "every": "About every reply.",
        "any": "About one reply at least.",
        "last": "About the last reply.",
        "conversation": "About the conversation as a whole: what is added up or seen there.",
    }
    properties = {name: {**_ref("checks"), "description": sentence} for name, sentence in said.items()}
    speaking = {
        "type": "object",
        "properties": properties,
        "propertyNames": {"not": {"enum": [*CHECKS, *(f"{NEGATION}{name}" for name in CHECKS)]}},
        "additionalProperties": _ref("checks"),
        "minProperties": 1,
        **_NO_FILE,
    }
    return _or_file(speaking, {"type": "array", "items": _or_file(speaking)})


def _case() -> Json:
    """A row of values: request fields, variables, and what else can vary."""
    properties = {"id": {"type": ["string", "number"], "description": CASE_ID}}
    return {"type": "object", "properties": properties, "not": {"required": ["setup"]}}


def _matrix() -> Json:
    """Axes: of lists of values, or of values with names."""
    named = {"type": "object", "minProperties": 1}
    values = {"anyOf": [{"type": "array", "minItems": 1}, named]}
    known: dict[str, Json] = dict.fromkeys(MATRIX, values)
    known["system"] = known["developer"] = named
    known["setup"] = _or_file(
        {"type": "object", "additionalProperties": _ref("setup"), "minProperties": 1, **_NO_FILE}
    )
    properties = {name: {**form, "description": MATRIX[name]} for name, form in known.items()}
    return _or_file({"type": "object", "properties": properties, "additionalProperties": values, **_NO_FILE})


def _setup() -> Json:
    """A bundle of settings."""
    word = _or_file({"type": ["string", "number", "boolean"]})
    known: dict[str, Json] = {
        "provider": word,
        "model": word,
        "system": _ref("text"),
        "developer": _ref("text"),
        "params": _ref("params"),
        "vars": _or_file({"type": "object", "additionalProperties": _ref("text")}),
    }
    inner = {**_map(known, SETUP), "description": "What is set, laid over the scenario."}
    return _or_file(
        {"type": "object", "properties": {"set": inner}, "required": ["set"], "additionalProperties": False}
    )
