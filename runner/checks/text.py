"""Checks that look for a text in the reply, letter by letter or whatever the capitals; they know no patterns."""

from collections.abc import Sequence
from itertools import accumulate
from typing import ClassVar, Final, Self

from runner.core.check import Check, Subject
from runner.core.expected import shown
from runner.core.finding import Finding, Span
from runner.core.message import Answer
from runner.core.value import Json
from runner.core.wording import excerpt, quoted

AROUND: Final = 30
"""How many characters on each side of what was found are shown."""

MOST_MARKED: Final = 20
"""How many places of what was found are marked in one reply."""

TEXT: Final[Json] = {"type": ["string", "number", "boolean"]}
"""The schema of a text, which people may write as a number or as `true`."""

_TYPOGRAPHIC: Final = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014\u00a0\u202f", "''\"\"--  ")
"""Characters that models like to write where people type a plainer one."""


def text_of(spec: Json, name: str) -> str:
    """The text that a check was given; numbers and words such as `true` are taken as they are written."""
    match spec:
        case str():
            text = spec
        case bool():
            text = "true" if spec else "false"
        case int() | float():
            text = repr(spec)
        case None:
            raise ValueError(f"`{name}` needs a text")
        case _:
            raise ValueError(f"`{name}` takes one text, or a list of texts of which all must hold")
    if not text:
        raise ValueError(f"`{name}` needs a text; an empty one is in every reply")
    return text


def around(text: str, start: int, end: int) -> str:
    """What was found, with a little of what stands beside it."""
    left, right = max(0, start - AROUND), end + AROUND
    piece = f"{'...' if left else ''}{text[left:right]}{'...' if right < len(text) else ''}"
    return excerpt(piece, 140)


def places_of(text: str, wanted: str, *, folds: bool) -> tuple[Span, ...]:
    """Where a text stands in another, the first few places; `folds` looks at both without regard to capitals."""
    if not folds:
        return _places(text, wanted)
    folded = text.casefold()
    found = _places(folded, wanted.casefold())
    if not found or len(folded) == len(text):
        return found
    # Folding lengthens some characters (ß becomes ss) and shortens none: each folded one belongs to one of the text's.
    owners = [at for at, character in enumerate(text) for _ in character.casefold()]
    return tuple(dict.fromkeys((owners[start], owners[end - 1] + 1) for start, end in found))


def folded_length(text: str, length: int) -> int:
    """How many characters of a text hold the first so many of its folded form."""
    ends = accumulate(len(character.casefold()) for character in text)
    return next((at + 1 for at, end in enumerate(ends) if end >= length), len(text))


def plain(text: str) -> str:
    """The text with typographic quotes, dashes and spaces as people type them; of the same length."""
    return text.translate(_TYPOGRAPHIC)


def nearly(text: str, wanted: str) -> str:
    """What is to be said where a text was not found, but one much like it is there; empty where none is."""
    found = _places(plain(text), plain(wanted))
    if found:
        return (
            f"; it is there with other quotes, dashes or spaces: {excerpt(text[found[0][0] : found[0][1]])}"
        )
    found = places_of(text, wanted, folds=True)
    if found:
        return f"; it is there with other capitals: {excerpt(text[found[0][0] : found[0][1]])}"
    return ""


def _places(text: str, wanted: str) -> tuple[Span, ...]:
    """Where a text stands in another, letter by letter."""
    found: list[Span] = []
    start = text.find(wanted)
    while start >= 0 and len(found) < MOST_MARKED:
        found.append((start, start + len(wanted)))
        start = text.find(wanted, start + len(wanted))
    return tuple(found)


