"""What `runner compare` found, on a terminal or in a pipe: cells with their rates, turns, scenarios, and the words last."""

from collections.abc import Callable, Sequence
from typing import Final

from runner.cli.display.columns import Column, Listing
from runner.cli.display.layout import wrapped
from runner.cli.display.screen import Screen
from runner.cli.display.wording import money, seconds
from runner.core.comparison.compared import Cell, Compared, Contrast, Estimate, Row, TurnNumbers
from runner.core.comparison.phrasing import points
from runner.core.harmless import harmless_line
from runner.core.wording import count, percent
from runner.reports.curves import name_of

MOST_ROWS: Final = 20
"""How many scenarios are told; the files have them all."""
MARGIN: Final = 2
MARK: Final = "*"
"""What stands behind a rate that differs."""

_CELLS_LESS: Final = (
    "cost",
    "median time",
    "words",
    "same verdicts",
    "similarity",
    "repeats part",
    "95 % interval",
    "as the base",
)
_WHY: Final = {
    "unsupported": "the model refuses this value",
    "unanswered": "no reply came",
    "unplayed": "was not played",
}
_VERDICTS: Final = {"differs": "yellow", "equivalent": "green", "undecided": ""}


def tell_compared(found: Compared, screen: Screen) -> None:
    """Tell what a comparison found; what it means comes last, where eyes are."""
    screen.tell(screen.paint(wrapped(harmless_line(_title(found)), screen.width, MARGIN), "bold"))
    _tell_cells(found, screen)
    _tell_turns(found, screen)
    _tell_rows("scenario", found.by_scenario, found.alpha, screen)
    if len(found.by_item) > len(found.by_scenario):
        _tell_rows("item", found.by_item, found.alpha, screen)
    screen.tell()
    for sentence in found.sentences:
        screen.tell(wrapped(harmless_line(sentence), screen.width, MARGIN))
    for note in found.notes:
        screen.tell(screen.paint(wrapped(f"note: {harmless_line(note)}", screen.width, MARGIN), "yellow"))
    if facts := _facts(found):
        screen.tell(screen.paint(wrapped(facts, screen.width, MARGIN), "dim"))


def _title(found: Compared) -> str:
    """What was compared, in a line."""
    values = sum(cell.role != "twin" for cell in found.cells)
    each = f"{count(values, 'value')} of {found.by}" if found.by != "run" else count(values, "run")
    mixed = f", mixed by seed {found.seed}" if found.seed is not None else ""
    return f"{each} on {count(found.items, 'item')}, {count(found.repeats, 'trial')} each{mixed}; the base is {found.base}"


def _facts(found: Compared) -> str:
    """What it took."""
    facts = [money(found.cost_usd)] if found.cost_usd else []
    if found.seconds is not None:
        facts.append(seconds(found.seconds))
    return ", ".join(facts)


def _tell_cells(found: Compared, screen: Screen) -> None:
    """Tell the cells, a line each, then why some have no figures."""
    columns = (
        Column[Cell](
            "no reply",
            lambda cell: f"{cell.unanswered:,}/{cell.trials:,}",
            needed=lambda cells: any(cell.unanswered for cell in cells if cell.status == "played"),
        ),
        Column[Cell]("passed", _passed, needed=_any(lambda cell: cell.pass_rate)),
        Column[Cell](
            "95 % interval", lambda cell: _interval(cell.pass_rate), needed=_any(lambda cell: cell.pass_rate)
        ),
        Column[Cell]("against base", _difference, needed=_any(lambda cell: cell.contrast), style=_style),
        Column[Cell](
            "p",
            lambda cell: "" if cell.contrast is None else _p(cell.contrast),
            needed=_any(lambda cell: cell.contrast),
        ),
        Column[Cell]("same replies", lambda cell: _of(cell.agreement.pairs)),
        Column[Cell](
            "same verdicts",
            lambda cell: _of(cell.agreement.same_verdicts),
            needed=_any(lambda cell: cell.agreement.same_verdicts),
        ),
        Column[Cell]("as the base", lambda cell: _of(cell.agreement.with_base)),
        Column[Cell]("repeats part", _diverges, needed=_any(lambda cell: cell.agreement.diverges_at)),
        Column[Cell]("similarity", lambda cell: _of(cell.diversity.similarity)),
        Column[Cell]("words", lambda cell: _plain(cell.words)),
        Column[Cell]("median time", _time, needed=_any(lambda cell: cell.latency_s.value)),
        Column[Cell](
            "cost",
            lambda cell: "" if cell.cost_usd is None else money(cell.cost_usd),
            needed=lambda cells: any(cell.cost_usd for cell in cells),
        ),
    )
    played = [(name_of(cell), cell) for cell in found.cells if cell.status == "played"]
    if played:
        screen.tell("\n" + "\n".join(Listing(columns, _CELLS_LESS, played).lines(screen)))
        screen.tell(
            screen.paint(wrapped(_stands_on([cell for _, cell in played]), screen.width, MARGIN), "dim")
        )
    for cell in found.cells:
        if cell.status != "played":
            why = f"{name_of(cell)}: {_WHY[cell.status]}"
            why += f": {cell.reason}" if cell.reason else ""
            screen.tell(screen.paint(wrapped(harmless_line(why), screen.width, MARGIN), "yellow"))


