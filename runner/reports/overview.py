"""A run as a table in HTML, a row for each conversation, and what went wrong under it; it keeps nothing but the rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from runner.core.run import Totals
from runner.core.transcript import Transcript
from runner.core.wording import count
from runner.reports.markup import apart, element, outcome, shown
from runner.reports.wording import money, tally

MOST_ROWS: Final = 200
"""How many conversations a table shows; the rest is counted."""
MOST_TROUBLES: Final = 20
"""How many things that went wrong are told; the rest is counted."""

_COLUMNS: Final = ("conversation", "status", "replies", "passed", "failed", "broken", "tokens out")
_WORDS: Final = "text-align:left"
_NUMBERS: Final = "text-align:right"
_NAME: Final = "text-align:left;font-weight:normal;overflow-wrap:anywhere;min-width:10em"
_WRAPPED: Final = "overflow-wrap:anywhere"


@dataclass(frozen=True, slots=True)
class Heading:
    """What is said of a run as a whole."""

    name: str
    status: str
    planned: int
    """How many conversations were to be played."""
    totals: Totals
    reason: str | None = None
    """Why it ended early."""


def overview(heading: Heading, transcripts: Iterable[Transcript]) -> str:
    """A run: what it came to, a row for each of its conversations, and what went wrong; a fragment for anywhere in a page."""
    rows: list[str] = []
    troubles: list[str] = []
    number = told = more = 0
    for transcript in transcripts:
        number += 1
        if number <= MOST_ROWS:
            rows.append(_row(transcript))
        wrong = list(_troubles(transcript))
        room = MOST_TROUBLES - told
        told, more = told + len(wrong[:room]), more + len(wrong[room:])
        if wrong[:room]:
            items = "".join(element("li", trouble) for trouble in wrong[:room])
            troubles.append(element("li", shown(transcript.id) + element("ul", items)))
    titles = "".join(_cell("th", shown(title), place, scope="col") for place, title in enumerate(_COLUMNS))
    body = f"<thead><tr>{titles}</tr></thead><tbody>{''.join(rows)}</tbody>"
    table = element("table", body, aria_label=f"conversations of {heading.name}")
    # Not as the table's caption: that is as wide as the table, which a narrow page shows in part.
    parts = [
        element("p", _summary(heading), style=f"margin:.5em 0;{_WRAPPED}"),
        element("div", table, style="overflow-x:auto"),
    ]
    if number > MOST_ROWS:
        parts.append(element("p", shown(f"and {count(number - MOST_ROWS, 'conversation')} more")))
    if troubles:
        parts.append(element("ul", "".join(troubles), style=_WRAPPED))
    if more:
        parts.append(element("p", shown(f"and {more:,} more of what went wrong")))
    return element(
        "section",
        "".join(parts),
        class_="runner-run tex2jax_ignore mathjax_ignore",
        aria_label=f"run {heading.name}",
    )


def _summary(heading: Heading) -> str:
    """Which run it is, and what it came to."""
    totals = heading.totals
    whole = totals.finished == heading.planned
    done = "" if whole else f"{totals.finished:,} of "
    facts = [
        f"{heading.status}: {done}{count(heading.planned, 'conversation')}{'' if whole else ' finished'}"
    ]
    facts += [heading.reason] if heading.reason else []
    facts += [f"{totals.unanswered:,} unanswered"] * bool(totals.unanswered)
    facts += [checks] if (checks := tally(totals.passed, totals.failed, totals.broken)) else []
    facts += [money(totals.cost_usd)] if totals.cost_usd else []
    return element("strong", shown(heading.name)) + "<br>" + shown("; ".join(facts))


def _row(transcript: Transcript) -> str:
    """One conversation in figures."""
    outcomes = [verdict.outcome for verdict in transcript.all_verdicts]
    asked = [turn.status for turn in transcript.turns if turn.status != "given"]
    tokens = transcript.usage.completion_tokens
    words = [
        shown(transcript.status),
        f"{asked.count('heard')}/{len(asked)}",
        f"{outcomes.count('passed'):,}",
    ]
    bad = [outcomes.count("failed"), outcomes.count("broken")]
    words += [element("strong", f"{number:,}") if number else "0" for number in bad]
    words.append("" if tokens is None else f"{tokens:,}")
    cells = [_cell("td", word, place) for place, word in enumerate(words, start=1)]
    return element("tr", element("th", shown(transcript.id), scope="row", style=_NAME) + "".join(cells))


def _cell(name: str, inside: str, column: int, **attributes: str) -> str:
    """A cell: words begin at the left, numbers end at the right."""
    return element(name, inside, **attributes, style=_WORDS if column < 2 else _NUMBERS)


def _troubles(transcript: Transcript) -> Iterator[str]:
    """What went wrong in a conversation, a line each."""
    if transcript.error is not None:
        why = f"{transcript.error.get('kind')}: {transcript.error.get('message')}"
        yield f"<strong>unanswered</strong> {apart(why)}"
    judged = [(f"turn {turn.turn + 1}: ", verdict) for turn in transcript.turns for verdict in turn.verdicts]
    judged += [(f"{verdict.of}: " if verdict.of else "", verdict) for verdict in transcript.verdicts]
    for where, verdict in judged:
        if verdict.outcome in {"failed", "broken"}:
            check = element("code", shown(verdict.check))
            yield f"{shown(where)}{outcome(verdict)} {check}: {apart(verdict.reason)}"
