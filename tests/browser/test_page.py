"""The page of a run in a real browser: it loads without complaint, filters, links, compares, and obeys nobody."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from runner.core.transcript import Transcript
from runner.reports.page.comparison import comparison_section
from tests.assessed import assessment
from tests.browser.visit import Visit
from tests.compared import compared
from tests.pages import HOSTILE, conversation, written
from tests.played import played

TALKS = [conversation(number, temperature) for temperature in (0, 0.7) for number in (1, 2, 3)]


@pytest.fixture
def at(tmp_path: Path) -> Path:
    """The page of six conversations, with a comparison and a verdict."""
    return put(tmp_path, TALKS)


def put(folder: Path, said: Sequence[Transcript]) -> Path:
    """A page in a file."""
    path = folder / "page.html"
    text = written(said, section=comparison_section(compared()), assessment=assessment())
    path.write_text(text, encoding="utf-8")
    return path


def listed(page: Page) -> Locator:
    """The names in the list."""
    return page.locator("ul.list li bdi")


def test_it_opens_from_a_file(visit: Visit, at: Path) -> None:
    """Nothing is fetched and nothing complains; everything is listed."""
    page = visit.open(at)
    expect(listed(page)).to_have_text([each.id for each in TALKS])
    expect(page.get_by_role("status")).to_have_text("6 conversations")
    assert [
        page.locator(f"#{name}").is_visible()
        for name in ("verdict", "overview", "comparison", "conversations")
    ] == [True] * 4


def test_filters_by_status_tag_variant_and_text(visit: Visit, at: Path) -> None:
    """Each by itself and all together; how many are left is said."""
    page = visit.open(at)
    page.get_by_label("outcome").select_option("passed")
    expect(listed(page)).to_have_text(["talk[temperature=0]#2", "talk[temperature=0.7]#2"])
    page.get_by_label("tag").select_option("warm")
    expect(listed(page)).to_have_text(["talk[temperature=0.7]#2"])
    expect(page.get_by_role("status")).to_have_text("1 of 6 conversations")
    page.get_by_label("outcome").select_option("")
    page.get_by_label("tag").select_option("")
    page.locator("[id='by-axis.temperature']").select_option("0")
    expect(listed(page)).to_have_count(3)
    page.locator("[id='by-axis.temperature']").select_option("")
    page.get_by_label("said somewhere").fill("HELLO 3")
    expect(page.get_by_role("status")).to_have_text("2 of 6 conversations")
    expect(listed(page)).to_have_text(["talk[temperature=0]#3", "talk[temperature=0.7]#3"])
    page.get_by_label("said somewhere").fill("nobody said this")
    expect(page.get_by_role("status")).to_have_text("0 of 6 conversations")


def test_what_is_shown_stands_in_the_address(visit: Visit, at: Path) -> None:
    """A link shows the same to whoever follows it; the way back and forth is the browser's."""
    page = visit.open(at)
    page.locator("[id='by-axis.temperature']").select_option("0.7")
    page.locator("ul.list li:not([hidden]) a").nth(1).click()
    address = page.url
    assert "axis.temperature=0.7" in address
    again = visit.open(at, address.partition("#")[1] + address.partition("#")[2])
    again.reload()
    expect(listed(again)).to_have_count(3)
    expect(again.locator(".stage h3").first).to_have_text("talk[temperature=0.7]#2")
    page.locator("[id='by-axis.temperature']").select_option("")
    page.go_back()
    expect(listed(page)).to_have_count(3)


def test_the_overview_leads_to_conversations(visit: Visit, at: Path) -> None:
    """A count of outcomes, a variant's name and a cell of the heat map are links to what they count."""
    page = visit.open(at)
    page.get_by_role("link", name="2 passed", exact=True).click()
    expect(listed(page)).to_have_count(2)
    page.get_by_role("link", name="talk[temperature=0.7]", exact=True).click()
    expect(listed(page)).to_have_text([f"talk[temperature=0.7]#{number}" for number in (1, 2, 3)])
    expect(page.locator("#conversations h2")).to_be_in_viewport()
    page.locator("table.heat a").first.click()
    assert page.url.partition("#")[2].startswith("scenario=refund-policy")


def test_a_name_that_the_page_lacks_is_said(visit: Visit, at: Path) -> None:
    """A link from another page is no error: it says that there is no such conversation; what is no list is none."""
    page = visit.open(at, "#open=gone%231&beside=%7B")
    expect(page.locator(".stage")).to_contain_text("no conversation of that name")


