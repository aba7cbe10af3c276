"""A run in figures, for the top of a page."""

from xml.etree import ElementTree as ET

from runner.core.assessment import Assessment
from runner.core.statistics.rates import wilson
from runner.reports.page.overview import Overview
from tests.assessed import assessment, block
from tests.pages import HOSTILE, conversation
from tests.played import played


def tree(*said: object, found: Assessment | None = None) -> ET.Element:
    overview = Overview(found)
    for each in said:
        overview.add(each)  # type: ignore[arg-type]
    return ET.fromstring(overview.section())


def texts(element: ET.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def rows(section: ET.Element) -> list[list[str]]:
    return [[texts(cell) for cell in row] for row in section.iter("tr")]


def test_a_variant_is_a_row_with_its_rate_and_its_trials() -> None:
    """How many, how many passed, between which ends, what became of the others, whether it is flaky."""
    section = tree(
        *(conversation(number) for number in (1, 2, 3, 4)), played(("a", None), id="talk[temperature=0]#5")
    )
    ends = wilson(2, 4)
    assert rows(section)[1][:5] == [
        "talk[temperature=0]", "5", "2 of 4 (50 %)", f"{100 * ends.low:.0f} to {100 * ends.high:.0f} %",
        "2 failed, 1 unanswered flaky",
    ]  # fmt: skip


def test_outcomes_lead_to_their_conversations() -> None:
    """Each is counted, and a link to those; so is the name of each variant."""
    section = tree(conversation(1), conversation(2), conversation(2, temperature=0.7))
    links = {texts(each): each.get("href") for each in section.iter("a")}
    assert links["1 failed"] == "#outcome=failed"
    assert links["2 passed"] == "#outcome=passed"
    assert links["talk[temperature=0.7]"] == "#scenario=talk&axis.temperature=0.7"


def test_what_was_not_checked_has_no_rate() -> None:
    """Without checks nothing passes and nothing fails."""
    section = tree(played(("a", "b")))
    assert rows(section)[1][2:4] == ["", ""]
    assert "1 without checks" in texts(section)


def test_a_gate_stands_beside_its_variant() -> None:
    """Its verdict and the rule that decided it; there is no such column where nothing was gated."""
    failed = block("kettle", "failed", {"passed": 2, "failed": 3})
    trial = conversation(1, id=f"{failed.id}#1")
    told = rows(tree(trial, found=assessment().model_copy(update={"blocks": (failed,)})))
    assert told[0][1] == "gate"
    assert (
        told[1][1]
        == "✗ failed pass_rate: 0.8: failed, observed 40 %, 95 % interval 10 to 60 %: 2 of 5 trials passed; 4 are asked for"
    )
    assert "gate" not in rows(tree(trial))[0]


def test_names_obey_nobody() -> None:
    """What a scenario is called is shown to the letter."""
    section = tree(conversation(1, id=f"{HOSTILE}#1", scenario=HOSTILE, case=HOSTILE))
    assert "<img src=x" in texts(section)
    assert not list(section.iter("img"))
