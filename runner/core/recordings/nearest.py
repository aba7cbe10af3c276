"""What a question that was not recorded has in common with those that were, and where it differs; it looks nothing up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from runner.core.message import BEGINNING, Link, Message, Request, link_digest
from runner.core.recordings.recording import asked_digest, parent_of, reply_said
from runner.core.value import Json, canonical
from runner.core.wording import excerpt, listed, quoted

MOST_COMPARED: Final = 50
"""How many recorded messages one message is held against."""
_LONGEST: Final = 2000
"""Characters of a message that decide how much it is like another."""
_BEFORE: Final = 20
"""Characters that are told before the place where two lines part."""
_SHOWN: Final = 56
"""Characters of a line that are told."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One recorded question about the same messages."""

    key: str
    draw: int
    model: str
    params: dict[str, Json]
    path: str | None


class Nearest:
    """The recorded conversations of one scenario as a tree of messages."""

    def __init__(self, entries: Iterable[Mapping[str, Json]]) -> None:
        """Grow the tree."""
        self._following: dict[bytes, dict[bytes, Message]] = {}
        """By what was said: the messages that were recorded next."""
        self._asked: dict[bytes, list[_Asked]] = {}
        """By what was said: the questions that were recorded there."""
        self.is_empty = True
        for entry in entries:
            self._add(entry)

    def _add(self, entry: Mapping[str, Json]) -> None:
        """Take in one exchange."""
        self.is_empty = False
        digest = parent_of(entry)
        for message in entry["messages"]:
            digest = self._follow(digest, message)
        said = reply_said(entry)
        asked = _Asked(entry["key"], entry["draw"], entry["model"], entry["params"], entry.get("path"))
        self._asked.setdefault(asked_digest(entry), []).append(asked)
        if said is not None:
            self._follow(digest, said)

    def _follow(self, digest: bytes, message: Message) -> bytes:
        """What is said once a message was said."""
        after = link_digest(digest, message)
        self._following.setdefault(digest, {})[after] = message
        return after

    def tell(self, request: Request) -> str:
        """Why a question was not found: the nearest recorded one, and what differs."""
        if self.is_empty:
            return "nothing of this scenario is recorded"
        if (asked := self._asked.get(request.chain.digest)) is not None:
            return _tell_asked(request, asked)
        link = request.chain.last
        assert link is not None
        while (before := link.before) is not None and before.digest not in self._following:
            link = before
        recorded = self._following.get(BEGINNING if before is None else before.digest)
        name = _name(link)
        if recorded is None:
            # Not even its beginning: what is recorded begins in the middle of conversations.
            return f"{name} is recorded nowhere"
        if link.digest in recorded:
            ends = link is not request.chain.last
            return (
                f"the recording ends with {name}"
                if ends
                else f"the recording goes on from {name} without a reply"
            )
        return _tell_message(name, _most_like(link.message, recorded.values()), link.message)


def _tell_asked(request: Request, asked: list[_Asked]) -> str:
    """How a question differs from those that were recorded about the very same messages."""
    draws = sorted(each.draw for each in asked if each.key == request.key)
    if draws:
        known = f"{draws[0]} was" if len(draws) == 1 else f"{_spans(draws)} were"
        return f"draw {request.draw} of this question is not recorded, {known}"

    def distance(each: _Asked) -> tuple[int, int, bool]:
        return (
            each.model != request.model,
            len(_changed(each.params, request.params)),
            each.draw != request.draw,
        )

    near = min(asked, key=distance)
    parts = []
    if near.model != request.model:
        parts.append(f"the model differs: {quoted(near.model)} recorded, {quoted(request.model)} asked")
    if changed := _changed(near.params, request.params):
        told = (
            f"{quoted(name)[1:-1]} {_value(old)} recorded, {_value(new)} asked"
            for name, old, new in changed[:3]
        )
        more = f"; and {len(changed) - 3} more" if len(changed) > 3 else ""
        parts.append(f"params differ: {'; '.join(told)}{more}")
    return "; ".join(parts) or "it was asked at another endpoint"


