"""How a conversation looks: roles, texts, verdicts; the same while it is spoken and when it is read again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from runner.cli.display.layout import Flow, headed, wrapped
from runner.cli.display.screen import Screen
from runner.core.finding import Verdict
from runner.core.harmless import harmless, harmless_line
from runner.core.message import Message
from runner.core.spoken import early_end, text_of

__all__ = ("Page", "text_of")

MARGIN: Final = 11
"""The width of the column in which roles stand."""
NARROW: Final = 60
"""With fewer columns than these, a role stands on a line of its own."""

_COLOURS: Final = {"system": "magenta", "developer": "magenta", "user": "cyan", "assistant": "green"}
_STYLES: Final = {"passed": "green", "failed": "red", "broken": "red", "not-applicable": "dim"}


@dataclass(frozen=True, slots=True)
class Page:
    """Where a conversation is written."""

    screen: Screen
    write: Callable[[str], None]
    """Takes pieces of text, line ends included."""

    @property
    def indent(self) -> int:
        """The column in which texts begin."""
        return MARGIN if self.screen.width >= NARROW else 2

    def begin(self, role: str, mark: str = "") -> Flow:
        """Write a role, and let a text begin beside it."""
        style = "yellow" if mark else _COLOURS.get(role, "")
        self.write("\n" + self.screen.paint(role, style, "bold"))
        indent, width = self.indent, self.screen.width
        mark = f"({mark}) " if mark else ""
        if indent == MARGIN:
            self.write(" " * (MARGIN - len(role)) if len(role) < MARGIN else "\n" + " " * MARGIN)
            self.write(self.screen.paint(mark, "dim"))
            return Flow(self.write, width, indent, indent + len(mark))
        self.write((f" {self.screen.paint(mark.strip(), 'dim')}" if mark else "") + "\n" + " " * indent)
        return Flow(self.write, width, indent, indent)

    def say(self, message: Message, mark: str = "") -> None:
        """Write a whole message."""
        flow = self.begin(harmless_line(str(message.get("role", ""))), mark)
        flow.feed(harmless(text_of(message)))
        flow.end()

    def verdict(self, verdict: Verdict) -> None:
        """Write what a check found, under the turn it is about."""
        sign = self.screen.signs[verdict.outcome]
        line = f" (line {verdict.line})" if verdict.outcome in {"failed", "broken"} and verdict.line else ""
        text = harmless_line(f"{verdict.title}: {verdict.reason}{line}")
        indent = self.indent + len(sign) + 1
        if verdict.outcome == "passed" and self.screen.reads:  # nobody has to look into it
            body = headed(text, self.screen.width - indent, self.screen.signs["cut"])
        else:
            body = wrapped(text, self.screen.width, indent, indent)
        self.write(f"{' ' * self.indent}{self.screen.paint(sign, _STYLES[verdict.outcome])} {body}\n")

    def begin_foot(self) -> None:
        """Say that what follows is about the conversation as a whole."""
        self.write("\n")
        self.note("about the conversation as a whole:")

    def go_on(self) -> Flow:
        """Let a text go on at the start of a line."""
        return Flow(self.write, self.screen.width, self.indent, None)

    def note(self, text: str, style: str = "dim", *, beside: bool = False) -> None:
        """Write a remark that nobody in the conversation made, `beside` a role that stands there alone."""
        body = wrapped(harmless_line(text), self.screen.width, self.indent, self.indent)
        self.write(f"{'' if beside else ' ' * self.indent}{self.screen.paint(body, style)}\n")

    def finish_reason(self, reason: str | None) -> None:
        """Say why a reply ended, where it did not end by itself."""
        if (why := early_end(reason)) is not None:
            self.note(f"({why})")


def not_taken(turn: int, verdict: Verdict) -> str:
    """Why a turn, 0-based, was not taken."""
    line = f", line {verdict.line}" if verdict.line else ""
    return f"(turn {turn + 1} is not taken{line}: {verdict.check}: {verdict.reason})"
