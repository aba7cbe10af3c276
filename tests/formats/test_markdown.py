"""Transcripts as a document."""

import re

from hypothesis import given
from hypothesis import strategies as st

from runner.formats.markdown import write
from tests.exported import exported
from tests.played import played, verdict

HOSTILE = st.text(st.sampled_from("`~#*_-<>[]()!|\\\n\r\u2028 a:/@"), max_size=60)
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(?:.*?)(?<!`)\1(?!`)", re.DOTALL)


def outside(document: str) -> str:
    """What of a document is neither in a fence nor in a code span, as CommonMark reads them."""
    kept: list[str] = []
    fence = ""
    for line in document.split("\n"):
        mark = re.match(r"`{3,}", line)
        if fence:
            fence = "" if line.strip() == fence else fence
        elif mark:
            fence = mark[0]
        else:
            kept.append(_SPAN.sub("", line))
    assert not fence
    return "\n".join(kept)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_nothing_breaks_out(line: str, reply: str, reason: str) -> None:
    """Whatever was said, what stands outside of fences and code spans is the program's own words."""
    talk = played((line, reply), checked={0: [verdict(reason=reason)]}, id=f"talk{reason}#1")
    plain = played(("x", "x"), checked={0: [verdict(reason="x")]}, id="talk#1")
    assert outside(exported(write, talk)[0]) == outside(exported(write, plain)[0])


def test_a_document() -> None:
    """A conversation is a heading, its facts, what was said, verdicts as a list, and why there is no reply."""
    talk = played(("Hi", "# Hello\n```\n<b>"), ("Bye", None), checked={0: [verdict("passed"), verdict()]})
    text = exported(write, talk)[0]
    assert text.startswith("# `20260101-000000-talk`\n\n## `talk[temperature=0]#1`\n\n- scenario: `talk`\n")
    assert "### turn 1: assistant\n\n````text\n# Hello\n```\n<b>\n````\n" in text
    assert (
        "- **passed** `contains`: `it is not there`\n- **failed** `contains`: `it is not there` (line 9)"
        in text
    )
    assert text.endswith("\nunanswered: `timed_out: nothing came`\n")


def test_half_a_character_and_controls() -> None:
    """What is no text is written as an escape."""
    text = exported(write, played(("\x1b[31m\r\nunseen: \U000e0041", "\ud83d")))[0]
    assert "\\x1b[31m\nunseen: \\U000e0041\n" in text
    assert "\\ud83d" in text
