"""What servers and connections say when something is wrong, and the one name it gets; pure, it sends nothing.

Law: a message for people is one bounded line, without keys and without control characters, whoever wrote it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from runner.core.message import Failure, FailureKind
from runner.core.value import Json

Limit = Literal["connect", "first_token", "between_tokens", "whole"]
"""Which limit of time ran out; the failure's `code`."""

Broken = Literal["unknown_host", "refused", "no_route", "proxy", "untrusted", "encryption"]
"""Why a connection cannot be made, where that is known; the failure's `code`."""

LONGEST: Final = 300
"""Characters of a message for people."""

_ANSWERED, _INSIDE, _BROKEN = "the server answered ", "the answer holds an error: ", "the connection failed: "
_CUT = "the stream broke off: "

_LIMITS: Final[Mapping[Limit, str]] = {
    "connect": "no connection within {} s",
    "first_token": "not one token within {} s",
    "between_tokens": "the stream paused for {} s",
    "whole": "no complete answer within {} s",
}
_OVERFLOW_CODES: Final = {"context_length_exceeded", "exceed_context_size_error", "string_above_max_length"}
_CREDIT_CODES: Final = {
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "insufficient_credits",
}
_RATE_CODES: Final = {
    "rate_limit_exceeded",
    "rate_limit_error",
    "rate_limit_reached",
    "too_many_requests",
    "429",
}
_MODEL_CODES: Final = {"model_not_found", "model_decommissioned", "model_not_available", "deploymentnotfound"}
_FILTER_CODES: Final = {"content_filter", "content_policy_violation"}

# How vLLM, llama.cpp, TGI, Ollama, LiteLLM and the hosted ones say that a conversation has grown too long.
_OVERFLOW_WORDS: Final = re.compile(
    r"(?:maximum|max|model'?s|available) context (?:length|size|window)"
    r"|exceed\w* (?:the |its )?(?:\w+ )?context|context (?:length|size|window) (?:\w+ )?exceed"
    r"|(?:prompt|input) (?:is |was )?too long|longer than the (?:model'?s )?context"
    r"|is too large to process",
    re.IGNORECASE,
)
_SECRETS: Final = re.compile(
    r"(?i:\bbearer)\s+[^\s\"',;]+"
    r"|\b(?:sk|pk|rk|sess|gsk|xai|hf|key)[-_][\w*.\-]{6,}|\bAIza[\w\-]{10,}"
    r"|\b(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9]{32,}\b"
)
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title|<h1[^>]*>(.*?)</h1", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error as a server describes it, whatever the shape."""

    message: str = ""
    code: str | None = None
    type: str | None = None
    param: str | None = None

    @property
    def name(self) -> str | None:
        """Its code, or its type where there is no code or it is a number, which says no more than a status."""
        return self.type if self.type and (self.code or "0").isdigit() else self.code

    @property
    def names(self) -> set[str]:
        """Its code and its type, in lower case."""
        return {name.lower() for name in (self.code, self.type) if name}


def read_complaint(data: Json) -> Complaint:
    """The error that JSON data tells of: OpenAI's object, a bare sentence, or the lists that FastAPI writes."""
    if isinstance(data, dict) and data.get("error"):
        data = data["error"]
    if isinstance(data, list) and data:
        return read_complaint(data[0])
    if not isinstance(data, dict):
        return Complaint(message=data if isinstance(data, str) else json.dumps(data))
    detail = data.get("detail")
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        place = [str(part) for part in detail[0].get("loc") or () if part != "body"]
        return Complaint(message=str(detail[0].get("msg") or ""), param=".".join(place) or None)
    message = next(
        (text for text in (data.get("message"), detail, data.get("msg")) if isinstance(text, str)), ""
    )
    return Complaint(
        message=message or json.dumps(data, ensure_ascii=False),
        code=_word(data.get("code")),
        type=_word(data.get("type")),
        param=_word(data.get("param")),
    )


def fail_status(status: int, body: bytes) -> Failure:
    """The failure that an HTTP status other than 2xx is."""
    try:
        complaint = read_complaint(json.loads(body))
    except (ValueError, RecursionError):
        complaint = Complaint(message=_summarise(body))
    said = f": {complaint.message}" if complaint.message else " without a word"
    return Failure(
        kind=_name(status, complaint),
        message=write_plainly(f"{_ANSWERED}{status}{said}"),
        status=status,
        param=complaint.param,
        code=complaint.name,
    )


