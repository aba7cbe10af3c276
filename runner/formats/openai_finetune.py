"""Transcripts as training data for chat models of OpenAI: one `{"messages": [...]}` a line, as its fine-tuning takes them.

Law: a conversation that was not played to its end, that ends without an assistant's message, or that holds what
nobody may learn from (the mark of a secret, half a character) is left out and counted; nothing is made up for it.
The format has no developer messages: they are written as system messages.
"""

import json
import re
from collections.abc import Iterator
from typing import Final

from runner.core.message import Message
from runner.core.transcript import Transcript
from runner.core.value import Json, encode_readable
from runner.formats.exporting import Export, inlined

_SECRET: Final = re.compile(r"<secret:[A-Za-z_][A-Za-z0-9_]*>")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BESIDE: Final = ("tools", "parallel_tool_calls", "functions")
"""Params that a line holds beside its messages."""


def write(export: Export) -> Iterator[bytes]:
    """A line for each conversation that can be learned from."""
    for _, transcript in export.lines:
        reason = _unfit(transcript)
        if reason is not None:
            export.left_out[reason] += 1
            continue
        messages = inlined(transcript.messages, export.read_file)
        beside = {name: transcript.params[name] for name in _BESIDE if name in transcript.params}
        yield encode_readable({"messages": [_told(each) for each in messages], **beside}) + b"\n"


def _unfit(transcript: Transcript) -> str | None:
    """Why nothing can be learned from a conversation; None where it can."""
    if transcript.status != "finished":
        return transcript.status
    if not transcript.messages or transcript.messages[-1].get("role") != "assistant":
        return "not ending with an assistant's message"
    if not any(_says_something(each) for each in transcript.messages if each.get("role") == "assistant"):
        return "without a word of the assistant's"
    text = json.dumps([transcript.messages, transcript.params.get("tools")], ensure_ascii=False)
    if _SECRET.search(text):
        return "holding a masked secret"
    if _SURROGATE.search(text):
        return "holding half a character (a lone surrogate)"
    return None


def _says_something(message: Message) -> bool:
    """Whether there is anything in an assistant's message."""
    return any(message.get(name) for name in ("content", "refusal", "tool_calls"))


def _told(message: Json) -> Json:
    """A message in a role that the format has."""
    return {**message, "role": "system"} if message.get("role") == "developer" else message