def test_a_conversation_is_a_chat_with_its_checks(visit: Visit, at: Path) -> None:
    """Both turns, the second one with its check, tokens and seconds; the raw line only on demand, and to the letter."""
    page = visit.open(at, "#open=talk%5Btemperature%3D0%5D%231")
    turns = page.locator(".stage .turn")
    expect(turns).to_have_count(2)
    expect(turns.nth(0).locator(".message.user")).to_contain_text("Hello?")
    expect(turns.nth(0).locator(".checks")).to_have_count(0)
    expect(turns.nth(1).locator(".checks li.failed")).to_contain_text("number 1 is failed")
    expect(turns.nth(1)).to_contain_text("10 tokens in, 2 out, 0.50 s")
    expect(page.locator("pre.raw")).to_have_count(0)
    page.get_by_text("raw JSON").click()
    assert json.loads(page.locator("pre.raw").inner_text()) == json.loads(json.dumps(TALKS[0].dump()))


def test_variants_stand_side_by_side_by_turn(visit: Visit, tmp_path: Path) -> None:
    """Turns of one number begin at one height, however long the replies before; the words that differ are marked."""
    long = "It is a very long day, and there is much of it. " * 20
    said = [
        conversation(1, 0, "All is well today."),
        conversation(1, 0.7, "All is not well, today."),
        conversation(1, 1.5, long),
    ]
    page = visit.open(put(tmp_path, said), "#open=talk%5Btemperature%3D0%5D%231")
    page.get_by_role("button", name="all variants beside each other").click()
    for turn in (1, 2):
        boxes = page.get_by_label(f"turn {turn}")
        expect(boxes).to_have_count(3)
        tops = {round((boxes.nth(number).bounding_box() or {"y": -1.0})["y"]) for number in range(3)}
        assert len(tops) == 1
    marked = page.get_by_label("turn 2").nth(1).locator("ins")
    assert [marked.nth(number).inner_text() for number in range(marked.count())] == ["not ", ","]
    expect(page.get_by_label("turn 1").nth(1).locator("ins")).to_have_count(0)
    expect(page.get_by_label("turn 2").nth(0).locator("ins")).to_have_count(0)
    page.get_by_role("button", name="this one alone").click()
    expect(page.get_by_label("turn 1")).to_have_count(1)


@pytest.mark.parametrize("width", [1400, 400])
def test_a_hostile_conversation_does_nothing(visit: Visit, tmp_path: Path, width: int) -> None:
    """Script and closing tags, addresses of data, marks of direction: shown to the letter, wherever they stand."""
    wild = [
        played(
            (HOSTILE, HOSTILE), (HOSTILE, f"{HOSTILE} again"),
            id=f"{HOSTILE}#{number}", scenario=HOSTILE, case=HOSTILE, tags=[HOSTILE], repeat=number,
            variant={HOSTILE: f"{HOSTILE}{number}"}, provider=HOSTILE, model=HOSTILE,
        )
        for number in (1, 2)
    ]  # fmt: skip
    path = tmp_path / "page.html"
    path.write_text(
        written(wild, section=comparison_section(compared(HOSTILE)), assessment=assessment(HOSTILE)), "utf-8"
    )
    page = visit.open(path)
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_label("said somewhere").fill("<img src=x")
    page.locator("ul.list a").first.click()
    page.locator("#beside").select_option(index=1)
    page.get_by_role("button", name="put it there").click()
    for each in page.get_by_text("raw JSON").all():
        each.click()
    expect(page.locator(".stage .said").first).to_contain_text("<img src=x onerror=window.stolen=2>")
    assert page.evaluate("typeof window.stolen") == "undefined"
    assert (
        page.evaluate(
            "document.querySelectorAll('img, iframe, base, [onload], [onerror], script[src]').length"
        )
        == 0
    )
    assert page.evaluate("document.querySelectorAll('a:not([href^=\"#\"])').length") == 0
    assert "\u202e" not in page.locator("body").inner_text()
    assert page.url.startswith(path.resolve().as_uri())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 400])
