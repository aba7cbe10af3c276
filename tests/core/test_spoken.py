"""Messages beside their turns."""

from runner.core.spoken import opening_of, spoken, text_of
from runner.core.transcript import PlayedTurn
from tests.played import played


def test_each_turn_has_its_messages() -> None:
    """A turn has its line and its reply, whatever stands before the first turn; one that was not reached has none."""
    opening = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Said before."},
        {"role": "assistant", "content": "Answered before."},
    ]
    talk = played(("Hi", "Hello"), ("Bye", None), opening=opening)
    talk = talk.model_copy(update={"turns": (*talk.turns, PlayedTurn(turn=2, status="skipped"))})
    assert opening_of(talk) == tuple(opening)
    told = [(said.line and text_of(said.line), said.reply and text_of(said.reply)) for said in spoken(talk)]
    assert told == [("Hi", "Hello"), ("Bye", None), (None, None)]


def test_what_is_no_text_is_told_in_words() -> None:
    """Images, files, refusals and calls stand as words; long addresses are told by their beginning."""
    parts = [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": "https://example.org/" + "a" * 90}},
        {"type": "file", "file": {"filename": "a.pdf"}},
        {"type": "input_audio", "input_audio": {"data": "base64;sha256," + "0" * 64, "format": "wav"}},
    ]
    lines = text_of({"role": "user", "content": parts}).split("\n")
    assert lines[0] == "Look"
    assert lines[1] == f"(image: https://example.org/{'a' * 40}...)"
    assert lines[2] == "(document: a.pdf)"
    assert lines[3] == "(sound: wav, files/000000000000...)"
    call = {"type": "function", "function": {"name": "look_up", "arguments": "{}"}}
    message = {"role": "assistant", "content": None, "refusal": "No.", "tool_calls": [call]}
    assert text_of(message) == "(refusal) No.\n(calls look_up: {})"
