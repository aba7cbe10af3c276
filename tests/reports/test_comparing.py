"""A comparison in words and numbers."""

from runner.reports.comparing import MOST_PAIRS, changes_of, fallen, figures_of, lines_of, ordered
from tests.assessed import assessment, comparison


def test_a_difference_has_its_interval_and_what_could_have_been_seen() -> None:
    """And how far it reaches: a repeat speaks for these scenarios alone."""
    assert figures_of(comparison()) == (
        "the pass rate changed by -30 points (interval -52 to -5); p = 0.012, held against 0.05;"
        " a drop of 28 points could have been seen; 2 blocks paired, which speaks for these scenarios alone"
    )
    assert figures_of(comparison(unit="block", low=None, p=None, detectable=None, difference=0.004)) == (
        "the pass rate changed by +0.4 points; 2 blocks paired"
    )


def test_what_is_worst_comes_first() -> None:
    """Newly failing before newly passing; what did not change is counted alone."""
    told = comparison()
    newly = told.pairs[1].model_copy(update={"change": "newly passing"})
    told = told.model_copy(update={"pairs": (newly, told.pairs[1], told.pairs[0])})
    assert [pair.change for pair in ordered(told)] == ["newly failing", "newly passing"]
    assert changes_of(told) == "1 newly failing, 1 newly passing, 1 unchanged"


def test_a_comparison_of_nothing_says_little() -> None:
    """Without pairs there are no numbers."""
    assert list(lines_of(comparison(pairs=(), unpaired=(), difference=None, p=None, detectable=None))) == []


def test_long_lists_are_counted() -> None:
    """The first blocks are named."""
    told = comparison()
    lines = list(lines_of(told.model_copy(update={"pairs": (told.pairs[0],) * (MOST_PAIRS + 5)})))
    assert "... (5 more)" in lines


def test_blocks_that_fell_are_named_where_a_regression_was_found() -> None:
    """What went wrong in them is why; where chance explains a drop, no block is to blame."""
    assert fallen(assessment()) == {comparison().pairs[0].block}
    assert fallen(assessment(comparisons=(comparison(verdict="passed"),))) == frozenset()
