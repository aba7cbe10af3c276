"""Whom the checks of a scenario will ask, and how often: counted before anything is sent."""

from collections.abc import Iterator, Sequence

from runner.checks import check_class
from runner.core.check import Check, Judge
from runner.core.matrix import Variants, each_point_once
from runner.core.scenario import Expectation, Scenario
from runner.core.template import is_templated
from runner.core.trial import Posed, Script
from runner.errors import ProblemsError, ProviderError


def asked_by_checks(scenario: Scenario, scripts: Sequence[Script]) -> tuple[Judge, ...]:
    """Whom the checks of one trial ask, once for each question; of the variants the first speaks for all."""
    return tuple(_asked_in(scripts, 0)) if len(scripts) and _may_ask(scenario) else ()


def judges_of(scenario: Scenario, scripts: Sequence[Script]) -> Iterator[Judge]:
    """Everybody whom the checks of any variant may ask: of each value once where a check's words vary."""
    if not len(scripts) or not _may_ask(scenario):
        return
    varies = any(is_templated(each.spec) for each in _checks_of(scenario))
    narrowed = scripts.scenario if isinstance(scripts, Variants) else scenario
    for place in each_point_once(narrowed) if varies else (0,):
        yield from _asked_in(scripts, place)


def _asked_in(scripts: Sequence[Script], place: int) -> Iterator[Judge]:
    """Whom the checks of one variant ask; nobody where it cannot be rendered, which is told where the stage is rehearsed."""
    try:
        yield from _asked(scripts[place])
    except (ProblemsError, ProviderError):
        return


def _may_ask(scenario: Scenario) -> bool:
    """Whether any check is of a kind that asks, so that nothing is rendered where none is."""
    return any(check_class(each.check).asks is not Check.asks for each in _checks_of(scenario))


def _checks_of(scenario: Scenario) -> list[Expectation]:
    """Every check of a scenario, and every condition of a turn."""
    return [
        *(each for turn in scenario.turns for each in (*turn.checks, *turn.when)),
        *scenario.checks,
    ]


def _asked(script: Script) -> Iterator[Judge]:
    """Whom the checks of a conversation that is played to its end ask, once for each question."""
    replies = sum(line.role == "user" for line in script.turns)
    for line in script.turns:
        for posed in (*line.checks, *line.when):
            yield from _asks(posed)
    for posed in script.checks:
        for _ in range(replies if posed.of in {"every", "any"} else 1):
            yield from _asks(posed)


def _asks(posed: Posed) -> tuple[Judge, ...]:
    """Whom a check asks about one reply."""
    return () if posed.ask is None else posed.ask.asks()
