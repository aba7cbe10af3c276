"""A recorded exchange as one line of a cassette, and the way back; it is pure, and decides what may be recorded at all.

Law: an entry holds what its turn adds and the digest of what was said before, so that a conversation of n turns costs
n lines of the same size; what changes from one run to the next (request ids, times, tries) is not part of it.
"""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from runner.core.message import (
    BEGINNING,
    CHAT,
    Answer,
    Chain,
    Failure,
    Message,
    Reply,
    Request,
    Usage,
    close_digest,
    link_digest,
)
from runner.core.value import Json, Value, canonical, encode_readable

SCHEMA: Final = "runner.cassette/1"
"""The schema of a cassette; a newer major version is refused, unknown fields are kept."""

Spot = tuple[str, int]
"""Where an exchange is found: the key of the question, and which repeat of it this is."""

_LASTING: Final = frozenset({"refused_parameter", "context_overflow"})
"""Failures that the same question always meets."""
_LASTING_STATUS: Final = frozenset({400, 413, 422})
"""Statuses with which a server refuses what a request says."""


@dataclass(frozen=True, slots=True)
class Times:
    """When an exchange was recorded and how long it took: kept beside the cassette, since no two runs agree on it."""

    recorded_at: str | None = None
    """UTC, ISO 8601."""
    latency_s: float | None = None
    ttft_s: float | None = None


NO_TIMES: Final = Times()


def is_recordable(answer: Answer) -> bool:
    """Whether an answer would come again: a reply, or a refusal of what the request says; never a server's bad day."""
    failure = answer.failure
    if failure is None:
        return answer.reply is not None
    return failure.kind in _LASTING or (failure.kind == "bad_request" and failure.status in _LASTING_STATUS)


def write_entry(request: Request, answer: Answer, known: Container[bytes]) -> bytes:
    """An exchange as a line; `known` holds the digests of what was said up to some recorded reply."""
    parent, messages = added_since(request.chain, known)
    entry: dict[str, Json] = {"messages": messages}
    if answer.reply is not None:
        entry["reply"] = answer.reply.dump()
    if answer.failure is not None:
        entry["failure"] = answer.failure.dump()
    if answer.usage is not None:
        entry["usage"] = answer.usage.dump()
    if request.purpose != "turn":
        entry["purpose"] = request.purpose
    if request.path != CHAT:
        entry["path"] = request.path
    entry |= {"model": request.model, "params": request.params, "draw": request.draw}
    return encode_readable({**entry, "parent": parent, "key": request.key})


def added_since(chain: Chain, known: Container[bytes]) -> tuple[str | None, list[Message]]:
    """What a chain adds to the longest of its beginnings that is known, and the digest of that; None for the start."""
    link = chain.last
    added: list[Message] = []
    while link is not None and (not added or link.digest not in known):
        added.append(link.message)
        link = link.before
    return (None if link is None else link.digest.hex()), added[::-1]


def key_of(entry: Mapping[str, Json]) -> str:
    """The key that an entry's question has."""
    path = entry.get("path") or CHAT
    return close_digest(asked_digest(entry), model=entry["model"], params=entry["params"], path=path)


def spot_of(entry: Mapping[str, Json]) -> Spot:
    """Where an entry is found."""
    return entry["key"], entry["draw"]


def parent_of(entry: Mapping[str, Json]) -> bytes:
    """The digest of what was said before an entry's messages."""
    parent = entry.get("parent")
    try:
        return BEGINNING if parent is None else bytes.fromhex(parent)
    except ValueError:
        raise ValueError("`parent` should be a digest") from None


def asked_digest(entry: Mapping[str, Json]) -> bytes:
    """The digest of all that was said up to an entry's question."""
    digest = parent_of(entry)
    for message in entry["messages"]:
        digest = link_digest(digest, message)
    return digest


