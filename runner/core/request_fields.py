"""Which fields a request's body may be given, and why some are refused; values pass through untouched.

The fields are those of `CompletionCreateParams` in the openai package, written down here because importing
that package costs more than everything else together; a test compares the two.
"""

import json
from math import isfinite
from typing import Final

from runner.core.value import Json
from runner.core.wording import excerpt, nearest, quoted

REQUEST_FIELDS: Final = frozenset(
    {
        "audio",
        "frequency_penalty",
        "function_call",
        "functions",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "metadata",
        "modalities",
        "moderation",
        "n",
        "parallel_tool_calls",
        "prediction",
        "presence_penalty",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "reasoning_effort",
        "response_format",
        "safety_identifier",
        "seed",
        "service_tier",
        "stop",
        "store",
        "stream_options",
        "temperature",
        "tool_choice",
        "tools",
        "top_logprobs",
        "top_p",
        "user",
        "verbosity",
        "web_search_options",
    }
)
"""The Chat Completions fields that `params` may hold."""

EXTRA: Final = "extra_body"
"""Where a server's own fields go, as in the openai package."""

SETTABLE: Final = REQUEST_FIELDS | {EXTRA}
"""Every name that `params` may hold."""

REFUSED: Final = {
    "messages": "the messages are made from the turns",
    "model": "write `model:` at the top of the scenario",
    "stream": "whether a reply is streamed does not change it: runner streams where somebody watches",
}
"""Fields that `params` may not hold, each with its reason."""

NUMBERS: Final = frozenset({"temperature", "top_p", "frequency_penalty", "presence_penalty"})
WHOLE: Final = frozenset({"max_completion_tokens", "max_tokens", "seed", "top_logprobs"})
TRUTHS: Final = frozenset({"logprobs", "parallel_tool_calls", "store"})
"""Fields that are nothing but a number, a whole number, or a truth; null takes any field back."""

_ONE_REPLY: Final = (
    "`n` above 1 is refused: a conversation goes on from one reply; use `repeat` for more trials"
)


def refusal(field: str, value: Json) -> str | None:
    """Why a request field may not be set to a value; None where it may."""
    if field in REFUSED:
        return f"{quoted(field)} may not be set here: {REFUSED[field]}"
    if field not in SETTABLE:
        near = nearest(field, SETTABLE)
        guess = f"; did you mean {quoted(near)}?" if near else ";"
        return f"unknown request field {quoted(field)}{guess} a server's own fields go under `{EXTRA}:`"
    if field == "n" and not _is_one(value):
        return _ONE_REPLY
    if field == EXTRA:
        return _refused_within(value)
    return _misfit(field, value)


def _misfit(field: str, value: Json) -> str | None:
    """Why a value cannot be what a field takes; bounds of numbers differ between servers, and are theirs to tell."""
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if field == "temperature" and not (is_number and value >= 0):
        expected = "a number from 0 up"
    elif field in NUMBERS and not is_number:
        expected = "a number"
    elif field in WHOLE and not (is_number and value == int(value)):
        expected = "a whole number"
    elif field in TRUTHS and not isinstance(value, bool):
        expected = "true or false"
    else:
        return None
    return f"{quoted(field)} takes {expected}, not {excerpt(json.dumps(value), 40)[1:-1]}"


def _refused_within(extra: Json) -> str | None:
    """Why `extra_body` may not be what it is: it is merged into the request, and so must not undo it."""
    if not isinstance(extra, dict):
        return f"`{EXTRA}` takes a map of the server's own fields"
    for field in sorted(REFUSED.keys() & extra.keys()):
        return f"{quoted(field)} may not be set under `{EXTRA}`: {REFUSED[field]}"
    return None if _is_one(extra.get("n")) else _ONE_REPLY


def _is_one(value: Json) -> bool:
    """Whether a value of `n` asks for one reply."""
    return value is None or (value == 1 and not isinstance(value, bool))
