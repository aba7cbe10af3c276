"""MT-Bench question files (one JSON object a line: question_id, category, turns) to scenario files."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from runner.core.scenario import Scenario, Turn
from runner.core.value import Json
from runner.core.wording import quoted
from runner.errors import Problem, ProblemsError
from runner.formats.source.files import UnreadableError, read_bytes
from runner.formats.writer import write_scenario

MOST_TOLD: Final = 10
"""How many lines that are no question are told one by one: a file of another kind has thousands."""

_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,60}\Z")


def read(path: str) -> Iterator[tuple[str, str]]:
    """A file name and its YAML text for each question, in order; raises `ProblemsError` before the first if any is bad."""
    try:
        raw = read_bytes(Path(path))
    except UnreadableError as error:
        raise ProblemsError([Problem(path, 0, 0, "", str(error))]) from None
    problems: list[Problem] = []
    scenarios: dict[str, Scenario] = {}
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            scenario = _scenario(_question(line))
        except ValueError as error:
            problems.append(Problem(path, number, 0, "", str(error)))
            continue
        if scenarios.setdefault(scenario.name, scenario) is not scenario:
            problems.append(Problem(path, number, 0, "", f"{quoted(scenario.name)} stands twice"))
    if not problems and not scenarios:
        problems.append(Problem(path, 0, 0, "", "holds no question"))
    if problems:
        raise ProblemsError(_bounded(problems))
    return ((f"{name}.yaml", write_scenario(scenario)) for name, scenario in scenarios.items())


def _bounded(problems: list[Problem]) -> list[Problem]:
    """The first problems, and how many lines more are bad."""
    if len(problems) <= MOST_TOLD + 1:
        return problems
    first, rest = problems[:MOST_TOLD], problems[MOST_TOLD:]
    message = (
        f"this line and {len(rest) - 1:,} more are no questions either; is this a file of MT-Bench questions?"
    )
    return [*first, Problem(rest[0].path, rest[0].line, 0, "", message)]


def _question(line: bytes) -> Json:
    """One line as JSON; raises `ValueError` with a sentence."""
    try:
        return json.loads(line.decode())
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise ValueError("is nested too deep") from None


def _scenario(question: Json) -> Scenario:
    """One question as a scenario; raises `ValueError` with a sentence."""
    fields = question if isinstance(question, dict) else {}
    identifier, category, turns = (fields.get(key) for key in ("question_id", "category", "turns"))
    if isinstance(identifier, int) and not isinstance(identifier, bool) and 0 <= identifier < 10**9:
        identifier = f"{identifier:03d}"
    for name, value in (("question_id", identifier), ("category", category)):
        if not (isinstance(value, str) and _WORD.match(value)):
            raise ValueError(
                f"expected a {name}: {'a whole number or ' if value is identifier else ''}a word"
            )
    if not (isinstance(turns, list) and turns and all(isinstance(turn, str) and turn for turn in turns)):
        raise ValueError("expected turns: a list of texts")
    return Scenario(
        name=f"mt-bench-{identifier}",
        description=f"MT-Bench question {identifier} ({category}).",
        tags=("mt-bench", str(category)),
        turns=tuple(Turn(content=turn, template=False) for turn in turns),
    )
