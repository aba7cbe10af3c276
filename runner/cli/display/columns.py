"""Rows of figures as a table, or as a few short lines each where no table fits; in a pipe nothing is cut."""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from runner.cli.display.layout import NO_BREAK, Cell, table, wrapped
from runner.cli.display.screen import Screen
from runner.core.harmless import harmless_line

Row = TypeVar("Row")

NARROWEST_NAME: Final = 26
"""Figures are left out before names are cut to less than so many columns."""


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column of figures."""

    title: str
    write: Callable[[Row], str]
    """What stands in the cell; `0` says nothing where rows are stacked."""
    needed: Callable[[Sequence[Row]], bool] = lambda _: True
    """Whether it says anything about these rows."""
    style: Callable[[Row], str] = lambda _: ""
    one: str | None = None
    """What a figure of 1 is called; the title without its `s`, where nothing is said. Empty: it speaks for itself."""


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """Rows by their names."""

    columns: Sequence[Column[Row]]
    less_needed: Sequence[str]
    """The titles of the columns that are left out, one after the other, where the screen is narrow."""
    rows: Sequence[tuple[str, Row]]
    remark: str = ""
    """What is said before the last row."""

    def lines(self, screen: Screen) -> list[str]:
        """A table as wide as the screen allows, or a few lines for each row where none fits."""
        columns = [column for column in self.columns if column.needed([row for _, row in self.rows])]
        for left_out in ("", *self.less_needed):
            columns = [column for column in columns if column.title != left_out]
            lines = table(
                self._cells(columns), room(screen), screen.paint, screen.signs["cut"], NARROWEST_NAME
            )
            if lines is not None:
                return lines
        return self._stacked(columns, screen)

    def _cells(self, columns: Sequence[Column[Row]]) -> list[list[Cell]]:
        """The head and the rows."""
        cells = [[Cell("", "dim"), *(Cell(column.title, "dim") for column in columns)]]
        for name, row in self.rows:
            figures = (Cell(column.write(row), column.style(row)) for column in columns)
            cells.append([Cell(harmless_line(name)), *figures])
        if self.remark:
            cells.insert(-1, [Cell(self.remark, "dim"), *(Cell("") for _ in columns)])
        return cells

    def _stacked(self, columns: Sequence[Column[Row]], screen: Screen) -> list[str]:
        """Each row as a few short lines."""
        stacks = [stacked(name, _figures(columns, row), screen) for name, row in self.rows]
        if self.remark:
            stacks.insert(-1, [self.remark])
        return [line for lines in stacks for line in lines]


def _figures(columns: Iterable[Column[Row]], row: Row) -> list[str]:
    """A row's figures with their names; what is nothing is not told."""
    figures = []
    for column in columns:
        text = column.write(row)
        if text not in {"", "0", "?"}:
            one = column.title.removesuffix("s") if column.one is None else column.one
            name = one if text == "1" or not one else column.title
            figures.append(f"{text} {name}".strip().replace(" ", NO_BREAK))
    return figures


def stacked(name: str, figures: Sequence[str], screen: Screen) -> list[str]:
    """A name, and under it what is said of it."""
    return [
        wrapped(harmless_line(name), screen.width, 4),
        "  " + wrapped(", ".join(figures), screen.width, 2, 2),
    ]


def room(screen: Screen) -> int:
    """How wide a table may be: as wide as the terminal; where nobody reads on one, as wide as it is."""
    return screen.width if screen.out.isatty() else sys.maxsize
