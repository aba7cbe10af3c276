"""Checks that look for a text in the reply, letter by letter; they know no patterns."""

from collections.abc import Sequence
from typing import Self

from runner.core.check import Check, Finding, Subject
from runner.core.message import Answer
from runner.core.value import Json
from runner.core.wording import excerpt

AROUND = 30
"""How many characters on each side of what was found are shown."""


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


def shown(text: str) -> str:
    """How a whole reply is shown in a reason."""
    return f"the reply is {excerpt(text, 100)}" if text else "the reply has no text"


def around(text: str, start: int, end: int) -> str:
    """What was found, with a little of what stands beside it."""
    left, right = max(0, start - AROUND), end + AROUND
    piece = f"{'...' if left else ''}{text[left:right]}{'...' if right < len(text) else ''}"
    return excerpt(piece, 140)


class Contains(Check):
    """Whether the reply contains a text, letter by letter."""

    text: str

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a text."""
        return cls(text=text_of(spec, "contains"))

    @classmethod
    def form(cls) -> Json:
        """A text."""
        return {"type": ["string", "number", "boolean"]}

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where the text is in the reply."""
        text = subject.reply.text
        start = text.find(self.text)
        if start < 0:
            return Finding(
                outcome="failed", reason=f"{excerpt(self.text)} is not in the reply; {shown(text)}"
            )
        found = around(text, start, start + len(self.text))
        return Finding(outcome="passed", reason=f"{excerpt(self.text)} is in the reply: {found}")


class IContains(Check):
    """Whether the reply contains a text, capital letters or not (Unicode case folding)."""

    text: str

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a text."""
        return cls(text=text_of(spec, "icontains"))

    @classmethod
    def form(cls) -> Json:
        """A text."""
        return Contains.form()

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where the folded text is in the folded reply; the excerpt shows the folded reply."""
        text = subject.reply.text
        folded, wanted = text.casefold(), self.text.casefold()
        start = folded.find(wanted)
        if start < 0:
            reason = f"{excerpt(self.text)} is not in the reply, capitals or not; {shown(text)}"
            return Finding(outcome="failed", reason=reason)
        # Folding may lengthen a text (ß becomes ss): only where it did not, its places are the reply's own.
        found = around(text if len(folded) == len(text) else folded, start, start + len(wanted))
        return Finding(outcome="passed", reason=f"{excerpt(self.text)} is in the reply: {found}")
