"""What a JSONPath finds in a JSON value (RFC 9535, without its functions for patterns); the work is bounded."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from jsonpath import JSONPath, JSONPathEnvironment, JSONPathMatch
from jsonpath.exceptions import JSONPathError
from jsonpath.filter import BaseExpression, FilterQuery
from jsonpath.function_extensions import Count, Length, Value
from jsonpath.segments import JSONPathRecursiveDescentSegment, JSONPathSegment
from jsonpath.selectors import Filter

from runner.checks.reading import MOST_DEEP, UnreadableError
from runner.core.value import Json
from runner.core.wording import excerpt, quoted

MOST_STEPS: Final = 100_000
"""Values that a path may pass on its way; beyond it the check is broken."""

MOST_FOUND: Final = 10_000
"""Values that a path may find."""

LONGEST: Final = 500
"""Characters of a path."""

_STEPS: Final = "steps"

Found = tuple[tuple[str | int, ...], Json]
"""The keys and indexes that lead to a value, and the value."""


class _Environment(JSONPathEnvironment):
    """The standard's paths, without `match` and `search`: a nested `regex` has a time limit, and they have none."""

    max_recursion_depth = MOST_DEEP + 1

    def setup_function_extensions(self) -> None:
        """Let in the functions that take no time."""
        self.function_extensions.update(length=Length(), count=Count(), value=Value())


class _Passed(JSONPathMatch):
    """A value on the way, which is counted."""

    __slots__ = ()

    def __init__(self, **given: Any) -> None:
        """Count it; raises `UnreadableError` where it is one too many."""
        super().__init__(**given)
        given["filter_context"][_STEPS].append(None)
        if len(given["filter_context"][_STEPS]) > MOST_STEPS:
            raise UnreadableError(f"the path passes more than {MOST_STEPS} values of the reply", "broken")


_ENVIRONMENT: Final = _Environment(strict=True, filter_caching=False)


@lru_cache(maxsize=256)
def compiled(path: str) -> JSONPath:
    """A path ready to be followed; raises `ValueError` with a sentence where it is none."""
    if not path.startswith("$"):
        near = f"$.{path}" if path[:1].isalnum() else f"${path}"
        raise ValueError(f"{quoted(path)} is not a path: it begins with `$`; did you mean {quoted(near)}?")
    if len(path) > LONGEST:
        raise ValueError(f"a path of {len(path)} characters is too long")
    try:
        found = _ENVIRONMENT.compile(path)
    except JSONPathError as error:
        raise ValueError(f"{quoted(path)} is not a path (RFC 9535): {_why(error)}") from None
    except (ArithmeticError, RecursionError, ValueError):
        raise ValueError(f"{quoted(path)} is not a path (RFC 9535)") from None
    assert isinstance(found, JSONPath), "only paths beyond the standard are of several"
    descending = [each for each in found.segments if isinstance(each, JSONPathRecursiveDescentSegment)]
    if len(descending) > 2 or any(map(_descends, _filters(found.segments))):
        # Each multiplies the work by the depth of the reply; in a filter it would not be counted.
        raise ValueError(
            f"{quoted(path)} has too many `..`: at most two may stand in a path, and none in a filter"
        )
    return found


def found_by(path: str, value: Json) -> list[Found]:
    """What a path finds, in order; raises `UnreadableError` where that is too much."""
    if not isinstance(value, list | dict):
        return [((), value)] if not compiled(path).segments else []
    root = _Passed(filter_context={_STEPS: []}, obj=value, parent=None, path="$", parts=(), root=value)
    matches: Iterable[JSONPathMatch] = [root]
    for segment in compiled(path).segments:
        matches = segment.resolve(matches)
    try:
        found = [(tuple(match.parts), match.obj) for match in islice(matches, MOST_FOUND + 1)]
    except RecursionError:
        raise UnreadableError("the reply is nested too deep to be read", "broken") from None
    except JSONPathError as error:
        raise UnreadableError(f"{quoted(path)} cannot be followed: {_why(error)}", "broken") from None
    if len(found) > MOST_FOUND:
        raise UnreadableError(f"{quoted(path)} finds more than {MOST_FOUND} values in the reply", "broken")
    return found


def _filters(segments: Iterable[JSONPathSegment]) -> Iterator[BaseExpression]:
    """The conditions in a path."""
    for segment in segments:
        for selector in segment.selectors:
            if isinstance(selector, Filter):
                yield selector.expression


def _descends(expression: BaseExpression) -> bool:
    """Whether a condition looks at more than what it names: a `..` stands in it."""
    if isinstance(expression, FilterQuery) and any(
        isinstance(each, JSONPathRecursiveDescentSegment) for each in expression.path.segments
    ):
        return True
    return any(map(_descends, expression.children()))


def _why(error: JSONPathError) -> str:
    """What is wrong with a path; the error itself cannot always be made a text."""
    token = error.token
    place = "" if token is None else f" at character {token.index + 1}" if token.index >= 0 else " at its end"
    said = str(error.args[0]) if error.args else ""
    if "TOKEN_" in said or not said:
        said = "something else was expected"
    return f"{excerpt(said, 120)[1:-1]}{place}"
