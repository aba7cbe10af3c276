"""Transcripts as training data."""

import json

import pytest
from openai.types.chat import ChatCompletionMessageParam
from pydantic import TypeAdapter

from runner.core.transcript import Transcript
from runner.formats.openai_finetune import write
from tests.exported import exported
from tests.played import played

SOUND = {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}}
CALL = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "c1", "type": "function", "function": {}}],
}
IMAGE = {"type": "image_url", "image_url": {"url": "https://example.org/a"}}
GIF = {"type": "image_url", "image_url": {"url": f"data:image/gif;sha256,{'ef' * 32}"}}
CUSTOM = {"type": "custom", "custom": {"name": "run"}}
MESSAGES = TypeAdapter(list[ChatCompletionMessageParam])


def test_a_line_is_what_the_api_takes() -> None:
    """Each line holds messages that the openai package's own types accept, with their files, the last an assistant's."""
    digest = "ef" * 32
    parts = [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;sha256,{digest}"}},
    ]
    refusal = {"role": "assistant", "content": None, "refusal": "I will not."}
    call = {"id": "c1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}}
    tools = [{"type": "function", "function": {"name": "look_up", "parameters": {}}}]
    talk = played(
        (parts, "A kettle"),
        ("And now?", refusal),
        ("Call it", {"role": "assistant", "content": None, "tool_calls": [call]}),
        opening=[{"role": "developer", "content": "Be brief."}],
        params={"temperature": 0, "tools": tools},
    )
    text, left_out = exported(write, talk, files={digest: b"hi"})
    line = json.loads(text)
    MESSAGES.validate_python(line["messages"])
    assert not left_out
    assert set(line) == {"messages", "tools"}
    assert line["messages"][0] == {"role": "system", "content": "Be brief."}
    assert line["messages"][1]["content"][1]["image_url"]["url"].endswith("base64,aGk=")
    assert line["messages"][4] == refusal


@pytest.mark.parametrize(
    ("talk", "reason"),
    [
        (played(("Hi", None)), "unanswered"),
        (played(("Hi", "Hello"), status="stopped"), "stopped"),
        (played(), "not ending with an assistant's message"),
        (played(("Hi", "")), "with an assistant's message that says nothing"),
        (played(("Hi", ""), ("Hm?", "Hello")), "with an assistant's message that says nothing"),
        (played(("My key is <secret:CRM_TOKEN>.", "Noted")), "holding a masked secret"),
        (played(("Hi", "I was about"), cut="length"), "holding a reply that was cut"),
        (played(([SOUND], "Nice")), "holding sound or a document"),
        (played(([{"type": "file", "file": {"file_id": "f"}}], "Nice")), "holding sound or a document"),
        (played(([IMAGE] * 11, "Nice")), "holding more than 10 images"),
        (played(([GIF], "Nice")), "holding an image that is no JPEG, PNG or WEBP"),
        (played(("Hi", "Hello"), params={"tools": [CUSTOM]}), "holding a tool that is no function"),
        (played(("Call", {**CALL, "tool_calls": [CUSTOM]})), "holding a tool that is no function"),
        (played(("Call", CALL), ("And?", "Hm")), "holding a tool call without its answer"),
        (played(("Hi", "Hello"), params={"tools": ["<secret:A>"]}), "holding a masked secret"),
        (played(("Hi", "\ud83d")), "holding half a character (a lone surrogate)"),
    ],
)
def test_what_cannot_be_learned_from_is_left_out(talk: Transcript, reason: str) -> None:
    """A conversation that is not whole, or holds what nobody may learn, is counted with its reason."""
    text, left_out = exported(write, talk, played(("Hi", "Hello")))
    assert text.count("\n") == 1
    assert left_out == {reason: 1}