def _changed(old: Mapping[str, Json], new: Mapping[str, Json]) -> list[tuple[str, Json, Json]]:
    """The params in which two requests differ."""
    names = dict.fromkeys([*old, *new])
    pairs = ((name, old.get(name), new.get(name)) for name in names)
    return [pair for pair in pairs if canonical(pair[1]) != canonical(pair[2])]


def _value(value: Json) -> str:
    """A value in a sentence."""
    return "nothing" if value is None else excerpt(canonical(value).decode(), 40)[1:-1]


def _spans(numbers: list[int]) -> str:
    """Numbers in a row: `1 to 3`, `1, 2 and 5`."""
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]} to {numbers[-1]}"
    shown = [str(number) for number in numbers[:5]] + (["more"] if len(numbers) > 5 else [])
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def _name(link: Link) -> str:
    """How a message of a conversation is called."""
    role, number = _role(link.message), 0
    if role in {"system", "developer"}:
        return f"the {role} message"
    each: Link | None = link
    while each is not None:
        number += _role(each.message) == role
        each = each.before
    return f"{quoted(role)[1:-1]} message {number}" if role else f"text {number}"


def _most_like(message: Message, recorded: Iterable[Message]) -> Message:
    """The recorded message that a message is most like."""
    text = _text(message)[:_LONGEST]
    # In an order of their own, whatever order they were recorded in.
    known = sorted(recorded, key=canonical)[:MOST_COMPARED]

    def likeness(other: Message) -> tuple[bool, float]:
        ratio = SequenceMatcher(None, _text(other)[:_LONGEST], text, autojunk=False).quick_ratio()
        return _role(other) == _role(message), ratio

    return max(known, key=likeness)


def _tell_message(name: str, recorded: Message, asked: Message) -> str:
    """Where a message differs from the recorded one."""
    if _role(recorded) != _role(asked):
        old, new = (excerpt(_role(each))[1:-1] or "text" for each in (recorded, asked))
        return f"at {name} a message of the role {old} is recorded, one of the role {new} asked"
    old, new = _text(recorded), _text(asked)
    if old == new:
        fields = [(each, old, new) for each, old, new in _changed(recorded, asked)]
        return f"{name} differs in {listed(each for each, _, _ in fields)}"
    old_lines, new_lines = old.split("\n"), new.split("\n")
    place = next(
        (at for at, pair in enumerate(zip(old_lines, new_lines, strict=False)) if pair[0] != pair[1]),
        min(len(old_lines), len(new_lines)),
    )
    at = f" at line {place + 1}" if max(len(old_lines), len(new_lines)) > 1 else ""
    pair = [lines[place] if place < len(lines) else None for lines in (old_lines, new_lines)]
    told = _around(*pair)
    return f"{name} differs{at}: recorded {told[0]}, asked {told[1]}"


def _around(old: str | None, new: str | None) -> tuple[str, str]:
    """Two lines from a little before the place where they part."""
    if old is None or new is None:
        start = 0
    else:
        pairs = zip(old, new, strict=False)
        start = next((at for at, pair in enumerate(pairs) if pair[0] != pair[1]), min(len(old), len(new)))
    start = 0 if start < _SHOWN - _BEFORE else start - _BEFORE
    return _piece(old, start), _piece(new, start)


def _piece(line: str | None, start: int) -> str:
    """A part of a line, quoted."""
    if line is None:
        return "nothing"
    piece = line[start : start + _SHOWN]
    text = excerpt(piece, _SHOWN)[1:-1]
    return f'"{"..." * bool(start)}{text}{"..." * (len(line) > start + _SHOWN)}"'


def _role(message: Message | str) -> str:
    """Who says a message; nobody a bare text, as an embeddings request holds it."""
    return "" if isinstance(message, str) else str(message.get("role"))


def _text(message: Message | str) -> str:
    """What a message says, as a text."""
    content = message if isinstance(message, str) else message.get("content")
    return content if isinstance(content, str) else canonical(content).decode()
