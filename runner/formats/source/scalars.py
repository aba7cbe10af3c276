"""What an unquoted word means where data is wanted: JSON's values, in YAML 1.2's spellings, and text otherwise.

`true`, `null` and numbers are read as such. `yes`, `on`, `007`, `1_000`, `0x1F`, `12:30` and dates are text, as
in JSON; where that would surprise, at the top level of params, they are refused instead, with what to write.
"""

import math
import re
from typing import Final

from runner.core.value import Json
from runner.core.wording import quoted

_WORDS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_REAL: Final = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_FINITE: Final = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")
_AMBIGUOUS: Final = re.compile(
    r"(?:yes|no|on|off)\Z|[-+]?(?:0[0-9]+(?:\.[0-9]*)?|[0-9][0-9_]*_[0-9_.]*|0[xX][0-9a-fA-F]+|0[oObB][0-7]+)\Z",
    re.IGNORECASE,
)


def data(text: str) -> Json:
    """The value of an unquoted word; raises `ValueError` for a number that is not finite or has no end."""
    if text in _WORDS:
        return _WORDS[text]
    if not text[:1] in "-+.0123456789":  # noqa: E713 - one character against a set of them
        return text
    if _WHOLE.match(text):
        if len(text) > 4000:
            raise ValueError("a number of more than 4,000 digits")
        return int(text)
    if _REAL.match(text):
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(f"{quoted(text)} is beyond every number that JSON can carry")
        return number
    if _NOT_FINITE.match(text):
        raise ValueError(
            f"{quoted(text)} is not a finite number, and JSON has none other; as text it needs quotes"
        )
    return text


def lossless(text: str) -> Json:
    """The value of an unquoted word where writing it again gives the same word, the text otherwise: 80, but `007`."""
    if text in {"true", "false", "null"}:
        return _WORDS[text]
    try:
        value = data(text)
    except ValueError:
        return text
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and repr(value) == text else text


def ambiguous(text: str) -> str | None:
    """Why an unquoted word may not stand as a request field's value: YAML's versions read it differently."""
    if not _AMBIGUOUS.match(text):
        return None
    lowered = text.lower()
    if lowered in {"yes", "on"}:
        return f"{quoted(text)} is text here: write `true`, or quotes where the text is meant"
    if lowered in {"no", "off"}:
        return f"{quoted(text)} is text here: write `false`, or quotes where the text is meant"
    return f"{quoted(text)} is text here: write the number plainly, or quotes where the text is meant"
