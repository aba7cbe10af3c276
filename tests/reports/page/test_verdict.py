"""What a check found, for the top of a page."""

from xml.etree import ElementTree as ET

from runner.reports.page.verdict import MOST_PAIRS, block_verdict, verdict_section
from tests.assessed import assessment, block, comparison
from tests.pages import HOSTILE


def texts(markup: str) -> str:
    return " ".join(" ".join(ET.fromstring(markup).itertext()).split())


def test_the_sentence_comes_first_then_what_the_run_was_held_against() -> None:
    """The verdict with its sign, each comparison with its figures, the blocks that changed, and what had no partner."""
    found = assessment()
    told = texts(verdict_section(found))
    assert told.startswith(f"Verdict ✗ {found.sentence}")
    [held] = [each for each in found.comparisons if each.verdict == "failed"]
    assert held.title in told
    assert "newly failing: " in told
    for each in found.comparisons:
        assert all(sentence in told for sentence in each.unpaired)


def test_many_blocks_are_counted() -> None:
    """A page does not end in a list of thousands: so many are named, the rest is a number."""
    [pair, *_] = comparison().pairs
    many = comparison(pairs=(pair,) * (MOST_PAIRS + 7))
    told = texts(verdict_section(assessment().model_copy(update={"comparisons": (many,)})))
    assert told.count(pair.block) == MOST_PAIRS
    assert "and 7 more" in told


def test_a_gate_that_passed_names_its_rules_and_one_that_did_not_says_why() -> None:
    """Not gated is said as well: it is no verdict."""
    passed = f"<td>{block_verdict(block('kettle', 'passed', {'passed': 5}))}</td>"
    assert texts(passed) == "✓ passed pass_rate: 0.8"
    failed = f"<td>{block_verdict(block('kettle', 'failed', {'failed': 5}))}</td>"
    assert "0 of 5 trials passed; 4 are asked for" in texts(failed)
    ungated = f"<td>{block_verdict(block('kettle', 'passed', {'failed': 5}, gated=False))}</td>"
    assert texts(ungated) == "not gated"


def test_what_was_said_obeys_nobody() -> None:
    """Names and reasons of others are shown to the letter."""
    section = ET.fromstring(verdict_section(assessment(HOSTILE)))
    assert not list(section.iter("img"))
    assert not list(section.iter("script"))
