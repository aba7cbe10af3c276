"""JSON in a reply's text: the whole of it, the first piece within prose, and where a value stands; work and depth are bounded."""

import json
import re
from collections.abc import Sequence
from typing import Final, NoReturn, Self

from runner.core.finding import Finding, Outcome, Span
from runner.core.value import Json
from runner.core.wording import excerpt

MOST_DEEP: Final = 200
"""How deep lists and maps may stand in each other where a schema or a path is laid over them."""

MOST_WORK: Final = 50_000_000
"""Characters that are looked at, those looked at again counted, before the search for JSON in prose is given up."""

_LONGEST_NUMBER: Final = 4_000
_WHITE: Final = re.compile(r"[ \t\n\r]*")
_OPENING: Final = re.compile(r"""\{(?=[ \t\n\r]*["}])|\[(?=[ \t\n\r]*["{\[\]\-0-9tfn])""")
"""Where an object or a list may begin, by what follows."""
_TRY: Final = 20
_LINES: Final = 16
_DEEP: Final = "the reply is nested too deep to be read"


class UnreadableError(ValueError):
    """A reply that cannot be read as JSON; `finding` says why."""

    def __init__(self, reason: str, outcome: Outcome = "failed") -> None:
        """Keep the finding."""
        super().__init__(reason)
        self.finding = Finding(outcome=outcome, reason=reason)


class Spelled(float):
    """A number that keeps how it was written: `12.0`, `1e3`."""

    text: str

    def __new__(cls, text: str) -> Self:
        """The number that a text spells."""
        number = super().__new__(cls, text)
        number.text = text
        return number


class _NoNumberError(ValueError):
    """NaN or an infinity, which Python reads and JSON does not have."""


class _TooLongError(ValueError):
    """A number that cannot be calculated with."""


def check_json(text: str) -> None:
    """See whether a text is one JSON value, whatever its numbers; raises `UnreadableError` where it is none."""
    # Numbers stay text: one of many digits is valid JSON, and Python refuses to convert it.
    _decode(text, json.JSONDecoder(parse_constant=_no_number, parse_int=str, parse_float=str))


def read_json(text: str, *, spelled: bool = False) -> Json:
    """The JSON value that a whole text is; raises `UnreadableError` where it is none, or none that can be worked with.

    Where numbers are to be shown as they were written, those with a fraction or an exponent are `Spelled`.
    """
    fraction = _spelled if spelled else _fraction
    value = _decode(text, json.JSONDecoder(parse_constant=_no_number, parse_int=_whole, parse_float=fraction))
    if _is_deep(value):
        raise UnreadableError(_DEEP, "broken")
    return value


def first_json(text: str) -> Span | None:
    """Where the first object or list of JSON stands in a text; None where there is none.

    A check box or a note mark is none: a list in the middle of a line that is empty or holds a number alone.
    Raises `UnreadableError` where looking takes too long.
    """
    decoder = json.JSONDecoder(parse_constant=_no_number, parse_int=str, parse_float=str)
    work, at = 0, 0
    while (opening := _OPENING.search(text, at)) is not None:
        at = opening.start() + 1
        if work > MOST_WORK:
            raise UnreadableError(f"no JSON within the first {at} characters of the reply", "broken")
        try:
            _, end = decoder.raw_decode(text, opening.start())
        except json.JSONDecodeError as error:
            unended = error.msg.startswith("Unterminated")  # its position is the beginning of the string
            # The error itself has counted the lines before it, which goes faster than reading.
            work += (len(text) if unended else error.pos) - opening.start() + error.pos // _LINES + _TRY
        except RecursionError:
            raise UnreadableError(_DEEP, "broken") from None
        except _NoNumberError:
            work += len(text) - opening.start()
        else:
            if not _is_mark(text, opening.start(), end):
                return opening.start(), end
            at = end
    return None


def place_of(text: str, parts: Sequence[str | int]) -> Span:
    """Where a value stands in a text that is JSON, by the keys and indexes that lead to it."""
    decoder = json.JSONDecoder(parse_int=str, parse_float=str)
    at = _skip(text, 0)
    for part in parts:
        at = _enter(decoder, text, at, part)
    return at, decoder.raw_decode(text, at)[1]


