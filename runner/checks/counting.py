"""Checks that count: the words and the characters of a reply, or of all replies of a conversation."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import ClassVar, Final, Self

import regex

from runner.checks.fields import whole_in
from runner.core.check import Check, Subject
from runner.core.finding import Finding, Span
from runner.core.message import Answer
from runner.core.value import Json
from runner.core.word import WORD
from runner.core.wording import quoted, unknown

CHARACTER: Final = regex.compile(r"\X", regex.VERSION1)
"""What readers take for one character: a letter with its accents, an emoji of several pieces."""


class Words(Check):
    """Whether the reply has as many words as asked for: at least `min`, at most `max`; of a conversation, all replies."""

    takes_whole: ClassVar[bool] = True
    called: ClassVar[str] = "words"
    one: ClassVar[str] = "word"
    unit: ClassVar[regex.Pattern[str]] = WORD

    min: int | None = None
    """The fewest that will do."""
    max: int | None = None
    """The most that will do."""

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a map of `min` and `max`."""
        if not isinstance(spec, dict) or not spec:
            raise ValueError(f"{quoted(cls.called)} takes a map: {{min: 10, max: 80}}, or one of the two")
        for name in spec:
            if name not in {"min", "max"}:
                raise ValueError(unknown("key", name, ("min", "max")))
        least, most = (whole_in(spec, name, 0) for name in ("min", "max"))
        if least is not None and most is not None and least > most:
            raise ValueError(f"`min` {least} is more than `max` {most}: no reply can pass")
        if most is None and not least:
            raise ValueError("`min: 0` holds for every reply: say more, or a `max`")
        return cls(min=least, max=most)

    @classmethod
    def form(cls) -> Json:
        """A map of bounds; a bound in a template is text."""
        bounds = {}
        for name in ("min", "max"):
            bound = {
                "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"\{\{|^[0-9]+$"}]
            }
            bounds[name] = {**bound, "description": cls.model_fields[name].description}
        return {"type": "object", "properties": bounds, "additionalProperties": False, "minProperties": 1}

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where the count lies within the bounds; what is too much is marked."""
        replies = subject.replies if subject.whole else (subject,)
        count = sum(self.count(each.reply.text) for each in replies)
        said = f"{self._counted(count)}{f' in {len(replies)} replies' if len(replies) > 1 else ''}"
        if self.min is not None and count < self.min:
            return Finding(outcome="failed", reason=f"{said}, fewer than {self.min}")
        if self.max is not None and count > self.max:
            spans = () if subject.whole else tuple(self._beyond(subject.reply.text, self.max))
            return Finding(outcome="failed", reason=f"{said}, more than {self.max}", spans=spans)
        bounds = [f"at least {self.min}"] if self.min is not None else []
        bounds += [f"at most {self.max}"] if self.max is not None else []
        return Finding(outcome="passed", reason=f"{said}, {' and '.join(bounds)} asked for")

    @classmethod
    def count(cls, text: str) -> int:
        """How many of them a text has."""
        return sum(1 for _ in cls.unit.finditer(text))

    def _beyond(self, text: str, most: int) -> Iterator[Span]:
        """What stands after the last one that will do."""
        first = next(islice(self.unit.finditer(text), most, None), None)
        if first is not None:
            yield first.start(), max(first.end(), len(text.rstrip()))

    def _counted(self, count: int) -> str:
        """A count with its noun."""
        return f"1 {self.one}" if count == 1 else f"{count} {self.one}s"


class Characters(Words):
    """Whether the reply has as many characters as asked for, white space counted; of a conversation, all replies."""

    called: ClassVar[str] = "characters"
    one: ClassVar[str] = "character"
    unit: ClassVar[regex.Pattern[str]] = CHARACTER

    @classmethod
    def count(cls, text: str) -> int:
        """How many characters readers see; a text of plain letters is not looked at one by one."""
        return len(text) - text.count("\r\n") if text.isascii() else super().count(text)


def count_words(text: str) -> int:
    """How many words a text has; a Chinese or Japanese character counts as one, as word processors count.

    Thai, Lao and Khmer, which part words by meaning alone, count a run between spaces as one word.
    """
    return Words.count(text)
