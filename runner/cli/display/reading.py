"""Transcripts as text: a table of trials, or whole conversations; it reads what was kept and judges nothing."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self

from pydantic import ValidationError

from runner.cli.display.columns import Column, Listing
from runner.cli.display.failing import Origin, tell_failing
from runner.cli.display.layout import NO_BREAK, wrapped
from runner.cli.display.page import Page, not_taken
from runner.cli.display.screen import Screen
from runner.cli.display.summary import place
from runner.cli.display.typed import command
from runner.cli.display.wording import money, seconds
from runner.core.harmless import harmless_line
from runner.core.spoken import LEFT_OUT, opening_of, spoken
from runner.core.transcript import PlayedTurn, Transcript
from runner.core.wording import count
from runner.errors import StoreError
from runner.operations.read import scripts_of
from runner.operations.stage import Asked
from runner.store.folder import RunFolder

_STATUS_STYLES = {"finished": "", "unanswered": "red", "stopped": "yellow", "skipped": "yellow"}


@dataclass(frozen=True, slots=True)
class Figures:
    """What the table tells of one trial."""

    id: str
    scenario: str
    status: str
    heard: int
    asked: int
    outcomes: Counter[str]
    tokens: int | None
    span: float | None

    @classmethod
    def of(cls, transcript: Transcript) -> Self:
        """The figures of a transcript."""
        asked = [turn for turn in transcript.turns if turn.status != "given"]
        return cls(
            id=transcript.id,
            scenario=transcript.scenario,
            status=transcript.status,
            heard=sum(turn.status == "heard" for turn in asked),
            asked=len(asked),
            outcomes=Counter(verdict.outcome for verdict in transcript.all_verdicts),
            tokens=transcript.usage.completion_tokens,
            span=transcript.duration_s,
        )


def render(
    transcripts: Iterable[Transcript], folder: RunFolder, screen: Screen, *, whole: bool, failed: bool
) -> str:
    """What `show` prints of a run: conversations where they were asked for or where there is one, else the table."""
    pieces: list[str] = []
    page = Page(screen, pieces.append)
    if failed:
        origin = origin_of(folder)
        for transcript in transcripts:
            tell_failing(transcript, page, origin)
    elif whole:
        for transcript in transcripts:
            conversation(transcript, page)
    else:
        first, rows = None, []
        for transcript in transcripts:
            first = first or transcript
            rows.append(Figures.of(transcript))
        if first is not None and len(rows) == 1:
            conversation(first, page)
        elif rows:
            pieces += _overview(rows, folder, screen)
    if not pieces:
        what = "nothing is unanswered, failed or broken" if failed else "no trial has begun"
        return f"{harmless_line(folder.name)}: {what}\n"
    return "".join(pieces)


def _overview(rows: Sequence[Figures], folder: RunFolder, screen: Screen) -> Iterator[str]:
    """A run's trials, and how one of them is read."""
    yield f"{harmless_line(folder.name)}: {count(len(rows), 'trial')}\n\n"
    for line in listing(rows, screen):
        yield f"{line}\n"
    found = reference(folder)
    first = rows[0].scenario if sum(row.scenario == rows[0].scenario for row in rows) == 1 else rows[0].id
    yield f"\nread one: {command('show', *found, first)}\n"
    if any(row.status == "unanswered" or row.outcomes["failed"] or row.outcomes["broken"] for row in rows):
        yield f"what went wrong: {command('show', *found, '--failed')}\n"


def reference(folder: RunFolder) -> list[str]:
    """The words by which a run is found again."""
    return place(folder, folder.name)


def origin_of(folder: RunFolder) -> Origin:
    """Where a run came from; what is not known is left out."""
    manifest = None
    with suppress(StoreError):
        manifest = folder.read_manifest()
    asked = None
    if manifest is not None and manifest.kind == "play":
        with suppress(ValidationError):
            asked = Asked.load(manifest.asked)
    here = "" if manifest is None or not manifest.folder else _way_to(manifest.folder)
    return Origin(tuple(reference(folder)), scripts_of(folder), asked, here)


