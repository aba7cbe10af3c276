"""What is kept of each trial of a comparison, transcript by transcript, under its cell and item; it computes nothing.

Law: memory follows trials and distinct replies, each kept once and only its beginning; the order of transcripts and what
becomes of other cells change nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from runner.core.assessment import TrialOutcome
from runner.core.comparison.compared import CellRole
from runner.core.comparison.design import Expected
from runner.core.finding import Verdict
from runner.core.gates.outcome import outcome_of
from runner.core.measuring import digest_of
from runner.core.message import MISSING
from runner.core.request_fields import SETTABLE
from runner.core.spoken import text_of
from runner.core.transcript import Exchange, Transcript, TrialStatus, sum_known
from runner.core.value import Json, canonical
from runner.core.word import WORD

LONGEST_KEPT: Final = 10_000
"""Characters of a reply that its likeness to others and its distinct words are taken from; equality is of the whole."""
FOOT: Final = -1
"""Where the checks of the conversation as a whole stand among turns."""

CellKey = tuple[str, CellRole]
"""A cell by its label and role; the base and its twin have the same label."""


@dataclass(frozen=True, slots=True)
class Text:
    """A distinct reply."""

    beginning: str
    """At most `LONGEST_KEPT` characters."""
    words: int
    """Of the whole."""
    characters: int


@dataclass(frozen=True, slots=True)
class Tried:
    """What is kept of one trial."""

    repeat: int
    """Within its cell, 1-based."""
    status: TrialStatus
    outcome: TrialOutcome
    replies: dict[int, str]
    """By turn: the reply's digest."""
    answers: dict[int, str]
    """By turn, `FOOT` for the whole: how each check came out; without turns where one broke."""
    passed: dict[int, bool]
    """By turn: whether all of its checks that applied passed."""
    score: float | None
    """The share of its checks that passed, of those that did or failed; None unless the trial itself passed or failed."""
    finish_reasons: tuple[str, ...]
    refusals: int
    """Replies with the API's `refusal` field."""
    prompt_tokens: float | None
    """None unless the trial was finished; likewise the next two."""
    completion_tokens: float | None
    cost: float | None
    """US dollars; None where any of it was replayed, since that was not paid."""
    spent: float | None
    """US dollars that went for it, however it ended."""
    latencies: tuple[float, ...]
    """Seconds of each reply that was asked, not replayed."""
    error: dict[str, Json] | None
    """Why it is unanswered."""

    @property
    def is_measured(self) -> bool:
        """Whether it passed or failed."""
        return self.outcome in {"passed", "failed"}


@dataclass(slots=True)
class Observed:
    """All that was seen."""

    trials: dict[CellKey, dict[str, list[Tried]]]
    """By cell and the item's id, in the order of repeats; every cell and item is there."""
    texts: dict[str, Text] = field(default_factory=dict)
    """Every distinct reply by its digest."""
    strangers: Counter[str] = field(default_factory=Counter)
    """Transcripts that belong to no cell or no item, by their label."""

    def of(self, cell: CellKey) -> Iterator[Tried]:
        """All trials of a cell, item by item."""
        for tried in self.trials[cell].values():
            yield from tried


def refuses(by: str, tried: Tried) -> bool:
    """Whether a trial has no reply since its server refuses the value of the axis that is compared."""
    error = tried.error or {}
    if tried.replies or error.get("status") not in {400, 422} or error.get("kind") == "context_overflow":
        return False
    name, param, message = by.removeprefix("params."), error.get("param"), str(error.get("message") or "")
    if name not in SETTABLE:
        return str(error.get("code") or "").startswith("unsupported")
    if param is not None:
        return name in re.split(r"[.\[\]]", str(param))
    return re.search(rf"\b{re.escape(name)}\b", message) is not None


def keys_of(expected: Expected) -> list[CellKey]:
    """The cells: the base, its twin where there is one, then the others as they were written."""
    keys: list[CellKey] = [(expected.base, "base")]
    keys += [(expected.base, "twin")] if expected.twin else []
    return keys + [(label, "treatment") for label, _ in expected.cells if label != expected.base]


def observe(expected: Expected, transcripts: Iterable[tuple[str, Transcript]]) -> Observed:
    """What is kept of transcripts, each with the label of its cell."""
    items = {(item.scenario, item.case, canonical(item.variant)): item.id for item in expected.items}
    seen = Observed({key: {item.id: [] for item in expected.items} for key in keys_of(expected)})
    for label, transcript in transcripts:
        key, repeat = _cell_of(expected, label, transcript.repeat)
        item = _item_of(expected, items, transcript)
        if key not in seen.trials or item is None:
            seen.strangers[label] += 1
            continue
        seen.trials[key][item].append(_try(transcript, repeat, seen.texts))
    for by_item in seen.trials.values():
        for tried in by_item.values():
            tried.sort(key=lambda each: (each.repeat, repr(each)))
    return seen


