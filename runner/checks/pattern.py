"""Checks that read the reply by patterns; no pattern may run for long."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, Self

import regex

from runner.checks.text import MOST_MARKED, TEXT, around, text_of
from runner.core.check import Check, Subject
from runner.core.expected import shown
from runner.core.finding import Finding, Span
from runner.core.message import Answer
from runner.core.value import Json
from runner.core.wording import excerpt

TIME_LIMIT_S: Final = 1.0
"""How long a pattern may search one reply, in seconds; beyond it the check is broken, not failed."""


def pattern_of(spec: Json, name: str) -> str:
    """The pattern that a check was given; raises `ValueError` where it is none."""
    pattern = text_of(spec, name)
    try:
        regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError, MemoryError) as error:
        raise ValueError(f"{excerpt(pattern)} is not a pattern: {error}") from None
    return pattern


def search(pattern: str, text: str) -> regex.Match[str] | None:
    """The first place where a pattern matches; raises `TimeoutError` where searching takes too long."""
    return regex.search(pattern, text, timeout=TIME_LIMIT_S)


def too_slow(pattern: str) -> Finding:
    """The finding about a pattern whose search took too long."""
    return Finding(
        outcome="broken", reason=f"{excerpt(pattern)} was not done with the reply after {TIME_LIMIT_S:g} s"
    )


class Regex(Check):
    """Whether a pattern is found anywhere in the reply; flags are written into it: `(?i)`, `(?s)`, `(?m)`."""

    pattern: str

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a pattern; raises `ValueError` where it is none."""
        return cls(pattern=pattern_of(spec, "regex"))

    @classmethod
    def form(cls) -> Json:
        """A pattern."""
        return TEXT

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where the pattern is found; broken where searching takes too long."""
        text = subject.reply.text
        try:
            found = search(self.pattern, text)
        except TimeoutError:
            return too_slow(self.pattern)
        if found is None:
            return Finding(outcome="failed", reason=f"{excerpt(self.pattern)} does not match; {shown(text)}")
        piece = around(text, found.start(), found.end())
        reason = f"{excerpt(self.pattern)} matches: {piece}"
        return Finding(outcome="passed", reason=reason, spans=tuple(self._places(text, found.span())))

    def _places(self, text: str, first: Span) -> Iterator[Span]:
        """Where the pattern matches something, the first few places; those that take too long to find are left out."""
        try:
            matches = regex.finditer(self.pattern, text, timeout=TIME_LIMIT_S)
            spans = [match.span() for match in islice(matches, MOST_MARKED)]
        except TimeoutError:
            spans = [first]
        yield from (span for span in spans if span[0] < span[1])
