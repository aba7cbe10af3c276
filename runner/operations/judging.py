"""Whom the checks of a scenario will ask, and how often: counted before anything is sent."""

from collections.abc import Iterator, Sequence

from runner.checks import check_class
from runner.core.check import Check, Judge
from runner.core.scenario import Scenario
from runner.core.trial import Posed, Script
from runner.errors import ProblemsError, ProviderError


def asked_by_checks(scenario: Scenario, scripts: Sequence[Script]) -> tuple[Judge, ...]:
    """Whom the checks of one trial ask, once for each question; of the variants the first speaks for all."""
    if not len(scripts) or not _may_ask(scenario):
        return ()
    try:
        return tuple(_asked(scripts[0]))
    except (ProblemsError, ProviderError):  # what cannot be rendered is told where the stage is rehearsed
        return ()


def _may_ask(scenario: Scenario) -> bool:
    """Whether any check is of a kind that asks, so that nothing is rendered where none is."""
    checks = [each for turn in scenario.turns for each in (*turn.checks, *turn.when)]
    return any(check_class(each.check).asks is not Check.asks for each in (*checks, *scenario.checks))


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
