"""The frozen base of all that is written down, and the bytes it is written as; it never touches a file.

JSON is written by `json`, and whatever pydantic's own reader refuses is read by `json` before it is validated: that
reader and its writer refuse lone surrogates, which models do emit.
"""

import json
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict of such."""

# Made once: `json.dumps` makes a writer for every call, which costs as much as writing a short message.
_COMPACT: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_ASCII: Final = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode
_SORTED: Final = json.JSONEncoder(
    ensure_ascii=True, separators=(",", ":"), sort_keys=True, allow_nan=False
).encode
_READABLE: Final = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": "), allow_nan=False).encode


class Value(BaseModel):
    """A frozen record; fields that a newer version wrote are kept, so that reading loses nothing."""

    model_config = ConfigDict(
        frozen=True, extra="allow", use_attribute_docstrings=True, ser_json_inf_nan="constants"
    )

    def dump(self) -> dict[str, Json]:
        """The record as JSON data, without the fields that say nothing (those at their defaults)."""
        return self.model_dump(mode="python", exclude_defaults=True)

    @classmethod
    def load(cls, data: Json) -> Self:
        """The record that `dump` wrote; raises `pydantic.ValidationError` where the data is not one."""
        return cls.model_validate(data)


def encode(value: Json) -> bytes:
    """The value as compact JSON in UTF-8, or in ASCII where it holds a lone surrogate, which UTF-8 cannot say."""
    try:
        return _COMPACT(value).encode()
    except UnicodeEncodeError:
        return _ASCII(value).encode()


def canonical(value: Json) -> bytes:
    """The value as JSON bytes that do not depend on the order of its keys."""
    return _SORTED(value).encode()


def encode_line(value: Json) -> bytes:
    """The value as one line of pure ASCII, line end included: nothing in it can split or corrupt a file."""
    return _ASCII(value).encode() + b"\n"


def encode_readable(value: Json) -> bytes:
    """The value as UTF-8 that people can read, on one line: what would split it, or is no character, is escaped."""
    text = _READABLE(value)
    if not text.isprintable():
        text = "".join(character if _is_plain(character) else _escape(character) for character in text)
    return text.encode()


def _is_plain(character: str) -> bool:
    """Whether a character may stand in a line of a file as it is."""
    code = ord(character)
    return not (
        code < 0x20 or 0x7F <= code <= 0x9F or code in {0x2028, 0x2029, 0xFEFF} or 0xD800 <= code <= 0xDFFF
    )


def _escape(character: str) -> str:
    """A character of the basic plane as JSON's escape."""
    return f"\\u{ord(character):04x}"


def join_surrogates(text: str) -> str:
    """The text with surrogate pairs that came in two pieces made one character; lone ones stay as they are."""
    try:
        text.encode()  # the quickest way to ask whether there is any surrogate
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text
