"""Whether a line of a cassette is an exchange, and what is wrong with it where it is none; it trusts nothing it reads."""

import json
from collections.abc import Mapping
from typing import Any, Final

from runner.core.message import EMBEDDINGS, Failure, Message, Usage
from runner.core.recordings.recording import key_of
from runner.core.value import Json

DEEPEST: Final = 100
"""How deeply an entry may be nested."""

_FIELDS: Final[tuple[tuple[str, Any, str], ...]] = (
    ("key", str, "a text"),
    ("draw", int, "a whole number from 1 up"),
    ("messages", list, "a list of messages"),
    ("model", str, "a text"),
    ("params", dict, "an object"),
    ("parent", str, "a digest"),
    ("path", str, "a text"),
    ("purpose", str, "a text"),
    ("reply", dict, "an object"),
    ("failure", dict, "an object"),
    ("usage", dict, "an object"),
)
_NEEDED: Final = frozenset({"key", "draw", "messages", "model", "params"})
_TEXTS: Final = ("finish_reason", "served_model", "system_fingerprint")


def read_entry(line: bytes) -> dict[str, Json]:
    """The entry in a line; raises ValueError, which says what is wrong with it."""
    if line.count(b"[") + line.count(b"{") > DEEPEST and _depth(line) > DEEPEST:
        raise ValueError(f"is nested more than {DEEPEST} levels deep")
    try:
        entry = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        conflict = line.startswith((b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||"))
        left = " but the mark of a merge conflict" if conflict else ""
        raise ValueError(f"is not JSON{left}") from None
    if not isinstance(entry, dict):
        raise ValueError("is not a JSON object")  # noqa: TRY004 - the shape of data, not a type of ours
    return entry


def check_entry(entry: Mapping[str, Json]) -> None:
    """Raise ValueError where an entry is none, or where its key is not that of what it says."""
    for name, kinds, what in _FIELDS:
        if name in _NEEDED and name not in entry:
            raise ValueError(f"lacks `{name}`")
        value = entry.get(name)
        if not (isinstance(value, kinds) and not isinstance(value, bool)) and (
            name in _NEEDED or value is not None
        ):
            raise ValueError(f"`{name}` should be {what}")
    if entry["draw"] < 1:
        raise ValueError("`draw` should be a whole number from 1 up")
    if entry.get("path") == EMBEDDINGS:
        if not entry["messages"] or not all(isinstance(each, str) for each in entry["messages"]):
            raise ValueError(f"`messages` should be a list of texts, as {EMBEDDINGS} takes them")
    elif not entry["messages"] or not all(map(_is_message, entry["messages"])):
        raise ValueError("`messages` should be a list of messages, each with a `role`")
    if (entry.get("reply") is None) == (entry.get("failure") is None):
        raise ValueError("should hold a `reply` or a `failure`")
    _check_reply(entry)
    if key_of(entry) != entry["key"]:
        raise ValueError(
            "the `key` is not that of these messages, model and params: they were changed by hand; undo that, or "
            "take the line out and record it again"
        )


def _check_reply(entry: Mapping[str, Json]) -> None:
    """Raise ValueError where an entry's answer is none."""
    reply, failure, usage = entry.get("reply"), entry.get("failure"), entry.get("usage")
    if reply is not None:
        if not _is_message(reply.get("message")):
            raise ValueError("`reply.message` should be a message with a `role`")
        _check_message(reply["message"])
        if not all(isinstance(reply.get(name), str | None) for name in _TEXTS):
            raise ValueError(f"{', '.join(f'`reply.{name}`' for name in _TEXTS)} should be texts")
    if failure is not None:
        try:
            Failure.model_validate(failure)
        except ValueError:
            raise ValueError("`failure` should hold a `kind` that is known, and a `message`") from None
    if usage is not None and not all(
        isinstance(usage.get(name), int | None) and not isinstance(usage.get(name), bool)
        for name in Usage.model_fields
    ):
        raise ValueError("`usage` should hold whole numbers of tokens")


def _check_message(message: Message) -> None:
    """Raise ValueError where a reply's message holds what no model says."""
    calls = message.get("tool_calls")
    if not isinstance(message.get("embeddings"), list | None):
        raise ValueError("`reply.message.embeddings` should be a list of vectors")  # noqa: TRY004 - as above
    if not isinstance(message.get("refusal"), str | None):
        raise ValueError("`reply.message.refusal` should be a text")  # noqa: TRY004 - as above
    if calls is not None and not (isinstance(calls, list) and all(isinstance(each, dict) for each in calls)):
        raise ValueError("`reply.message.tool_calls` should be a list of objects")


def _is_message(value: Json) -> bool:
    """Whether a value is a message: a role, and content that the API could have sent."""
    if not isinstance(value, dict) or not isinstance(value.get("role"), str):
        return False
    return isinstance(value.get("content"), str | list | None)


def _refuse(_: str) -> Json:
    """No number: JSON has no NaN and no infinity."""
    raise ValueError


def _depth(line: bytes) -> int:
    """How deeply a line is nested, its texts left out."""
    deepest = depth = 0
    quoted = escaped = False
    for byte in line:
        if quoted:
            quoted, escaped = escaped or byte != 0x22, not escaped and byte == 0x5C
        elif byte == 0x22:
            quoted = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest
