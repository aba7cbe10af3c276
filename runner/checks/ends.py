"""Checks of a whole reply and of its ends: `equals`, `starts-with`, `ends-with`; white space counts like any character."""

import unicodedata
from collections.abc import Sequence
from typing import ClassVar, Final

from runner.checks.text import Contains, folded_length, nearly, plain
from runner.core.check import Subject
from runner.core.expected import shown
from runner.core.finding import Finding, Span
from runner.core.message import Answer
from runner.core.wording import excerpt

_BEFORE: Final = 15
"""How many characters before a difference are shown."""

_SHOWN: Final = 60
"""How many characters of each text are shown at a difference."""


class Equals(Contains):
    """Whether the whole reply is a text, letter by letter; white space at its ends counts."""

    called: ClassVar[str] = "equals"

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where nothing differs; where something does, that is marked."""
        text = subject.reply.text
        if _same(text, self.text, folds=self.folds):
            spans = ((0, len(text)),)
            return Finding(outcome="passed", reason=f"the reply is {excerpt(text, 100)}", spans=spans)
        if not text:
            return Finding(outcome="failed", reason="the reply has no text")
        start, span = _difference(text, self.text, folds=self.folds)
        reason = f"the reply is not {excerpt(self.text)}: {self._why(text, start)}"
        return Finding(outcome="failed", reason=reason, spans=(span,) if span[0] < span[1] else ())

    def _why(self, text: str, start: int) -> str:
        """What is different, where it is little; the place of the first difference otherwise."""
        little = _little(text, self.text, folds=self.folds)
        if little is not None:
            return little
        line = text.count("\n", 0, start) + 1
        column = start - (text.rfind("\n", 0, start) + 1) + 1
        place = f"line {line} column {column}" if "\n" in text or "\n" in self.text else f"character {column}"
        return f"it first differs at {place}: {_from(text, start)}, not {_from(self.text, start)}"


class IEquals(Equals):
    """Whether the whole reply is a text, capital letters or not; white space at its ends counts."""

    called: ClassVar[str] = "iequals"
    folds: ClassVar[bool] = True


class StartsWith(Contains):
    """Whether the reply starts with a text, letter by letter; white space before it counts."""

    called: ClassVar[str] = "starts-with"

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where the reply's first letters are the text's."""
        text = subject.reply.text
        span = _start(text, self.text, folds=self.folds)
        if span is not None:
            reason = f"the reply starts with {excerpt(text[: span[1]])}"
            return Finding(outcome="passed", reason=reason, spans=(span,))
        first = text[: len(self.text) + _BEFORE]
        found = f"it starts with {excerpt(first)}" if text else shown(text)
        hint = "; there is white space before it" if _starts(text.lstrip(), self.text, self.folds) else ""
        reason = (
            f"the reply does not start with {excerpt(self.text)}: {found}{hint or nearly(first, self.text)}"
        )
        return Finding(outcome="failed", reason=reason)


class IStartsWith(StartsWith):
    """Whether the reply starts with a text, capital letters or not; white space before it counts."""

    called: ClassVar[str] = "istarts-with"
    folds: ClassVar[bool] = True


class EndsWith(Contains):
    """Whether the reply ends with a text, letter by letter; white space after it counts."""

    called: ClassVar[str] = "ends-with"

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where the reply's last letters are the text's."""
        text = subject.reply.text
        span = _end(text, self.text, folds=self.folds)
        if span is not None:
            reason = f"the reply ends with {excerpt(text[span[0] :])}"
            return Finding(outcome="passed", reason=reason, spans=(span,))
        last = text[-len(self.text) - _BEFORE :]
        found = f"it ends with {excerpt(last)}" if text else shown(text)
        hint = "; there is white space after it" if _ends(text.rstrip(), self.text, self.folds) else ""
        reason = f"the reply does not end with {excerpt(self.text)}: {found}{hint or nearly(last, self.text)}"
        return Finding(outcome="failed", reason=reason)


class IEndsWith(EndsWith):
    """Whether the reply ends with a text, capital letters or not; white space after it counts."""

    called: ClassVar[str] = "iends-with"
    folds: ClassVar[bool] = True


def _same(text: str, wanted: str, *, folds: bool) -> bool:
    """Whether two texts are the same."""
    return text == wanted or (folds and text.casefold() == wanted.casefold())


def _starts(text: str, wanted: str, folds: bool) -> bool:  # noqa: FBT001 - what the check itself is
    """Whether a text starts with another."""
    return text.casefold().startswith(wanted.casefold()) if folds else text.startswith(wanted)


def _ends(text: str, wanted: str, folds: bool) -> bool:  # noqa: FBT001 - what the check itself is
    """Whether a text ends with another."""
    return text.casefold().endswith(wanted.casefold()) if folds else text.endswith(wanted)


def _start(text: str, wanted: str, *, folds: bool) -> Span | None:
    """The beginning of a text that is another; None where it is none."""
    if not _starts(text, wanted, folds):
        return None
    return (0, folded_length(text, len(wanted.casefold())) if folds else len(wanted))


def _end(text: str, wanted: str, *, folds: bool) -> Span | None:
    """The end of a text that is another; None where it is none."""
    if not _ends(text, wanted, folds):
        return None
    if not folds:
        return (len(text) - len(wanted), len(text))
    return (len(text) - folded_length(text[::-1], len(wanted.casefold())), len(text))


def _difference(text: str, wanted: str, *, folds: bool) -> tuple[int, Span]:
    """Where two texts begin to differ, and what of the first is not in the second: from there to their common end."""
    one, other = (text, wanted)
    if folds and len(text) == len(text.casefold()) and len(wanted) == len(wanted.casefold()):
        one, other = text.casefold(), wanted.casefold()
    start = _common(one, other)
    end = min(_common(one[::-1], other[::-1]), len(one) - start, len(other) - start)
    return start, (start, len(text) - end)


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((at for at, pair in enumerate(pairs) if pair[0] != pair[1]), min(len(one), len(other)))


def _little(text: str, wanted: str, *, folds: bool) -> str | None:
    """What two texts differ in, where that is easily overlooked; None where it is more."""
    whole = shown(text)
    causes = (
        (text.strip(), wanted.strip(), folds, f"only white space at the ends differs, {whole}"),
        ("".join(text.split()), "".join(wanted.split()), folds, f"only white space differs, {whole}"),
        (text, wanted, True, f"only capitals differ, {whole}; `iequals` does not mind them"),
        (text.strip(), wanted.strip(), True, f"only capitals and white space at the ends differ, {whole}"),
        (plain(text), plain(wanted), folds, f"only quotes, dashes or spaces are others, {whole}"),
        (
            _composed(text),
            _composed(wanted),
            folds,
            "only its accents are put together in another way (Unicode)",
        ),
    )
    return next((why for one, other, also, why in causes if _same(one, other, folds=also)), None)


def _composed(text: str) -> str:
    """A text whose letters are one with their accents."""
    return unicodedata.normalize("NFC", text)


def _from(text: str, start: int) -> str:
    """A text from a little before some place on."""
    left = max(0, start - _BEFORE)
    if start >= len(text):
        return f"its end after {excerpt(text[left:], _SHOWN)}" if text else "nothing"
    return excerpt(f"{'...' * bool(left)}{text[left : start + _SHOWN - _BEFORE]}", _SHOWN + 6)
