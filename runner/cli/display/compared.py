"""Two runs beside each other for other programs: one JSON object for each pair that differs; it compares nothing itself.

Every pair of values is a list of two: the first run's, then the second's; null where that run has none.
"""

from collections.abc import Iterator
from typing import Final

from runner.core.difference import Difference, TurnPair, VerdictChange, changes, settings_of
from runner.core.spoken import Spoken, text_of
from runner.core.value import Json
from runner.core.words import words_changed
from runner.operations.beside import Beside

SCHEMA: Final = "runner.difference/1"


def lines(beside: Beside) -> Iterator[dict[str, Json]]:
    """Each pair that differs, then the conversations that only one of the runs has."""
    runs = [beside.old.folder.name, beside.new.folder.name]
    for difference in beside:
        if not difference.is_same:
            yield {"schema": SCHEMA, "runs": runs, **pair_of(difference)}
    for ids in (*((each, None) for each in beside.only_old), *((None, each) for each in beside.only_new)):
        yield {"schema": SCHEMA, "runs": runs, "ids": list(ids)}


def pair_of(difference: Difference) -> dict[str, Json]:
    """Two conversations that differ."""
    old, new = difference.old, difference.new
    settings = {each.name: [each.old, each.new] for each in changes(settings_of(old), settings_of(new))}
    return {
        "ids": [old.id, new.id],
        "settings": settings,
        "status": [old.status, new.status],
        "opening": [list(each) for each in difference.opening],
        "turns": [_turn(pair) for pair in difference.turns if not pair.is_same],
        "verdicts": [_verdict(each) for each in difference.verdicts],
    }


def _turn(pair: TurnPair) -> dict[str, Json]:
    """A turn that differs; `words` are its replies piece by piece, a pair for each, the same in both or changed."""
    replies = [_reply(each) for each in pair.sides]
    words = None
    if replies[0] is not None and replies[1] is not None:
        words = [[span.old, span.new] for span in words_changed(replies[0], replies[1])]
    return {
        "turn": [None if each is None else each.turn.turn for each in pair.sides],
        "status": [None if each is None else each.turn.status for each in pair.sides],
        "line": [None if each is None or each.line is None else text_of(each.line) for each in pair.sides],
        "reply": replies,
        "words": words,
        "finish_reason": [_finish_reason(each) for each in pair.sides],
        "error": [_error(each) for each in pair.sides],
        "verdicts": [_verdict(each) for each in pair.verdicts],
    }


def _reply(said: Spoken | None) -> str | None:
    """What was answered; None where nothing was."""
    return None if said is None or said.reply is None else text_of(said.reply)


def _finish_reason(said: Spoken | None) -> str | None:
    """Why a reply ended."""
    return said.turn.exchanges[-1].finish_reason if said is not None and said.turn.exchanges else None


def _error(said: Spoken | None) -> Json:
    """Why there is no reply."""
    return said.turn.exchanges[-1].error if said is not None and said.turn.exchanges else None


def _verdict(change: VerdictChange) -> dict[str, Json]:
    """A check whose outcome differs."""
    sides = (change.old, change.new)
    return {
        "check": change.verdict.check,
        "of": change.verdict.of,
        "outcome": [None if each is None else each.outcome for each in sides],
        "reason": [None if each is None else each.reason for each in sides],
        "line": [None if each is None else each.line for each in sides],
    }
