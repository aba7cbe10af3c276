"""Two runs beside each other as text: what differs, turn by turn, the changed words marked; it compares nothing itself.

Law: a text that is the same in both is told once; what comes from the first run stands after `-`, from the second `+`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from runner.cli.display.layout import GAP, wrapped
from runner.cli.display.marking import COLOURS, NEW, OLD, merged, painted_lines, side_of
from runner.cli.display.page import Page
from runner.cli.display.screen import Screen
from runner.core.difference import (
    Change,
    Difference,
    TurnPair,
    VerdictChange,
    changes,
    text_or_none,
)
from runner.core.harmless import harmless, harmless_line
from runner.core.message import Message
from runner.core.spoken import LEFT_OUT, Spoken
from runner.core.value import Json, canonical
from runner.core.wording import count
from runner.core.words import Span, likeness, words_changed
from runner.operations.beside import Beside

WIDE: Final = 110
"""From so many columns on, long texts stand side by side."""
ALIKE: Final = 0.6
"""Texts that share so much are told as one, with the changes within."""
MOST_NAMED: Final = 10
"""How many conversations that are in one run only are named."""


def tell_beside(beside: Beside, screen: Screen, write: Callable[[str], None]) -> None:
    """Write two runs beside each other."""
    _head(beside, screen, write)
    same = 0
    shown = 0
    for difference in beside:
        if difference.is_same:
            same += 1
        else:
            shown += 1
            Comparison(difference, Page(screen, write)).tell()
    for name, sign, style in (("only_old", "-", "red"), ("only_new", "+", "green")):
        _only(getattr(beside, name), sign, style, screen, write)
    parts = [f"{count(shown, 'conversation')} {'differs' if shown == 1 else 'differ'}" if shown else ""]
    if same:
        alike = f"{same:,}" if shown else count(same, "conversation")
        parts.append(f"{alike} {'is' if same == 1 else 'are'} the same")
    for number, sign in ((len(beside.only_old), "-"), (len(beside.only_new), "+")):
        parts.append(f"{number:,} only in {sign}" if number else "")
    write(wrapped(", ".join(part for part in parts if part), screen.width) + "\n")


def _head(beside: Beside, screen: Screen, write: Callable[[str], None]) -> None:
    """Write which runs these are, and what they were played with where that differs."""
    for side, sign, style in ((beside.old, "-", "red"), (beside.new, "+", "green")):
        write(screen.paint(f"{sign} {harmless_line(side.folder.name)}", style) + "\n")
    told = dict.fromkeys(
        _change(change, screen) for old, new in beside.settings() for change in changes(old, new)
    )
    for line in told:
        write(wrapped(line, screen.width, 2) + "\n")
    write("\n")


def _only(ids: Sequence[str], sign: str, style: str, screen: Screen, write: Callable[[str], None]) -> None:
    """Write the conversations that only one run has."""
    for each in ids[:MOST_NAMED]:
        write(screen.paint(f"only in {sign}: {harmless_line(each)}", style) + "\n")
    if len(ids) > MOST_NAMED:
        write(f"only in {sign}: {len(ids) - MOST_NAMED:,} more\n")
    if ids:
        write("\n")


def _change(change: Change, screen: Screen) -> str:
    """A fact that differs, in a line."""
    sides = (_value(change.old, screen, "red"), _value(change.new, screen, "green"))
    return f"{harmless_line(change.name)}: {sides[0]} -> {sides[1]}"


def _value(value: Json, screen: Screen, style: str) -> str:
    """A value in a line."""
    text = "(none)" if value is None else value if isinstance(value, str) else canonical(value).decode()
    return screen.paint(harmless_line(text), style)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two conversations on a page."""

    difference: Difference
    page: Page

    def tell(self) -> None:
        """Write what differs."""
        page, difference = self.page, self.difference
        names = dict.fromkeys((difference.old.id, difference.new.id))
        signs = [""] if len(names) == 1 else ["- ", "+ "]
        for sign, name in zip(signs, names, strict=True):
            page.write(page.screen.paint(sign + harmless_line(name), "bold") + "\n")
        for change in difference.changes:
            page.write(f"{_change(change, page.screen)}\n")
        for old, new in difference.opening:
            self._message(old, new)
        unchanged: list[int] = []
        for pair in difference.turns:
            if pair.is_same and pair.new is not None:
                unchanged.append(pair.new.turn.turn + 1)
                continue
            self._unchanged(unchanged)
            self._turn(pair)
        self._unchanged(unchanged)
        if difference.verdicts:
            page.begin_foot()
        for verdict in difference.verdicts:
            self._verdict(verdict)
        page.write("\n")

    def _unchanged(self, places: list[int]) -> None:
        """Say which turns are the same; they are not told."""
        if places:
            numbers = f"turn {places[0]}" if len(places) == 1 else f"turns {places[0]} to {places[-1]}"
            numbers = numbers.replace(" to ", " and ") if len(places) == 2 else numbers
            self.page.write("\n")
            self.page.note(f"({numbers}: the same)")
            places.clear()

    def _turn(self, pair: TurnPair) -> None:
        """Write one turn of both."""
        old, new = _lines(pair)
        if old is not None and old == new:
            self.page.say(old, "gold" if pair.old and pair.old.turn.status == "given" else "")
        elif old or new:
            self._message(old, new)
        replies = [_reply(each) for each in pair.sides]
        lone = next((each for each in pair.sides if each is not None), None)
        if (
            lone is not None and lone.line is None and None in pair.sides
        ):  # nothing that could be told was said
            sign = "-" if pair.new is None else "+"
            self.page.write("\n")
            self.page.note(f"(turn {lone.turn.turn + 1}, only in {sign}: {_status(lone)})")
        elif any(replies):
            self._texts("assistant", replies[0], replies[1])
        ends = [_finish_reason(each) for each in pair.sides if each is not None and each.reply is not None]
        if len(set(ends)) > 1:
            self.page.note(f"(ended: {ends[0]} -> {ends[1]})")
        for change in pair.verdicts:
            self._verdict(change)

    def _message(self, old: Message | None, new: Message | None) -> None:
        """Write a message of both scripts."""
        role = str((new or old or {}).get("role", ""))
        before = str((old or new or {}).get("role", ""))
        name = role if role == before else f"{before} -> {role}"
        self._texts(name, text_or_none(old), text_or_none(new))

    def _texts(self, role: str, old: str | None, new: str | None) -> None:
        """Write what was said in both, once where it is the same."""
        page = self.page
        old, new = (None if text is None else harmless(text).strip() for text in (old, new))
        if old is None or new is None:
            self._block(role, [(OLD, old)] if new is None else [(NEW, new)])
            return
        if old == new:
            flow = page.begin(harmless_line(role))
            flow.feed(old)
            flow.end()
            return
        spans = words_changed(old, new)
        alike = likeness(spans) >= ALIKE
        short = len(old) + len(new) <= page.screen.width
        if page.screen.reads and page.screen.width >= WIDE and not (alike and short):
            self._columns(role, spans)
        elif alike:
            self._block(role, [("", merged(spans))])
        else:
            self._block(role, [(OLD, side_of(spans, OLD)), (NEW, side_of(spans, NEW))])

    def _block(self, role: str, sides: Sequence[tuple[str, str | None]]) -> None:
        """Write texts under each other, each with the sign of its side before it."""
        page = self.page
        page.begin(harmless_line(role))
        for place, (mark, text) in enumerate(sides):
            sign = {OLD: "- ", NEW: "+ ", "": ""}[mark]
            body = painted_lines(text or "", page.screen, page.screen.width, page.indent + len(sign))
            for number, (line, _) in enumerate(body):
                lead = "" if place == number == 0 else " " * page.indent
                told = page.screen.paint(sign, COLOURS.get(mark, "")) if number == 0 else " " * len(sign)
                page.write(f"{lead}{told}{line}".rstrip() + "\n")

    def _columns(self, role: str, spans: Sequence[Span]) -> None:
        """Write two texts side by side."""
        page = self.page
        page.begin(harmless_line(role))
        each = (page.screen.width - page.indent - len(GAP) - 4) // 2
        sides = [painted_lines(side_of(spans, mark), page.screen, each, 0) for mark in (OLD, NEW)]
        height = max(map(len, sides))
        for number in range(height):
            (old, taken), (new, _) = (side[number] if number < len(side) else ("", 0) for side in sides)
            signs = [
                page.screen.paint(*sign) if number == 0 else " " for sign in (("-", "red"), ("+", "green"))
            ]
            pad = " " * (each - taken)
            lead = "" if number == 0 else " " * page.indent
            page.write(f"{lead}{signs[0]} {old}{pad}{GAP}{signs[1]} {new}".rstrip() + "\n")

    def _verdict(self, change: VerdictChange) -> None:
        """Write how a check came out in both."""
        page, verdict = self.page, change.verdict
        outcomes = ["(not asked)" if each is None else each.outcome for each in (change.old, change.new)]
        reason = "" if change.new is None else f": {verdict.reason}"
        text = harmless_line(f"{verdict.title}: {outcomes[0]} -> {outcomes[1]}{reason}")
        sign = page.screen.signs["none" if change.new is None else verdict.outcome]
        style = {"passed": "green", "failed": "red", "broken": "red"}.get(outcomes[1], "")
        indent = page.indent + len(sign) + 1
        body = wrapped(text, page.screen.width, indent, indent)
        page.write(f"{' ' * page.indent}{page.screen.paint(sign, style)} {body}\n")


def _lines(pair: TurnPair) -> list[Message | None]:
    """What both scripts say; a turn that was not reached has the line of the other side."""
    lines = [None if each is None else each.line for each in pair.sides]
    if pair.old is not None and pair.new is not None:
        return [lines[0] or lines[1], lines[1] or lines[0]]
    return lines


def _reply(said: Spoken | None) -> str | None:
    """What was answered, or why nothing was; None where nothing was asked."""
    if said is None or said.turn.status == "given":
        return None
    if said.reply is not None:
        return text_or_none(said.reply) or "(an empty reply)"
    error = said.turn.exchanges[-1].error if said.turn.exchanges else None
    if error is not None:
        return f"({said.turn.status}: {error.get('kind')}: {error.get('message')})"
    return f"({_status(said)})"


def _status(said: Spoken) -> str:
    """What became of a turn without a reply."""
    return LEFT_OUT.get(said.turn.status, said.turn.status)


def _finish_reason(said: Spoken) -> str:
    """Why a reply ended."""
    found = said.turn.exchanges[-1].finish_reason if said.turn.exchanges else None
    return harmless_line(found or "(no reason)")
