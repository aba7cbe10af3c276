"""How long something may take, as people write it: `5s`, `500ms`, `1m 30s`; a number alone says nothing."""

import math
import re
from typing import Final

from runner.core.value import Json
from runner.core.wording import excerpt

_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_PIECE: Final = re.compile(
    r"(?P<number>[0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9})\s*(?P<unit>ms|min|s|m|h)\s*"
)
_PLAIN: Final = re.compile(r"(?:[0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9})\Z")


def read_duration(value: Json) -> float:
    """The seconds that `5s`, `500ms` or `1m 30s` mean; raises ValueError with a sentence.

    A number alone is refused: other tools mean milliseconds by it, and a limit a thousand times too wide is always kept.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0:
        raise ValueError(f"{value:g} of what? Write `{value:g}s` or `{value:g}ms`")
    if isinstance(value, str):
        text = value.strip()
        if _PLAIN.match(text):
            raise ValueError(f"{text} of what? Write `{text}s` or `{text}ms`")
        pieces = list(_PIECE.finditer(text))
        if pieces and "".join(piece[0] for piece in pieces) == text:
            return math.fsum(float(piece["number"]) * _UNITS[piece["unit"]] for piece in pieces)
    shown = excerpt(value, 40) if isinstance(value, str) else "this"
    raise ValueError(f"expected a time such as `5s`, `500ms` or `1m 30s`, not {shown}")
