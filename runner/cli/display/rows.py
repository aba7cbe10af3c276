"""The table of a run: one row per variant where they are few, else per scenario; never wider than the screen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from runner.cli.display.columns import Column, Listing
from runner.cli.display.screen import Screen
from runner.cli.display.tally import Tally
from runner.cli.display.wording import money, seconds
from runner.core.run import Run, Summary, Totals
from runner.core.wording import count

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


def _figure(
    title: str,
    value: Callable[[Row], float | None],
    style: str = "",
    write: Callable[[float], str] = "{:,}".format,
    *,
    needed: Callable[[Sequence[Row]], bool] | None = None,
    one: str | None = None,
) -> Column[Row]:
    """A column of figures; it is needed where some row has one that is neither unknown nor zero."""

    def spell(row: Row) -> str:
        number = value(row)
        return "?" if number is None else write(number)

    return Column(
        title,
        spell,
        needed or (lambda rows: any(value(row) for row in rows)),
        lambda row: style if value(row) else "",
        one,
    )


def _has_checks(rows: Sequence[Row]) -> bool:
    """Whether anything was checked."""
    return any(row.totals.passed or row.totals.failed or row.totals.broken for row in rows)


def _has_left(rows: Sequence[Row]) -> bool:
    """Whether not all trials finished."""
    return any(row.totals.finished != row.totals.trials for row in rows)


_COLUMNS = (
    _figure("trials", lambda row: row.totals.trials, needed=lambda _: True),
    _figure("finished", lambda row: row.totals.finished, needed=_has_left),
    _figure("unanswered", lambda row: row.totals.unanswered, "red"),
    _figure("left", lambda row: row.left, "yellow"),
    _figure("checks passed", lambda row: row.totals.passed, needed=_has_checks, one="check passed"),
    _figure("failed", lambda row: row.totals.failed, "red", needed=_has_checks),
    _figure("broken", lambda row: row.totals.broken, "red"),
    _figure("tokens in", lambda row: row.totals.prompt_tokens, one="tokens in"),
    _figure("out", lambda row: row.totals.completion_tokens),
    _figure("cost", lambda row: row.totals.cost_usd, write=money),
    _figure("median reply", lambda row: row.latency_s, write=seconds),
)
_LESS_NEEDED = ("median reply", "cost", "out", "tokens in", "finished")
"""Which columns are left out, one after the other, where the screen is narrow."""


def table_of(rows: Sequence[Row], total: Row, screen: Screen) -> list[str]:
    """The rows as lines: a table as wide as the screen allows, or two lines for each row where none fits."""
    shown = _first(rows)
    rest = f"... {count(len(rows) - len(shown), 'other')}" if len(shown) < len(rows) else ""
    named = [(row.name, row) for row in (*shown, total)]
    return Listing(_COLUMNS, _LESS_NEEDED, named, rest).lines(screen)


def _first(rows: Sequence[Row]) -> list[Row]:
    """As many rows as are shown, in their order: those in which something went wrong before all others."""
    places = sorted(range(len(rows)), key=lambda place: not rows[place].is_bad)[:MOST_ROWS]
    return [rows[place] for place in sorted(places)]