def test_nothing_is_wider_than_the_window(visit: Visit, at: Path, width: int, scheme: str) -> None:
    """On a desk and on a phone, before and after a conversation is opened and others stand beside it."""
    page = visit.open(at)
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for step in ("", "ul.list a", "#beside"):
        if step == "#beside":
            page.locator(step).select_option(index=2)
            page.get_by_role("button", name="put it there").click()
        elif step:
            page.locator(step).first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for each in page.locator("button:visible, select:visible, input:visible, .message:visible").all():
            box = each.bounding_box()
            assert box is not None
            inside_scroller = each.evaluate("one => one.closest('.rows, .wide') !== null")
            assert inside_scroller or box["x"] + box["width"] <= width + 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_by_day_and_by_night(visit: Visit, at: Path, scheme: str) -> None:
    """Every text stands out from what is behind it (WCAG AA, 4.5 to 1); the button turns one into the other."""
    page = visit.open(at, "#open=talk%5Btemperature%3D0%5D%231")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    first = faint(page)
    assert first == []
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Dark or light").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    assert faint(page) == []


def faint(page: Page) -> list[str]:
    """The texts that do not stand out enough, each with its contrast; shades lie over what is behind them."""
    found: list[str] = page.evaluate(
        """() => {
          const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
          const over = (top, below) => {
            const alpha = top.length > 3 ? top[3] : 1;
            return [0, 1, 2].map((at) => top[at] * alpha + below[at] * (1 - alpha));
          };
          const light = (colour) => {
            const [r, g, b] = colour.map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const behind = (element) => {
            const all = [];
            for (let each = element; each; each = each.parentElement) all.push(numbers(getComputedStyle(each).backgroundColor));
            return all.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
          };
          const faint = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            if (!walker.currentNode.textContent.trim() || element.closest("script, noscript, svg") || !element.checkVisibility()) continue;
            let opacity = 1;
            for (let each = element; each; each = each.parentElement) opacity *= Number(getComputedStyle(each).opacity);
            const ground = behind(element);
            const ink = numbers(getComputedStyle(element).color);
            const [a, b] = [light(over([...ink.slice(0, 3), (ink[3] ?? 1) * opacity], ground)), light(ground)];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${element.className}: ${walker.currentNode.textContent.trim().slice(0, 40)}`);
          }
          return [...new Set(faint)];
        }"""
    )
    return found


def test_it_prints_what_was_found_and_what_is_open(visit: Visit, at: Path) -> None:
    """On paper there is nothing to press: the overview, the comparison and the conversation that is open."""
    page = visit.open(at, "#open=talk%5Btemperature%3D0%5D%231")
    page.emulate_media(media="print")
    assert [page.locator(each).is_visible() for each in (".filters", "ul.list", "#theme", "nav")] == [
        False
    ] * 4
    assert [
        page.locator(each).first.is_visible() for each in ("#overview table", ".curves svg", ".stage .turn")
    ] == [True] * 3


def test_every_curve_has_its_points_within_its_picture(visit: Visit, at: Path) -> None:
    """Drawn by the browser, each point lies inside its picture, and has a size."""
    page = visit.open(at)
    for picture in page.locator(".curves svg").all():
        outer = picture.bounding_box()
        assert outer is not None
        for point in picture.locator("circle").all():
            box = point.bounding_box()
            assert box is not None
            assert outer["x"] <= box["x"] <= outer["x"] + outer["width"]
            assert outer["y"] <= box["y"] <= outer["y"] + outer["height"]
            assert box["width"] > 1


def test_everything_can_be_reached_by_keys(visit: Visit, at: Path) -> None:
    """By the tab key from the top to a conversation, which Return opens; what has the focus can be seen."""
    page = visit.open(at)
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('ul.list') !== null"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(page.locator(".stage h3").first).to_have_text(re.compile(r"^talk\[temperature=0\]#1$"))


@pytest.mark.parametrize("width", [1400, 400])
def test_a_long_list_comes_as_it_is_read(visit: Visit, tmp_path: Path, width: int) -> None:
    """So many at once, the others once the end is reached; a filter and a link reach all of them at once."""
    page = visit.open(put(tmp_path, [conversation(number, number % 2) for number in range(250)]))
    page.set_viewport_size({"width": width, "height": 900})
    rows = page.locator("ul.list li:has(bdi)")
    expect(page.get_by_role("status")).to_have_text("250 conversations")
    assert rows.count() < 250
    for number in (99, 199, 249):
        rows.nth(number).scroll_into_view_if_needed()
        rows.last.scroll_into_view_if_needed()
    expect(rows).to_have_count(250)
    expect(page.locator("button.more:visible")).to_have_count(0)
    page.get_by_label("said somewhere").fill("hello 249.")
    expect(rows).to_have_count(1)
    again = visit.open(tmp_path / "page.html", "#open=talk%5Btemperature%3D1%5D%23249")
    again.reload()
    expect(again.locator(".stage h3").first).to_have_text("talk[temperature=1]#249")


