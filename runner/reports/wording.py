"""Numbers and verdicts in the words of a page; it decides nothing."""

from collections.abc import Sequence
from typing import Final

from runner.core.finding import Verdict

SIGNS: Final = {"passed": "✓", "failed": "✗", "broken": "!", "not-applicable": "-"}
"""What stands before a verdict; its word follows always."""


def money(cost_usd: float) -> str:
    """US dollars, in as many places as tell something."""
    return f"${cost_usd:.2f}" if cost_usd >= 1 else f"${cost_usd:.2g}"


def tally(passed: int, failed: int, broken: int) -> str:
    """How the checks came out; empty where there is none."""
    figures = {"passed": passed, "failed": failed, "broken": broken}
    said = [f"{number:,} {word}" for word, number in figures.items() if number]
    return f"{'checks' if sum(figures.values()) > 1 else 'check'}: {', '.join(said)}" if said else ""


def tally_of(verdicts: Sequence[Verdict]) -> str:
    """How some checks came out; empty where there is none."""
    outcomes = [verdict.outcome for verdict in verdicts]
    return tally(outcomes.count("passed"), outcomes.count("failed"), outcomes.count("broken"))
