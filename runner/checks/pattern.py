"""Checks that read the reply by patterns: `regex`, and `words`, which counts; no pattern may run for long."""

from collections.abc import Sequence
from typing import Final, Self

import regex

from runner.checks.text import around, shown, text_of
from runner.core.check import Check, Finding, Subject
from runner.core.message import Answer
from runner.core.value import Json
from runner.core.wording import excerpt, unknown

TIME_LIMIT_S: Final = 1.0
"""How long a pattern may search one reply, in seconds; beyond it the check is broken, not failed."""

WORD: Final = regex.compile(
    r"""
    [\p{Han}\p{Hiragana}\p{Katakana}]                          # scripts without spaces: a character counts as a word
    | [\w--[\p{Han}\p{Hiragana}\p{Katakana}]]+                 # elsewhere a run of letters, marks and digits does ..
      (?: (?: ['\u2019\-] | (?<=\d)[.,](?=\d) ) [\w--[\p{Han}\p{Hiragana}\p{Katakana}]]+ )*    # .. with don't, well-known, 3.14
    """,
    regex.VERBOSE | regex.VERSION1,
)


class Regex(Check):
    """Whether a pattern is found anywhere in the reply; flags are written into it: `(?i)`, `(?s)`, `(?m)`."""

    pattern: str

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a pattern; raises `ValueError` where it is none."""
        pattern = text_of(spec, "regex")
        try:
            regex.compile(pattern)
        except (regex.error, OverflowError, RecursionError, MemoryError) as error:
            raise ValueError(f"{excerpt(pattern)} is not a pattern: {error}") from None
        return cls(pattern=pattern)

    @classmethod
    def form(cls) -> Json:
        """A pattern."""
        return {"type": ["string", "number", "boolean"]}

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where the pattern is found; broken where searching takes too long."""
        text = subject.reply.text
        try:
            found = regex.search(self.pattern, text, timeout=TIME_LIMIT_S)
        except TimeoutError:
            reason = f"{excerpt(self.pattern)} was not done with the reply after {TIME_LIMIT_S:g} s"
            return Finding(outcome="broken", reason=reason)
        if found is None:
            return Finding(outcome="failed", reason=f"{excerpt(self.pattern)} does not match; {shown(text)}")
        piece = around(text, found.start(), found.end())
        return Finding(outcome="passed", reason=f"{excerpt(self.pattern)} matches: {piece}")


class Words(Check):
    """Whether the reply has as many words as asked for: at least `min`, at most `max`."""

    min: int | None = None
    """The fewest words that will do."""
    max: int | None = None
    """The most words that will do."""

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a map of `min` and `max`."""
        if not isinstance(spec, dict) or not spec:
            raise ValueError("`words` takes a map: {min: 10, max: 80}, or one of the two")
        for name in spec:
            if name not in {"min", "max"}:
                raise ValueError(unknown("key", name, ("min", "max")))
        bounds = {name: _whole(name, value) for name, value in spec.items()}
        if bounds.get("min", 0) > bounds.get("max", bounds.get("min", 0)):
            raise ValueError(f"`min` {bounds['min']} is more than `max` {bounds['max']}: no reply can pass")
        return cls(min=bounds.get("min"), max=bounds.get("max"))

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
        """Passed where the count lies within the bounds."""
        count = count_words(subject.reply.text)
        if self.min is not None and count < self.min:
            return Finding(outcome="failed", reason=f"{_words(count)}, fewer than {self.min}")
        if self.max is not None and count > self.max:
            return Finding(outcome="failed", reason=f"{_words(count)}, more than {self.max}")
        bounds = [f"at least {self.min}"] if self.min is not None else []
        bounds += [f"at most {self.max}"] if self.max is not None else []
        return Finding(outcome="passed", reason=f"{_words(count)}, {' and '.join(bounds)} asked for")


def count_words(text: str) -> int:
    """How many words a text has; a Chinese or Japanese character counts as one, as word processors count.

    Thai, Lao and Khmer, which part words by meaning alone, count a run between spaces as one word.
    """
    return sum(1 for _ in WORD.finditer(text))


def _words(count: int) -> str:
    """A count with its noun."""
    return "1 word" if count == 1 else f"{count} words"


def _whole(name: str, value: Json) -> int:
    """A bound as a whole number; a template's text that is one will do."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError(f"`{name}` takes a whole number from 0 up")
