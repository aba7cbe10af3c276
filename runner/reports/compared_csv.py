"""A comparison as a table with a row for each number, for notebooks and spreadsheets; it computes nothing.

It is RFC 4180 in UTF-8, rows ended by CR LF, in the long form that they group by: which
cell, of what (all items, a scenario, an item, a turn), which quantity, the number, its interval, what it stands on.
"""

from collections.abc import Iterator
from typing import Final

from runner.core.comparison.compared import Cell, Compared, Estimate, Place
from runner.core.value import Json
from runner.formats.csv_table import row

HEAD: Final = ("by", "cell", "role", "status", "of", "name", "quantity", "value", "low", "high", "n")
"""`of`: all, scenario, item or turn; `name`: which one; turns are 1-based here, as people count them."""

Numbers = Iterator[tuple[str, float | str | None, float | None, float | None, int | str]]


def compared_csv(found: Compared) -> bytes:
    """The comparison as a table, a row for each number that is known."""
    lines, values = [row(HEAD)], {cell.label: cell.value for cell in found.cells}
    for cell in found.cells:
        start = (found.by, _cell_name(cell.label, cell.value), cell.role, cell.status)
        lines += [row((*start, "all", "", *_blank(number))) for number in _of_cell(cell)]
        for turn in cell.turns:
            numbers = _estimates(
                pass_rate=turn.pass_rate,
                same_reply_pairs=turn.same_replies,
                same_verdicts=turn.same_verdicts,
                same_as_base=turn.with_base,
                words=turn.words,
            )
            lines += [row((*start, "turn", turn.turn + 1, *_blank(number))) for number in numbers]
    for what, rows in (("scenario", found.by_scenario), ("item", found.by_item)):
        for each in rows:
            for place in each.places:
                status = _status_of(found, place)
                place_start = (found.by, _cell_name(place.label, values.get(place.label)), place.role, status)
                lines += [row((*place_start, what, each.id, *_blank(number))) for number in _of_place(place)]
    return b"".join(lines)


def _cell_name(label: str, value: Json) -> str | float:
    """A number as a number, whatever its sign: as text a spreadsheet would be kept from running it by a mark."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return label
    return int(value) if float(value).is_integer() else value


def _status_of(found: Compared, place: Place) -> str:
    """What became of the cell that a place belongs to."""
    return next(
        (cell.status for cell in found.cells if (cell.label, cell.role) == (place.label, place.role)), ""
    )


def _of_cell(cell: Cell) -> Numbers:
    """The numbers of a cell over all items."""
    for name in ("trials", "finished", "unanswered", "broken", "measured", "passed"):
        yield name, getattr(cell, name), None, None, ""
    agreement, diversity = cell.agreement, cell.diversity
    yield from _estimates(
        pass_rate=cell.pass_rate,
        same_replies=agreement.same_replies,
        same_verdicts=agreement.same_verdicts,
        same_reply_pairs=agreement.pairs,
        same_as_base=agreement.with_base,
        never_diverges=agreement.never,
        unique=diversity.unique,
        distinct_1=diversity.distinct_1,
        distinct_2=diversity.distinct_2,
        similarity=diversity.similarity,
        words=cell.words,
        characters=cell.characters,
        refusals=cell.refusals,
        prompt_tokens=cell.prompt_tokens,
        completion_tokens=cell.completion_tokens,
        cost_each=cell.cost_each,
        latency_s=cell.latency_s,
    )
    if agreement.diverges_at is not None:
        yield "diverges_at", agreement.diverges_at, None, None, ""
    if cell.cost_usd is not None:
        yield "cost_usd", cell.cost_usd, None, None, ""
    if cell.stability is not None:
        for name in ("mean", "a90", "a10", "unreliability"):
            yield f"score_{name}", getattr(cell.stability, name), None, None, cell.stability.n
    for reason, number in cell.finish_reasons.items():
        yield f"finish_reason:{reason}", number, None, None, ""
    for prefix, held in (("", cell.contrast), ("answered:", cell.answered)):
        if held is not None:
            yield f"{prefix}difference", held.difference, held.low, held.high, held.trials
            yield f"{prefix}base_rate", held.base_rate, None, None, held.base_trials
            yield f"{prefix}p", held.p, None, None, held.trials
            yield f"{prefix}p_adjusted", held.p_adjusted, None, None, held.trials
            yield f"{prefix}detectable", held.detectable, None, None, held.trials
            yield f"{prefix}verdict", held.verdict, None, None, held.trials
    for name, shift in cell.shifts.items():
        yield f"difference:{name}", shift.value, shift.low, shift.high, shift.items
        yield f"p_adjusted:{name}", shift.p_adjusted, None, None, shift.items


def _of_place(place: Place) -> Numbers:
    """The numbers of a cell on one scenario or item."""
    for name in ("trials", "unanswered", "measured", "passed"):
        yield name, getattr(place, name), None, None, ""
    yield from _estimates(
        pass_rate=place.pass_rate, same_reply_pairs=place.pairs, similarity=place.similarity
    )
    if place.difference is not None:
        yield "difference", place.difference, place.low, place.high, place.measured
    if place.p_adjusted is not None:
        yield "p_adjusted", place.p_adjusted, None, None, place.measured


def _estimates(**estimates: Estimate | None) -> Numbers:
    """Those that are known, by their names."""
    for name, estimate in estimates.items():
        if estimate is not None and estimate.value is not None:
            yield name, estimate.value, estimate.low, estimate.high, estimate.n


def _blank(
    number: tuple[str, float | str | None, float | None, float | None, int | str],
) -> tuple[str | float, ...]:
    """A row's cells, empty where a number is not known."""
    return tuple("" if each is None else each for each in number)