def fail_inside(data: Json) -> Failure:
    """The failure that an error object inside a 200, or inside a stream, is."""
    complaint = read_complaint(data)
    return Failure(
        kind=_name(None, complaint),
        message=write_plainly(f"{_INSIDE}{complaint.message}"),
        param=complaint.param,
        code=complaint.name,
    )


def fail_limit(limit: Limit, seconds: float) -> Failure:
    """The failure that a limit of time which ran out is."""
    return Failure(kind="timed_out", message=_LIMITS[limit].format(f"{seconds:g}"), code=limit)


def fail_page(status: int, body: bytes) -> Failure:
    """The failure that a page for people is where an answer was wanted, whatever its status says."""
    return Failure(
        kind="bad_request", message=write_plainly(f"{_ANSWERED}{status}: {_summarise(body)}"), status=status
    )


def fail_redirect(status: int, place: str) -> Failure:
    """The failure that being sent elsewhere is: a key is taken nowhere but where the settings say."""
    where = place.partition("?")[0] or "nowhere"
    return Failure(
        kind="bad_request",
        message=write_plainly(f"{_ANSWERED}{status}: it sends on to {where}"),
        status=status,
    )


def fail_connection(reason: str, why: Broken | None = None, *, streaming: bool = False) -> Failure:
    """The failure that a connection which cannot be made, or which broke, is."""
    if streaming:
        return Failure(kind="cut_stream", message=write_plainly(f"{_CUT}{reason}"))
    return Failure(kind="unreachable", message=write_plainly(f"{_BROKEN}{reason}"), code=why)


def said_by(failure: Failure) -> str:
    """What of a failure's message are the words of the server, or of what lies between: `401: Incorrect API key`."""
    text = failure.message
    for beginning in (_ANSWERED, _INSIDE, _BROKEN, _CUT):
        text = text.removeprefix(beginning)
    return text.rstrip(". ")


def is_servers_fault(failure: Failure) -> bool:
    """Whether an error inside an answer is one of the server's own, as a 5xx would be."""
    code = (failure.code or "").lower()
    return code in {"server_error", "internal_server_error", "overloaded_error", "service_unavailable"} or (
        re.fullmatch(r"5\d\d", code) is not None and code != "501"
    )


def write_plainly(text: str, longest: int = LONGEST) -> str:
    """One line of at most so many characters, with what looks like a key masked and what is not printable escaped."""
    text = " ".join(text[:20_000].split())[:2_000]
    text = _SECRETS.sub("***", text)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _name(status: int | None, complaint: Complaint) -> FailureKind:
    """The one name of an error: by what its code says, then by its status."""
    names = complaint.names
    if names & _OVERFLOW_CODES or (
        status in {None, 400, 413, 422, 500} and _OVERFLOW_WORDS.search(complaint.message)
    ):
        return "context_overflow"
    coded: dict[FailureKind, bool] = {
        "no_credit": bool(names & _CREDIT_CODES) or status == 402,
        "rate_limited": bool(names & _RATE_CODES) or status == 429,
        "no_such_model": bool(names & _MODEL_CODES),
        "content_filter": bool(names & _FILTER_CODES),
    }
    if found := next((kind for kind, holds in coded.items() if holds), None):
        return found
    if status is None:
        return "error_in_reply"
    if status in {400, 422} and complaint.param:
        return "refused_parameter"
    by_status: dict[int, FailureKind] = {
        401: "not_allowed",
        403: "not_allowed",
        404: "no_such_model",
        408: "timed_out",
    }
    return by_status.get(status, "server_error" if status >= 500 else "bad_request")


def _word(value: Json) -> str | None:
    """A code as text: some servers send numbers, some send lists."""
    return (
        write_plainly(str(value))
        if isinstance(value, str | int) and not isinstance(value, bool) and value != ""
        else None
    )


def _summarise(body: bytes) -> str:
    """What a body that is not JSON says: a page's title, or its text."""
    text = body[:100_000].decode("utf-8", "replace")
    if "<" not in text[:200]:
        return text.strip()
    title = _TITLE.search(text)
    words = (title[1] or title[2]) if title else re.sub(r"<[^>]*>", " ", text)
    return f"a page in place of JSON ({' '.join(words.split())[:100]})"
