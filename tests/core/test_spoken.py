"""Messages beside their turns."""

from hypothesis import given
from hypothesis import strategies as st

from runner.core.spoken import SpokenTranscript, opening_of, spoken, text_of
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
    old = {"role": "assistant", "content": None, "function_call": {"name": "look_up", "arguments": "{}"}}
    assert text_of(old) == "(calls look_up: {})"
    sound = {"role": "assistant", "content": None, "audio": {"id": "a", "transcript": "Hello"}}
    assert text_of(sound) == "(sound) Hello"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "image_url", "url", "file", "filename", "function", "name"]),
            inner | st.sampled_from(["text", "image_url", "input_audio", "file"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["content", "refusal", "tool_calls", "function_call", "audio"]), ANYTHING, max_size=4
    )
)
def test_whatever_a_server_sends_is_told(message: dict[str, object]) -> None:
    """No shape of a message keeps a conversation from being shown."""
    assert isinstance(text_of({"role": "assistant", **message}), str)


def test_a_transcript_says_its_replies_and_reads_as_text() -> None:
    """What authors' functions are given: the model's texts in order, and each message under its role."""
    told = SpokenTranscript.of(played(("Hi", "Hello"), ("Bye", None)))
    assert told.replies == ("Hello",)
    assert str(told) == "user: Hi\n\nassistant: Hello\n\nuser: Bye"
    assert repr(told).startswith("<Transcript ")