def _way_to(folder: str) -> str:
    """What stands before paths that were relative to a folder, seen from here."""
    try:
        way = os.path.relpath(folder)
    except ValueError:  # another drive
        way = folder
    return "" if way == os.curdir else f"{way}{os.sep}"


def _checked(outcome: str, title: str, style: str = "", one: str | None = None) -> Column[Figures]:
    """A column that counts checks; the colour says that something is wrong."""
    return Column(
        title,
        lambda row: str(row.outcomes[outcome]),
        lambda rows: any(row.outcomes[outcome] for row in rows),
        lambda row: style if row.outcomes[outcome] else "",
        one,
    )


_COLUMNS: Final = (
    Column[Figures](
        "status", lambda row: row.status, style=lambda row: _STATUS_STYLES.get(row.status, ""), one=""
    ),
    Column[Figures]("replies", lambda row: f"{row.heard}/{row.asked}"),
    _checked("passed", "checks passed", one="check passed"),
    _checked("failed", "checks failed", "red", one="check failed"),
    _checked("broken", "broken", "red"),
    Column[Figures](
        "tokens out", lambda row: "?" if row.tokens is None else f"{row.tokens:,}", one="token out"
    ),
    Column[Figures]("time", lambda row: "?" if row.span is None else seconds(row.span), one=""),
)
_LESS_NEEDED: Final = ("time", "tokens out", "replies")
"""Which columns are left out, one after the other, where the screen is narrow."""


def listing(rows: Sequence[Figures], screen: Screen) -> list[str]:
    """One line for each trial, or a few short ones."""
    return Listing(_COLUMNS, _LESS_NEEDED, [(row.id, row) for row in rows]).lines(screen)


def conversation(transcript: Transcript, page: Page) -> None:
    """Write one conversation with its verdicts."""
    screen = page.screen
    page.write(screen.paint(harmless_line(transcript.id), "bold") + "\n")
    page.write(screen.paint(wrapped(_facts(transcript), screen.width), "dim") + "\n")
    for message in opening_of(transcript):
        page.say(message)
    for said in spoken(transcript):
        if said.turn.when is not None and said.turn.status == "not-taken":
            page.write("\n")
            page.note(not_taken(said.turn.turn, said.turn.when))
        if said.line is not None:
            page.say(said.line, "gold" if said.turn.status == "given" else "")
        if said.reply is not None:
            page.say(said.reply)
            page.finish_reason(said.turn.exchanges[-1].finish_reason)
        for verdict in said.turn.verdicts:
            page.verdict(verdict)
    _foot(transcript, page)


def _facts(transcript: Transcript) -> str:
    """Where a conversation comes from and what it took, in a line."""
    facts = [transcript.path, f"{transcript.provider} ({transcript.model})", transcript.status]
    usage = transcript.usage
    if usage.prompt_tokens is not None and usage.completion_tokens is not None:
        facts.append(f"{usage.prompt_tokens:,} tokens in, {usage.completion_tokens:,} out")
    if transcript.cost_usd:
        facts.append(money(transcript.cost_usd))
    if transcript.duration_s is not None:
        facts.append(seconds(transcript.duration_s))
    # No fact is parted at the end of a line: `12 tokens` stays together.
    return harmless_line("; ".join(fact.replace(" ", NO_BREAK) for fact in facts if fact))


def _foot(transcript: Transcript, page: Page) -> None:
    """Write what is said of the conversation as a whole."""
    if transcript.error is not None:
        error = transcript.error
        page.note(f"unanswered: {error.get('kind')}: {error.get('message')}", "red")
    if left := _left(transcript.turns):
        page.write("\n")
        page.note(left)
    if transcript.verdicts:
        page.begin_foot()
    for verdict in transcript.verdicts:
        page.verdict(verdict)
    page.write("\n")


def _left(turns: Sequence[PlayedTurn]) -> str:
    """Which turns were not played."""
    parts = []
    for status, word in LEFT_OUT.items():
        if number := sum(turn.status == status for turn in turns):
            parts.append(f"{count(number, 'turn')} {word}")
    return f"({', '.join(parts)})" if parts else ""
