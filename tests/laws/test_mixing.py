"""Laws of mixing: nobody is left out or comes twice, each round is whole, and nothing but the seed decides."""

from collections.abc import Sequence
from itertools import accumulate
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from runner.core.comparison.mixing import Plot, mix

sizes = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 6)), max_size=8)
"""Of each item how many cells it has, the twin of the base counted, and how many rounds."""


def plots_of(sizes: Sequence[tuple[int, int]]) -> list[Plot]:
    ends = [0, *accumulate(cells * rounds for cells, rounds in sizes)]
    return [
        Plot([start + cell * rounds for cell in range(cells)], rounds)
        for start, (cells, rounds) in zip(ends, sizes, strict=False)
    ]


@given(sizes, st.integers())
def test_the_order_is_a_permutation(sizes: Sequence[tuple[int, int]], seed: int) -> None:
    """Every place comes once, however many cells and rounds items have."""
    order = mix(plots_of(sizes), seed)
    assert sorted(order) == list(range(sum(cells * rounds for cells, rounds in sizes)))


@given(sizes, st.integers())
def test_a_round_holds_each_cell_of_each_item_once(sizes: Sequence[tuple[int, int]], seed: int) -> None:
    """Round by round: an item's cells stand together, each once, in every round that it has."""
    plots, order = plots_of(sizes), list(mix(plots_of(sizes), seed))
    for number in range(max((plot.rounds for plot in plots), default=0)):
        due = [[start + number for start in plot.starts] for plot in plots if number < plot.rounds]
        part, order = order[: sum(map(len, due))], order[sum(map(len, due)) :]
        while part:
            cells = next(cells for cells in due if part[0] in cells)
            assert sorted(part[: len(cells)]) == cells
            due.remove(cells)
            part = part[len(cells) :]
        assert not due


@given(sizes, st.integers(), st.integers())
def test_nothing_but_the_seed_decides(sizes: Sequence[tuple[int, int]], seed: int, other: int) -> None:
    """The same seed gives the same order, whatever else was drawn."""
    order = mix(plots_of(sizes), seed)
    Random(other).random()
    mix(plots_of(sizes), other)
    assert mix(plots_of(sizes), seed) == order
