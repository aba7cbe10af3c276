"""Names of variables under which somebody may have put a key that is looked for under another; it sees no value."""

import re
from collections.abc import Collection, Iterable
from typing import Final

from runner.core.wording import LONGEST_NAME, nearest

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OF_A_KEY: Final = re.compile(r"key|token|secret", re.IGNORECASE)
_LIKENESS: Final = 0.86
"""OPNEAI_API_KEY is as like to OPENAI_API_KEY; AZURE_OPENAI_API_KEY and OPENROUTER_API_KEY are not."""


def near_key(wanted: str, names: Iterable[str], others: Collection[str]) -> str | None:
    """The name that may stand for the wanted one: of a key, of the same company, and of no other provider."""
    known = [
        name
        for name in names
        if _NAME.fullmatch(name)
        and len(name) <= LONGEST_NAME
        and _OF_A_KEY.search(name)
        and name not in others
        and "admin" not in name.lower()
    ]
    company = wanted.partition("_")[0].lower()
    same = [name for name in known if name.replace("_", "").lower().startswith(company)]
    return nearest(wanted, same, 0) or nearest(wanted, known, _LIKENESS)
