"""The first lines of a comparison, before anything is sent: what is held against what, its price, what it could show."""

from runner.cli.display.headline import sizes
from runner.cli.display.wording import money
from runner.core.harmless import harmless_line
from runner.core.wording import count
from runner.operations.compare import foresee
from runner.operations.estimating import about_cost
from runner.operations.stage import Stage


def announcement(stage: Stage) -> list[str]:
    """What is compared and about what it costs, then what it could show and what it could not."""
    expected = stage.expected
    assert expected is not None, "a comparison is staged as one"
    values = ", ".join(label for label, _ in expected.cells)
    again = f", and {expected.base} once more (A/A)" if expected.twin else ""
    tried = f"on {count(len(expected.items), 'item')}, {count(expected.repeats, 'trial')} each{again}"
    first = f"comparing {expected.by} {values} {tried}: {sizes(stage)}, {price(stage)}"
    return [harmless_line(first), *map(harmless_line, foresee(stage).said)]


def price(stage: Stage) -> str:
    """About what a stage costs, in words."""
    if stage.asked.cassettes is not None and stage.asked.mode == "replay":
        return "nothing is sent"
    cost = about_cost(stage)
    if cost is None:
        return "what it costs is not known"
    return f"about {money(cost)}" if cost else "at no cost"
