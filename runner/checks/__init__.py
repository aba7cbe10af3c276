"""Questions about replies, one file a family; a check is built from what the YAML says and does no I/O."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import import_module
from typing import Final

from runner.core.check import Check
from runner.core.matrix import NEGATION
from runner.core.trial import CAPTURE
from runner.core.value import Json
from runner.core.wording import unknown

CHECKS: Final = {
    "characters": "runner.checks.counting:Characters",
    "contains": "runner.checks.text:Contains",
    "contains-all": "runner.checks.text:ContainsAll",
    "contains-any": "runner.checks.text:ContainsAny",
    "contains-json": "runner.checks.shape:ContainsJson",
    "cost": "runner.checks.usage:Cost",
    "ends-with": "runner.checks.ends:EndsWith",
    "equals": "runner.checks.ends:Equals",
    "icontains": "runner.checks.text:IContains",
    "icontains-all": "runner.checks.text:IContainsAll",
    "icontains-any": "runner.checks.text:IContainsAny",
    "iends-with": "runner.checks.ends:IEndsWith",
    "iequals": "runner.checks.ends:IEquals",
    "is-json": "runner.checks.shape:IsJson",
    "istarts-with": "runner.checks.ends:IStartsWith",
    "json-path": "runner.checks.json_path:JsonPath",
    "json-schema": "runner.checks.json_schema:JsonSchema",
    "latency": "runner.checks.budget:Latency",
    "levenshtein": "runner.checks.distance:Levenshtein",
    "llm-rubric": "runner.checks.judge:LlmRubric",
    "python": "runner.checks.function:Python",
    "refusal": "runner.checks.refusal:Refusal",
    "regex": "runner.checks.pattern:Regex",
    "similar": "runner.checks.closeness:Similar",
    "starts-with": "runner.checks.ends:StartsWith",
    "tokens": "runner.checks.usage:Tokens",
    "tool-calls": "runner.checks.tools:ToolCalls",
    "ttft": "runner.checks.budget:Ttft",
    "words": "runner.checks.counting:Words",
}
"""Every check's name in the YAML, with where its class is found; each has a `not-` form."""

_UNNAMED: Final = {CAPTURE: "runner.checks.capture:Capture"}
"""What stands in the YAML under a key of its own, and not among the checks."""

_found: dict[str, type[Check]] = {}
_more: list[Callable[[], Mapping[str, type[Check]]]] = []


def admit(find: Callable[[], Mapping[str, type[Check]]]) -> None:
    """Let in the checks of others; they are looked for once a name is met that is not known here."""
    _more[:] = [find]


def is_check(name: str) -> bool:
    """Whether a name, its `not-` included, is a check's."""
    name = name.removeprefix(NEGATION)
    return name in CHECKS or name in _others()


def names() -> list[str]:
    """Every name that may stand in a scenario, the `not-` forms included."""
    known = [*CHECKS, *_others()]
    return [*known, *(f"{NEGATION}{name}" for name in known)]


def check_class(name: str) -> type[Check]:
    """The class behind a check's name; raises `ValueError` with the nearest name where there is none."""
    name = name.removeprefix(NEGATION)
    if (known := _found.get(name)) is not None:
        return known
    place = CHECKS.get(name) or _UNNAMED.get(name)
    if place is None:
        if name in (others := _others()):
            return others[name]
        raise ValueError(unknown("check", name, [*CHECKS, *others]))
    module, _, attribute = place.partition(":")
    found: type[Check] = getattr(import_module(module), attribute)
    assert issubclass(found, Check)
    return _found.setdefault(name, found)


def build(name: str, spec: Json, path: str = "") -> Check:  # noqa: ARG001 - only who settles a check needs its file
    """The check that the YAML means, in its positive form; raises `ValueError` with a sentence where it means none."""
    return _build_worded(name, spec) if isinstance(spec, str) else check_class(name).read(spec)


@lru_cache(maxsize=4096)
def _build_worded(name: str, spec: str) -> Check:
    """The same of a text; kept, since a check is built when it is read and again in every variant, and never changes."""
    return check_class(name).read(spec)


def _others() -> Mapping[str, type[Check]]:
    """The checks that others brought, by their names; none where nobody may bring any."""
    return _more[0]() if _more else {}
