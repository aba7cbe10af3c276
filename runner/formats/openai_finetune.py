"""Transcripts as training data for chat models of OpenAI: one `{"messages": [...]}` a line, as its fine-tuning takes them.

Law: a conversation that was not played to its end, that ends without an assistant's message, or that holds what
nobody may learn from (the mark of a secret, half a character, a reply that was cut) or what fine-tuning refuses (sound,
documents, images of kinds and numbers that it does not take, tools that are no functions, a tool call without its
answer, an assistant's message in which nothing is) is left out and counted; nothing is made up for it.
The format has no developer messages: they are written as system messages.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from runner.core.message import Message
from runner.core.transcript import Transcript
from runner.core.value import Json, encode_readable
from runner.formats.exporting import Export, inlined

_SECRET: Final = re.compile(r"<secret:[A-Za-z_][A-Za-z0-9_]*>")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_CUT: Final = {"length", "content_filter"}
"""Finish reasons of replies that are not whole."""
_NOT_TAKEN: Final = {"input_audio", "file"}
"""Content parts that fine-tuning does not take."""
_IMAGES: Final = re.compile(r"https?:|data:image/(?:jpeg|jpg|png|webp)[;,]", re.IGNORECASE)
"""How the address of an image begins that fine-tuning takes."""
_MOST_IMAGES: Final = 10
"""In one conversation."""
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
        yield encode_readable({"messages": [_told(each) for each in messages], **_beside(transcript)}) + b"\n"


def _unfit(transcript: Transcript) -> str | None:
    """Why nothing can be learned from a conversation; None where it can."""
    if transcript.status != "finished":
        return transcript.status
    messages = transcript.messages
    if not messages or messages[-1].get("role") != "assistant":
        return "not ending with an assistant's message"
    if not all(_says_something(each) for each in messages if each.get("role") == "assistant"):
        return "with an assistant's message that says nothing"
    beside = _beside(transcript)
    text = json.dumps([messages, beside], ensure_ascii=False)
    images = [url for each in messages for url in _images(each)]
    held = {
        "a reply that was cut": any(
            exchange.finish_reason in _CUT for turn in transcript.turns for exchange in turn.exchanges
        ),
        "sound or a document": any(
            part.get("type") in _NOT_TAKEN for each in messages for part in _parts(each)
        ),
        "an image that is no JPEG, PNG or WEBP": not all(map(_IMAGES.match, images)),
        f"more than {_MOST_IMAGES} images": len(images) > _MOST_IMAGES,
        "a tool call without its answer": any(
            each.get("tool_calls") and then.get("role") != "tool" for each, then in pairwise(messages)
        ),
        "a masked secret": bool(_SECRET.search(text)),
        "half a character (a lone surrogate)": bool(_SURROGATE.search(text)),
        "a tool that is no function": not all(
            isinstance(tool, dict) and tool.get("type", "function") == "function"
            for tool in _tools([beside, *messages])
        ),
    }
    return next((f"holding {what}" for what, holds in held.items() if holds), None)


def _beside(transcript: Transcript) -> dict[str, Json]:
    """What a line holds beside its messages."""
    return {name: transcript.params[name] for name in _BESIDE if name in transcript.params}


def _parts(message: Message) -> Iterator[dict[str, Json]]:
    """The content parts of a message."""
    content = message.get("content")
    yield from (part for part in content if isinstance(part, dict)) if isinstance(content, list) else ()


def _images(message: Message) -> Iterator[str]:
    """The addresses of the images in a message."""
    for part in _parts(message):
        if part.get("type") == "image_url":
            image = part.get("image_url")
            yield str(image.get("url") if isinstance(image, dict) else image)


def _tools(places: Iterable[dict[str, Json]]) -> Iterator[Json]:
    """Tools that are offered or called."""
    for place in places:
        for name in ("tools", "tool_calls"):
            found = place.get(name)
            yield from found if isinstance(found, list) else ()


def _says_something(message: Message) -> bool:
    """Whether there is anything in an assistant's message."""
    return any(message.get(name) for name in ("content", "refusal", "tool_calls"))


def _told(message: Json) -> Json:
    """A message in a role that the format has."""
    return {**message, "role": "system"} if message.get("role") == "developer" else message
