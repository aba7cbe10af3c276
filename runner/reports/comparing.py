"""What a comparison found, in words and numbers, for reports of every kind; it computes nothing."""

from collections.abc import Iterator
from typing import Final

from runner.core.assessment import Assessment, Change, Comparison, Pair
from runner.core.wording import count, percent, probability
from runner.reports.telling import line_of

MOST_PAIRS: Final = 100
"""How many blocks of a comparison are named; the rest is counted."""
ORDER: Final[tuple[Change, ...]] = ("newly failing", "still failing", "newly passing", "changed", "unchanged")
"""Changes, what is read first before what is read last."""


def figures_of(comparison: Comparison) -> str:
    """The difference with its interval, how likely it is by chance, and what could have been seen; empty without pairs."""
    said = []
    if comparison.difference is not None:
        within = ""
        if comparison.low is not None and comparison.high is not None:
            within = f" (interval {_points(comparison.low)} to {_points(comparison.high)})"
        changed = (
            f"changed by {_points(comparison.difference)} points" if comparison.difference else "is the same"
        )
        said.append(f"the pass rate {changed}{within}")
    if comparison.p is not None:
        said.append(f"{probability(comparison.p)}, held against {comparison.alpha:g}")
    if comparison.detectable is not None:
        said.append(f"a drop of {percent(comparison.detectable)} points could have been seen")
    if comparison.pairs:
        is_wide = comparison.unit == "block" or comparison.rule == "replayed"
        reach = "" if is_wide else ", which speaks for these scenarios alone"
        said.append(f"{count(len(comparison.pairs), 'block')} paired{reach}")
    return "; ".join(said)


def changes_of(comparison: Comparison) -> str:
    """How many blocks went which way."""
    changes = [pair.change for pair in comparison.pairs]
    return ", ".join(f"{number:,} {change}" for change in ORDER if (number := changes.count(change)))


def ordered(comparison: Comparison) -> list[Pair]:
    """The pairs that changed or still fail, what is worst first."""
    telling = [pair for pair in comparison.pairs if pair.change != "unchanged"]
    return sorted(telling, key=lambda pair: ORDER.index(pair.change))


def fallen(assessment: Assessment) -> frozenset[str]:
    """The blocks that newly fail where a regression was found: what went wrong in them is why, whatever their gates allow."""
    failed = (each for each in assessment.comparisons if each.verdict == "failed")
    return frozenset(pair.block for each in failed for pair in each.pairs if pair.change == "newly failing")


def rates_of(pair: Pair) -> str:
    """How many trials passed, how many did before, and how likely such a drop is by chance."""
    tested = "" if pair.p is None else f"; {probability(pair.p)}"
    tested += "" if pair.p_adjusted is None else f", {probability(pair.p_adjusted)} adjusted"
    return (
        f"{pair.passed:,} of {pair.trials:,} trials passed,"
        f" {pair.base_passed:,} of {pair.base_trials:,} before{tested}"
    )


def lines_of(comparison: Comparison) -> Iterator[str]:
    """A comparison as plain text, line by line."""
    if figures := figures_of(comparison):
        yield figures
    if changes := changes_of(comparison):
        yield changes
    pairs = ordered(comparison)
    for pair in pairs[:MOST_PAIRS]:
        yield f"{pair.change}: {line_of(pair.block)}: {rates_of(pair)}"
    if (more := len(pairs) - MOST_PAIRS) > 0:
        yield f"... ({more:,} more)"
    for sentence in comparison.unpaired[:MOST_PAIRS]:
        yield line_of(sentence)
    if (more := len(comparison.unpaired) - MOST_PAIRS) > 0:
        yield f"... ({more:,} more)"


def _points(share: float) -> str:
    """A difference of shares in points of per cent, with its sign."""
    number = 100 * share
    return f"{number:+.1f}" if 0 < abs(number) < 1 else f"{number:+.0f}"
