"""What a person can do about an answer that is none: a refusal, a broken one, one without a word; pure.

The next step is told for the provider that was asked; of the embedded model nobody has set a key or an address.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from runner.core.message import Failure, FailureKind

_OF_PARTS: Final = re.compile(
    r"image_url|input_audio|mmproj|multi-?modal"
    r"|\b(?:image|audio|vision|file)s? (?:input|content|part|type)s?\b|invalid[ _](?:base64 )?(?:image|audio|file)"
    r"|(?:support|accept|process|read)\w* (?:\w+ ){0,2}(?:image|audio|vision|pdf|document|file)s?\b",
    re.IGNORECASE,
)
"""How OpenAI, vLLM, llama.cpp, Ollama and OpenRouter say that a model reads no such content."""
_REFUSALS: Final = {"bad_request", "refused_parameter", "no_such_model", "server_error", "error_in_reply"}
"""Failures by which servers say so."""
_NO_VECTORS: Final = {"no_choices", "no_such_model"}
"""Failures by which a provider says that it has no such embeddings."""
_LONGEST_PARAM: Final = 60
UNFINISHED: Final = "the stream ended"
"""How the message of a stream begins that ended without a finish reason."""
AGAIN: Final = "try again, where scenarios are played with fewer at once (--in-flight 1)"
"""What helps where the embedded model had more to do than the machine could; a talk sends one request at a time anyway."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence in two halves; what the server said stands between them."""

    what: str
    next: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a failed request was sent to, in words that fit into a sentence."""

    name: str
    """The provider."""
    place: str
    """Where its server is."""
    model: str
    is_local: bool
    """Whether it is the embedded model."""


def advise_answer(failure: Failure, asked: Asked) -> Advice | None:
    """What an answer that is none means, and what to do next; None where more than the answer has to be known."""
    if failure.kind in _REFUSALS and _OF_PARTS.search(f"{failure.code or ''} {failure.message}"):
        return Advice(
            f"{asked.model} cannot read what stands beside text in this conversation",
            "is each file whole, and of a kind that it takes? Name a model that reads such by --model, or leave it out",
        )
    ways: dict[FailureKind, Callable[[Failure, Asked], Advice]] = {
        "refused_parameter": _change_param,
        "bad_request": _change_request,
        "server_error": _wait_for_server,
        "cut_stream": _wait_for_end,
        "malformed": _check_api,
        "error_in_reply": _heed_error,
        "no_choices": _ask_again,
        "empty_reply": _raise_limit,
    }
    way = ways.get(failure.kind)
    return way(failure, asked) if way is not None else None


def advise_embeddings(failure: Failure, asked: Asked) -> Advice | None:
    """What a failure means where embeddings were asked for, and what to do next; None where it means what it always does."""
    if failure.kind == "context_overflow":
        what = f"a text is longer than {asked.model} reads for its embeddings"
        return Advice(what, "hold the reply against something else, or name another model in the check")
    if failure.kind in _NO_VECTORS or failure.status == 501:
        return Advice(
            f"{asked.name} has no embeddings of {asked.model}",
            f"name a model that has them, in the check or in the settings ([providers.{asked.name}.models] embeddings = ..)",
        )
    return None


def _change_param(failure: Failure, asked: Asked) -> Advice:
    """What to do where the server names what it does not take."""
    param = (failure.param or "a parameter")[:_LONGEST_PARAM]
    name = re.split(r"[.\[]", param)[0]
    ways = {
        "messages": "mend that message in the scenario",
        "model": "name another by --model or by `model:` in the scenario",
    }
    way = f"give another value by --set params.{name}=..., or take it out of `params:` in the scenario"
    return Advice(f"{asked.name} does not take {param} as it was sent", ways.get(name, way))


def _change_request(_: Failure, asked: Asked) -> Advice:
    """What to do where the server does not say in a word what it refuses."""
    return Advice(
        f"{asked.name} refused the request", "mend what its words name, in the scenario or the settings"
    )


def _wait_for_server(failure: Failure, asked: Asked) -> Advice:
    """What to do where the server failed."""
    if failure.status == 501:
        return Advice(
            f"{asked.place} cannot do what is asked of it", "see which parameters its chat API takes"
        )
    return Advice(f"{asked.place} failed", AGAIN if asked.is_local else "nothing here is wrong: try later")


def _wait_for_end(failure: Failure, asked: Asked) -> Advice:
    """What to do where a stream ended too soon."""
    if asked.is_local or not failure.message.startswith(UNFINISHED):
        return Advice(f"the stream of {asked.place} broke off", AGAIN if asked.is_local else "try later")
    setting = f"sends_finish_reason = false under [providers.{asked.name}] of the settings"
    what = f"the stream of {asked.place} ended before the reply did"
    return Advice(what, f"try later; if all its replies end so, say {setting}")


def _check_api(_: Failure, asked: Asked) -> Advice:
    """What to do where what came is not what the API sends."""
    what = f"the answer of {asked.place} cannot be read"
    return Advice(
        what, AGAIN if asked.is_local else "try later; is it a Chat Completions API that answers there?"
    )


def _heed_error(_: Failure, asked: Asked) -> Advice:
    """What to do where there is an error in the place of the answer."""
    return Advice(
        f"{asked.place} sent an error in the place of a reply",
        AGAIN if asked.is_local else "mend what its words name, or try later",
    )


def _ask_again(_: Failure, asked: Asked) -> Advice:
    """What to do where an answer has no reply in it."""
    return Advice(
        f"the answer of {asked.place} holds no reply", "try again, or name another model by --model"
    )


def _raise_limit(failure: Failure, asked: Asked) -> Advice:
    """What to do where a reply has no word in it."""
    if failure.code == "length":
        return Advice(
            "the reply is empty: the limit on tokens was reached before a word was said",
            "raise max_completion_tokens, or ask for less reasoning (reasoning_effort)",
        )
    return Advice(
        f"the reply is empty: {asked.model} ended it without a word",
        "try again, say it in other words, or name another model by --model",
    )
