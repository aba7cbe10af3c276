"""Links within a page."""

from urllib.parse import parse_qs

from runner.core.harmless import harmless
from runner.reports.page.links import conversations_at
from tests.pages import HOSTILE


def test_what_is_named_is_what_is_read_again() -> None:
    """Whatever signs names and values have; values are spelled as ids spell them."""
    address = conversations_at(HOSTILE, "a&b=c#d", {"params.x": 0.70, "system": HOSTILE})
    assert address.startswith("#scenario=")
    shown = harmless(HOSTILE)
    assert parse_qs(address[1:], keep_blank_values=True) == {
        "scenario": [shown],
        "case": ["a&b=c#d"],
        "axis.params.x": ["0.7"],
        "axis.system": [shown],
    }


def test_what_is_not_named_is_not_chosen() -> None:
    """A scenario alone is all of its conversations."""
    assert conversations_at("talk") == "#scenario=talk"


def test_repeats_may_be_chosen() -> None:
    """From one to another, both among them."""
    assert conversations_at("talk", repeats=(11, 20)) == "#scenario=talk&repeats=11-20"
