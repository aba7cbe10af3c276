"""An assessment as a summary in GitHub's Markdown, readable as plain text too; it never exceeds what a step summary holds.

Law: fewer than 60,000 bytes, whatever was played. What matters least is left out first, and what was left out is said.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, get_args

from runner.core.assessment import Assessment, Block, Comparison, Flaky, Red, Ruling, TrialOutcome
from runner.core.wording import count
from runner.formats.backticks import code, fenced
from runner.reports.comparing import changes_of, fallen, figures_of, ordered, rates_of
from runner.reports.markdown_text import cell, html_code, prose
from runner.reports.telling import (
    ORDER,
    SIGNS,
    address,
    came,
    check_of,
    facts_of,
    interval,
    line_of,
    often,
    passed_of,
    passing,
    ruling_of,
    sentence_of,
)
from runner.reports.wording import money

MOST_BYTES: Final = 59_000
"""Of the whole; GitHub takes more, but comments take 65,536 characters, and people read less."""
MOST_REDS: Final = 10
"""How many of a block's reds are told; the rest is counted."""
MOST_RED_BYTES: Final = 10_000
"""Of a block's reds; its first is told anyhow."""
MOST_PAIRS: Final = 30
"""How many blocks a comparison names; the rest is counted."""
LONGEST_TEXT: Final = 600
"""Characters of what was said."""
SHORT: Final = 100
"""A text of one line and so many characters stands beside its label."""

_NOTE_BYTES: Final = 300
"""Kept free for each section, to say what of it is left out."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is shown as a whole, or not at all."""

    text: str
    rank: int
    """What matters most is 0."""
    kind: str
    """What it is counted as where it is left out."""


@dataclass(frozen=True, slots=True)
class _Section:
    """Pieces under one heading."""

    head: str
    pieces: tuple[_Piece, ...]


def markdown_summary(assessment: Assessment) -> str:
    """The summary, a line end at its end: the verdict in a sentence, what was played, blocks, reds, comparisons, flaky ones."""
    beginning = f"{prose(line_of(assessment.sentence, 1000)) or assessment.verdict}\n\n{_facts(assessment)}"
    sections = [section for section in _sections(assessment) if section.pieces]
    room = MOST_BYTES - _bytes(beginning) - sum(_bytes(each.head) + _NOTE_BYTES for each in sections)
    kept = _kept(sections, room)
    parts = [beginning]
    for place, section in enumerate(sections):
        shown = section.pieces[: kept[place]]
        left = Counter(piece.kind for piece in section.pieces[kept[place] :])
        parts.append((section.head if shown else "\n") + "".join(piece.text for piece in shown) + _note(left))
    return "".join(parts)


def _kept(sections: list[_Section], room: int) -> list[int]:
    """How many of each section's pieces are shown, from its first: the room goes to what matters most."""
    order = sorted(
        (piece.rank, place, number)
        for place, section in enumerate(sections)
        for number, piece in enumerate(section.pieces)
    )
    kept = [0] * len(sections)
    for _, place, number in order:
        size = _bytes(sections[place].pieces[number].text)
        if number == kept[place] and size <= room:  # a piece after one that is left out is left out too
            kept[place] += 1
            room -= size
    return kept


def _note(left: Counter[str]) -> str:
    """What of a section is left out; empty where nothing is."""
    if not left:
        return ""
    told = ", ".join(f"{number:,} {kind}" for kind, number in left.items())
    return f"\nLeft out here, for the summary to stay below 60 KB: {told}.\n"


def _facts(assessment: Assessment) -> str:
    """What was played, and what it came to."""
    tally = assessment.tally
    told = [f"{number:,} {outcome}" for outcome, number in _outcomes(assessment) if number]
    facts = [f"{count(tally.trials, 'trial')}{': ' if told else ''}{', '.join(told)}"]
    if tally.needs_recording:
        facts.append(f"{tally.needs_recording:,} need recording")
    if assessment.saved is not None:
        facts.append(f"stopping early saved {count(assessment.saved, 'trial')}")
    if assessment.seconds is not None:
        facts.append(f"{assessment.seconds:,.1f} s")
    if assessment.cost_usd:
        facts.append(money(assessment.cost_usd))
    lines = [f"Run {code(line_of(assessment.run))}: {'; '.join(facts)}."]
    if assessment.subset:
        lines.append(f"Only a part was played: {prose(line_of(assessment.subset))}")
    if assessment.command:
        lines.append(f"Typed: {code(line_of(assessment.command.strip(), 1000))}")
    return "\n\n".join(lines) + "\n"


def _outcomes(assessment: Assessment) -> Iterator[tuple[str, int]]:
    """How many trials came out which way."""
    for outcome in get_args(TrialOutcome):
        yield outcome, getattr(assessment.tally, outcome)


def _sections(assessment: Assessment) -> Iterator[_Section]:
    """All there is to show, in the order of reading."""
    blocks = sorted(assessment.blocks, key=_place)
    level = "95 % " if _levels(blocks) == {0.95} else ""
    head = f"\n| verdict | block | trials passed | {level}interval | gate |\n|:--|:--|:--|:--|:--|\n"
    yield _Section(head, tuple(_row(block) for block in blocks))
    fell = fallen(assessment)
    red = [block for block in blocks if (block.gated and block.verdict != "passed") or block.id in fell]
    details = (_details(block, number, len(red)) for number, block in enumerate(red))
    yield _Section("\n### What went wrong\n", tuple(details))
    worst = sorted(assessment.comparisons, key=lambda each: ORDER.index(each.verdict))
    yield _Section("\n### Compared\n", tuple(_compared(each) for each in worst))
    flaky = tuple(_flaky(each) for each in assessment.flaky)
    yield _Section("\n### Flaky: trials disagree though nothing differs between them but chance\n\n", flaky)
    sentences = dict.fromkeys(sentence for each in assessment.comparisons for sentence in each.unpaired)
    unpaired = tuple(_Piece(f"- {prose(line_of(each))}\n", 5, "unpaired") for each in sentences)
    yield _Section("\n### Not compared\n\n", unpaired)


