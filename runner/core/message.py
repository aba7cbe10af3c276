"""What is sent and what comes back: messages, the encoded chain with its key, request, reply, failure, usage.

Law: a message is encoded once, when it is said; a request costs what its turn adds, apart from copying bytes.
"""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, Literal

from runner.core.value import Json, Value, canonical, encode

Message = dict[str, Any]
"""One message as the Chat Completions API has it: a JSON object with `role` and `content`."""

CHAT: Final = "/chat/completions"
"""The endpoint path of a conversation's turns, below a provider's base URL."""

EMBEDDINGS: Final = "/embeddings"
"""The endpoint path of texts whose closeness is measured; its chain holds the texts themselves, not messages."""

HISTORY: Final = ("refusal", "tool_calls")
"""What goes into the history beside role and content, in this order, where it is not null."""


def _digest(*parts: bytes) -> bytes:
    """A 20-byte digest of parts that are told apart by their lengths."""
    told_apart = b"".join([piece for part in parts for piece in (len(part).to_bytes(8, "big"), part)])
    return blake2b(told_apart, digest_size=20).digest()


BEGINNING: Final = _digest(b"runner.chain/1")
"""The digest of a chain in which nothing was said yet."""


def link_digest(before: bytes, message: Message) -> bytes:
    """The digest of a chain, of the digest that it had before its last message."""
    return _digest(before, canonical(message))


@dataclass(frozen=True, slots=True)
class Link:
    """One message of a chain, linked to the one before it: what a chain is told from, one message at a time."""

    message: Message
    digest: bytes
    """Of the chain that ends with this message."""
    before: "Link | None"


@dataclass(frozen=True, slots=True)
class Chain:
    """The messages said so far, as the bytes between the brackets of a request's list, with their digest."""

    body: bytes = b""
    digest: bytes = BEGINNING
    count: int = 0
    last: Link | None = field(default=None, compare=False, repr=False)
    """The last message; None before anything was said."""

    def add(self, message: Message) -> "Chain":
        """The chain with one more message at its end."""
        encoded = encode(message)
        body = b"%b,%b" % (self.body, encoded) if self.count else encoded
        digest = link_digest(self.digest, message)
        return Chain(body, digest, self.count + 1, Link(message, digest, self.last))


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a provider: everything a transport needs, and nothing that changes with where it is sent."""

    slot: str
    """Where in its conversation the answer belongs: `turns[3]`."""
    purpose: "Purpose"
    provider: str
    model: str
    params: dict[str, Json]
    """Fields of the request's body beside model and messages; those under `extra_body` are merged into it."""
    chain: Chain
    key: str
    """The hash chain closed over endpoint path, model and params: equal for equal questions, wherever they go."""
    draw: int = 1
    """Which repeat of the same question this is, 1-based."""
    path: str = CHAT
    scenario: str = ""
    """The name of the scenario whose conversation asks: recordings are kept by it."""

    def body(self, **extra: Json) -> bytes:
        """The request's JSON body, with further fields at its end."""
        fields = {name: value for name, value in self.params.items() if name != "extra_body"}
        fields |= self.params.get("extra_body") or {}
        fields |= extra
        tail = encode({"model": self.model, **fields})[1:]
        name = b"input" if self.path == EMBEDDINGS else b"messages"
        return b'{"%b":[%b],%b' % (name, self.chain.body, tail)


def close_key(chain: Chain, *, model: str, params: dict[str, Json], path: str = CHAT) -> str:
    """The key of the request that asks a model, with these params, to go on from a chain."""
    return close_digest(chain.digest, model=model, params=params, path=path)


def close_digest(digest: bytes, *, model: str, params: dict[str, Json], path: str = CHAT) -> str:
    """The same key, of the chain's digest alone."""
    return _digest(digest, canonical([path, model, params])).hex()


Purpose = Literal["turn", "judge"]
"""What an answer is for: the conversation's next reply, or a check's question."""


