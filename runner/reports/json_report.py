"""An assessment, or a comparison, as one JSON document with every field of it, for programs; nothing is left out or rounded."""

import math
from typing import Final

from runner.core.assessment import Assessment
from runner.core.comparison.compared import Compared
from runner.core.value import Json, encode_readable

SCHEMA: Final = "runner.assessment/1"


def assessment_json(assessment: Assessment) -> bytes:
    """The document on one line, line end included; what is no number is null, what is no character is escaped."""
    fields = _finite(assessment.model_dump(mode="python"))
    return encode_readable({"schema": SCHEMA, **fields}) + b"\n"


def compared_json(found: Compared) -> bytes:
    """The document on one line, line end included; what is no number is null, what is no character is escaped."""
    fields = _finite(found.model_dump(mode="python"))
    return encode_readable({"schema": fields.pop("schema_"), **fields}) + b"\n"


def _finite(value: Json) -> Json:
    """The value without numbers that JSON does not have."""
    match value:
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {key: _finite(each) for key, each in value.items()}
        case list() | tuple():
            return [_finite(each) for each in value]
        case _:
            return value
