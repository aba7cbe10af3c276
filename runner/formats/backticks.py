"""Text of others within Markdown: to the letter, between backticks, so that none of it becomes a link, HTML or a mention.

Law: around it stand more backticks than it has beside each other itself.
"""

import re
from typing import Final

from runner.core.harmless import harmless, harmless_line

_BACKTICKS: Final = re.compile("`+")


def code(text: str) -> str:
    """The text on one line between backticks that it cannot close."""
    text = harmless_line(text) or " "
    fence = "`" * (1 + _longest_run(text))
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def fenced(text: str, language: str = "text") -> str:
    """The text as it stands, between fences that it cannot close."""
    text = harmless(text)
    fence = "`" * max(3, 1 + _longest_run(text))
    return f"{fence}{language}\n{text}{'' if text.endswith(chr(10)) else chr(10)}{fence}\n"


def _longest_run(text: str) -> int:
    """How many backticks stand beside each other at most."""
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)
