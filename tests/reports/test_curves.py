"""The curves of a comparison."""

import pytest

from runner.core.comparison.compared import Compared, Estimate
from runner.reports.curves import Curve, curves
from tests.compared import compared, gappy


def curve(name: str, found: Compared | None = None) -> Curve:
    [found_one] = [each for each in curves(found or compared()) if each.name == name]
    return found_one


def renamed(values: list[object]) -> Compared:
    found = compared()
    cells = [
        cell.model_copy(update={"value": value, "label": str(value)})
        for cell, value in zip(found.cells, values, strict=True)
    ]
    return found.model_copy(update={"cells": tuple(cells)})


def test_a_point_stands_at_its_value_with_its_ends_and_number() -> None:
    """Values that are numbers stand as far from each other as they are; the twin is the band, a refused value nothing."""
    [line] = curve("pass-rate").lines
    assert [(point.label, point.at, point.value, point.n) for point in line.points] == [
        ("0", 0.0, 0.9, 20),
        ("0.7", 0.7, 0.85, 20),
        ("1.5", 1.5, 0.4, 20),
    ]
    assert (line.points[2].low, line.points[2].high) == pytest.approx((0.2, 0.6))


def test_values_are_in_their_own_order() -> None:
    """However they were written: a line never goes back."""
    found = compared()
    turned = found.model_copy(update={"cells": found.cells[::-1]})
    assert [point.at for point in curve("pass-rate", turned).points] == [0.0, 0.7, 1.5]


def test_words_stand_one_beside_the_other_and_are_not_joined() -> None:
    """Models and prompts have no distance."""
    named = renamed(["small", "small", "large", "huge", "none"])
    drawn = curve("pass-rate", named)
    assert [(point.label, point.at) for point in drawn.points] == [
        ("small", 0.0),
        ("large", 1.0),
        ("huge", 2.0),
    ]
    assert not drawn.is_ordered
    assert curve("pass-rate").is_ordered


def test_the_band_is_what_the_twin_tells() -> None:
    """Of rates as far about the base as its distance from itself goes, of other numbers the intervals of both, if known."""
    assert curve("pass-rate").band == pytest.approx((0.75, 1.0))
    assert curve("latency").band == pytest.approx((0.7, 0.9))
    assert curve("words").band is None
    alone = compared()
    alone = alone.model_copy(update={"cells": tuple(cell for cell in alone.cells if cell.role != "twin")})
    assert curve("pass-rate", alone).band is None


def test_turns_are_lines_by_cell() -> None:
    """The twin among them, by its name; turns are counted from 1."""
    lines = curve("same-replies-by-turn").lines
    assert [line.name for line in lines] == ["0", "0 again (A/A)", "0.7", "1.5"]
    assert [point.label for point in lines[0].points] == ["1", "2"]


def test_what_is_not_known_is_not_drawn() -> None:
    """Nor is a curve of one point."""
    found = compared()
    cells = tuple(cell.model_copy(update={"latency_s": Estimate()}) for cell in found.cells)
    names = {each.name for each in curves(found.model_copy(update={"cells": cells}))}
    assert "latency" not in names
    assert "words" in names
    one = found.model_copy(update={"cells": found.cells[:1]})
    assert {each.name for each in curves(one)} == {"pass-rate-by-turn", "same-replies-by-turn"}


def test_a_cell_that_lost_trials_is_marked() -> None:
    """Its points are of the trials that were answered, and are not to be read like the others."""
    assert [point.is_gappy for point in curve("pass-rate", gappy()).points] == [False, False, True]
    lines = {line.name: line.points for line in curve("same-replies-by-turn", gappy()).lines}
    assert all(point.is_gappy for point in lines["1.5"])
    assert not any(point.is_gappy for name, points in lines.items() if name != "1.5" for point in points)
