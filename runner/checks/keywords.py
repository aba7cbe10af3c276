"""The words of JSON Schemas: where schemas stand in each other, and what was perhaps meant to be a word and is none."""

from collections.abc import Iterator
from typing import Final

from runner.checks.reading import MOST_DEEP
from runner.core.value import Json
from runner.core.wording import nearest, quoted

_LIKE: Final = 0.75
"""How like a known keyword an unknown one is that was perhaps meant to be it."""

_ONE: Final = frozenset(
    (
        "additionalItems",
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    )
)
"""Keywords under which a schema stands."""
_LIST: Final = frozenset(("allOf", "anyOf", "items", "oneOf", "prefixItems"))
"""Keywords under which a list of schemas stands."""
_MAP: Final = frozenset(
    ("$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties")
)
"""Keywords under which a map of schemas stands."""
_WORDS: Final = frozenset(
    (
        "$anchor",
        "$comment",
        "$dynamicAnchor",
        "$dynamicRef",
        "$id",
        "$recursiveAnchor",
        "$recursiveRef",
        "$ref",
        "$schema",
        "$vocabulary",
        "const",
        "contentEncoding",
        "contentMediaType",
        "default",
        "dependentRequired",
        "deprecated",
        "description",
        "enum",
        "examples",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "id",
        "maxContains",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minContains",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "pattern",
        "readOnly",
        "required",
        "title",
        "type",
        "uniqueItems",
        "writeOnly",
    )
)
"""All other keywords, of draft 4 to 2020-12."""
_OPENAPI: Final = frozenset(("discriminator", "example", "externalDocs", "nullable", "xml"))
"""Words of OpenAPI's schemas, which mean nothing here."""

_KNOWN: Final = _ONE | _LIST | _MAP | _WORDS | _OPENAPI
_FORMATS: Final = frozenset(
    (
        "date",
        "date-time",
        "duration",
        "email",
        "hostname",
        "idn-email",
        "idn-hostname",
        "ipv4",
        "ipv6",
        "iri",
        "iri-reference",
        "json-pointer",
        "regex",
        "relative-json-pointer",
        "time",
        "uri",
        "uri-reference",
        "uri-template",
        "uuid",
    )
)


def slips(schema: Json, place: str, depth: int) -> Iterator[str]:
    """What in a schema was perhaps meant to be a keyword, or a format, and would hold for everything."""
    if depth > MOST_DEEP:
        yield "the schema is nested too deep"
        return
    if not isinstance(schema, dict):
        return
    for name, value in schema.items():
        at = f"{place}.{name}" if place else name
        if name not in _KNOWN and (near := nearest(name, sorted(_KNOWN), _LIKE)) is not None:
            yield f"unknown keyword {quoted(at)} in the schema; did you mean {quoted(near)}?"
        if name == "format" and isinstance(value, str) and value not in _FORMATS:
            near = nearest(value, sorted(_FORMATS), _LIKE)
            if near is not None:
                yield f"unknown format {quoted(value)} in the schema; did you mean {quoted(near)}?"
        below: list[Json] = [value] if name in _ONE else []
        if name in _LIST and isinstance(value, list):
            below += value
        if name in _MAP and isinstance(value, dict):
            below += value.values()
        for each in below:
            yield from slips(each, at, depth + 1)
