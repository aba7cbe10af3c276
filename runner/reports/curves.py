"""The curves of a comparison: which numbers stand on which, with their ends and the A/A band; it draws nothing.

The band is what the base held against itself allows for: a point inside of it may be chance.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from runner.core.comparison.compared import Cell, Compared, Estimate, Place, TurnNumbers
from runner.core.comparison.phrasing import name_of as cell_name
from runner.core.value import Json


@dataclass(frozen=True, slots=True)
class Point:
    """One number of a curve."""

    label: str
    """What stands under it: the cell's value, or the turn."""
    at: float
    """Where it stands: the value itself where all are numbers, else its place, 0-based."""
    value: float
    low: float | None
    high: float | None
    n: int
    """On how many observations it stands."""
    is_gappy: bool = False
    """Whether trials stay without a reply in its cell otherwise than in the base: it is drawn hollow."""


@dataclass(frozen=True, slots=True)
class Line:
    """Points that belong together."""

    name: str
    """The cell, where lines are cells; empty where there is one line."""
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """One picture."""

    name: str
    """Short and fit for a file: `pass-rate`."""
    title: str
    unit: str
    """What is counted upwards; `%` where the numbers are shares from 0 to 1."""
    along: str
    """What is counted to the right."""
    counted: str
    """What `n` counts: trials, pairs of replies, replies."""
    lines: tuple[Line, ...]
    band: tuple[float, float] | None = None
    """From where to where the base goes by chance alone; None where there is no twin."""
    is_ordered: bool = True
    """Whether what stands to the right is a number, so that points may be joined by a line."""

    @property
    def is_share(self) -> bool:
        """Whether its numbers are shares from 0 to 1."""
        return self.unit == "%"

    @property
    def points(self) -> tuple[Point, ...]:
        """All of its points."""
        return tuple(point for line in self.lines for point in line.points)


Pick = Callable[[Cell], Estimate | None]

_CELLS: tuple[tuple[str, str, str, str, Pick], ...] = (
    ("pass-rate", "Trials that passed", "%", "trials", lambda cell: cell.pass_rate),
    (
        "same-replies",
        "Repeats that agree word for word",
        "%",
        "pairs of replies",
        lambda cell: cell.agreement.pairs,
    ),
    (
        "as-the-base",
        "Replies equal to the base's",
        "%",
        "pairs of replies",
        lambda cell: cell.agreement.with_base,
    ),
    ("similarity", "Likeness of repeats, letter by letter", "%", "pairs of replies", lambda cell: cell.diversity.similarity),
    ("unique", "Distinct replies", "%", "replies", lambda cell: cell.diversity.unique),
    ("words", "Words of a reply, median", "words", "replies", lambda cell: cell.words),
    ("tokens", "Tokens of a trial's replies, median", "tokens", "trials", lambda cell: cell.completion_tokens),
    ("latency", "Seconds of a reply, median", "seconds", "replies", lambda cell: cell.latency_s),
)  # fmt: skip

_TURNS: tuple[tuple[str, str, str, Callable[[TurnNumbers], Estimate | None]], ...] = (
    ("pass-rate-by-turn", "Trials that passed, turn by turn", "trials", lambda turn: turn.pass_rate),
    (
        "same-replies-by-turn",
        "Repeats that agree word for word, turn by turn",
        "pairs of replies",
        lambda turn: turn.same_replies,
    ),
)


def curves(found: Compared) -> tuple[Curve, ...]:
    """Those of which something is known, cell by cell first, then turn by turn; none where only one cell was played."""
    drawn = [*_by_cell(found), *_by_turn(found)]
    return tuple(curve for curve in drawn if any(len(line.points) > 1 for line in curve.lines))


def name_of(cell: Cell | Place) -> str:
    """A cell's name beside the names of the others."""
    return {
        "base": f"{cell.label} (base)",
        "twin": cell_name(cell.label, cell.role),
        "treatment": cell.label,
    }[cell.role]


def ticks_of(curve: Curve, nearest: float) -> dict[float, str]:
    """What stands under the points: every word, of numbers those that are a share of the whole width apart; the first always."""
    labels = {point.at: point.label for point in sorted(curve.points, key=lambda point: point.at)}
    width = (max(labels) - min(labels)) or 1.0
    kept: dict[float, str] = {}
    for at, label in labels.items():
        if not kept or (at - max(kept)) / width >= nearest:
            kept[at] = label
    return kept


def shortened(text: str, longest: int) -> str:
    """A name that fits, without its middle: names that begin alike often differ at their ends."""
    if len(text) <= longest:
        return text
    end = (longest - 1) // 2
    return f"{text[: longest - 1 - end]}…{text[-end:]}"


def places_of(cells: Sequence[Cell]) -> dict[str, float]:
    """Where each cell's value stands: at the value itself where all are numbers, else one beside the other."""
    values = {cell.label: cell.value for cell in cells}
    if _are_numbers(values.values()):
        return {label: float(value) for label, value in values.items()}
    return {label: float(place) for place, label in enumerate(values)}


def _are_numbers(values: Iterable[Json]) -> bool:
    """Whether all values are numbers."""
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _by_cell(found: Compared) -> Iterator[Curve]:
    """A curve for each quantity, a point for each cell; the twin is the band."""
    played = [cell for cell in found.cells if cell.status == "played"]
    places, is_ordered = places_of(played), _are_numbers(cell.value for cell in played)
    for name, title, unit, counted, pick in _CELLS:
        points = [
            _point(cell.label, places[cell.label], estimate, is_gappy=cell.is_gappy)
            for cell in played
            if cell.role != "twin" and (estimate := pick(cell)) is not None
        ]
        known = tuple(sorted((point for point in points if point is not None), key=lambda point: point.at))
        band = _band(name, pick, found.cells)
        yield Curve(name, title, unit, found.by, counted, (Line("", known),), band, is_ordered)


def _by_turn(found: Compared) -> Iterator[Curve]:
    """A curve for each quantity, a line for each cell, a point for each turn."""
    for name, title, counted, pick in _TURNS:
        lines = []
        for cell in found.cells:
            points = [
                _point(str(turn.turn + 1), float(turn.turn + 1), estimate, is_gappy=cell.is_gappy)
                for turn in cell.turns
                if (estimate := pick(turn)) is not None
            ]
            known = tuple(point for point in points if point is not None)
            lines += [Line(cell_name(cell.label, cell.role), known)] if known else []
        yield Curve(name, title, "%", "turn", counted, tuple(lines))


def _point(label: str, at: float, estimate: Estimate, *, is_gappy: bool) -> Point | None:
    """A number as a point; None where it is not known."""
    if estimate.value is None:
        return None
    return Point(label, at, estimate.value, estimate.low, estimate.high, estimate.n, is_gappy)


def _band(name: str, pick: Pick, cells: Sequence[Cell]) -> tuple[float, float] | None:
    """Where a cell that does as the base does may come to lie, as far as the twin tells."""
    base = next((cell for cell in cells if cell.role == "base"), None)
    twin = next((cell for cell in cells if cell.role == "twin" and cell.status == "played"), None)
    if base is None or twin is None:
        return None
    one, other = pick(base), pick(twin)
    if one is None or other is None or one.value is None or other.value is None:
        return None
    if name == "pass-rate" and twin.contrast is not None:
        reach = max(abs(twin.contrast.low), abs(twin.contrast.high))
        return max(0.0, one.value - reach), min(1.0, one.value + reach)
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return None  # two numbers alone do not say how far chance goes
    return min(one.low, other.low), max(one.high, other.high)
