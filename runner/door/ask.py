"""`runner.chat` and `runner.achat`: one request with the settings of the moment; nothing is remembered or written.

Whoever calls keeps the messages list: that is what a conversation is made of.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from runner.core.asking import turn_slot
from runner.core.message import Answer, Chain, Message, Request, close_key
from runner.core.request_fields import refusal
from runner.core.value import Json
from runner.door.given import text
from runner.door.reply import Reply, reply_of
from runner.door.switchboard import OnText, switchboard
from runner.door.wording import in_python, reworded
from runner.errors import UnansweredError, UsageError
from runner.settings import Provider, Settings

Messages = str | Sequence[Mapping[str, Any]]
"""A messages list as the Chat Completions API has it, or the text of one user message."""


def chat(
    messages: Messages,
    *,
    provider: str | None = None,
    model: str | None = None,
    temperature: float | None = None,
    on_text: OnText | None = None,
    **params: Json,
) -> Reply:
    """Ask a model once, and wait for its reply.

    The model knows what stands in `messages`, and nothing else: to go on with a conversation, append `reply.message` and
    the next user message, and ask again.

    Args:
        messages: dicts with `role` ("system", "user" or "assistant") and `content`, oldest first; or a text, which is
            one user message. The list is not changed.
        provider: a provider of the settings: "openai", "azure", "local" (the embedded model), or one of your own.
            Where it is not given, the settings decide; without settings it is "openai".
        model: the model, or an alias of the settings; where it is not given, the provider's `main`.
        temperature: how freely words are chosen, 0 to 2. Where it is not given, none is sent.
        on_text: called in this thread with each piece of text, as it comes; the reply is then streamed. A stream that
            breaks is asked for again, and its pieces begin anew.
        **params: any other field of the Chat Completions API, sent as it is; a server's own go under `extra_body`.

    Returns:
        The reply: `.text`, `.message`, `.usage` (tokens), `.cost_usd` (US dollars), `.latency_s` (seconds), `.model`,
        `.finish_reason`. `str(reply)` is its text.

    Raises:
        runner.UnansweredError: there is no reply, once all tries were made; `.failure` has the kind and the HTTP status.
        runner.ProviderError: the provider lacks its key, its address or its weights, or is not known.
        runner.ProblemsError: `.env` or the settings cannot be read, with every problem and its line.
        runner.UsageError: `messages` is no messages list, or a field is not known.

    Settings and `.env` are read anew by every call; connections are kept between them. It may be called where an event
    loop is running, as in a notebook. Ctrl-C takes the question back.

    Source: https://platform.openai.com/docs/api-reference/chat/create

    """
    with in_python():
        asked = _Asked.read(messages, provider, model, on_text, {"temperature": temperature}, params)
        answer = switchboard().ask(asked.provider, asked.request, on_text)
    return asked.reply(answer)


async def achat(
    messages: Messages,
    *,
    provider: str | None = None,
    model: str | None = None,
    temperature: float | None = None,
    on_text: OnText | None = None,
    **params: Json,
) -> Reply:
    """Ask a model once, as `runner.chat` does, from asynchronous code: same parameters, same reply, same errors.

    `on_text` is called on the calling loop. Many may be awaited at once; as many are sent at the same time as the
    provider's `in_flight` allows. Cancelling takes the question back.
    """
    with in_python():
        asked = _Asked.read(messages, provider, model, on_text, {"temperature": temperature}, params)
        answer = await switchboard().ask_async(asked.provider, asked.request, on_text)
    return asked.reply(answer)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, and whom it is put to."""

    provider: Provider
    request: Request

    @classmethod
    def read(
        cls,
        messages: Messages,
        provider: str | None,
        model: str | None,
        on_text: OnText | None,
        named: Mapping[str, Json],
        params: Mapping[str, Json],
    ) -> Self:
        """The question that is meant; raises RunnerError where it cannot be put."""
        if on_text is not None and not callable(on_text):
            raise UsageError(f"on_text should be a function that takes a text, not {on_text!r}")
        params = {**{name: value for name, value in named.items() if value is not None}, **params}
        for field, value in params.items():
            if field == "stream":
                raise UsageError(
                    "`stream` is not set: give on_text, a function that is called with each piece"
                )
            if (reason := refusal(field, value)) is not None:
                raise UsageError(reason)
        settings = Settings.load(Path.cwd(), os.environ)
        name, meant = settings.resolve(provider=text("provider", provider), model=text("model", model))
        chain = _chain(messages)
        try:
            key = close_key(chain, model=meant, params=params)
        except (TypeError, ValueError) as error:
            raise UsageError(f"the request's fields are no JSON: {error}") from None
        request = Request(
            slot=turn_slot(0),
            purpose="turn",
            provider=name,
            model=meant,
            params=params,
            chain=chain,
            key=key,
        )
        return cls(settings.ready(name), request)

    def reply(self, answer: Answer) -> Reply:
        """The reply; raises UnansweredError where there is none."""
        if answer.failure is not None:
            raise UnansweredError(reworded(answer.failure.message), answer.failure)
        return reply_of(answer, self.request.model)


def _chain(messages: Messages) -> Chain:
    """The messages as they are sent; raises UsageError with the place of one that is none."""
    said: Sequence[Any] = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
    if not isinstance(said, Sequence) or isinstance(said, bytes) or not said:
        raise UsageError(
            'messages should be a text, or a list such as [{"role": "user", "content": "Hello"}], with at least one message'
        )
    chain = Chain()
    for place, message in enumerate(said):
        chain = _add(chain, place, message)
    return chain


def _add(chain: Chain, place: int, message: object) -> Chain:
    """The chain with one more message."""
    if isinstance(message, Reply):
        raise UsageError(f"messages[{place}] is a Reply: append its message, reply.message")
    if not isinstance(message, Mapping) or not isinstance(message.get("role"), str):
        raise UsageError(
            f'messages[{place}] should be a dict such as {{"role": "user", "content": "Hello"}}, with its role'
        )
    written: Message = dict(message)
    try:
        return chain.add(written)
    except (TypeError, ValueError) as error:
        raise UsageError(f"messages[{place}] is no JSON: {error}") from None
