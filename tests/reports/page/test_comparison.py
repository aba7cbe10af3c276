"""The section of a page that tells of a comparison."""

from xml.etree import ElementTree as ET

from runner.core.comparison.compared import Compared, Estimate
from runner.reports.page.comparison import MOST_ITEMS, comparison_section
from tests.compared import compared, gappy, row

HOSTILE = "</section><script>alert(1)</script><img src=x onerror=alert(1)>\"' &\u202e\x1b\ud800"


def tree(found: Compared) -> ET.Element:
    return ET.fromstring(comparison_section(found))


def texts(element: ET.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def test_the_words_stand_first_then_the_cells() -> None:
    """A row for each cell with its rate, interval, distance and what that shows; a refused value with its reason."""
    section = tree(compared())
    assert texts(section[2]).startswith("1.5 passes less often than 0")
    rows = [texts(each) for each in section.iter("tr")]
    assert any(
        each.startswith("1.5 20 of 20 8 of 20 (40 %) 20 % to 60 % -50 (-65 to -35) points") for each in rows
    )
    assert any("0 again (A/A)" in each for each in rows)
    assert any("the model refuses this value: the model refuses it" in each for each in rows)


def test_each_curve_tells_its_numbers_to_those_who_do_not_see_it() -> None:
    """The picture's title has every point, with its ends and what it stands on."""
    titles = [texts(each) for each in tree(compared()).iter("title")]
    [told] = [each for each in titles if each.startswith("Trials that passed: ")]
    assert "temperature 1.5: 40 % (20 % to 60 %), n = 20" in told


def test_no_point_leaves_the_picture() -> None:
    """Whatever ends an interval has."""
    for circle in tree(compared()).iter("circle"):
        assert 0 <= float(circle.attrib["cx"]) <= 420
        assert 0 <= float(circle.attrib["cy"]) <= 260


def test_the_heat_map_has_a_shade_and_a_number() -> None:
    """Nobody has to read colours; what is not known has neither."""
    section = tree(compared())
    cells = {
        texts(each): each.attrib["class"] for each in section.iter("td") if " h" in each.get("class", "")
    }
    assert cells["90 % n=10"] == "number h9"
    assert cells["40 % n=10"] == "number h4"
    unknown = compared()
    [first, *others] = unknown.by_item
    blank = first.model_copy(
        update={"places": tuple(place.model_copy(update={"pass_rate": Estimate()}) for place in first.places)}
    )
    section = tree(unknown.model_copy(update={"by_item": (blank, *others)}))
    assert [each for each in section.iter("td") if each.get("class") == "h-none"]


def test_many_items_are_told_by_scenario() -> None:
    """A map that nobody can look over is none."""
    rates = {"0": ("base", 0.9), "1": ("treatment", 0.4)}
    many = tuple(row(f"s[case={n}]", "s", str(n), rates) for n in range(MOST_ITEMS + 1))  # type: ignore[arg-type]
    section = tree(compared().model_copy(update={"by_item": many}))
    assert "s[case=3]" not in texts(section)


def test_nothing_that_is_said_is_markup() -> None:
    """It stays well formed, without a script, an image, a style or a handler."""
    section = tree(compared(HOSTILE))
    assert not {each.tag for each in section.iter()} & {"script", "img", "style"}
    assert all(str(each.get("href")).startswith("#scenario=") for each in section.iter("a"))
    for each in section.iter():
        assert not [name for name in each.attrib if name.startswith("on") or name in {"style", "src"}]
    assert "\u202e" not in comparison_section(compared(HOSTILE))


def test_a_cell_that_lost_trials_is_drawn_hollow() -> None:
    """And says so to whoever points at it; how many it lost stands in the table."""
    section = tree(gappy())
    hollow = [each for each in section.iter("circle") if each.get("class") == "hollow"]
    assert hollow
    assert all("trials without a reply are missing" in texts(each) for each in hollow)
    assert any(texts(each).startswith("1.5 10 of 20 10 8 of 20") for each in section.iter("tr"))
    assert not any(each.get("class") == "hollow" for each in tree(compared()).iter("circle"))
