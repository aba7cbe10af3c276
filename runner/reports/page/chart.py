"""A curve as a picture inside a page: SVG that takes its colours from the page's style sheet; it computes no statistics."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import floor, log10, radians, sin
from typing import Final

from runner.core.wording import percent
from runner.reports.curves import Curve, Line, Point, shortened, ticks_of
from runner.reports.markup import element, shown

WIDTH: Final = 420
HEIGHT: Final = 260
LEFT: Final = 52
RIGHT: Final = 14
TOP: Final = 14
BOTTOM: Final = 44
STEPS: Final = 4
"""About so many lines are drawn behind the points."""
LONGEST: Final = 24
"""Characters of a label under the picture: written aslant, the first does not leave the picture."""
WIDE: Final = 7.0
"""About how wide a character of a label is."""
ANGLE: Final = 60
"""Degrees, where labels are written aslant."""
NEAREST: Final = 13.0
"""Labels that are nearer to each other are left out."""
SERIES: Final = 7
"""Colours of lines, after which they begin again."""
ASIDE: Final = 5
"""How far the points of lines stand beside each other."""
_ROOM: Final = WIDTH - LEFT - RIGHT - 2 * ASIDE * SERIES
"""How far the last place is from the first."""


class _Scale:
    """Where numbers come to lie."""

    def __init__(self, curve: Curve) -> None:
        places = sorted({point.at for point in curve.points})
        self._first, self._last = places[0], places[-1]
        ends = [
            end for point in curve.points for end in (point.value, point.low, point.high) if end is not None
        ]
        ends += curve.band or ()
        self.labels = {
            at: shortened(label, LONGEST) for at, label in ticks_of(curve, NEAREST / _ROOM).items()
        }
        across = [self.across(at) for at in places]
        self.gap = min((after - before for before, after in pairwise(across)), default=float(_ROOM))
        self.is_aslant = self._is_crowded()
        longest = max(map(len, self.labels.values())) if self.is_aslant else 0
        self.height = HEIGHT + round(longest * WIDE * sin(radians(ANGLE)))
        self.bottom = HEIGHT - BOTTOM
        self.top = 1.0 if curve.is_share else _rounded(max(ends) * 1.05)

    def _is_crowded(self) -> bool:
        """Whether labels beside each other would cover one another."""
        return any(
            (len(self.labels[one]) + len(self.labels[other])) / 2 * WIDE + 4
            > self.across(other) - self.across(one)
            for one, other in pairwise(self.labels)
        )

    def across(self, at: float) -> float:
        """How far to the right a place lies."""
        share = (at - self._first) / (self._last - self._first) if self._last > self._first else 0.5
        return LEFT + ASIDE * SERIES + share * _ROOM

    def down(self, value: float) -> float:
        """How far down a number lies."""
        share = min(1.0, max(0.0, value / self.top)) if self.top else 0.0
        return self.bottom - share * (self.bottom - TOP)

    def steps(self) -> list[float]:
        """The numbers at which lines are drawn behind the points."""
        return [self.top * step / STEPS for step in range(STEPS + 1)]


def chart(curve: Curve) -> str:
    """The curve as a figure with its title and what its numbers stand on."""
    scale = _Scale(curve)
    parts = [*_behind(curve, scale)]
    for number, line in enumerate(curve.lines):
        parts += _line(line, number, curve, scale)
    picture = element(
        "svg",
        element("title", shown(f"{curve.title}: {_told(curve)}")) + "".join(parts),
        viewBox=f"0 0 {WIDTH} {scale.height}",
        role="img",
        class_="chart",
    )
    caption = (
        element("strong", shown(curve.title)) + " " + element("span", shown(_counted(curve)), class_="aside")
    )
    return element("figure", element("figcaption", caption) + picture + _legend(curve), class_="curve")


def _behind(curve: Curve, scale: _Scale) -> Iterator[str]:
    """The band, the lines behind the points, and what stands at the two axes."""
    right, bottom = WIDTH - RIGHT, scale.bottom
    if curve.band is not None:
        top, low = scale.down(curve.band[1]), scale.down(curve.band[0])
        height = max(1.5, low - top)
        yield element(
            "rect", "", class_="band", x=f"{LEFT}", y=_at(top), width=f"{right - LEFT}", height=_at(height)
        )
    for step in scale.steps():
        y = _at(scale.down(step))
        yield element("line", "", class_="rule", x1=f"{LEFT}", x2=f"{right}", y1=y, y2=y)
        yield element(
            "text", shown(_number(step, curve)), class_="tick end", x=f"{LEFT - 6}", y=y, dy="0.32em"
        )
    for at, label in scale.labels.items():
        x, y = _at(scale.across(at)), f"{bottom + 18}"
        aslant = {"transform": f"rotate(-{ANGLE} {x} {y})"} if scale.is_aslant else {}
        kind = "tick end" if scale.is_aslant else "tick"
        yield element("text", shown(label), class_=kind, x=x, y=y, **aslant)
    middle = _at((LEFT + right) / 2)
    yield element("text", shown(curve.along[:40]), class_="tick axis", x=middle, y=f"{scale.height - 6}")


def _line(line: Line, number: int, curve: Curve, scale: _Scale) -> Iterator[str]:
    """The points of a line, with their ends, joined where what stands under them is a number."""
    aside = (number - (len(curve.lines) - 1) / 2) * min(ASIDE, 0.6 * scale.gap / len(curve.lines))
    places = [(scale.across(point.at) + aside, point) for point in line.points]
    kind = f"series s{number % SERIES}" + (" twin" if "(A/A)" in line.name else "")
    inside = []
    if curve.is_ordered and len(places) > 1:
        path = " ".join(
            f"{'L' if place else 'M'}{_at(x)} {_at(scale.down(point.value))}"
            for place, (x, point) in enumerate(places)
        )
        inside.append(element("path", "", d=path))
    for x, point in places:
        inside += _point(x, point, line, curve, scale, is_square=number >= SERIES)
    yield element("g", "".join(inside), class_=kind)


def _point(
    x: float, point: Point, line: Line, curve: Curve, scale: _Scale, *, is_square: bool
) -> Iterator[str]:
    """A point with its interval, and its numbers for whoever points at it."""
    if point.low is not None and point.high is not None:
        low, high = scale.down(point.low), scale.down(point.high)
        path = f"M{_at(x)} {_at(low)}V{_at(high)}M{_at(x - 4)} {_at(low)}H{_at(x + 4)}M{_at(x - 4)} {_at(high)}H{_at(x + 4)}"
        yield element("path", "", class_="ends", d=path)
    told = element("title", shown(_point_told(point, line, curve)))
    hollow = {"class_": "hollow"} if point.is_gappy else {}
    y = scale.down(point.value)
    if is_square:  # colours begin again
        yield element("rect", told, x=_at(x - 4), y=_at(y - 4), width="8", height="8", **hollow)
    else:
        yield element("circle", told, cx=_at(x), cy=_at(y), r="4", **hollow)


def _legend(curve: Curve) -> str:
    """What the colours mean, where there are several lines or a band."""
    named: Sequence[tuple[str, str]] = [
        (f"key s{number % SERIES}{' square' * (number >= SERIES)}", line.name)
        for number, line in enumerate(curve.lines)
        if line.name
    ]
    if curve.band is not None:
        named = [*named, ("key band", "A/A band: the base against itself")]
    items = [element("li", element("i", "", class_=kind) + shown(name)) for kind, name in named]
    return element("ul", "".join(items), class_="legend") if items else ""


def _told(curve: Curve) -> str:
    """The numbers of a curve in words, for whoever does not see it."""
    return "; ".join(_point_told(point, line, curve) for line in curve.lines for point in line.points)


def _point_told(point: Point, line: Line, curve: Curve) -> str:
    """A point in words."""
    ends = ""
    if point.low is not None and point.high is not None:
        ends = f" ({_number(point.low, curve)} to {_number(point.high, curve)})"
    of = f"{line.name}, " if line.name else ""
    where = f"{of}{curve.along} {point.label}"
    gaps = "; trials without a reply are missing" if point.is_gappy else ""
    return f"{where}: {_number(point.value, curve)}{ends}, n = {point.n:,}{gaps}"


def _counted(curve: Curve) -> str:
    """On how much the points stand."""
    fewest, most = min(point.n for point in curve.points), max(point.n for point in curve.points)
    counted = f"{fewest:,}" if fewest == most else f"{fewest:,} to {most:,}"
    return f"n = {counted} {curve.counted}"


def _number(value: float, curve: Curve) -> str:
    """A number as people read it."""
    if curve.is_share:
        return f"{percent(value)} %"
    return f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"


def _rounded(number: float) -> float:
    """The next number upwards that people count to."""
    if number <= 0:
        return 1.0
    unit = 10.0 ** floor(log10(number))
    return next(step * unit for step in (1, 2, 4, 5, 8, 10, 20) if step * unit >= number)


def _at(number: float) -> str:
    """A place in the picture."""
    return f"{number:.1f}"