def as_text(value: Json) -> str:
    """A value as a check of texts sees it: what a string says, a number as it is written, anything else as JSON."""
    match value:
        case str():
            return value
        case Spelled():
            return value.text
        case _:
            return json.dumps(value, ensure_ascii=False)


def path_named(parts: Sequence[str | int]) -> str:
    """The one path that leads to a value, as JSONPath spells it; bounded."""
    names = "".join(map(_step, parts[:20]))
    return excerpt(f"${names}", 120)[1:-1]


def _step(part: str | int) -> str:
    """One key or index of a path."""
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if part.isidentifier() else f"[{excerpt(part, 40)}]"


def in_fence(text: str) -> str:
    """What is to be added to a complaint about a reply with a code fence; empty where it has none."""
    if text.lstrip().startswith("```"):
        return "; it stands in a code fence"
    return "; there is a code fence in it, with words around" if "```" in text else ""


def _decode(text: str, decoder: json.JSONDecoder) -> Json:
    """The JSON value that a whole text is."""
    if not text:
        raise UnreadableError("the reply has no text")
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(_why(text, error)) from None
    except _NoNumberError as error:
        raise UnreadableError(f"the reply is not JSON: {error} is not a JSON value") from None
    except _TooLongError as error:
        raise UnreadableError(
            f"the number {error} in the reply is too large to work with", "broken"
        ) from None
    except RecursionError:
        raise UnreadableError(_DEEP, "broken") from None


def _why(text: str, error: json.JSONDecodeError) -> str:
    """The sentence about where a reply stops being JSON."""
    where = f"line {error.lineno} column {error.colno}"
    rest = excerpt(text[error.pos : error.pos + 60]) if error.pos < len(text) else "the end of the reply"
    return f"the reply is not JSON: {error.msg} at {where}, at {rest}{in_fence(text)}"


def _no_number(name: str) -> NoReturn:
    """Refuse what JSON does not have."""
    raise _NoNumberError(name)


def _whole(text: str) -> int:
    """A whole number, unless it has more digits than Python converts."""
    if len(text) > _LONGEST_NUMBER:
        raise _TooLongError(excerpt(text, 20)[1:-1])
    return int(text)


def _fraction(text: str) -> float:
    """A number with a fraction or an exponent, unless it is beyond all that can be told apart."""
    if abs(number := float(text)) == float("inf"):
        raise _TooLongError(excerpt(text, 20)[1:-1])
    return number


def _spelled(text: str) -> Spelled:
    """The same, with its spelling."""
    _fraction(text)
    return Spelled(text)


def _is_deep(value: Json) -> bool:
    """Whether lists and maps stand in each other beyond the limit; looked at level by level."""
    level = [value]
    for _ in range(MOST_DEEP):
        level = [
            item
            for each in level
            if isinstance(each, list | dict)
            for item in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return any(isinstance(each, list | dict) for each in level)


def _is_mark(text: str, start: int, end: int) -> bool:
    """Whether a piece is a check box or a note mark: a list without anything in it but a number, amid other words."""
    inside = text[start + 1 : end - 1].strip()
    if text[start] != "[" or (inside and not inside.lstrip("-").isdigit()):
        return False
    before = text[text.rfind("\n", 0, start) + 1 : start]
    after = text[end:].partition("\n")[0]
    return bool(before.strip() or after.strip())


def _enter(decoder: json.JSONDecoder, text: str, at: int, part: str | int) -> int:
    """Where the value under a key or an index begins, in the list or map that begins at a place."""
    found, number = -1, 0
    at = _skip(text, at + 1)
    while text[at] not in "]}":
        key: str | int = number
        if isinstance(part, str):
            key, at = decoder.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)  # behind the colon
        if key == part:
            found = at  # of a key that comes twice, the last one counts
            if isinstance(part, int):
                return found
        at = _skip(text, decoder.raw_decode(text, at)[1])
        if text[at] == ",":
            at = _skip(text, at + 1)
        number += 1
    assert found >= 0, "a path leads to a value"
    return found


def _skip(text: str, at: int) -> int:
    """The next place that is not white space."""
    found = _WHITE.match(text, at)
    assert found is not None
    return found.end()
