"""Checks of a reply's shape: whether it is, or holds, what a program could read."""

from collections.abc import Sequence
from typing import ClassVar, Self

from runner.checks.reading import UnreadableError, check_json, first_json
from runner.core.check import Check, Subject
from runner.core.expected import shown
from runner.core.finding import Finding
from runner.core.message import Answer
from runner.core.value import Json
from runner.core.wording import excerpt, quoted


class IsJson(Check):
    """Whether the whole reply is one JSON value, with nothing before or after it."""

    called: ClassVar[str] = "is-json"

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check; it takes `true` and nothing else."""
        if spec is not True:
            why = f"takes `true` and nothing else; for its opposite write `not-{cls.called}: true`"
            hint = "; a schema belongs under `json-schema`" if isinstance(spec, dict) else ""
            raise ValueError(f"{quoted(cls.called)} {why}{hint}")
        return cls()

    @classmethod
    def form(cls) -> Json:
        """True."""
        return {"const": True}

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where the reply parses as it stands; broken where it is nested too deep to be read."""
        text = subject.reply.text
        try:
            check_json(text)
        except UnreadableError as error:
            return error.finding
        spans = ((0, len(text)),)
        return Finding(outcome="passed", reason=f"the reply is JSON: {excerpt(text, 100)}", spans=spans)


class ContainsJson(IsJson):
    """Whether a JSON object or list stands in the reply, between words or in a code fence; `[1]` and `[ ]` in a line are none."""

    called: ClassVar[str] = "contains-json"

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where one is found, the first of which is marked; broken where looking takes too long."""
        text = subject.reply.text
        try:
            span = first_json(text)
        except UnreadableError as error:
            return error.finding
        if span is None:
            return Finding(outcome="failed", reason=f"no JSON object or list is in the reply; {shown(text)}")
        piece = excerpt(text[span[0] : span[1]], 100)
        return Finding(outcome="passed", reason=f"JSON is in the reply: {piece}", spans=(span,))
