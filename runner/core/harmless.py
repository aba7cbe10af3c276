"""Text of models, scenarios and servers made harmless where it is shown, on a terminal or a page; it changes nothing that is kept."""

import re
from typing import Final

_CONTROLS: Final = "\x00-\x08\x0b-\x1f\x7f-\x9f"
"""C0 without tab and line feed, delete, and C1: what begins, ends or is itself an order to the terminal."""
_INVISIBLE: Final = "\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f"
"""What turns the order of reading round, parts lines unseen, or says something that nobody sees."""
_UNSAYABLE: Final = "\ud800-\udfff"
"""Lone surrogates, which no terminal's encoding has."""

_HARMFUL: Final = re.compile(f"[{_CONTROLS}{_INVISIBLE}{_UNSAYABLE}]")
_HARMFUL_IN_LINE: Final = re.compile(f"[\t\n{_CONTROLS}{_INVISIBLE}{_UNSAYABLE}]")
_NAMED: Final = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def harmless(text: str) -> str:
    """The text with its lines and tabs, and everything else that a terminal would obey written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return _HARMFUL.sub(_escape, text.replace("\r\n", "\n"))


def harmless_line(text: str) -> str:
    """The text on one line, with everything that a terminal would obey written as an escape."""
    return text if text.isascii() and text.isprintable() else _HARMFUL_IN_LINE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    """A character as Python would write it."""
    character = found[0]
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