class Contains(Check):
    """Whether the reply contains a text, letter by letter."""

    called: ClassVar[str] = "contains"
    folds: ClassVar[bool] = False

    text: str

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a text."""
        return cls(text=text_of(spec, cls.called))

    @classmethod
    def form(cls) -> Json:
        """A text."""
        return TEXT

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where the text is in the reply."""
        text = subject.reply.text
        spans = places_of(text, self.text, folds=self.folds)
        if not spans:
            either = ", capitals or not" if self.folds else ""
            why = f"{excerpt(self.text)} is not in the reply{either}; {shown(text)}{nearly(text, self.text)}"
            return Finding(outcome="failed", reason=why)
        found = around(text, *spans[0])
        reason = f"{excerpt(self.text)} is in the reply: {found}"
        return Finding(outcome="passed", reason=reason, spans=spans)


class IContains(Contains):
    """Whether the reply contains a text, capital letters or not (Unicode case folding)."""

    called: ClassVar[str] = "icontains"
    folds: ClassVar[bool] = True


class ContainsAny(Check):
    """Whether the reply contains one of some texts, letter by letter."""

    takes_list: ClassVar[bool] = True
    called: ClassVar[str] = "contains-any"
    folds: ClassVar[bool] = False

    texts: tuple[str, ...]

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a list of texts."""
        if not isinstance(spec, list) or not spec:
            one = cls.called.removesuffix("-any").removesuffix("-all")
            why = f"{quoted(cls.called)} takes a list of texts; for one text write {quoted(one)}"
            raise ValueError(why)
        for item in spec:
            if isinstance(item, list | dict):
                raise ValueError(f"{quoted(cls.called)} takes a list of texts")  # noqa: TRY004 - data, not a type of ours
        return cls(texts=tuple(text_of(item, cls.called) for item in spec))

    @classmethod
    def form(cls) -> Json:
        """A list of texts."""
        return {"type": "array", "minItems": 1, "items": TEXT}

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where one of the texts is in the reply; every one that is there is marked."""
        text = subject.reply.text
        places = self._found(text)
        if not places:
            why = f"none of {_row(self.texts)} is in the reply; {shown(text)}"
            return Finding(outcome="failed", reason=why)
        spans = _merged(places)
        first = next(iter(places))
        reason = f"{excerpt(first)} is in the reply: {around(text, *places[first][0])}"
        return Finding(outcome="passed", reason=reason, spans=spans)

    def _found(self, text: str) -> dict[str, tuple[Span, ...]]:
        """Which of the texts are there, and where."""
        found = {each: places_of(text, each, folds=self.folds) for each in self.texts}
        return {each: places for each, places in found.items() if places}


class IContainsAny(ContainsAny):
    """Whether the reply contains one of some texts, capital letters or not."""

    called: ClassVar[str] = "icontains-any"
    folds: ClassVar[bool] = True


class ContainsAll(ContainsAny):
    """Whether the reply contains all of some texts, letter by letter; its `not-` form: whether one of them is missing."""

    called: ClassVar[str] = "contains-all"

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where each of the texts is in the reply; those that are there are marked."""
        text = subject.reply.text
        places = self._found(text)
        missing = [each for each in self.texts if each not in places]
        spans = _merged(places)
        if missing:
            what = f"{_row(missing)} {'is' if len(missing) == 1 else 'are'} not in the reply"
            why = f"{what}; {shown(text)}{nearly(text, missing[0])}"
            return Finding(outcome="failed", reason=why, spans=spans)
        return Finding(outcome="passed", reason=f"{_row(self.texts)} are in the reply", spans=spans)


class IContainsAll(ContainsAll):
    """Whether the reply contains all of some texts, capital letters or not; its `not-` form: whether one is missing."""

    called: ClassVar[str] = "icontains-all"
    folds: ClassVar[bool] = True


def _row(texts: Sequence[str]) -> str:
    """Texts in a row, the first few."""
    row = ", ".join(excerpt(each, 40) for each in texts[:5])
    return row if len(texts) <= 5 else f"{row} and {len(texts) - 5} more"


def _merged(places: dict[str, tuple[Span, ...]]) -> tuple[Span, ...]:
    """The places of several texts in order, those that overlap as one."""
    merged: list[Span] = []
    for start, end in sorted(span for spans in places.values() for span in spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged[:MOST_MARKED])
