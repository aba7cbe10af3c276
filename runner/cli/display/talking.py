"""How a talk looks: replies as they are spoken on a terminal, whole ones in a pipe; talk about the talk goes to stderr."""

from collections.abc import Sequence
from typing import Final

from runner.cli.display.layout import wrapped
from runner.cli.display.live import Speech
from runner.cli.display.page import Page
from runner.cli.display.screen import Screen
from runner.cli.display.wording import seconds
from runner.core.harmless import harmless
from runner.core.message import Answer, Message
from runner.core.spoken import early_end, text_of
from runner.transports import Delta, Notice, Started, Waiting

STANDS: Final = "(the reply that was there before stands; /retry asks again)"
STOPPED_AGAIN: Final = "(stopped; the reply that was there before stands; /retry asks again)"
DROPPED: Final = "(what you said is not part of the talk; /retry asks it again)"
STOPPED: Final = "(stopped, and what you said was taken back; /retry asks it again)"
"""What is said where a question, or one that was asked again, got no reply, or none to its end."""


class Talking:
    """Shows one talk."""

    def __init__(self, screen: Screen) -> None:
        """Take the screen."""
        self.screen = screen
        self.streams = screen.out.isatty()
        """Whether replies are shown as they come: in a pipe, what broke off could not be taken back."""
        self.is_prompted = True
        """Whether what is said stands on the screen already, typed behind a prompt."""
        self._page = Page(screen, lambda text: screen.tell(text, end=""))
        self._speech: Speech | None = None

    def remark(self, text: str, indent: int = 0) -> None:
        """Say something about the talk, in lines that are wrapped where somebody reads them."""
        text = harmless(text)
        lines = (
            [wrapped(line, self.screen.width, indent) for line in text.split("\n")]
            if self.streams
            else [text]
        )
        self.screen.say(self.screen.paint_talk("\n".join(lines), "dim"))

    def say(self, line: str) -> None:
        """Say a line that is not wrapped, since it holds what is to be typed."""
        self.screen.say(self.screen.paint_talk(line, "dim"))

    def recall(self, messages: Sequence[Message]) -> None:
        """Say how much was said before, and show the end of it where somebody reads it."""
        if not self.streams:
            self.remark(f"going on after {len(messages)} messages")
            return
        self.remark(f"going on after {len(messages)} messages, the last ones were:")
        for message in messages[-2:]:
            self._page.say(message)
        self.screen.tell()

    def hears(self, words: str) -> None:
        """Show what is said, where somebody reads what comes of a script."""
        if self.streams and not self.is_prompted:
            self._page.say({"role": "user", "content": words})

    def watches(self, notice: Notice) -> None:
        """Show what is under way."""
        if not self.streams:
            return
        self._speech = speech = self._speech or Speech(self._page)
        match notice:
            case Started():
                if speech.said:
                    speech.remark("(broke off, trying again)")
            case Delta():
                speech.add(notice)
            case Waiting():
                span = "" if notice.seconds is None else f" {seconds(notice.seconds)}"
                speech.remark(f"(waiting{span}: {notice.reason})")

    def ends(self, answer: Answer | None, *, has_stood: bool) -> None:
        """Show what came of a question, None where it was broken off; and whether an earlier reply stands."""
        speech, self._speech = self._speech, None
        if not self.streams:
            self._write_plainly(answer, has_stood=has_stood)
            return
        speech = speech or Speech(self._page)
        if answer is None:
            speech.remark(STOPPED_AGAIN if has_stood else STOPPED)
        elif answer.reply is not None:
            speech.close(text_of(answer.reply.message))
            self._page.finish_reason(answer.reply.finish_reason)
        elif answer.failure is not None:
            speech.remark(f"no reply: {answer.failure.message}", "red")
            speech.remark(STANDS if has_stood else DROPPED)
        if self.is_prompted:
            self.screen.tell()

    def _write_plainly(self, answer: Answer | None, *, has_stood: bool) -> None:
        """Write a reply for whoever reads a pipe, or say why there is none."""
        if answer is None:
            self.screen.say(STOPPED_AGAIN if has_stood else STOPPED)
        elif answer.reply is not None:
            self.screen.tell(harmless(text_of(answer.reply.message)))
            if (why := early_end(answer.reply.finish_reason)) is not None:
                self.screen.say(f"({harmless(why)})")
        elif answer.failure is not None:
            self.screen.say(harmless(f"no reply: {answer.failure.message}"))
            if self.is_prompted or has_stood:
                self.screen.say(STANDS if has_stood else DROPPED)
