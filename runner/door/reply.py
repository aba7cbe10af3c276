"""What `runner.chat` gives back: a reply with what is known of how it came about; it asks nothing."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from runner.core.harmless import harmless
from runner.core.message import Answer, Message, Usage


class Printer(Protocol):
    """Who writes pretty representations in IPython."""

    def text(self, obj: str) -> None:
        """Write a text."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered. `str(reply)` is its text; in a notebook it shows as its text.

    Source: the body of a Chat Completions response; https://platform.openai.com/docs/api-reference/chat/object
    """

    text: str
    """What was said; empty where the reply is a refusal or calls tools, which stand in `message`."""
    message: Message = field(repr=False)
    """`{"role": "assistant", "content": ...}`, ready to append to `messages`."""
    model: str
    """The model that answered, as the server names it; the one that was asked for, where it does not say."""
    finish_reason: str | None = None
    """Why the reply ended, as the server says: `stop`, or `length` where it was cut."""
    usage: Usage | None = field(default=None, repr=False)
    """Tokens, `usage.prompt_tokens` and `usage.completion_tokens`; None where the server did not say."""
    cost_usd: float | None = None
    """US dollars; None where the settings have no price for the model, never a guess."""
    latency_s: float | None = None
    """Seconds from sending to the end of the reply, of the try that was answered."""
    answer: Answer = field(default_factory=Answer, repr=False)
    """Everything that is known: every try, the request's id at the server, log probabilities."""

    def __str__(self) -> str:
        """The text."""
        return self.text

    def _repr_pretty_(self, printer: Printer, cycle: Any) -> None:  # noqa: ARG002 - there is no circle
        """Show the text where IPython shows the reply; what a terminal would obey is written as an escape."""
        printer.text(harmless(self.text))


def reply_of(answer: Answer, asked_model: str) -> Reply:
    """The reply in an answer that has one."""
    assert answer.reply is not None
    return Reply(
        text=answer.reply.text,
        message=answer.reply.said,
        model=answer.reply.served_model or asked_model,
        finish_reason=answer.reply.finish_reason,
        usage=answer.usage,
        cost_usd=answer.cost_usd,
        latency_s=answer.latency_s,
        answer=answer,
    )