class Usage(Value):
    """Tokens of one exchange; None where the server did not say."""

    prompt_tokens: int | None = None
    """Of all that was sent."""
    cached_tokens: int | None = None
    """Of the prompt, how many the server had cached."""
    cache_write_tokens: int | None = None
    """Of the prompt, how many the server put into its cache."""
    completion_tokens: int | None = None
    """Of the reply."""
    reasoning_tokens: int | None = None
    """Of the completion, how many were spent on reasoning."""


class Reply(Value):
    """What a model answered, kept whole."""

    message: Message
    """Role and content, then whatever else of the reply's message was not null."""
    finish_reason: str | None = None
    served_model: str | None = None
    system_fingerprint: str | None = None
    logprobs: Json = None

    @property
    def text(self) -> str:
        """The content as text; empty where there is none."""
        content = self.message.get("content")
        return content if isinstance(content, str) else ""

    @property
    def embeddings(self) -> Json:
        """The vectors that an embeddings endpoint answered, one for each text; None in a chat's reply."""
        return self.message.get("embeddings")

    @property
    def said(self) -> Message:
        """The message as it goes into the history: role, content, then refusal and tool calls where not null."""
        kept = {name: self.message[name] for name in HISTORY if self.message.get(name) is not None}
        return {"role": "assistant", "content": self.message.get("content"), **kept}


FailureKind = Literal[
    "refused_parameter",
    "context_overflow",
    "content_filter",
    "bad_request",
    "not_allowed",
    "no_such_model",
    "no_credit",
    "rate_limited",
    "server_error",
    "unreachable",
    "timed_out",
    "cut_stream",
    "malformed",
    "error_in_reply",
    "no_choices",
    "empty_reply",
    "not_recorded",
]
"""Why an exchange ended without a reply."""


MISSING: Final[FailureKind] = "not_recorded"
"""The kind of failure that a question without a recording is."""


class Failure(Value):
    """Why there is no reply: never a model's words, never a verdict."""

    kind: FailureKind
    message: str
    """A sentence for people, with keys masked."""
    status: int | None = None
    """The HTTP status, where the server answered."""
    param: str | None = None
    """The parameter that the server named."""
    code: str | None = None
    """The server's own code: `insufficient_quota`."""


class Attempt(Value):
    """One try at an exchange."""

    outcome: str
    """`replied`, or the kind of the failure."""
    waited_s: float = 0
    """Seconds waited before this try."""
    status: int | None = None
    """The HTTP status; null where the server did not answer."""


class Answer(Value):
    """What came of a request: a reply or a failure, with how it came about."""

    reply: Reply | None = None
    failure: Failure | None = None
    attempts: tuple[Attempt, ...] = ()
    """In order; the last one is the answer."""
    request_id: str | None = None
    usage: Usage | None = None
    """None where the server did not say."""
    cost_usd: float | None = None
    """None where a price or the usage is not known: never a guess, never zero."""
    asked_at: str | None = None
    """When the first attempt was sent, UTC, ISO 8601; None where that is the last one."""
    started_at: str | None = None
    """When the last attempt was sent, UTC, ISO 8601."""
    latency_s: float | None = None
    """Seconds from sending the last attempt to the end of its reply."""
    ttft_s: float | None = None
    """Seconds to the first token; None where the reply was not streamed."""
    in_flight: int | None = None
    """How many requests were under way when this one was sent, itself counted."""
    streamed: bool = False
    """Whether `stream` was added to the request."""
    usage_asked: bool = False
    """Whether `stream_options.include_usage` was added to the request."""
    replayed: bool = False

    @property
    def is_refused(self) -> bool:
        """Whether it was refused by its server, or never sent: nothing was made, so there is nothing to count or pay."""
        failure = self.failure
        if failure is None:
            return False
        refused = (failure.status or 0) >= 400 or failure.kind == MISSING
        return refused or all((attempt.status or 0) >= 400 for attempt in self.attempts)