def _tell_turns(found: Compared, screen: Screen) -> None:
    """Tell how the cells agree and pass turn by turn, where there is more than one."""
    turns = sorted({turn.turn for cell in found.cells for turn in cell.turns})
    if len(turns) < 2:
        return
    parts: tuple[tuple[str, str, Callable[[TurnNumbers], Estimate | None]], ...] = (
        ("same replies", "pair", lambda turn: turn.same_replies),
        ("passed", "trial", lambda turn: turn.pass_rate),
    )
    for title, noun, number in parts:
        columns = [Column[Cell](f"turn {turn + 1}", _at(turn, number), one="") for turn in turns]
        rows = [(name_of(cell), cell) for cell in found.cells if cell.turns]
        if not any(column.write(cell) for column in columns for _, cell in rows):
            continue
        middle = sorted(turns[1:-1], key=lambda turn: -min(turn - turns[0], turns[-1] - turn))
        less = [f"turn {turn + 1}" for turn in middle]
        on = _between([number(turn) for _, cell in rows for turn in cell.turns], noun)
        screen.tell(
            "\n" + screen.paint(wrapped(f"{title}, turn by turn ({on})", screen.width, MARGIN), "bold")
        )
        screen.tell("\n".join(Listing(columns, less, rows).lines(screen)))


def _stands_on(cells: Sequence[Cell]) -> str:
    """On how much the shares of the table stand, since a share without its number tells little."""
    of = {
        "same replies and similarity": [cell.agreement.pairs for cell in cells],
        "as the base": [cell.agreement.with_base for cell in cells],
    }
    return "; ".join(
        f"{name}: of {_between(numbers, 'pair')}"
        for name, numbers in of.items()
        if any(each.n for each in numbers)
    )


def _between(numbers: Sequence[Estimate | None], noun: str) -> str:
    """On how many observations some numbers stand, each: the fewest and the most."""
    known = [each.n for each in numbers if each is not None and each.value is not None]
    fewest, most = min(known, default=0), max(known, default=0)
    return count(most, noun) if fewest == most else f"{fewest:,} to {count(most, noun)}"


def _at(turn: int, number: Callable[[TurnNumbers], Estimate | None]) -> Callable[[Cell], str]:
    """What writes a number of one turn of a cell."""

    def write(cell: Cell) -> str:
        return next((_of(number(each)) for each in cell.turns if each.turn == turn), "")

    return write


def _tell_rows(what: str, rows: Sequence[Row], alpha: float, screen: Screen) -> None:
    """Tell the pass rates of each scenario or item, a column for each cell."""
    if not any(place.pass_rate for row in rows for place in row.places):
        return
    names = list(dict.fromkeys(name_of(place) for row in rows for place in row.places))
    columns = [Column[Row](harmless_line(name), _on(name, alpha)) for name in names]
    shown = [(row.id, row) for row in rows[:MOST_ROWS]]
    screen.tell("\n" + screen.paint(f"passed, {what} by {what}", "bold"))
    screen.tell("\n".join(Listing(columns, (), shown).lines(screen)))
    if any(column.write(row).endswith(MARK) for column in columns for _, row in shown):
        why = f"{MARK} differs from the base, p at or below {alpha:g} after Benjamini-Hochberg: worth a look, no proof"
        screen.tell(screen.paint(wrapped(why, screen.width, MARGIN), "dim"))
    if (more := len(rows) - MOST_ROWS) > 0:
        screen.tell(f"... and {more:,} more; --json and --csv have them all")


def _on(name: str, alpha: float) -> Callable[[Row], str]:
    """What writes the pass rate of one cell on a row."""

    def write(row: Row) -> str:
        place = next((place for place in row.places if name_of(place) == name), None)
        if place is None or place.pass_rate is None:
            return f"- ({place.unanswered:,} lost)" if place is not None and place.unanswered else ""
        mark = f" {MARK}" if place.p_adjusted is not None and place.p_adjusted <= alpha else ""
        return f"{place.passed:,}/{place.measured:,}{mark}"

    return write


def _any(of: Callable[[Cell], object]) -> Callable[[Sequence[Cell]], bool]:
    """Whether any cell has a number."""
    return lambda cells: any(of(cell) is not None for cell in cells)


def _passed(cell: Cell) -> str:
    """How many trials passed, of how many."""
    if cell.pass_rate is None or cell.pass_rate.value is None:
        return "no check"
    return f"{cell.passed:,}/{cell.measured:,} ({percent(cell.pass_rate.value)} %)"


def _interval(estimate: Estimate | None) -> str:
    """An interval of a share, in percent."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return ""
    return f"{percent(estimate.low)}..{percent(estimate.high)} %"


def _difference(cell: Cell) -> str:
    """How far a cell's rate is from the base's, in points, with its interval."""
    if (held := cell.contrast) is None:
        return ""
    return f"{points(held.difference, '')} ({points(held.low, '')} to {points(held.high, '')})"


def _style(cell: Cell) -> str:
    """The colour of a contrast's verdict."""
    return "" if cell.contrast is None or cell.role == "twin" else _VERDICTS[cell.contrast.verdict]


def _p(held: Contrast) -> str:
    """A p value, after Holm."""
    return "<.001" if held.p_adjusted < 0.001 else f"{held.p_adjusted:.3f}".removeprefix("0")


def _of(estimate: Estimate | None) -> str:
    """A share in percent; empty where it is not known."""
    return "" if estimate is None or estimate.value is None else f"{percent(estimate.value)} %"


def _plain(estimate: Estimate) -> str:
    """A number of things."""
    return "" if estimate.value is None else f"{estimate.value:,.0f}"


def _time(cell: Cell) -> str:
    """How long a reply takes."""
    return "" if cell.latency_s.value is None else seconds(cell.latency_s.value)


def _diverges(cell: Cell) -> str:
    """At which turn repeats differ."""
    at = cell.agreement.diverges_at
    return "never" if at is None else f"turn {at:g}"