def test_a_base_and_its_twin_are_told_apart(visit: Visit, tmp_path: Path) -> None:
    """A cell of the heat map leads to its own repeats, which the filters say and can take back."""
    said = [
        conversation(
            number,
            temperature,
            scenario="refund-policy",
            case="kettle",
            id=f"r[case=kettle,temperature={temperature}]#{number}",
        )
        for temperature, most in ((0, 20), (0.7, 10))
        for number in range(1, most + 1)
    ]
    page = visit.open(put(tmp_path, said))
    row = page.locator("table.heat").first.locator("tbody tr").first
    row.locator("td a").first.click()
    expect(listed(page)).to_have_text([f"r[case=kettle,temperature=0]#{number}" for number in range(1, 11)])
    page.get_by_role("button", name="repeats 1 to 10").click()
    expect(page.get_by_role("status")).to_have_text("20 of 30 conversations")


def test_texts_that_are_too_long_to_hold_against_each_other_say_so(visit: Visit, tmp_path: Path) -> None:
    """They are shown whole, with a note in the place of marks: unmarked they would look the same."""
    said = [conversation(1, temperature, f"{temperature} " * 60_000) for temperature in (0, 0.7)]
    page = visit.open(
        put(tmp_path, said),
        "#open=talk%5Btemperature%3D0%5D%231&beside=%5B%22talk%5Btemperature%3D0.7%5D%231%22%5D",
    )
    expect(page.locator(".stage .note")).to_have_text(["too long to mark the words that differ"] * 2)


def test_the_reader_stays_where_the_list_was(visit: Visit, at: Path) -> None:
    """On a phone the list comes back where it was left, with the focus on the conversation that was read."""
    page = visit.open(at)
    page.set_viewport_size({"width": 400, "height": 800})
    page.locator("ul.list a").nth(4).click()
    expect(page.locator(".stage h3").first).to_be_focused()
    expect(page.locator(".filters")).to_be_hidden()
    page.get_by_role("button", name="back to the list").click()
    expect(page.locator("ul.list a").nth(4)).to_be_focused()
    expect(page.locator("ul.list a").nth(4)).to_be_in_viewport()


def test_a_dark_page_is_printed_light(visit: Visit, at: Path) -> None:
    """Paper is white: letters that were light by night are dark on it."""
    page = visit.open(at)
    page.emulate_media(color_scheme="dark", media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(28, 32, 36)"


@pytest.mark.parametrize("width", [1400, 400])
def test_long_names_stay_within_the_window(visit: Visit, tmp_path: Path, width: int) -> None:
    """Of scenarios and of values: they are broken, not cut, and nothing is wider than the window."""
    name = "a-scenario-with-a-name-that-goes-on-and-on-for-customers-in-the-euro-zone-who-have-lost-their-receipt"
    said = [
        conversation(
            n, 0, id=f"{name}[system={name}-{n}]#1", scenario=name, variant={"system": f"{name}-{n}"}
        )
        for n in (1, 2)
    ]
    page = visit.open(put(tmp_path, said))
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("ul.list a").first.click()
    expect(page.locator(".stage .turn")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_of_two_each_is_marked_against_the_other(visit: Visit, tmp_path: Path) -> None:
    """What the one says and the other does not is underlined on both sides."""
    said = [conversation(1, 0, "It is a fine day."), conversation(1, 0.7, "It is a rainy day, sir.")]
    page = visit.open(put(tmp_path, said), "#open=talk%5Btemperature%3D0%5D%231")
    page.locator("#beside").select_option(index=1)
    page.get_by_role("button", name="put it there").click()
    boxes = page.get_by_label("turn 2")
    expect(boxes.nth(0).locator("ins")).to_have_text(["fine"])
    expect(boxes.nth(1).locator("ins")).to_have_text(["rainy", ", sir"])
    expect(page.locator(".tools")).to_contain_text("words that differ are underlined")
