"""Transcripts as text: a table of trials, or whole conversations; it reads what was kept and judges nothing."""

import os
import pydoc
from collections.abc import Sequence

from runner.cli.display.harmless import harmless_line
from runner.cli.display.layout import Cell, shortened, table
from runner.cli.display.page import Page
from runner.cli.display.screen import Screen
from runner.cli.display.summary import place
from runner.cli.display.typed import command
from runner.cli.display.wording import count, money, seconds
from runner.core.transcript import PlayedTurn, Transcript
from runner.store.folder import RunFolder

NARROWEST_NAME = 26
"""Figures are left out before ids are cut to less than so many columns."""

_STATUS_STYLES = {"finished": "", "unanswered": "red", "stopped": "yellow", "skipped": "yellow"}


def render(
    transcripts: Sequence[Transcript], folder: RunFolder, screen: Screen, *, whole: bool, failed: bool
) -> str:
    """What `show` prints of a run: conversations where they were asked for or where there is one, else the table."""
    if not transcripts:
        what = "nothing is unanswered, failed or broken" if failed else "no trial has begun"
        return f"{harmless_line(folder.name)}: {what}\n"
    pieces: list[str] = []
    if whole or failed or len(transcripts) == 1:
        for transcript in transcripts:
            conversation(transcript, Page(screen, pieces.append))
    else:
        pieces.append(f"{harmless_line(folder.name)}: {count(len(transcripts), 'trial')}\n\n")
        pieces += [f"{line}\n" for line in listing(transcripts, screen)]
        name = transcripts[0].scenario
        pieces.append(f"\nread one: {command('show', *place(folder, folder.name), name)}\n")
    return "".join(pieces)


def tell(text: str, screen: Screen, *, paged: bool) -> None:
    """Write a text to stdout, through a pager where it is longer than the terminal."""
    if not (paged and screen.reads and text.count("\n") >= screen.height):
        screen.tell(text, end="")
        return
    os.environ.setdefault("LESS", "-R")  # or less shows colours as letters
    pydoc.pager(text)


def listing(transcripts: Sequence[Transcript], screen: Screen) -> list[str]:
    """One line for each trial."""
    titles = ("", "status", "replies", "passed", "failed", "broken", "tokens out", "time")
    rows = [[Cell(title, "dim") for title in titles], *(_row(each, screen) for each in transcripts)]
    empty = {place for place in (3, 4, 5) if all(row[place].text in {"0", titles[place]} for row in rows)}
    for left_out in (empty, empty | {7}, empty | {6, 7}, {3, 5, 6, 7}, {2, 3, 4, 5, 6, 7}):
        kept = [[cell for place, cell in enumerate(row) if place not in left_out] for row in rows]
        lines = table(kept, screen.width, screen.paint, screen.signs["cut"], NARROWEST_NAME)
        if lines is not None:
            return lines
    return [shortened(row[0].text, screen.width, screen.signs["cut"]) for row in rows[1:]]


def _row(transcript: Transcript, screen: Screen) -> list[Cell]:
    """One trial's figures."""
    outcomes = [verdict.outcome for verdict in transcript.all_verdicts]
    asked = [turn for turn in transcript.turns if turn.status != "given"]
    heard = sum(turn.status == "heard" for turn in transcript.turns)
    failed, broken = outcomes.count("failed"), outcomes.count("broken")
    tokens, span = transcript.usage.completion_tokens, transcript.duration_s
    unknown = screen.signs["none"]
    return [
        Cell(harmless_line(transcript.id)),
        Cell(transcript.status, _STATUS_STYLES[transcript.status]),
        Cell(f"{heard}/{len(asked)}"),
        Cell(str(outcomes.count("passed"))),
        Cell(str(failed), "red" if failed else ""),
        Cell(str(broken), "red" if broken else ""),
        Cell(unknown if tokens is None else f"{tokens:,}"),
        Cell(unknown if span is None else seconds(span)),
    ]


def conversation(transcript: Transcript, page: Page) -> None:
    """Write one conversation with its verdicts."""
    screen = page.screen
    page.write(screen.paint(harmless_line(transcript.id), "bold") + "\n")
    page.write(screen.paint(_facts(transcript), "dim") + "\n")
    messages = list(transcript.messages)
    while messages and messages[0].get("role") in {"system", "developer"}:
        page.say(messages.pop(0))
    for turn in transcript.turns:
        match turn.status:
            case "given":
                page.say(messages.pop(0), "gold")
            case "heard":
                page.say(messages.pop(0))
                page.say(messages.pop(0))
                page.finish_reason(turn.exchanges[-1].finish_reason)
            case "unanswered":
                page.say(messages.pop(0))
            case "skipped" | "unplayed":
                pass
        for verdict in turn.verdicts:
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
    return harmless_line("; ".join(fact for fact in facts if fact))


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
    for status, word in (("skipped", "skipped"), ("unplayed", "not reached")):
        if number := sum(turn.status == status for turn in turns):
            parts.append(f"{count(number, 'turn')} {word}")
    return f"({', '.join(parts)})" if parts else ""
