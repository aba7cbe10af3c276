"""Whether what a program gives is of the kind that a parameter takes; it knows no parameter, and changes no value.

Python lets anything be given: what is no such thing is told in a sentence, like everything else that is wrong.
"""

import os
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

from runner.errors import UsageError

Place = str | os.PathLike[str]
"""A file or a folder."""


def text(name: str, value: object) -> str | None:
    """The text; raises UsageError where it is none."""
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{name} should be a text, not {value!r}")
    return value


def texts(name: str, values: object) -> tuple[str, ...]:
    """One text, or several; raises UsageError where one of them is none."""
    several = [] if values is None else listed(values)
    for value in several:
        if not isinstance(value, str):
            raise UsageError(f"{name} should be a text, or several in a list, not {value!r}")
    return tuple(several)


def named(name: str, values: object) -> dict[str, Any]:
    """Values by name; raises UsageError where they have none."""
    if values is None:
        return {}
    if not isinstance(values, Mapping) or not all(isinstance(key, str) for key in values):
        raise UsageError(f'{name} should be a dict such as {{"name": value}}, not {values!r}')
    return dict(values)


def place(name: str, value: object) -> str:
    """The path of a file or folder; raises UsageError where it is none."""
    path = os.fspath(value) if isinstance(value, str | os.PathLike) else None
    if not isinstance(path, str):
        raise UsageError(f"{name} should be a path, not {value!r}")
    return path


def number_from(least: int, name: str, number: object) -> int | None:
    """The number; raises UsageError where it is none that counts something."""
    if number is None:
        return None
    if not isinstance(number, int) or isinstance(number, bool) or number < least:
        raise UsageError(f"{name} should be a whole number from {least} up, not {number!r}")
    return number


def numbers_from(least: int, name: str, values: object) -> tuple[int, ...]:
    """One number, or several; raises UsageError where one of them is none that counts something."""
    several = [] if values is None else listed(values)
    return tuple(number for each in several if (number := number_from(least, name, each)) is not None)


def flag(name: str, value: object) -> bool | None:
    """Yes or no; raises UsageError where it is neither."""
    if value is not None and not isinstance(value, bool):
        raise UsageError(f"{name} should be True or False, not {value!r}")
    return value


def dollars(name: str, number: Any) -> float | None:
    """The amount of money; raises UsageError where it is none."""
    if number is None:
        return None
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    if not is_number or not isfinite(number) or number < 0:
        raise UsageError(f"{name} should be US dollars from 0 up, e.g. 0.50, not {number!r}")
    return float(number)


def listed(values: Any, *single: type) -> list[Any]:
    """One value, or several, as a list; what is no text and not of these types may be several."""
    is_one = isinstance(values, (str, bytes, *single)) or not isinstance(values, Iterable)
    return [values] if is_one else list(values)