def _cell_of(expected: Expected, label: str, repeat: int) -> tuple[CellKey, int]:
    """The cell that a trial belongs to, and which repeat of it it is there."""
    if label != expected.base:
        return (label, "treatment"), repeat
    if expected.twin and repeat > expected.repeats:
        return (label, "twin"), repeat - expected.repeats
    return (label, "base"), repeat


def _item_of(
    expected: Expected, items: dict[tuple[str, str | None, bytes], str], transcript: Transcript
) -> str | None:
    """The id of the item that a transcript is of: its variant is the item's, with or without the axis compared."""
    others = {axis: value for axis, value in transcript.variant.items() if axis != expected.by}
    whole = items.get((transcript.scenario, transcript.case, canonical(transcript.variant)))
    return whole or items.get((transcript.scenario, transcript.case, canonical(others)))


def _try(transcript: Transcript, repeat: int, texts: dict[str, Text]) -> Tried:
    """What is kept of a transcript; its replies join the others."""
    outcome = outcome_of(transcript)
    heard = list(_heard(transcript))
    replies = {}
    for turn, exchange in heard:
        assert exchange.message is not None
        replies[turn] = _keep(text_of(transcript.messages[exchange.message]), texts)
    groups = [(turn.turn, turn.verdicts) for turn in transcript.turns] + [(FOOT, transcript.verdicts)]
    is_whole = transcript.status == "finished"
    is_replayed = any(exchange.replayed for _, exchange in heard)
    return Tried(
        repeat=repeat,
        status=transcript.status,
        outcome=outcome,
        replies=replies,
        answers={turn: answer for turn, verdicts in groups if (answer := _answer(verdicts))},
        passed={turn: all_passed for turn, verdicts in groups if (all_passed := _all_passed(verdicts)) is not None},
        score=_score(transcript) if outcome in {"passed", "failed"} else None,
        finish_reasons=tuple(exchange.finish_reason or "unknown" for _, exchange in heard),
        refusals=sum(
            bool(transcript.messages[exchange.message].get("refusal"))
            for _, exchange in heard
            if exchange.message is not None
        ),
        prompt_tokens=_tokens(heard, "prompt_tokens") if is_whole else None,
        completion_tokens=_tokens(heard, "completion_tokens") if is_whole else None,
        cost=transcript.cost_usd if is_whole and not is_replayed else None,
        spent=_spent(transcript),
        latencies=tuple(
            exchange.latency_s
            for _, exchange in heard
            if exchange.latency_s is not None and not exchange.replayed
        ),
        error=transcript.error,
    )  # fmt: skip


def _spent(transcript: Transcript) -> float | None:
    """What went for a trial; nothing where every request was refused or never sent."""
    exchanges = [exchange for turn in transcript.turns for exchange in turn.exchanges]
    if transcript.cost_usd is None and all(map(_is_refused, exchanges)):
        return 0.0
    return transcript.cost_usd


def _is_refused(exchange: Exchange) -> bool:
    """Whether a server refused the request, or nobody was asked."""
    error = exchange.error or {}
    refused = (error.get("status") or 0) >= 400 or error.get("kind") == MISSING
    return exchange.message is None and refused


def _heard(transcript: Transcript) -> Iterator[tuple[int, Exchange]]:
    """Each turn that has a reply, with the exchange that it came in."""
    for turn in transcript.turns:
        said = [exchange for exchange in turn.exchanges if exchange.message is not None]
        if said:
            yield turn.turn, said[-1]


def _keep(text: str, texts: dict[str, Text]) -> str:
    """The digest of a reply, which is kept if nobody said the same before."""
    digest = digest_of(text)
    if digest not in texts:
        texts[digest] = Text(text[:LONGEST_KEPT], sum(1 for _ in WORD.finditer(text)), len(text))
    return digest


def _answer(verdicts: Iterable[Verdict]) -> str:
    """How checks came out, as one text; empty where there is none, or where one broke, which answers nothing."""
    outcomes = [verdict.outcome for verdict in verdicts]
    return "" if "broken" in outcomes else " ".join(outcomes)


def _all_passed(verdicts: Iterable[Verdict]) -> bool | None:
    """Whether all checks that applied passed; None where none did."""
    outcomes = [verdict.outcome for verdict in verdicts if verdict.outcome in {"passed", "failed"}]
    return all(outcome == "passed" for outcome in outcomes) if outcomes else None


def _score(transcript: Transcript) -> float | None:
    """The share of a trial's checks that passed, of those that passed or failed."""
    outcomes = Counter(verdict.outcome for verdict in transcript.all_verdicts)
    applied = outcomes["passed"] + outcomes["failed"]
    return outcomes["passed"] / applied if applied else None


def _tokens(heard: Iterable[tuple[int, Exchange]], name: str) -> float | None:
    """The tokens of a kind in a trial's replies, judges left out; None where one is not known."""
    return sum_known([None if each.usage is None else getattr(each.usage, name) for _, each in heard])
