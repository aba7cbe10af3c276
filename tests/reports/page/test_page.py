"""A run as one self-contained page: what it holds, what it may do, and that what was said does nothing in it."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

from runner.core.transcript import Transcript
from runner.reports.page.comparison import comparison_section
from runner.reports.page.page import Heading
from tests.assessed import assessment
from tests.compared import compared
from tests.pages import HOSTILE, conversation, parts_of, written
from tests.played import played, verdict


def as_read(transcript: Transcript) -> Any:
    """A transcript as whoever reads its line has it."""
    return json.loads(json.dumps(transcript.dump()))


def test_nothing_but_its_own_script_and_style_may_run() -> None:
    """The policy allows nothing, and then the one script and the one style sheet by their digests: they are those in the file."""
    found = parts_of(written([conversation(1)]))
    [script], [style] = found.run, found.styles
    digests = {
        name: b64encode(sha256(text.encode()).digest()).decode()
        for name, text in (("script", script), ("style", style))
    }
    assert found.policy == (
        f"default-src 'none'; style-src 'sha256-{digests['style']}'; script-src 'sha256-{digests['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )
    policy = next(place for place, (_, attributes) in enumerate(found.tags) if "http-equiv" in attributes)
    assert policy < next(place for place, (tag, _) in enumerate(found.tags) if tag in {"style", "script"})


def test_it_fetches_nothing_and_leads_nowhere_else() -> None:
    """No address but those within the page, in markup, style and script; no style and no handler in an attribute."""
    found = parts_of(
        written([conversation(1)], section=comparison_section(compared()), assessment=assessment())
    )
    for _, attributes in found.tags:
        assert not {"src", "style", "action", "srcset", "data"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
        assert str(attributes.get("href", "#")).startswith("#")
    for text in (*found.run, *found.styles):
        assert not re.search(
            r"https?:|//[a-z]|@import|url\(|innerHTML|outerHTML|insertAdjacent|eval|document\.write", text
        )


def test_hostile_words_stay_words() -> None:
    """Whatever is said, named, typed or answered: the page has the same elements, and the data is what it was."""
    mild = played(("a", "b"), checked={0: [verdict()]}, case="c", tags=["t"], variant={"x": "y"})
    wild = played(
        (HOSTILE, HOSTILE),
        checked={0: [verdict("failed", HOSTILE, HOSTILE)]},
        id=f"{HOSTILE}#1", scenario=HOSTILE, case=HOSTILE, tags=[HOSTILE], variant={HOSTILE: HOSTILE},
        provider=HOSTILE, model=HOSTILE,
    )  # fmt: skip
    one = parts_of(written([mild], Heading("n", "c", None, "s")))
    other = parts_of(written([wild], Heading(HOSTILE, HOSTILE, None, HOSTILE)))
    assert [tag for tag, _ in one.tags] == [tag for tag, _ in other.tags]
    assert [sorted(attributes) for _, attributes in one.tags] == [
        sorted(attributes) for _, attributes in other.tags
    ]
    assert one.run == other.run
    assert one.policy == other.policy
    assert other.blocks["raw-0"] == as_read(wild)


def test_the_raw_lines_are_the_transcripts() -> None:
    """Every conversation stands in the page as it stands in its file, half characters included, in the same order."""
    said = [conversation(number, reply=f"{HOSTILE} {number}") for number in range(3)]
    text = written(said)
    blocks = parts_of(text).blocks
    assert [blocks[f"raw-{number}"] for number in range(3)] == [as_read(each) for each in said]
    assert len(blocks["data"]) == 3
    text.encode("utf-8")


def test_sections_stand_where_there_is_something_to_tell() -> None:
    """A comparison and a verdict have their own; a run that has neither has its overview and its conversations."""
    ids = [attributes.get("id") for _, attributes in parts_of(written([conversation(1)])).tags]
    assert ("overview" in ids, "verdict" in ids, "comparison" in ids) == (True, False, False)
    text = written([conversation(1)], section=comparison_section(compared()), assessment=assessment())
    ids = [attributes.get("id") for _, attributes in parts_of(text).tags]
    assert [each for each in ids if each in {"verdict", "overview", "comparison", "conversations"}] == [
        "verdict", "comparison", "overview", "conversations",
    ]  # fmt: skip


def test_a_run_without_conversations_is_a_page_too() -> None:
    """Nothing was played: the page says so, and breaks nowhere."""
    found = parts_of(written([]))
    assert "0 conversations" in found.text
    assert found.blocks == {"data": []}
