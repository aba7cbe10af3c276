"""The table of a run: one row per variant where they are few, else per scenario; never wider than the screen."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from runner.cli.display.harmless import harmless_line
from runner.cli.display.layout import Cell, shortened, table, wrapped
from runner.cli.display.screen import Screen
from runner.cli.display.tally import Tally
from runner.cli.display.wording import count, money, seconds
from runner.core.run import Run, Summary, Totals

FEW_VARIANTS = 12
"""Up to so many variants have a row each."""
MOST_ROWS = 24
"""Of more rows than these, the ones in which something went wrong are shown first."""


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one variant or scenario; a sum is None where a part of it is not known."""

    name: str
    totals: Totals
    latency_s: float | None
    """The median of its replies."""

    @property
    def left(self) -> int:
        """How many trials began and did not end."""
        return self.totals.stopped

    @property
    def is_bad(self) -> bool:
        """Whether something in it is unanswered, failed or broken."""
        return bool(self.totals.unanswered or self.totals.failed or self.totals.broken)


def rows_of(run: Run, tally: Tally, names: frozenset[str]) -> list[Row]:
    """The rows of a run whose scenarios have these names, in the order in which they began."""
    variants = {trial.rpartition("#")[0] for trial in run.trials}
    few = len(variants) <= FEW_VARIANTS
    row_names = {variant: variant if few else scenario_of(variant, names) for variant in variants}
    grouped: dict[str, list[Summary]] = {}
    for trial, summary in run.trials.items():
        grouped.setdefault(row_names[trial.rpartition("#")[0]], []).append(summary)
    latencies: dict[str, list[float]] = {}
    for variant, values in tally.latencies.items():
        latencies.setdefault(row_names[variant], []).extend(values)
    return [_row(name, summaries, latencies.get(name, ())) for name, summaries in grouped.items()]


def total_of(run: Run, tally: Tally) -> Row:
    """The figures of the whole run."""
    latencies = [each for values in tally.latencies.values() for each in values]
    return _row("all", list(run.trials.values()), latencies)


def scenario_of(variant: str, names: frozenset[str]) -> str:
    """The scenario that a variant's id belongs to; names may hold brackets themselves."""
    name = variant
    while name and name not in names:
        name = name.rpartition("[")[0]
    return name or variant


def _row(name: str, summaries: Sequence[Summary], latencies: Sequence[float]) -> Row:
    """The figures of some trials."""
    return Row(name=name, totals=Totals.of(summaries), latency_s=median(latencies) if latencies else None)


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of figures."""

    title: str
    value: Callable[[Row], float | None]
    needed: Callable[[Sequence[Row]], bool]
    """Whether it says anything about these rows."""
    style: str = ""
    write: Callable[[float], str] = "{:,}".format


def _any(value: Callable[[Row], float | None]) -> Callable[[Sequence[Row]], bool]:
    """Whether some row has a figure that is neither unknown nor zero."""
    return lambda rows: any(value(row) for row in rows)


def _has_checks(rows: Sequence[Row]) -> bool:
    """Whether anything was checked."""
    return any(row.totals.passed or row.totals.failed or row.totals.broken for row in rows)


_COLUMNS = (
    _Column("trials", lambda row: row.totals.trials, lambda _: True),
    _Column(
        "finished",
        lambda row: row.totals.finished,
        lambda rows: any(row.totals.finished != row.totals.trials for row in rows),
    ),
    _Column("unanswered", lambda row: row.totals.unanswered, _any(lambda row: row.totals.unanswered), "red"),
    _Column("left", lambda row: row.left, _any(lambda row: row.left), "yellow"),
    _Column("passed", lambda row: row.totals.passed, _has_checks),
    _Column("failed", lambda row: row.totals.failed, _has_checks, "red"),
    _Column("broken", lambda row: row.totals.broken, _any(lambda row: row.totals.broken), "red"),
    _Column("tokens in", lambda row: row.totals.prompt_tokens, _any(lambda row: row.totals.prompt_tokens)),
    _Column("out", lambda row: row.totals.completion_tokens, _any(lambda row: row.totals.completion_tokens)),
    _Column("cost", lambda row: row.totals.cost_usd, _any(lambda row: row.totals.cost_usd), write=money),
    _Column("median", lambda row: row.latency_s, _any(lambda row: row.latency_s), write=seconds),
)
NARROWEST_NAME = 26
"""Figures are left out before names are cut to less than so many columns."""
_LESS_NEEDED = ("median", "cost", "out", "tokens in", "finished")
"""Which columns are left out, one after the other, where the screen is narrow."""


def table_of(rows: Sequence[Row], total: Row, screen: Screen) -> list[str]:
    """The rows as lines: a table as wide as the screen allows, or two lines for each row where none fits."""
    shown = _first(rows)
    columns = [column for column in _COLUMNS if column.needed(rows)]
    rest = f"... {count(len(rows) - len(shown), 'other')}" if len(shown) < len(rows) else ""
    for left_out in ("", *_LESS_NEEDED):
        columns = [column for column in columns if column.title != left_out]
        head = [Cell("", "dim"), *(Cell(column.title, "dim") for column in columns)]
        body = [[Cell(harmless_line(row.name)), *_cells(row, columns, screen)] for row in (*shown, total)]
        if rest:
            body.insert(-1, [Cell(rest, "dim"), *(Cell("") for _ in columns)])
        lines = table([head, *body], screen.width, screen.paint, screen.signs["cut"], NARROWEST_NAME)
        if lines is not None:
            return lines
    stacked = [line for row in shown for line in _stack(row, columns, screen)]
    return [*stacked, *([rest] if rest else []), *_stack(total, columns, screen)]


def _first(rows: Sequence[Row]) -> list[Row]:
    """As many rows as are shown, in their order: those in which something went wrong before all others."""
    places = sorted(range(len(rows)), key=lambda place: not rows[place].is_bad)[:MOST_ROWS]
    return [rows[place] for place in sorted(places)]


def _cells(row: Row, columns: Iterable[_Column], screen: Screen) -> list[Cell]:
    """A row's figures."""
    cells = []
    for column in columns:
        value = column.value(row)
        text = screen.signs["none"] if value is None else column.write(value)
        cells.append(Cell(text, column.style if value else ""))
    return cells


def _stack(row: Row, columns: Sequence[_Column], screen: Screen) -> list[str]:
    """A row as a few short lines."""
    figures = []
    for column, cell in zip(columns, _cells(row, columns, screen), strict=True):
        if cell.text != "0":
            title = column.title.removesuffix("s") if cell.text == "1" else column.title
            figures.append(f"{cell.text} {title}")
    name = shortened(harmless_line(row.name), screen.width, screen.signs["cut"])
    return [name, "  " + wrapped(", ".join(figures), screen.width, 2, 2)]
