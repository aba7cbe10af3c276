"""Questions about replies, one file a family; a check is built from what the YAML says and does no I/O."""

from functools import lru_cache
from importlib import import_module
from typing import Final

from runner.core.check import Check
from runner.core.value import Json
from runner.core.wording import unknown

CHECKS: Final = {
    "contains": "runner.checks.text:Contains",
    "icontains": "runner.checks.text:IContains",
    "is-json": "runner.checks.shape:IsJson",
    "regex": "runner.checks.pattern:Regex",
    "words": "runner.checks.pattern:Words",
}
"""Every check's name in the YAML, with where its class is found; each has a `not-` form."""

NEGATION: Final = "not-"

_found: dict[str, type[Check]] = {}


def is_check(name: str) -> bool:
    """Whether a name, its `not-` included, is a check's."""
    return name.removeprefix(NEGATION) in CHECKS


def names() -> list[str]:
    """Every name that may stand in a scenario, the `not-` forms included."""
    return [*CHECKS, *(f"{NEGATION}{name}" for name in CHECKS)]


def check_class(name: str) -> type[Check]:
    """The class behind a check's name; raises `ValueError` with the nearest name where there is none."""
    name = name.removeprefix(NEGATION)
    if (known := _found.get(name)) is not None:
        return known
    if name not in CHECKS:
        raise ValueError(unknown("check", name, CHECKS))
    module, _, attribute = CHECKS[name].partition(":")
    found: type[Check] = getattr(import_module(module), attribute)
    assert issubclass(found, Check)
    return _found.setdefault(name, found)


def build(name: str, spec: Json) -> Check:
    """The check that the YAML means, in its positive form; raises `ValueError` with a sentence where it means none."""
    return _build_worded(name, spec) if isinstance(spec, str) else check_class(name).read(spec)


@lru_cache(maxsize=4096)
def _build_worded(name: str, spec: str) -> Check:
    """The same of a text; kept, since a check is built when it is read and again in every variant, and never changes."""
    return check_class(name).read(spec)
