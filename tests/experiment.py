"""Comparisons made of letters and words, for tests of what is found in them, without playing anything."""

from collections.abc import Iterable, Sequence
from typing import Any

from runner.core.comparison.design import Expected, Item
from runner.core.transcript import Transcript
from tests.played import played, verdict

Labelled = tuple[str, Transcript]

OUTCOMES = {"p": "passed", "f": "failed", "b": "broken", "n": "not-applicable"}


def expected(
    cells: Sequence[Any] = (0, 1), items: int = 1, repeats: int = 2, scenarios: int = 1, **fields: Any
) -> Expected:
    """A comparison of temperatures: so many items, dealt out to the scenarios in turn."""
    planned = tuple(
        Item(f"s{number % scenarios}[case=c{number}]", f"s{number % scenarios}", f"c{number}", {})
        for number in range(items)
    )
    labels = tuple((f"{value:g}", value) for value in cells)
    told: dict[str, Any] = {"by": "temperature", "base": labels[0][0], "twin": False, "seed": 7, **fields}
    return Expected(cells=labels, items=planned, repeats=repeats, **told)


def trial(
    whole: Expected,
    label: str,
    repeat: int,
    says: str | Sequence[Any] | None = "well",
    checks: str | Sequence[str] = "p",
    item: int = 0,
    **fields: Any,
) -> Labelled:
    """A trial of an item: what it says turn by turn, and a letter for each check of each turn; None is no reply."""
    of = whole.items[item]
    replies = [says] if isinstance(says, str) or says is None else list(says)
    letters = [checks] if isinstance(checks, str) else list(checks)
    checked = {
        turn: [verdict(OUTCOMES[each]) for each in letters[turn]]
        for turn in range(min(len(letters), len(replies)))
    }
    told = played(
        *(("hi", reply) for reply in replies),
        checked={turn: each for turn, each in checked.items() if replies[turn] is not None},
        id=f"{of.id}#{repeat}",
        scenario=of.scenario,
        case=of.case,
        variant={whole.by: dict(whole.cells).get(label, label), **of.variant},
        repeat=repeat,
        **fields,
    )  # fmt: skip
    return label, told


def cell_of(whole: Expected, label: str, outcomes: str, item: int = 0, first: int = 1) -> list[Labelled]:
    """Trials of one cell and item of one turn, a letter each: `p`, `f`, or `u` for one without a reply."""
    made = []
    for repeat, letter in enumerate(outcomes, start=first):
        says = None if letter == "u" else f"{label} says {letter}"
        made.append(trial(whole, label, repeat, says, "" if letter == "u" else letter, item))
    return made


def refused(whole: Expected, label: str, repeat: int, item: int = 0, **error: Any) -> Labelled:
    """A trial whose value the server refuses."""
    said = "the server answered 400: Unsupported value: 'temperature' does not support 1."
    told = {"kind": "refused_parameter", "message": said, "status": 400, "param": "temperature", **error}
    label, transcript = trial(whole, label, repeat, None, "", item)
    [turn] = transcript.turns
    [exchange] = turn.exchanges
    turn = turn.model_copy(
        update={"exchanges": (exchange.model_copy(update={"error": told, "usage": None}),)}
    )
    return label, transcript.model_copy(update={"error": {**told, "turn": 0}, "turns": (turn,)})


def all_of(*groups: Iterable[Labelled]) -> list[Labelled]:
    """The trials of several groups."""
    return [each for group in groups for each in group]
