"""A transcript in a page."""

import pytest

from runner.core.finding import Verdict
from runner.core.message import Message
from runner.core.transcript import Exchange, PlayedTurn, Transcript
from runner.reports.conversation import conversation
from tests.reports.test_markup import HOSTILE, read


def transcript(said: str = "Hello", *, status: str = "finished", **fields: object) -> Transcript:
    """A conversation of one turn, in which everything is foreign."""
    messages: list[Message] = [
        {"role": "system", "content": said},
        {"role": "user", "content": said},
        {"role": "assistant", "content": said},
    ]
    verdict = Verdict(check="contains", outcome="failed", reason=said, line=3)
    exchange = Exchange(message=2, finish_reason="stop")
    turn = PlayedTurn(turn=0, line=2, status="heard", exchanges=(exchange,), verdicts=(verdict,))
    data = {
        "run": "r", "id": f"talk[vars.x={said}]#1", "scenario": "talk", "path": "talk.yaml", "repeat": 1,
        "provider": said, "model": said, "status": status, "messages": messages, "turns": (turn,),
    }  # fmt: skip
    return Transcript.model_validate({**data, **fields})


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_was_said_is_obeyed(text: str) -> None:
    """Whatever a model, a scenario or a server says is text: no element, no attribute, no address of it."""
    foot = (Verdict(check=text, outcome="broken", reason=text, line=9, of=text),)
    plain_one = conversation(transcript("Hello", verdicts=(foot[0].model_copy(update={"check": "x"}),)))
    html = conversation(transcript(text, verdicts=foot, error={"kind": text, "message": text}))
    allowed = {"section", "p", "strong", "br", "div", "code", "bdi"}
    seen = read(html)
    assert {tag for tag, _ in seen.tags} <= allowed
    assert {tag for tag, _ in read(plain_one).tags} <= allowed
    names = {name for _, attributes in seen.tags for name, _ in attributes}
    assert names <= {"class", "style", "aria-label", "dir"}
    html.encode()


def test_roles_and_outcomes_are_said_in_words() -> None:
    """Colour says nothing that words do not say as well."""
    seen = read(conversation(transcript()))
    for word in ("system", "user", "assistant", "✗ failed", "contains", "(line 3)", "check: 1 failed"):
        assert word in seen.text


def test_lines_and_spaces_stay() -> None:
    """What was laid out stays laid out."""
    assert "white-space:pre-wrap" in conversation(transcript("a\n  b"))
    assert "a\n  b" in read(conversation(transcript("a\n  b"))).text


def test_an_image_is_told_in_words_and_never_loaded() -> None:
    """Of an address, or of a picture that stands in the message itself, only the beginning is shown."""
    parts = [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 5000}},
    ]
    shown = transcript(messages=[{"role": "user", "content": parts}, {"role": "assistant", "content": "A"}])
    html = conversation(shown)
    assert "<img" not in html
    assert "src=" not in html
    assert "(image" in html
    assert "A" * 200 not in html
    assert len(html) < 5000


def test_what_was_not_played_is_said() -> None:
    """Why a turn has no reply, and which turns were not reached."""
    turns = (
        PlayedTurn(turn=0, status="unanswered"),
        PlayedTurn(turn=1, status="unplayed"),
        PlayedTurn(turn=2, status="unplayed"),
    )
    error = {"kind": "no_credit", "message": "the account has no credit"}
    shown = transcript(
        status="unanswered", error=error, turns=turns, messages=[{"role": "user", "content": "Hi"}]
    )
    text = read(conversation(shown)).text
    assert "unanswered no_credit: the account has no credit" in text
    assert "2 turns not reached" in text


def test_a_gold_turn_and_a_cut_reply_are_marked() -> None:
    """What the author wrote is not taken for the model's, and a cut reply not for a whole one."""
    turns = (
        PlayedTurn(turn=0, status="given"),
        PlayedTurn(turn=1, status="heard", exchanges=(Exchange(message=2, finish_reason="length"),)),
    )
    messages = [
        {"role": "assistant", "content": "given"},
        {"role": "user", "content": "asked"},
        {"role": "assistant", "content": "cut"},
    ]
    text = read(conversation(transcript(turns=turns, messages=messages))).text
    assert "assistant (written by the author)" in text
    assert "assistant (the reply ended early: the limit on tokens was reached)" in text


def test_each_paragraph_is_read_in_its_own_direction() -> None:
    """A line in Arabic does not turn the English one after it round, nor a reason the line number after it."""
    html = conversation(transcript("نعم\nYes (really)"))
    assert "unicode-bidi:plaintext" in html
    assert "<bdi>نعم\nYes (really)</bdi> (line 3)" in html


def test_code_has_letters_of_one_width() -> None:
    """Nothing of it is left out, the fences included."""
    html = conversation(transcript("So:\n```python\nif a < b:\n    <b>\n```\nthat."))
    assert '<span style="font-family:monospace">```python\nif a &lt; b:\n    &lt;b&gt;\n```</span>' in html
    assert "So:\n```python\nif a < b:\n    <b>\n```\nthat." in read(html).text
