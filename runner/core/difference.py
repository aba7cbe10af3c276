"""Two played conversations beside each other, turn by turn: it pairs and compares, and shows nothing."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from runner.core.finding import Verdict
from runner.core.message import Message
from runner.core.spoken import Spoken, opening_of, spoken, text_of
from runner.core.transcript import Transcript
from runner.core.value import Json, canonical
from runner.core.words import common_runs


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that differs."""

    name: str
    old: Json
    new: Json


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """What two verdicts of the same check say; None where there was no such check."""

    old: Verdict | None
    new: Verdict | None

    @property
    def verdict(self) -> Verdict:
        """The one that there is, the newer first."""
        found = self.new or self.old
        assert found is not None, "a change has a side"
        return found


@dataclass(frozen=True, slots=True)
class TurnPair:
    """A turn of one conversation beside the same turn of the other; None where only one has it."""

    old: Spoken | None
    new: Spoken | None
    verdicts: tuple[VerdictChange, ...] = ()
    """Those whose outcomes differ."""

    @property
    def sides(self) -> tuple[Spoken | None, Spoken | None]:
        """Both, the older first."""
        return self.old, self.new

    @property
    def is_same(self) -> bool:
        """Whether line, reply, status, finish reason and verdicts are the same."""
        if self.old is None or self.new is None:
            return False
        return not self.verdicts and _heard(self.old) == _heard(self.new)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two conversations beside each other."""

    old: Transcript
    new: Transcript
    changes: tuple[Change, ...] = ()
    """What else differs: how they ended."""
    opening: tuple[tuple[Message | None, Message | None], ...] = ()
    """The messages before the first turn that differ."""
    turns: tuple[TurnPair, ...] = ()
    """All of them."""
    verdicts: tuple[VerdictChange, ...] = ()
    """About the conversations as a whole, where their outcomes differ."""

    @property
    def is_same(self) -> bool:
        """Whether nothing that was said, and nothing that was found, differs."""
        same = all(turn.is_same for turn in self.turns)
        return same and not (self.changes or self.opening or self.verdicts)


def compare(old: Transcript, new: Transcript) -> Difference:
    """Two conversations beside each other."""
    openings = zip_longest(opening_of(old), opening_of(new))
    return Difference(
        old=old,
        new=new,
        changes=tuple(changes({"status": old.status}, {"status": new.status})),
        opening=tuple((one, other) for one, other in openings if one != other),
        turns=tuple(_paired(tuple(spoken(old)), tuple(spoken(new)))),
        verdicts=tuple(_verdicts(old.verdicts, new.verdicts)),
    )


def settings_of(transcript: Transcript) -> dict[str, Json]:
    """What a conversation was played with."""
    return {"provider": transcript.provider, "model": transcript.model, "params": transcript.params}


def changes(old: dict[str, Json], new: dict[str, Json]) -> Iterator[Change]:
    """Facts of the same names that differ; of params each by its own name."""
    for name in dict.fromkeys([*old, *new]):
        one, other = old.get(name), new.get(name)
        if name == "params":
            one, other = (
                {f"params.{key}": value for key, value in (each or {}).items()} for each in (one, other)
            )
            yield from changes(one, other)
        elif one != other:
            yield Change(name, one, other)


def _heard(said: Spoken) -> tuple[Json, ...]:
    """What counts of a turn: who said what, and how it ended; not how long it took."""
    last = said.turn.exchanges[-1] if said.turn.exchanges else None
    kind = (last.error or {}).get("kind") if last else None
    return said.line, said.reply, said.turn.status, last.finish_reason if last else None, kind


def _paired(old: Sequence[Spoken], new: Sequence[Spoken]) -> Iterator[TurnPair]:
    """The turns of both scripts, those with the same line side by side, then the changed ones by their order."""
    before, after = 0, 0
    for start, other, length in common_runs([_key(each) for each in old], [_key(each) for each in new]):
        yield from (_pair(*sides) for sides in zip_longest(old[before:start], new[after:other]))
        for place in range(length):
            yield _pair(old[start + place], new[other + place])
        before, after = start + length, other + length


def _key(said: Spoken) -> Hashable:
    """What makes a turn the same turn: its line; its place where it was not reached."""
    line: Json = said.turn.turn if said.line is None else said.line
    return said.turn.status == "given", canonical(line)


def _pair(old: Spoken | None, new: Spoken | None) -> TurnPair:
    """Two turns beside each other."""
    sides = [() if each is None else each.turn.verdicts for each in (old, new)]
    return TurnPair(old, new, tuple(_verdicts(*sides)))


def _verdicts(old: Sequence[Verdict], new: Sequence[Verdict]) -> Iterator[VerdictChange]:
    """The verdicts of the same checks whose outcomes differ."""
    one, other = _numbered(old), _numbered(new)
    for key in dict.fromkeys([*one, *other]):
        change = VerdictChange(one.get(key), other.get(key))
        if change.old is None or change.new is None or change.old.outcome != change.new.outcome:
            yield change


def _numbered(verdicts: Sequence[Verdict]) -> dict[Hashable, Verdict]:
    """Verdicts by what they speak of, the check's name, and which of several of that name they are."""
    found: dict[Hashable, Verdict] = {}
    for verdict in verdicts:
        number = sum(key[:2] == (verdict.of, verdict.check) for key in found if isinstance(key, tuple))
        found[verdict.of, verdict.check, number] = verdict
    return found


def text_or_none(message: Message | None) -> str | None:
    """What a message says; None where there is none."""
    return None if message is None else text_of(message)
