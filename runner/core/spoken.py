"""A transcript's messages beside the turns that they belong to, and what a message says in words; it judges nothing."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from runner.core.message import Message
from runner.core.transcript import PlayedTurn, Transcript
from runner.core.value import Json

LONGEST_URL: Final = 80
"""Characters of an address, or of a part that cannot be shown, that are told."""

_KEPT: Final = re.compile(r"(?:data:([^;,]*)|base64);sha256,([0-9a-f]{64})\Z")
"""A file that is kept beside the run."""

_WHOLE: Final = {"stop", "tool_calls", "function_call", None}
"""How a reply ends that says all it was to say; None where a server does not tell."""

_EARLY: Final = {
    "length": "the limit on tokens was reached",
    "content_filter": "a content filter withheld the rest",
}

LEFT_OUT: Final = {"not-taken": "not taken", "skipped": "skipped", "unplayed": "not reached"}
"""The statuses of turns in which nothing was said, in words."""

_SAID: Final = {"heard": 2, "given": 1, "unanswered": 1, **dict.fromkeys(LEFT_OUT, 0)}
"""How many messages stand in the history for a turn of each status."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One turn with what was said in it."""

    turn: PlayedTurn
    line: Message | None
    """What the script says: the user's line, or a gold turn's; None where the turn was not reached."""
    reply: Message | None
    """What the model answered; None where it was not asked, or did not answer."""


def opening_of(transcript: Transcript) -> tuple[Message, ...]:
    """The messages before the first turn."""
    return transcript.messages[: _opening(transcript)]


def spoken(transcript: Transcript) -> Iterator[Spoken]:
    """Each turn with what was said in it."""
    place = _opening(transcript)
    for turn in transcript.turns:
        said = transcript.messages[place : place + _SAID[turn.status]]
        place += len(said)
        yield Spoken(turn, said[0] if said else None, said[1] if len(said) > 1 else None)


def messages_until(transcript: Transcript, turns: int) -> tuple[Message, ...]:
    """What was said up to the end of so many turns, the opening included."""
    said = sum(_SAID[turn.status] for turn in transcript.turns[:turns])
    return transcript.messages[: _opening(transcript) + said]


def _opening(transcript: Transcript) -> int:
    """How many messages stand before the first turn."""
    return max(0, len(transcript.messages) - sum(_SAID[turn.status] for turn in transcript.turns))


def text_of(message: Message) -> str:
    """What a message says: its text, and a word for whatever else is in it."""
    parts = [_content(message.get("content"))]
    if message.get("refusal"):
        parts.append(f"(refusal) {message['refusal']}")
    if isinstance(sound := message.get("audio"), dict):
        parts.append(f"(sound) {sound.get('transcript') or ''}".strip())
    calls = message.get("tool_calls") or []
    parts += [_call(call) for call in (calls if isinstance(calls, list) else [calls])]
    if message.get("function_call"):  # as servers said it before there were tools
        parts.append(_call({"function": message["function_call"]}))
    return "\n".join(part for part in parts if part)


def _call(call: Json) -> str:
    """A call of a tool as text; servers send what they like there."""
    if not isinstance(call, dict):
        return f"(calls {_bounded(str(call))})"
    function = _fields(call, "function") or _fields(call, "custom")
    given = function.get("arguments", function.get("input", ""))
    return f"(calls {function.get('name', call.get('type'))}: {given})"


def _content(content: Json) -> str:
    """Content as text, with a word in the place of what is none."""
    if isinstance(content, list):
        return "\n".join(_part(part) for part in content)
    return "" if content is None else str(content)


def _part(part: Json) -> str:
    """One content part as text."""
    if not isinstance(part, dict):
        return str(part)
    match part.get("type"):
        case "text":
            return str(part.get("text", ""))
        case "image_url":
            image = _fields(part, "image_url")
            return f"(image: {_address(image.get('url', part.get('image_url', '')))})"
        case "input_audio":
            sound = _fields(part, "input_audio")
            return f"(sound: {sound.get('format', 'audio')}, {_address(sound.get('data', ''))})"
        case "file":
            named = _fields(part, "file")
            place = named.get("file_data") or named.get("file_id") or ""
            return (
                f"(document: {', '.join(filter(None, [str(named.get('filename') or ''), _address(place)]))})"
            )
        case kind:
            return f"({kind}: {_bounded(json.dumps(part, ensure_ascii=False))})"


def early_end(reason: str | None) -> str | None:
    """Why a reply ended before it was finished, in words where the API knows the reason; None where it is whole."""
    return None if reason in _WHOLE else f"the reply ended early: {_EARLY.get(str(reason), reason)}"


def _fields(part: dict[str, Json], name: str) -> dict[str, Json]:
    """What a content part says under its name."""
    fields = part.get(name)
    return fields if isinstance(fields, dict) else {}


def _address(place: Json) -> str:
    """Where something is: a file beside the run, an address, or that it stands in the message itself."""
    text = str(place)
    if (kept := _KEPT.match(text)) is not None:
        return f"{kept[1] or ''} files/{kept[2][:12]}...".strip()
    if text.startswith("data:"):
        return f"{text[5:].partition(';')[0]}, {len(text):,} characters"
    return _bounded(text)


def _bounded(text: str) -> str:
    """The text, or its beginning where it is long."""
    return text if len(text) <= LONGEST_URL else text[: LONGEST_URL - 20] + "..."


class SpokenTranscript(Transcript):
    """A transcript with ways of looking at what was said in it: what authors' own functions are given."""

    @classmethod
    def of(cls, transcript: Transcript) -> Self:
        """The same transcript with these ways of looking at it."""
        return cls.model_construct(transcript.model_fields_set, **dict(transcript))

    @property
    def replies(self) -> tuple[str, ...]:
        """What the model said, a text for each reply, in order; assistant turns that the scenario wrote are left out."""
        return tuple(text_of(said.reply) for said in spoken(self) if said.reply is not None)

    def __str__(self) -> str:
        """The conversation as text: each message under its role."""
        return "\n\n".join(f"{message.get('role')}: {text_of(message)}" for message in self.messages)

    def __repr__(self) -> str:
        """The id, how it ended, and how much was said."""
        return f"<Transcript {self.id}: {self.status}, {len(self.messages)} messages>"