def _place(block: Block) -> int:
    """Where a block stands in the table: what went wrong first, what is not gated last."""
    return ORDER.index(block.verdict) if block.gated else len(ORDER)


def _levels(blocks: Iterable[Block]) -> set[float]:
    """The confidences of the intervals that are shown."""
    return {ruling.level for block in blocks for ruling in block.rulings if ruling.level is not None}


def _row(block: Block) -> _Piece:
    """A block in the table."""
    within = "stopped early" if any(ruling.curtailed for ruling in block.rulings) else interval(block)
    verdict = f"{SIGNS[block.verdict]} {block.verdict}" if block.gated else "- not gated"
    gate = "; ".join(_gate(ruling) for ruling in block.rulings) if block.gated else ""
    cells = (verdict, cell(code(line_of(block.id, 200))), passed_of(block), within, cell(gate))
    is_red = block.gated and block.verdict != "passed"
    kind = f"{block.verdict} blocks" if block.gated else "blocks that are not gated"
    return _Piece(f"| {' | '.join(cells)} |\n", 2 if is_red else 6 if block.gated else 7, kind)


def _gate(ruling: Ruling) -> str:
    """A rule in the table, with its verdict where that is not passed."""
    more = f", {ruling.more:,} more could decide" if ruling.more else ""
    verdict = "" if ruling.verdict == "passed" else f" {ruling.verdict}{more}"
    return f"{code(line_of(ruling.rule, 100))}{verdict}"


def _details(block: Block, number: int, of: int) -> _Piece:
    """What went wrong in a block, folded away where there are several."""
    is_red = block.gated and block.verdict != "passed"
    verdict = f"{SIGNS[block.verdict]} {block.verdict}" if is_red else f"{SIGNS['failed']} got worse"
    folded = "<details open>" if of == 1 else "<details>"
    summary = f"{verdict} {html_code(line_of(block.id, 200))}: {passing(block)}"
    parts = [f"\n{folded}\n<summary>{summary}</summary>\n"]
    rules = [ruling for ruling in block.rulings if ruling.verdict != "passed"]
    told = [f"- {code(line_of(ruling.rule))}: {prose(ruling_of(ruling))}\n" for ruling in rules]
    parts.append("\n" + ("".join(told) or f"- {prose(sentence_of(block))}\n"))
    parts += _reds(block.reds)
    parts.append("\n</details>\n")
    return _Piece("".join(parts), 1 if number < 5 else 3, "blocks with what went wrong in them")


def _reds(reds: tuple[Red, ...]) -> Iterator[str]:
    """The reds of a block, as many as are read; the others are counted."""
    room = MOST_RED_BYTES
    for number, red in enumerate(reds):
        text = "".join(_red(red))
        room -= _bytes(text)
        if number and (number == MOST_REDS or room < 0):
            yield f"\nand {len(reds) - number:,} more\n"
            return
        yield text


def _red(red: Red) -> Iterator[str]:
    """One thing that went wrong: what, where, how often, and its facts."""
    where = address(red.path, red.line)
    yield f"\n**{came(red)}** {code(check_of(red))} {_about(red)}{', ' + code(where) if where else ''}\n"
    for label, text in facts_of(red, LONGEST_TEXT):
        if label == "play it again":
            yield f"\n{label}:\n\n{fenced(text, 'sh')}"
        elif "\n" in text or len(text) > SHORT:
            yield f"\n{label}:\n\n{fenced(text)}"
        else:
            yield f"\n{label}: {prose(text) if label in {'reason', 'broke'} else code(text)}\n"


def _about(red: Red) -> str:
    """Where in the conversation, and in how many trials."""
    where = "in the conversation as a whole" if red.turn is None else f"at turn {red.turn + 1}"
    return f"{where}, in {often(red)}"


def _compared(comparison: Comparison) -> _Piece:
    """A comparison: its verdict, its numbers, and the blocks that changed."""
    sign = SIGNS[comparison.verdict]
    parts = [f"\n**{sign} {comparison.verdict}** {code(line_of(comparison.title, 200))}"]
    parts += [f": {prose(line_of(comparison.reason, 500))}\n" if comparison.reason else "\n"]
    told = "; ".join(each for each in (figures_of(comparison), changes_of(comparison)) if each)
    parts += [f"\n{told}\n\n"] * bool(told)
    pairs = ordered(comparison)
    parts += [
        f"- {pair.change}: {code(line_of(pair.block, 200))}, {rates_of(pair)}\n"
        for pair in pairs[:MOST_PAIRS]
    ]
    if (more := len(pairs) - MOST_PAIRS) > 0:
        parts.append(f"- and {more:,} more\n")
    return _Piece("".join(parts), 0 if comparison.verdict == "failed" else 4, "comparisons")


def _flaky(flaky: Flaky) -> _Piece:
    """A block whose trials disagree, with the checks that some failed."""
    checks = [
        f"{code(line_of(name, 100))} failed in {number:,}" for name, number in list(flaky.checks.items())[:5]
    ]
    told = f": {', '.join(checks)}" if checks else ""
    passed = f"{flaky.passed:,} of {count(flaky.trials, 'trial')} passed"
    return _Piece(f"- {code(line_of(flaky.block, 200))}, {passed}{told}\n", 4, "flaky blocks")


def _bytes(text: str) -> int:
    """How many bytes a text is in UTF-8."""
    return len(text.encode())
