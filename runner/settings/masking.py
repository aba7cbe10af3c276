"""Keys taken out of text, however they are spelt there; it knows values alone, and reads and sends nothing.

Law: what was masked holds neither a key nor a spelling of it that a program makes by itself: as it is, as JSON, URLs,
HTML or Python write it, or in base64.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

MASK: Final = "***"
"""What stands where a key was."""

_LEAST_PIECE: Final = 4
"""Characters of a key from which looking for them first is worth while."""
_MOST_ESCAPED: Final = 8
"""Backslashes in front of a character, at most: as many as escaping it thrice makes."""
_UNCHANGED: Final = re.compile(r"[A-Za-z0-9]+")
_HTML: Final = {"'": "&apos;"}


class Masking:
    """Some keys, and what finds them in a text."""

    def __init__(self, keys: Iterable[str]) -> None:
        """Take the keys; an empty one is none."""
        spellings = [spelling for key in keys if key for spelling in _spellings(key)]
        # Of two that begin alike the longer one is meant.
        ordered = sorted(dict.fromkeys(spellings), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_pattern_of, ordered))) if ordered else None
        pieces = [max(_UNCHANGED.findall(each), key=len, default="") for each in ordered]
        looked_for = all(len(piece) >= _LEAST_PIECE for piece in pieces)
        # No spelling touches letters and digits, and finding those of a key costs a tenth of the pattern.
        self._pieces = tuple(dict.fromkeys(pieces)) if looked_for else None
        self._pieces_as_bytes = tuple(piece.encode() for piece in self._pieces or ())

    def text(self, text: str) -> str:
        """The text without the keys."""
        if self._pattern is None or not (
            self._pieces is None or any(piece in text for piece in self._pieces)
        ):
            return text
        return self._pattern.sub(MASK, text)

    def bytes(self, body: bytes) -> bytes:
        """The bytes without the keys."""
        if self._pattern is None or not (
            self._pieces is None or any(piece in body for piece in self._pieces_as_bytes)
        ):
            return body
        return self._pattern.sub(MASK, body.decode("latin-1")).encode("latin-1")


def _spellings(key: str) -> Iterator[str]:
    """The key, and what base64 makes of it wherever it begins in what is encoded."""
    yield key
    body = key.encode("utf-8", "surrogatepass")
    for before in range(3):
        encoded = b64encode(bytes(before) + body).decode().rstrip("=")
        # The characters at either end that speak of what stands around the key as well are left out.
        inner = encoded[(0, 2, 3)[before] : len(encoded) - bool((before + len(body)) % 3)]
        yield inner
        yield inner.replace("+", "-").replace("/", "_")


def _pattern_of(key: str) -> str:
    """What finds a key in whatever a program has made of its characters."""
    parts = re.findall(r"\\+|[^\\]", key)
    return "".join(_backslashes(len(part)) if part[0] == "\\" else _character(part) for part in parts)


def _backslashes(count: int) -> str:
    """So many backslashes, escaped or not; the bounds keep a server's endless backslashes from costing endless time."""
    plain = rf"\\{{{count},{count * _MOST_ESCAPED}}}"
    coded = rf"%(?:25)?5[Cc]|\\{{1,{_MOST_ESCAPED}}}(?:u00|x)5[Cc]|&#(?:0*92|[xX]0*5[Cc]);|&bsol;"
    return f"(?:{plain}|(?:{coded}){{{count}}})"


def _character(character: str) -> str:
    """One character as it is or, if it is neither letter nor digit, as one of its escapes."""
    if _UNCHANGED.fullmatch(character):
        return character
    code = ord(character)
    low, high = f"{code:02x}", f"{code:02X}"
    ways = [
        rf"\\{{0,{_MOST_ESCAPED}}}{re.escape(character)}",
        rf"\\{{1,{_MOST_ESCAPED}}}(?:u00|x)(?:{low}|{high})",
        rf"%(?:25)?(?:{low}|{high})",
        rf"&#(?:0*{code}|[xX]0*(?:{low}|{high}));",
    ]
    named = escape(character)
    ways += [
        re.escape(name) for name in (named, _HTML.get(character)) if name and name[0] == "&" != character
    ]
    if character == "&":
        ways.append("&amp;")
    return f"(?:{'|'.join(ways)})"
