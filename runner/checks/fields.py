"""A check's YAML as a map: its keys, and the numbers and names in it, which a template may have made text."""

import math
from collections.abc import Collection
from typing import Final

from runner.core.request_fields import REFUSED, refusal
from runner.core.value import Json
from runner.core.wording import quoted, unknown

_LONGEST_NUMBER: Final = 9
"""Digits of a whole number that is written as text."""


def map_of(spec: Json, name: str, known: Collection[str], needed: str, example: str) -> dict[str, Json]:
    """A map of known keys, of which one is needed; raises `ValueError` with the nearest key, or with an example."""
    if not isinstance(spec, dict) or not spec:
        raise ValueError(f"{quoted(name)} takes a text, or a map: {example}")
    for key in spec:
        if key not in known:
            raise ValueError(unknown("key", key, known))
    if spec.get(needed) is None:
        raise ValueError(f"{quoted(name)} lacks {quoted(needed)}: {example}")
    return spec


def name_in(fields: dict[str, Json], key: str) -> str | None:
    """A name, or any other text that says something; None where none is given."""
    value = fields.get(key)
    if value is None and key not in fields:
        return None
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{quoted(key)} takes a text")
    return value


def whole_in(fields: dict[str, Json], key: str, least: int) -> int | None:
    """A whole number from some number up; None where none is given."""
    if key not in fields:
        return None
    value = fields[key]
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST_NUMBER:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{quoted(key)} takes a whole number from {least} up")
    return value


def share_in(fields: dict[str, Json], key: str, low: float, high: float) -> float | None:
    """A number between two, both included; None where none is given."""
    if key not in fields:
        return None
    value = fields[key]
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            value = None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not low <= value <= high:
        raise ValueError(f"{quoted(key)} takes a number from {low:g} to {high:g}")
    return float(value)


def params_in(fields: dict[str, Json], key: str) -> dict[str, Json]:
    """Request fields; raises `ValueError` where one of them may not be set."""
    params = fields.get(key)
    if params is None:
        return {}
    if not isinstance(params, dict):
        raise ValueError(f"{quoted(key)} takes a map of request fields")  # noqa: TRY004 - data, not a type of ours
    for field, value in params.items():
        if field in REFUSED:
            raise ValueError(f"{quoted(field)} may not be set under {quoted(key)}")
        if (reason := refusal(field, value)) is not None:
            raise ValueError(reason)
    return params
