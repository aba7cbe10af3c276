"""What a comparison found, as a section of a page: the words, the cells, the curves, the heat map; it computes nothing."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from runner.core.comparison.compared import Cell, Compared, Contrast, Estimate, Place, Row
from runner.core.comparison.phrasing import points
from runner.core.wording import count, percent, probability
from runner.reports.curves import curves, name_of
from runner.reports.markup import apart, element, shown
from runner.reports.page.chart import chart
from runner.reports.page.links import conversations_at
from runner.reports.wording import money

HEATS: Final = 10
"""Shades of the heat map, beside the one of nothing."""
_WHY: Final = {
    "unsupported": "the model refuses this value",
    "unanswered": "no reply came",
    "unplayed": "was not played",
}
_VERDICTS: Final = {
    "differs": "differs from the base",
    "equivalent": "does not matter",
    "undecided": "no difference shown",
}

Column = tuple[str, Callable[[Cell], str]]


def comparison_section(found: Compared) -> str:
    """The whole section; everything foreign in it is escaped."""
    parts = [element("h2", shown(f"Comparison of {found.by}"))]
    parts.append(element("p", shown(_design(found)), class_="aside"))
    parts.append(_list(found.sentences, "found"))
    if found.notes:
        parts.append(_list(found.notes, "notes"))
    parts.append(_cells(found))
    drawn = [chart(curve) for curve in curves(found)]
    if drawn:
        parts.append(element("div", "".join(drawn), class_="curves"))
    heats: tuple[tuple[str, Callable[[Place], Estimate | None]], ...] = (
        ("Passed", lambda place: place.pass_rate),
        ("Repeats that agree word for word", lambda place: place.pairs),
    )
    is_whole = len(found.by_scenario) < len(found.by_item) <= MOST_ITEMS
    rows, noun = (found.by_item, "item") if is_whole else (found.by_scenario, "scenario")
    for title, number in heats:
        parts.append(_heat(f"{title}, {noun} by {noun}", rows[:MOST_ROWS], number, found))
    if (more := len(rows) - MOST_ROWS) > 0:
        parts.append(
            element(
                "p",
                shown(f"... and {more:,} more; `compare --json` and `--csv` have them all"),
                class_="aside",
            )
        )
    return element("section", "".join(parts), id="comparison", class_="comparison")


MOST_ROWS: Final = 200
"""So many rows of a heat map are shown."""
MOST_ITEMS: Final = 60
"""With more items than these the heat map has a row for each scenario alone."""


def _design(found: Compared) -> str:
    """How it was played."""
    mixed = f", mixed in the order of seed {found.seed}" if found.seed is not None else ", not mixed"
    said = f"{count(found.items, 'item')}, {count(found.repeats, 'trial')} of each in every cell{mixed}; base {found.base}"
    if found.detectable is not None:
        said += f"; it could have seen a difference of about {100 * found.detectable:.0f} points"
    return said


def _list(sentences: Iterable[str], kind: str) -> str:
    """Sentences below one another."""
    return element("ul", "".join(element("li", apart(sentence)) for sentence in sentences), class_=kind)


def _cells(found: Compared) -> str:
    """A table with a row for each cell."""
    lost = any(cell.unanswered for cell in found.cells if cell.status == "played")
    columns: tuple[Column, ...] = (
        ("trials", lambda cell: f"{cell.finished:,} of {cell.trials:,}"),
        ("no reply", lambda cell: f"{cell.unanswered:,}" if lost else ""),
        ("passed", _passed),
        ("95 % interval", lambda cell: _interval(cell.pass_rate)),
        ("against the base", _difference),
        ("p (Holm)", lambda cell: "" if cell.contrast is None else _p(cell.contrast)),
        ("same replies", lambda cell: _share(cell.agreement.pairs)),
        ("same verdicts", lambda cell: _share(cell.agreement.same_verdicts or Estimate())),
        ("as the base", lambda cell: _share(cell.agreement.with_base)),
        ("similarity", lambda cell: _share(cell.diversity.similarity)),
        ("words", lambda cell: _plain(cell.words)),
        ("refusals", lambda cell: _share(cell.refusals)),
        ("finished by", lambda cell: ", ".join(f"{key} {n:,}" for key, n in cell.finish_reasons.items())),
        ("A90 (unreliability)", _stability),
        ("seconds", lambda cell: "" if cell.latency_s.value is None else f"{cell.latency_s.value:.2f}"),
        ("cost", lambda cell: money(cell.cost_usd) if cell.cost_usd else ""),
    )
    told = [column for column in columns if any(column[1](cell) for cell in found.cells)]
    head = "".join(element("th", shown(title), scope="col") for title, _ in ((found.by, None), *told))
    body = []
    for cell in found.cells:
        name = element("th", apart(name_of(cell)), scope="row")
        if cell.status != "played":
            why = f"{_WHY[cell.status]}: {cell.reason}" if cell.reason else _WHY[cell.status]
            body.append(
                element("tr", name + element("td", apart(why), colspan=f"{len(told)}"), class_="missing")
            )
            continue
        cells = [element("td", apart(write(cell)), class_="number") for _, write in told]
        body.append(element("tr", name + "".join(cells), class_=cell.role))
    table = element("table", element("thead", element("tr", head)) + element("tbody", "".join(body)))
    return element("div", table, class_="wide", tabindex="0", role="region", aria_label="cells")


def _heat(
    title: str, rows: Sequence[Row], number: Callable[[Place], Estimate | None], found: Compared
) -> str:
    """A table of shades: a row for each scenario or item, a column for each cell; the number stands in it."""
    names = list(dict.fromkeys(name_of(place) for row in rows for place in row.places))
    body = []
    known = False
    for row in rows:
        places = {name_of(place): place for place in row.places}
        cells = [element("th", apart(row.id), scope="row")]
        for name in names:
            estimate = number(places[name]) if name in places else None
            known = known or (estimate is not None and estimate.value is not None)
            address = _address(row, places[name], found) if name in places else ""
            cells.append(_shade(estimate, address))
        body.append(element("tr", "".join(cells)))
    if not known:
        return ""
    head = "".join(element("th", apart(name), scope="col") for name in ("", *names))
    table = element(
        "table", element("thead", element("tr", head)) + element("tbody", "".join(body)), class_="heat"
    )
    return element("h3", shown(title)) + element(
        "div", table, class_="wide", tabindex="0", role="region", aria_label=title
    )


def _address(row: Row, place: Place, found: Compared) -> str:
    """Where the conversations of a place are; a base and its twin have the same value, and each its own repeats."""
    n, has_twin = found.repeats, any(cell.role == "twin" for cell in found.cells)
    repeats = {"base": (1, n), "twin": (n + 1, 2 * n)}.get(place.role) if has_twin else None
    return conversations_at(row.scenario, row.case, {**row.variant, found.by: place.label}, repeats)


def _shade(estimate: Estimate | None, address: str) -> str:
    """A share with its shade and what it stands on: a link to the conversations that it is of."""
    if estimate is None or estimate.value is None:
        return element("td", "", class_="h-none")
    told = f"{percent(estimate.value)} % " + element("small", shown(f"n={estimate.n:,}"))
    return element("td", element("a", told, href=address), class_=f"number h{round(HEATS * estimate.value)}")


def _passed(cell: Cell) -> str:
    """How many trials passed, of how many."""
    if cell.pass_rate is None or cell.pass_rate.value is None:
        return ""
    return f"{cell.passed:,} of {cell.measured:,} ({percent(cell.pass_rate.value)} %)"


def _interval(estimate: Estimate | None) -> str:
    """The interval of a share."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return ""
    return f"{percent(estimate.low)} % to {percent(estimate.high)} %"


def _difference(cell: Cell) -> str:
    """How far the rate is from the base's, and what that shows."""
    if (held := cell.contrast) is None:
        return ""
    told = f"{points(held.difference, '')} ({points(held.low, '')} to {points(held.high, '')}) points"
    return told if cell.role == "twin" else f"{told}: {_VERDICTS[held.verdict]}"


def _p(held: Contrast) -> str:
    """A p value, as far as it tells something."""
    return probability(held.p_adjusted).removeprefix("p ").removeprefix("= ")


def _stability(cell: Cell) -> str:
    """What the best repeats come to, and how far the worst stay behind."""
    if cell.stability is None:
        return ""
    return f"{percent(cell.stability.a90)} % ({percent(cell.stability.unreliability)} %)"


def _share(estimate: Estimate) -> str:
    """A share with what it stands on."""
    return "" if estimate.value is None else f"{percent(estimate.value)} % of {estimate.n:,}"


def _plain(estimate: Estimate) -> str:
    """A number of things."""
    return "" if estimate.value is None else f"{estimate.value:,.0f}"