def answered_digest(entry: Mapping[str, Json]) -> bytes | None:
    """The digest of all that was said up to an entry's reply; None where there is none."""
    said = reply_said(entry)
    return None if said is None else link_digest(asked_digest(entry), said)


def reply_said(entry: Mapping[str, Json]) -> Message | None:
    """An entry's reply as it goes into the history."""
    reply = entry.get("reply")
    return None if reply is None else Reply.model_construct(message=reply["message"]).said


def answer_of(entry: Mapping[str, Json], times: Times = NO_TIMES) -> Answer:
    """The answer that an entry holds; made without validation, since entries were checked when they were loaded."""
    reply, failure, usage = (entry.get(name) for name in ("reply", "failure", "usage"))
    return Answer.model_construct(
        reply=None if reply is None else Reply.model_construct(**_known(Reply, reply)),
        failure=None if failure is None else Failure.model_validate(failure),
        usage=None if usage is None else Usage.model_construct(**_known(Usage, usage)),
        # Nothing was sent, so nothing is paid; what it cost to record stands in the run that recorded it.
        cost_usd=0.0,
        latency_s=times.latency_s,
        ttft_s=times.ttft_s,
        replayed=True,
    )


def _known(model: type[Value], data: Mapping[str, Json]) -> dict[str, Json]:
    """What of some data a model has a field for."""
    return {name: data[name] for name in model.model_fields if name in data}


def same_words(one: bytes, other: bytes) -> bool:
    """Whether two lines say the same, however their JSON is spelt."""
    return one == other or canonical(json.loads(one)) == canonical(json.loads(other))


def in_order(lines: Iterable[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Lines conversation by conversation, turn by turn; and apart from them those whose beginning is not recorded.

    The order follows from what the lines say alone: neither from when they came nor from where they stood.
    """
    placed = sorted(map(_Placed.of, lines), key=lambda each: each.rank)
    before: dict[tuple[Any, ...], int] = {}
    for place, each in enumerate(placed):
        for key in each.kin(each.answered):
            before.setdefault(key, place)
    following: dict[int | None, list[int]] = {}
    for place, each in enumerate(placed):
        if each.parent == BEGINNING:
            following.setdefault(None, []).append(place)
        elif (kin := next((key for key in each.kin(each.parent) if key in before), None)) is not None:
            following.setdefault(before[kin], []).append(place)
    ordered: list[int] = []
    waiting = following.get(None, [])[::-1]
    while waiting:
        ordered.append(waiting.pop())
        waiting += following.get(ordered[-1], [])[::-1]
    found = set(ordered)
    loose = [each.line for place, each in enumerate(placed) if place not in found]
    return [placed[place].line for place in ordered], loose


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line with where it belongs."""

    line: bytes
    rank: tuple[Any, ...]
    what: bytes
    """Its model and params."""
    draw: int
    parent: bytes
    answered: bytes | None

    @classmethod
    def of(cls, line: bytes) -> "_Placed":
        """A line, read."""
        entry = json.loads(line)
        what = canonical([entry["model"], entry["params"]])
        rank = (
            entry.get("purpose") is not None,
            what,
            canonical(entry["messages"]),
            entry["draw"],
            entry["key"],
        )
        return cls(line, rank, what, entry["draw"], parent_of(entry), answered_digest(entry))

    def kin(self, digest: bytes | None) -> tuple[tuple[Any, ...], ...]:
        """By what a line is told to go on from another one, the surest first: its words, its draw, its params."""
        if digest is None:
            return ()
        return ((digest, self.draw, self.what), (digest, self.draw), (digest,))


def tokens_of(entries: Iterable[Mapping[str, Json]]) -> Iterator[tuple[int, int]]:
    """Bytes and tokens of each recorded reply that tells its tokens."""
    for entry in entries:
        said, usage = reply_said(entry), entry.get("usage") or {}
        if said is not None and isinstance(usage.get("completion_tokens"), int):
            yield len(canonical(said)), usage["completion_tokens"]
