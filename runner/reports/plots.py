"""The curves of a comparison as pictures for papers and pull requests, drawn by matplotlib; it writes no file.

Colours are those of Okabe and Ito, which people who see few colours tell apart; lines differ by their marks as well.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Literal

from runner.core.comparison.compared import Compared
from runner.core.harmless import harmless_line
from runner.errors import UsageError
from runner.reports.curves import Curve, Line, curves, shortened, ticks_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Form = Literal["svg", "png"]

FORMS: Final[tuple[Form, ...]] = ("svg", "png")
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
MARKS: Final = "osD^v"
"""Fewer than colours: together they begin again after 35 lines."""
BAND: Final = "#999999"
LONGEST: Final = 24
"""Characters of a label; longer ones are cut."""
ASIDE: Final = 0.03
"""How far lines stand beside each other, so that their ends do not cover one another."""
NEAREST: Final = 0.05
"""Labels that are nearer to each other, as a share of the width, are left out."""
MANY: Final = 5
"""Labels that are words, or more than so many, are written aslant."""

_STYLE: Final[Any] = {
    "svg.hashsalt": "runner",  # the same picture of the same numbers, to the byte
    "svg.fonttype": "none",
    "text.parse_math": False,  # a label may hold a `$`
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.alpha": 0.3,
}


def require_plots() -> None:
    """Raise UsageError where the library that draws is not installed."""
    if find_spec("matplotlib") is None:
        raise UsageError(
            "pictures are drawn by matplotlib, which is not installed: pip install 'conversation-runner[plots]'"
        )


def plots(found: Compared, forms: tuple[Form, ...] = FORMS) -> Iterator[tuple[str, bytes]]:
    """Each curve in each form, as the name of a file with its bytes; raises UsageError without matplotlib."""
    require_plots()
    from matplotlib import rc_context  # noqa: PLC0415 - an extra, and slow to load
    from matplotlib.figure import Figure  # noqa: PLC0415 - likewise; without pyplot no window is ever opened

    for curve in curves(found):
        with rc_context(_STYLE):
            figure = Figure(figsize=(6.4, 4.0), layout="constrained")
            _draw(curve, figure, figure.subplots())
            for form in forms:
                data = BytesIO()
                metadata = {"Date": None} if form == "svg" else {"Software": None}
                figure.savefig(data, format=form, dpi=160, metadata=metadata)
                yield f"{curve.name}.{form}", data.getvalue()


def _draw(curve: Curve, figure: "Figure", axes: "Axes") -> None:
    """Draw a curve."""
    factor = 100 if curve.is_share else 1
    axes.set_title(curve.title, loc="left")
    axes.set_xlabel(_label(curve.along))
    axes.set_ylabel(curve.unit)
    if curve.band is not None:
        low, high = (factor * end for end in curve.band)
        axes.axhspan(
            low, high, color=BAND, alpha=0.25, linewidth=0, label="A/A band: the base against itself"
        )
    for number, line in enumerate(curve.lines):
        aside = (number - (len(curve.lines) - 1) / 2) * ASIDE
        _draw_line(line, number, (factor, aside, curve.is_ordered), axes)
    if curve.is_share:
        axes.set_ylim(-3, 103)
    else:
        axes.set_ylim(bottom=0)
    ticks = {at: _label(label) for at, label in ticks_of(curve, NEAREST).items()}
    words = len(ticks) > MANY or any(not _is_number(text) for text in ticks.values())
    axes.set_xticks(
        list(ticks), list(ticks.values()), rotation=30 if words else 0, ha="right" if words else "center"
    )
    if curve.band is not None or len(curve.lines) > 1:
        figure.legend(frameon=False, fontsize=9, loc="outside lower center", ncols=3)
    fewest, most = min(point.n for point in curve.points), max(point.n for point in curve.points)
    counted = f"{fewest:,}" if fewest == most else f"{fewest:,} to {most:,}"
    axes.annotate(
        f"n = {counted} {curve.counted}",
        (1, 1),
        xycoords="axes fraction",
        ha="right",
        va="bottom",
        fontsize=9,
        color="#555555",
    )


def _draw_line(line: Line, number: int, how: tuple[int, float, bool], axes: "Axes") -> None:
    """Draw points that belong together, a little aside of other lines', with their ends where they have some."""
    factor, aside, joined = how
    places = [point.at + aside for point in line.points]
    values = [factor * point.value for point in line.points]
    below = [
        factor * (point.value - (point.value if point.low is None else point.low)) for point in line.points
    ]
    above = [
        factor * ((point.value if point.high is None else point.high) - point.value) for point in line.points
    ]
    axes.errorbar(
        places,
        values,
        yerr=[[max(0.0, each) for each in below], [max(0.0, each) for each in above]],
        color=COLOURS[number % len(COLOURS)],
        marker=MARKS[number % len(MARKS)],
        linestyle="none" if not joined else "--" if "(A/A)" in line.name else "-",
        capsize=3,
        label=_label(line.name) or None,
    )
    for place, value, point in zip(places, values, line.points, strict=True):
        if point.is_gappy:
            axes.plot(
                place,
                value,
                linestyle="none",
                marker=MARKS[number % len(MARKS)],
                markerfacecolor="white",
                markeredgecolor=COLOURS[number % len(COLOURS)],
                zorder=5,
            )


def _label(text: str) -> str:
    """A label that fits, and that obeys nobody."""
    return shortened(harmless_line(text), LONGEST)


def _is_number(text: str) -> bool:
    """Whether a label is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
