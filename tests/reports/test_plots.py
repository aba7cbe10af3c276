"""Pictures of a comparison."""

import sys
from xml.etree import ElementTree as ET

import pytest

from runner.core.comparison.compared import Compared
from runner.errors import UsageError
from runner.reports.curves import curves
from runner.reports.plots import plots
from tests.compared import compared, gappy

HOSTILE = '<script>alert(1)</script>$\\frac{1}{0}$ & "x" \u202e\x07'


def test_each_curve_is_a_picture_in_both_forms() -> None:
    """SVG that any reader of XML takes, with its words as words; PNG by its first bytes."""
    drawn = dict(plots(compared()))
    assert set(drawn) == {f"{curve.name}.{form}" for curve in curves(compared()) for form in ("svg", "png")}
    texts = "".join(ET.fromstring(drawn["pass-rate.svg"]).itertext())
    assert "Trials that passed" in texts
    assert "A/A band: the base against itself" in texts
    assert "n = 20 trials" in texts
    assert drawn["pass-rate.png"].startswith(b"\x89PNG\r\n\x1a\n")


def test_the_same_numbers_are_the_same_picture() -> None:
    """To the byte: no date stands in it, and a pull request shows what changed."""
    assert dict(plots(compared(), ("svg",))) == dict(plots(compared(), ("svg",)))


def test_a_name_obeys_nobody() -> None:
    """Neither markup nor formulas nor controls in it are run."""
    for name, data in plots(compared(HOSTILE), ("svg",)):
        tree = ET.fromstring(data)
        assert not [each for each in tree.iter() if each.tag.endswith("script")], name
        assert "\u202e" not in "".join(tree.itertext())


def test_without_the_library_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr("runner.reports.plots.find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"conversation-runner\[plots\]"):
        next(iter(plots(compared())))


def test_a_cell_that_lost_trials_is_drawn_hollow() -> None:
    """Its point is white inside, and no other is."""

    def hollow(found: Compared) -> int:
        picture = dict(plots(found))["pass-rate.svg"]
        return picture.decode().count("fill: #ffffff; stroke: #")

    assert hollow(gappy()) > hollow(compared()) == 0
