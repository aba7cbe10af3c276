"""What an answer looks like on the wire, made into a reply; pure, it sends and awaits nothing.

Law: an answer that came in pieces (`chunks`) gives the same reply as the plain one.
"""

import json
import math
from dataclasses import dataclass
from typing import Any, Final

from runner.core.message import CHAT, EMBEDDINGS, Failure, Message, Reply, Usage
from runner.core.value import Json, join_surrogates
from runner.transports.faults import fail_inside, write_plainly

_ANSWERS: Final = ("refusal", "tool_calls", "function_call", "audio")
"""What a reply may hold in place of content."""
_DEEPEST: Final = 100
"""How deep an answer may nest; deeper ones are no answers but attacks on the reader."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer says: a reply or a failure, and its usage where the server gave one."""

    reply: Reply | None = None
    failure: Failure | None = None
    usage: Usage | None = None


class _TooDeepError(ValueError):
    """Nested deeper than any answer is."""


def read_plain(body: bytes, path: str = CHAT) -> Told:
    """What the body of a plain 200 says, of an endpoint."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        return Told(failure=malformed("the answer is not JSON", error))
    if not isinstance(data, dict):
        return Told(failure=malformed("the answer is JSON, but no object"))
    if data.get("error") or data.get("object") == "error":
        return Told(failure=fail_inside(data), usage=read_usage(data.get("usage")))
    if path == EMBEDDINGS:
        return _tell_embeddings(data)
    choices = data.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, dict) or not isinstance(choice.get("message"), dict):
        return Told(failure=no_choices(), usage=read_usage(data.get("usage")))
    return tell(
        choice["message"], choice.get("finish_reason"), choice.get("logprobs"), data, data.get("usage")
    )


def read_usage(data: Json) -> Usage | None:
    """The usage that a server sent; None where it counted nothing."""
    if not isinstance(data, dict):
        return None
    prompt, completion = (
        _table(data.get("prompt_tokens_details")),
        _table(data.get("completion_tokens_details")),
    )
    usage = Usage(
        prompt_tokens=_count(data.get("prompt_tokens")),
        cached_tokens=_first_count(prompt.get("cached_tokens"), data.get("prompt_cache_hit_tokens")),
        cache_write_tokens=_first_count(
            prompt.get("cache_write_tokens"),
            prompt.get("cache_creation_tokens"),
            data.get("cache_creation_input_tokens"),
        ),
        completion_tokens=_count(data.get("completion_tokens")),
        reasoning_tokens=_count(completion.get("reasoning_tokens")),
    )
    return usage if usage != Usage() else None


def malformed(what: str, error: Exception | None = None) -> Failure:
    """The failure that an answer which cannot be read is."""
    return Failure(kind="malformed", message=write_plainly(f"{what}: {error}" if error else what))


def tell(message: Json, finish_reason: Json, logprobs: Json, names: dict[str, Any], usage: Json) -> Told:
    """What a whole answer says, however it came."""
    counted = read_usage(usage)
    reason = finish_reason if isinstance(finish_reason, str) and finish_reason else None
    try:
        whole, probabilities = _whole(_clean(message)), _clean(logprobs)
    except _TooDeepError as error:
        return Told(failure=malformed("the answer cannot be read", error), usage=counted)
    if not isinstance(whole["content"], str | list | None):
        return Told(failure=malformed("the content of the answer is no text"), usage=counted)
    if not whole["content"] and not any(whole.get(name) for name in _ANSWERS):
        return Told(failure=_empty(reason), usage=counted)
    if isinstance(probabilities, dict):
        probabilities = {name: value for name, value in probabilities.items() if value not in (None, [])}
    reply = Reply(
        message=whole,
        finish_reason=reason,
        served_model=_text(names.get("model")),
        system_fingerprint=_text(names.get("system_fingerprint")),
        logprobs=probabilities or None,
    )
    return Told(reply=reply, usage=counted)


def _tell_embeddings(data: dict[str, Any]) -> Told:
    """What an answer of the embeddings endpoint says: a vector for each text, in the order of the texts.

    The vectors are kept as the server said them; whether they can be measured is for who asked for them to say.
    """
    usage = read_usage(data.get("usage"))
    if usage is not None and usage.completion_tokens is None:
        usage = usage.model_copy(
            update={"completion_tokens": 0}
        )  # nothing is said, so there is nothing to count
    items = data.get("data")
    if not isinstance(items, list) or not items or not all(_is_embedding(item) for item in items):
        return Told(failure=Failure(kind="no_choices", message="the answer holds no embeddings"), usage=usage)
    placed = sorted(enumerate(items), key=lambda each: _first_count(each[1].get("index"), each[0]) or 0)
    try:
        vectors = [_clean(item["embedding"]) for _, item in placed]
    except _TooDeepError as error:
        return Told(failure=malformed("the answer cannot be read", error), usage=usage)
    message = {"role": "assistant", "content": None, "embeddings": vectors}
    return Told(reply=Reply(message=message, served_model=_text(data.get("model"))), usage=usage)


def _is_embedding(item: Json) -> bool:
    """Whether an item of an answer holds a vector, in whatever form."""
    return isinstance(item, dict) and isinstance(item.get("embedding"), list | str)


def _whole(message: dict[str, Any]) -> Message:
    """A reply's message: role and content, then whatever else says something; it is the assistant's, whoever it names."""
    rest = {
        name: value
        for name, value in message.items()
        if name not in {"role", "content"} and value not in (None, "", [], {})
    }
    if isinstance(rest.get("tool_calls"), list):
        rest["tool_calls"] = [_whole_call(call) for call in rest["tool_calls"] if isinstance(call, dict)]
    content = message.get("content")
    if content == "" and any(rest.get(name) for name in _ANSWERS):
        content = None  # a stream begins with "" where a plain answer has null
    return {"role": "assistant", "content": content, **rest}


def _whole_call(call: dict[str, Any]) -> dict[str, Any]:
    """A tool call without its place in the stream, its arguments a text."""
    kept = {name: value for name, value in call.items() if name != "index" and value is not None}
    if isinstance(kept.get("function"), dict):
        kept["function"] = {**kept["function"], "arguments": kept["function"].get("arguments") or ""}
    return kept


def _clean(value: Json, depth: int = 0) -> Json:
    """The value as it can be written down: pairs of surrogates joined, no number that JSON does not have."""
    if isinstance(value, str):
        return join_surrogates(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth > _DEEPEST:
        raise _TooDeepError(f"nested deeper than {_DEEPEST} levels")
    if isinstance(value, dict):
        return {join_surrogates(name): _clean(part, depth + 1) for name, part in value.items()}
    return [_clean(part, depth + 1) for part in value] if isinstance(value, list) else value


def no_choices() -> Failure:
    """The failure that an answer without choices is."""
    return Failure(kind="no_choices", message="the answer holds no choices")


def _empty(reason: str | None) -> Failure:
    """The failure that an answer without content, refusal or tool calls is."""
    if reason == "content_filter":
        message = "the reply is empty: it was withheld by a content filter"
        return Failure(kind="content_filter", message=message, code=reason)
    why = ": the limit on tokens was reached before a word was said" if reason == "length" else ""
    return Failure(kind="empty_reply", message=f"the reply is empty{why}", code=reason)


def _text(value: Json) -> str | None:
    """A text that says something."""
    return value if isinstance(value, str) and value else None


def _table(value: Json) -> dict[str, Any]:
    """The value where it is a table; an empty one otherwise."""
    return value if isinstance(value, dict) else {}


def _count(value: Json) -> int | None:
    """A number of tokens; None where it is none."""
    whole = (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
    )
    return int(value) if whole else None


def _first_count(*values: Json) -> int | None:
    """The first of several that is a number of tokens."""
    return next((count for value in values if (count := _count(value)) is not None), None)
