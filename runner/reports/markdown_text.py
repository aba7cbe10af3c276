"""Text of models, scenarios and servers within Markdown: shown to the letter, never a table, a link, a mention or HTML.

Law: what is foreign stands between backticks, of which there are more than it has beside each other itself: GitHub looks
for no mention, address, issue or picture there. As plain text it reads as it is.
"""

import re
from collections.abc import Iterator
from html import escape
from typing import Final

from runner.core.harmless import harmless_line
from runner.formats.backticks import code

_TOKEN: Final = re.compile(r"(?P<quoted>`[^`]+`)|\s+|[^\s`]+|`")
_PLAIN: Final = re.compile(r"[\w.,;:%()'\"$/=+?!°…\u2013\u2014-]+")
"""Words of which Markdown makes nothing, unless they are one of the following."""
_RISKY: Final = re.compile(r"_|://|www\.|:\w[\w+-]*:|^GH-\d|\$(?!\d)|\$.*\$", re.IGNORECASE)
"""Emphasis, addresses, emoji by name, issues by number, formulas."""
_MARK: Final = re.compile(r"[-+=]+|\d+[.)]")
"""What makes a list or a heading of a line that it begins."""


def cell(text: str) -> str:
    """Markdown on one line within a table, of which nothing ends the cell."""
    return text.replace("|", "\\|")


def prose(text: str) -> str:
    """A sentence in which every word that Markdown could take for more than letters stands between backticks."""
    said = ""
    for piece in _said(harmless_line(text).strip()):
        said += " " + piece if said.endswith("`") and piece.startswith("`") else piece
    return " ".join(said.split())


def html_code(text: str) -> str:
    """The text as code within a line of HTML."""
    return f"<code>{escape(harmless_line(text))}</code>"


def _said(text: str) -> Iterator[str]:
    """A sentence in pieces: names in backticks as they are, words, and risky words beside each other as one code."""
    risky = ""
    for found in _TOKEN.finditer(text):
        token = found[0]
        if found["quoted"] is not None or _is_plain(token, found.start()):
            yield from _code_and_space(risky)
            risky = ""
            yield token if found["quoted"] is None else code(token[1:-1])
        elif risky or not token.isspace():
            risky += token
        else:
            yield token
    yield from _code_and_space(risky)


def _is_plain(token: str, start: int) -> bool:
    """Whether Markdown makes nothing of a word, which begins its line where it starts at 0."""
    if _PLAIN.fullmatch(token) is None or _RISKY.search(token):
        return False
    return start > 0 or _MARK.fullmatch(token) is None


def _code_and_space(risky: str) -> Iterator[str]:
    """Risky words as code, and the space after them; nothing where there are none."""
    if risky:
        yield code(risky.rstrip())
        yield " " * risky[-1].isspace()
