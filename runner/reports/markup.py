"""Text of models, scenarios and servers as HTML: shown to the letter, never obeyed; no script, no style sheet, no address."""

import re
from collections.abc import Iterator
from html import escape
from typing import Final

from runner.core.finding import Verdict
from runner.core.harmless import harmless
from runner.reports.wording import SIGNS

_FENCED: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})[\s\S]*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE)
"""Code between two fences, or after one that is left open."""
_COLOURS: Final = {"passed": "#21867a", "failed": "#d9485f", "broken": "#b8720a"}
"""As easily read on a light page as on a dark one; each outcome is said in words as well."""


def shown(text: object) -> str:
    """The text as HTML shows it."""
    return escape(harmless(str(text)))


def element(name: str, inside: str, /, **attributes: str) -> str:
    """An element around HTML; an attribute `class_` is written `class`."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(harmless(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{inside}</{name}>"


def prose(text: str) -> str:
    """The text as HTML shows it, with code between fences in letters of one width; the fences stay."""
    return "".join(_pieces(harmless(text)))


def outcome(verdict: Verdict) -> str:
    """How a check came out: its sign and its word."""
    colour = _COLOURS.get(verdict.outcome)
    words = shown(f"{SIGNS[verdict.outcome]} {verdict.outcome}")
    return element("strong", words, **({"style": f"color:{colour}"} if colour else {}))


def apart(text: object) -> str:
    """Foreign text within a line of ours: whichever way it is read, what follows stays where it is."""
    return element("bdi", shown(text))


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces, code and other."""
    end = 0
    for found in _FENCED.finditer(text):
        yield shown(text[end : found.start()])
        yield element("span", shown(found[0]), style="font-family:monospace")
        end = found.end()
    yield shown(text[end:])
