"""What `runner check` found of a run, for the top of its page: the verdict, what it was held against; it computes nothing."""

from collections.abc import Iterator
from typing import Final

from runner.core.assessment import Assessment, Block, Comparison
from runner.reports.comparing import changes_of, figures_of, ordered, rates_of
from runner.reports.markup import apart, element, shown
from runner.reports.telling import SIGNS, line_of, ruled, sentence_of

MOST_PAIRS: Final = 100
"""How many blocks of a comparison are named; the rest is counted."""
_SIGNS: Final = {"passed": "✓", "failed": "✗", "undecided": "?", "incomplete": "!", "nothing": "!"}


def verdict_section(found: Assessment) -> str:
    """The section; everything foreign in it is escaped."""
    sentence = f"{_SIGNS[found.verdict]} {line_of(found.sentence, 1000) or found.verdict}"
    parts = [
        element("h2", "Verdict"),
        element("p", element("strong", shown(sentence), class_=found.verdict), class_="sentence"),
    ]
    if found.subset:
        parts.append(element("p", apart(f"Only a part was played: {line_of(found.subset)}"), class_="note"))
    parts += [_comparison(each) for each in found.comparisons]
    unpaired = dict.fromkeys(sentence for each in found.comparisons for sentence in each.unpaired)
    if unpaired:
        told = [element("li", apart(line_of(each))) for each in list(unpaired)[:MOST_PAIRS]]
        more = len(unpaired) - MOST_PAIRS
        told += [element("li", shown(f"and {more:,} more"))] * (more > 0)
        parts.append(element("ul", "".join(told), class_="unpaired"))
    return element("section", "".join(parts), id="verdict")


def block_verdict(block: Block) -> str:
    """What the gate says of a block, for a cell of a table."""
    if not block.gated:
        return element("span", "not gated", class_="aside")
    word = element("strong", shown(f"{SIGNS[block.verdict]} {block.verdict}"), class_=block.verdict)
    rules = [line_of(ruling.rule) for ruling in block.rulings if ruling.verdict == "passed"]
    told = [ruled(ruling) for ruling in block.rulings if ruling.verdict != "passed"]
    if block.verdict != "passed" and not told:
        told = [sentence_of(block)]
    return word + "".join(element("div", apart(each), class_="facts") for each in told or rules)


def _comparison(comparison: Comparison) -> str:
    """What the run was held against, and what became of which block."""
    reason = f": {line_of(comparison.reason, 500)}" if comparison.reason else ""
    title = element("bdi", element("code", shown(line_of(comparison.title))))
    said = element(
        "strong", shown(f"{SIGNS[comparison.verdict]} {comparison.verdict}"), class_=comparison.verdict
    )
    parts = [element("p", f"{said} {title}{shown(reason)}")]
    parts += [
        element("p", shown(told), class_="facts")
        for told in (figures_of(comparison), changes_of(comparison))
        if told
    ]
    pairs = list(_pairs(comparison))
    if pairs:
        parts.append(element("ul", "".join(pairs)))
    return element("div", "".join(parts), class_="held")


def _pairs(comparison: Comparison) -> Iterator[str]:
    """The blocks that changed, what is worst first."""
    pairs = ordered(comparison)
    for pair in pairs[:MOST_PAIRS]:
        yield element("li", f"{shown(pair.change)}: {apart(line_of(pair.block))}: {shown(rates_of(pair))}")
    if (more := len(pairs) - MOST_PAIRS) > 0:
        yield element("li", shown(f"and {more:,} more"))
