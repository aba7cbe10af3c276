"""Sentences about options of the command line, as a Python program has them; it changes words, never what is meant."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from runner.errors import Problem, ProblemsError, RunnerError

_TYPED: Final = re.compile(r"(`runner [^`]*`)")
_GIVEN: Final = re.compile(r"--(provider|model) (local|main)\b")
_SET: Final = re.compile(r"--set (params|vars)\.([\w-]+)")
_BEGINNING: Final = re.compile(r"\A--(only|tag|skip-tag|case|where|axis) ")
_CHANGES: Final = re.compile(r"--accept-changes\b")
_IN_FLIGHT: Final = re.compile(r"--in-flight (?=\d)")
_LIMIT: Final = re.compile(r"\A--max-(cost|tokens-total) (?=\d)")
_NAMED: Final = re.compile(
    r"--(provider|model|temperature|system|repeat|outputs|only|tag|skip-tag|case|where|axis|in-flight|max-cost"
    r"|max-tokens-total|cassettes|mode|reproduce|stream|trial|shard)\b(?!-)"
)
_PARAMETERS: Final = {
    "tag": "tags",
    "skip-tag": "skip_tags",
    "case": "cases",
    "axis": "axes",
    "trial": "trials",
}


def reworded(text: str) -> str:
    """The sentence with `--provider local` as `provider="local"`, and so on; what is to be typed at a prompt stays."""
    parts = _TYPED.split(text)
    return "".join(part if place % 2 else _reworded(part, place) for place, part in enumerate(parts))


def _reworded(text: str, place: int) -> str:
    """A piece of a sentence; what begins one is looked for in the first alone."""
    if not place:
        text = _BEGINNING.sub(lambda found: f"{_parameter(found[1])} ", text)
        text = _LIMIT.sub(lambda found: f"max_{_parameter(found[1])} ", text)
    text = _GIVEN.sub(r'\1="\2"', text)
    text = _SET.sub(r'\1["\2"]', text)
    text = _IN_FLIGHT.sub("in_flight=", text)
    text = _CHANGES.sub("accept_changes=True", text)
    return _NAMED.sub(lambda found: f"`{_parameter(found[1])}`", text)


def _parameter(option: str) -> str:
    """An option's name as a parameter has it."""
    return _PARAMETERS.get(option, option.replace("-", "_"))


@contextmanager
def in_python() -> Iterator[None]:
    """Let errors that are raised inside speak of parameters, not of options."""
    try:
        yield
    except ProblemsError as error:
        raise ProblemsError(_changed(problem) for problem in error.problems) from error.__cause__
    except RunnerError as error:
        error.args = tuple(reworded(each) if isinstance(each, str) else each for each in error.args)
        raise


def _changed(problem: Problem) -> Problem:
    """The problem in other words, at the same place."""
    return Problem(
        problem.path, problem.line, problem.column, reworded(problem.key), reworded(problem.message)
    )
