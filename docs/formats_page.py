"""The formats reference, made from the JSON Schema of scenarios and from the models of what is written."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

Schema = Mapping[str, Any]

UNWRITTEN = {"event"}
"""Fields that are told otherwise."""

HEAD = """\
# Formats reference

Made from the program by `make docs`. What each thing is for: [writing scenarios](scenarios.md), [results](results.md),
[providers](providers.md).
"""


def write_formats(scenario_schema: str) -> str:
    """The page."""
    from runner.core.assessment import Assessment
    from runner.core.comparison.compared import Compared
    from runner.core.event import Event
    from runner.core.transcript import Transcript
    from runner.settings import Provider, Settings
    from runner.store.manifest import Manifest

    schema = json.loads(scenario_schema)
    parts = [HEAD, "## A scenario\n", *_scenario(schema)]
    parts += ["## A line of `transcripts.jsonl`\n", *_models(Transcript)]
    parts += ["## `run.json`\n", *_models(Manifest)]
    parts += [
        "## A line of `journal.jsonl`\n",
        "The first line is the schema; every other one is an event, told apart by `event`.\n",
    ]
    parts += [_table(event.model_json_schema(), f"### `{_tag(event)}`") for event in _members(Event)]
    parts += ["## `assessment.json`, and what `check --json` prints\n", *_models(Assessment)]
    parts += ["## What `compare --json` prints\n", *_models(Compared)]
    parts += [
        "## Settings: `[tool.runner]` in `pyproject.toml`, or `runner.toml`\n",
        *_models(Settings, Provider),
    ]
    return "\n".join(parts)


def _members(union: Any) -> Iterator[type[BaseModel]]:
    """The models of a union."""
    from typing import get_args

    yield from get_args(union)


def _tag(event: type[BaseModel]) -> str:
    """What an event is told apart by."""
    return str(event.model_fields["event"].default)


def _scenario(schema: Schema) -> Iterator[str]:
    """The tables of the scenario schema."""
    defs = schema["$defs"]
    yield _table(defs["scenario"], "")
    turns = [each for each in defs["turn"]["anyOf"] if "properties" in each]
    yield "### A turn\n\nA text is a user's turn; a map is one of these.\n"
    for turn in turns:
        yield _table(turn, f"`{next(iter(turn['properties']))}:`")
    yield "### A content part\n"
    rows = [each["properties"]["type"] for each in defs["part"]["anyOf"]]
    yield _rows([(f"`{row['const']}`", row["description"]) for row in rows], ("type", "what"))
    yield "### A check\n\nEach also with `not-` before its name.\n"
    checks = defs["check"]["properties"]
    named = [(name, form) for name, form in checks.items() if not name.startswith("not-")]
    yield _rows([(f"`{name}`", _type(form), form.get("description", "")) for name, form in named])
    yield "### `$file`\n"
    yield _table(defs["file"], "")


def _models(*models: type[BaseModel]) -> Iterator[str]:
    """The first model's table, and those of all that it holds; what is never written down is left out."""
    unwritten = {
        model.__name__: {name for name, field in model.model_fields.items() if field.exclude}
        for model in models
    }
    schema = models[0].model_json_schema()
    defs = schema.get("$defs", {})
    yield _table(schema, "", defs, unwritten[models[0].__name__])
    for name, inner in defs.items():
        yield _table(inner, f"### {name}", defs, unwritten.get(name, set()))


def _table(
    schema: Schema, title: str, defs: Mapping[str, Schema] | None = None, unwritten: Collection[str] = ()
) -> str:
    """One object's fields."""
    rows = [
        (f"`{name.removesuffix('_')}`", _type(field), field.get("description") or _said(field, defs or {}))
        for name, field in schema.get("properties", {}).items()
        if name not in UNWRITTEN and name not in unwritten
    ]
    said = schema.get("description", "")
    head = "\n\n".join(part for part in (title, said if title else "") if part)
    return f"{head}\n\n{_rows(rows)}" if head else _rows(rows)


def _said(field: Schema, defs: Mapping[str, Schema]) -> str:
    """What is said of the object that a field holds."""
    return str(defs.get(str(field.get("$ref", "")).rpartition("/")[2], {}).get("description", ""))


def _rows(rows: Sequence[tuple[str, ...]], head: tuple[str, ...] = ("key", "type", "what")) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """A text that fits a cell."""
    return " ".join(text.split()).replace("|", "\\|").replace("None", "null")


def _type(field: Schema) -> str:
    """What may stand there, in a word or two."""
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "const" in field:
        return f"`{json.dumps(field['const']).strip(chr(34))}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "anyOf" in field:
        kinds = [_type(each) for each in field["anyOf"] if each.get("$ref") != "#/$defs/file"]
        return " or ".join(dict.fromkeys(kinds))
    return _kind(field)


def _kind(field: Schema) -> str:
    """A plain type's name."""
    kind = field.get("type", "any")
    if isinstance(kind, list):
        return "text" if "string" in kind else " or ".join(kind)
    if kind == "array":
        return f"list of {_type(field.get('items', {}))}"
    names = {"string": "text", "object": "map", "integer": "whole number", "null": "null"}
    return names.get(kind, str(kind))
