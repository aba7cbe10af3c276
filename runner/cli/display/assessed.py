"""What `runner check` found, on a terminal or in a pipe: blocks with their gates, what is red, what changed, the verdict."""

from collections.abc import Sequence
from typing import Final

from runner.cli.display.columns import Column, Listing
from runner.cli.display.layout import Flow, wrapped
from runner.cli.display.screen import Screen
from runner.cli.display.wording import money
from runner.core.assessment import Assessment, Block, Comparison, Red
from runner.core.harmless import harmless, harmless_line
from runner.core.wording import count, percent
from runner.reports.comparing import fallen, lines_of
from runner.reports.marked import marked
from runner.reports.telling import (
    ORDER,
    address,
    case_of,
    facts_of,
    headline,
    interval,
    line_of,
    passed_of,
    sentence_of,
)

MOST_REDS: Final = 10
"""How many of the things that went wrong are told; the rest is counted."""
MOST_FLAKY: Final = 10
LONGEST: Final = 600
"""Characters of a reply that are told here."""
MARGIN: Final = 4

_STYLES: Final = {
    "passed": "green",
    "failed": "red",
    "broken": "red",
    "unanswered": "red",
    "undecided": "yellow",
}
_SIGNS: Final = {"undecided": "none", "unanswered": "broken", "broken": "broken"}
_VERDICTS: Final = {
    "passed": "green",
    "failed": "red",
    "incomplete": "red",
    "undecided": "yellow",
    "nothing": "red",
}


def tell_assessment(assessment: Assessment, screen: Screen) -> None:
    """Tell what a check of prompts found; the verdict comes last, where eyes are."""
    _tell_blocks(assessment.blocks, screen)
    fell = fallen(assessment)
    red_blocks = [block for block in _ordered(assessment.blocks) if _is_red(block) or block.id in fell]
    reds = [red for block in red_blocks for red in block.reds]
    for red in reds[:MOST_REDS]:
        _tell_red(red, screen)
    if (more := len(reds) - MOST_REDS) > 0:
        text = (
            f"... and {more:,} more like these; the reports and `runner show latest --failed` have them all"
        )
        screen.tell("\n" + wrapped(text, screen.width))
    _tell_tolerated([block for block in assessment.blocks if block.id not in fell], screen)
    for comparison in assessment.comparisons:
        _tell_comparison(comparison, screen)
    _tell_flaky(assessment, screen)
    _tell_verdict(assessment, screen)


def _is_red(block: Block) -> bool:
    """Whether the gate did not pass a block."""
    return block.gated and block.verdict != "passed"


def _ordered(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, what is read first before what is read last."""
    return sorted(blocks, key=lambda block: (not block.gated, ORDER.index(block.verdict)))


def _tell_blocks(blocks: Sequence[Block], screen: Screen) -> None:
    """Tell each block's figures, and why it did not pass."""
    columns = (
        Column[Block](
            "gate", _word, style=lambda block: _STYLES[block.verdict] if block.gated else "dim", one=""
        ),
        Column[Block]("passed", passed_of, one=""),
        Column[Block]("95 % interval", interval, needed=lambda rows: any(map(interval, rows)), one=""),
    )
    rows = [(block.id, block) for block in blocks]
    screen.tell("\n" + "\n".join(Listing(columns, ("95 % interval",), rows).lines(screen)))
    for block in _ordered(blocks):
        if _is_red(block):
            sign = screen.signs[_SIGNS.get(block.verdict, block.verdict)]
            told = wrapped(f"{line_of(block.id)}: {sentence_of(block)}", screen.width, MARGIN, len(sign) + 1)
            screen.tell(f"{screen.paint(sign, _STYLES[block.verdict])} {told}")


def _tell_tolerated(blocks: Sequence[Block], screen: Screen) -> None:
    """Tell what went wrong and is no reason to fail, and what was not measured, a line each."""
    allowed = sum(block.count("failed") for block in blocks if block.gated and block.verdict == "passed")
    if allowed:
        text = f"{count(allowed, 'trial')} failed where the gate allows it; `runner show latest --failed` has them"
        screen.tell("\n" + wrapped(text, screen.width))
    for note in dict.fromkeys(note for block in blocks for note in block.notes):
        screen.tell("\n" + screen.paint(wrapped(harmless_line(note), screen.width), "yellow"))


def _word(block: Block) -> str:
    """A block's verdict in a word."""
    return block.verdict if block.gated else "not gated"


def _tell_red(red: Red, screen: Screen) -> None:
    """Tell one thing that went wrong: where, what was said, what was expected, what came."""
    where = address(red.path, red.line)
    within = f" ({case})" if (case := case_of(red)) else ""
    title = f"{where}: {headline(red)}{within}" if where else f"{headline(red)}{within}"
    screen.tell("\n" + screen.paint(wrapped(title, screen.width), "bold"))
    for label, text in facts_of(red, LONGEST):
        if label == "play it again":  # a command that is wrapped cannot be copied
            screen.tell(f"  {screen.paint(label, 'dim')}: {text}")
            continue
        shown = marked(red.got or "", red.spans, LONGEST) if label == "got" else text
        start = f"  {screen.paint(label, 'dim')}: "
        screen.tell(start, end="")
        flow = Flow(lambda piece: screen.tell(piece, end=""), screen.width, MARGIN, len(label) + 4)
        flow.feed(shown)
        flow.end()


def _tell_comparison(comparison: Comparison, screen: Screen) -> None:
    """Tell what became of the blocks since the baseline."""
    style = _STYLES[comparison.verdict]
    title = f"{harmless_line(comparison.title)}: {harmless_line(comparison.reason)}"
    screen.tell("\n" + screen.paint(wrapped(title, screen.width), style))
    for line in lines_of(comparison):
        screen.tell("  " + wrapped(line, screen.width, MARGIN, 2))


def _tell_flaky(assessment: Assessment, screen: Screen) -> None:
    """Tell of blocks whose trials disagree."""
    if not assessment.flaky:
        return
    screen.tell("\n" + screen.paint("flaky: trials of the same words disagree", "yellow"))
    for flaky in assessment.flaky[:MOST_FLAKY]:
        share = percent(flaky.passed / flaky.trials) if flaky.trials else "0"
        by = ", ".join(f"{name} failed in {number:,}" for name, number in flaky.checks.items())
        line = (
            f"{line_of(flaky.block)}: {flaky.passed:,} of {count(flaky.trials, 'trial')} passed ({share} %)"
        )
        screen.tell("  " + wrapped(f"{line}; {harmless_line(by)}" if by else line, screen.width, MARGIN, 2))
    if (more := len(assessment.flaky) - MOST_FLAKY) > 0:
        screen.tell(f"  ... and {more:,} more")


def _tell_verdict(assessment: Assessment, screen: Screen) -> None:
    """Tell the verdict in a sentence, with what it took."""
    parts = [assessment.sentence]
    if assessment.subset:
        parts.append(assessment.subset)
    if assessment.saved is not None:
        parts.append(
            f"{count(assessment.saved, 'trial')} saved by stopping once the verdict could not change"
        )
    if assessment.cost_usd:
        parts.append(money(assessment.cost_usd))
    text = wrapped(harmless("; ".join(parts)), screen.width)
    screen.tell("\n" + screen.paint(text, _VERDICTS[assessment.verdict], "bold"))
