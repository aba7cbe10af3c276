"""A curve as a picture inside a page."""

from xml.etree import ElementTree as ET

from runner.core.comparison.compared import Compared
from runner.reports.curves import Curve, Line, Point, curves
from runner.reports.page.chart import SERIES, chart
from tests.compared import compared


def tree(curve: Curve) -> ET.Element:
    """The figure."""
    return ET.fromstring(chart(curve))


def drawn(places: dict[str, float], lines: int = 1) -> Curve:
    """A curve of points at such places, by their labels."""
    points = tuple(Point(label, at, 0.5, 0.4, 0.6, 10) for label, at in places.items())
    named = tuple(Line(f"line {number}" if lines > 1 else "", points) for number in range(lines))
    return Curve("pass-rate", "Trials that passed", "%", "model", "trials", named)


def labels(figure: ET.Element) -> list[tuple[str, str | None]]:
    """What stands under the points, with how it is turned."""
    last = [
        each for each in figure.iter("text") if float(each.get("y", "0")) > 220 and each.get("dy") is None
    ]
    return [(each.text or "", each.get("transform")) for each in last[:-1]]


def test_labels_that_fit_stand_beside_each_other() -> None:
    """Upright, every one of them."""
    assert labels(tree(drawn({"0": 0.0, "0.7": 0.7, "1.5": 1.5}))) == [
        ("0", None),
        ("0.7", None),
        ("1.5", None),
    ]


def test_names_that_would_cover_one_another_are_written_aslant() -> None:
    """Whole, or without their middle, since names often differ at their ends; the picture grows with them."""
    names = {f"a-model-of-some-family-2026-0{number}": float(number) for number in range(1, 6)}
    figure = tree(drawn(names))
    found = labels(figure)
    assert len({text for text, _ in found}) == 5
    assert all(text.endswith(f"0{number}") for number, (text, _) in enumerate(found, start=1))
    assert all(turned is not None and turned.startswith("rotate(-") for _, turned in found)
    heights = [
        float(each[0].get("viewBox", "").split()[3])
        for each in ([*figure.iter("svg")], [*tree(drawn({"0": 0.0})).iter("svg")])
    ]
    assert heights[0] > heights[1]


def test_numbers_that_are_too_near_are_left_out() -> None:
    """The points stay; of labels that would lie on one another the first is written."""
    figure = tree(drawn({"0": 0.0, "0.01": 0.01, "0.02": 0.02, "1": 1.0}))
    assert [text for text, _ in labels(figure)] == ["0", "1"]
    assert len([*figure.iter("circle")]) == 4


def test_lines_stay_at_their_place() -> None:
    """However many there are, the points of one turn are nearer to it than to the next."""
    figure = tree(drawn({str(turn): float(turn) for turn in range(12)}, lines=11))
    groups = [each for each in figure.iter("g") if "series" in str(each.get("class"))]
    firsts = [
        [float(x.get("cx") or float(x.get("x", "0")) + 4) for x in group if x.tag in {"circle", "rect"}]
        for group in groups
    ]
    gap = firsts[0][1] - firsts[0][0]
    assert max(line[0] for line in firsts) - min(line[0] for line in firsts) < gap


def test_colours_that_begin_again_have_another_mark() -> None:
    """The eighth line is no circle, and its key is square."""
    figure = tree(drawn({"1": 1.0, "2": 2.0}, lines=SERIES + 1))
    assert len([*figure.iter("circle")]) == 2 * SERIES
    assert len([each for each in figure.iter("rect") if each.get("class") != "band"]) == 2
    assert [each.get("class") for each in figure.iter("i")][-1] == "key s0 square"


def test_every_curve_of_a_comparison_is_well_formed() -> None:
    """Whatever its cells are called."""
    found: Compared = compared('<script>"&\u202e')
    assert all(tree(curve).tag == "figure" for curve in curves(found))
