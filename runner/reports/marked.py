"""A text with what a check found in it marked, whole or as a window around the first find; it keeps nothing else of it."""

from collections.abc import Iterable, Iterator
from typing import Final

from runner.core.finding import Span
from runner.core.harmless import harmless

LONGEST: Final = 800
"""Characters of a text that are shown; the rest is counted."""

_SIGNS: Final = (("»", "«"), ("⟦", "⟧"))
"""What stands around a find: the first pair of which neither is in the text."""


def pieces(text: str, spans: Iterable[Span]) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it was found; spans may overlap, be unsorted, or reach beyond the text."""
    end = 0
    for first, last in _merged(spans, len(text)):
        if end < first:
            yield text[end:first], False
        yield text[first:last], True
        end = last
    if end < len(text):
        yield text[end:], False


def mark_spans(text: str, spans: Iterable[Span], before: str = "»", after: str = "«") -> str:
    """The text as it is, with a sign before and a sign after whatever was found."""
    return "".join(f"{before}{piece}{after}" if found else piece for piece, found in pieces(text, spans))


def marked(text: str, spans: Iterable[Span] = (), longest: int = LONGEST) -> str:
    """The text as it is shown: harmless, bounded, and marked with signs that it does not hold itself."""
    found = _merged(spans, len(text))
    begin, end = _window(len(text), found, longest)
    shown = text[begin:end]
    before, after = next((pair for pair in _SIGNS if not set(pair) & set(shown)), _SIGNS[-1])
    within = [(first - begin, last - begin) for first, last in found]
    parts = [f"({begin:,} characters before) ..."] if begin else []
    for piece, is_found in pieces(shown, within):
        parts.append(f"{before}{harmless(piece)}{after}" if is_found else harmless(piece))
    if left := len(text) - end:
        parts.append(f"... ({left:,} characters more)")
    return "".join(parts)


def _window(length: int, found: list[Span], longest: int) -> Span:
    """What of a text is shown: its beginning, or the surroundings of the first find where that stands farther on."""
    begin = 0
    if found and found[0][1] > longest:
        begin = max(0, min(found[0][0] - longest // 4, length - longest))
    return begin, min(begin + longest, length)


def _merged(spans: Iterable[Span], length: int) -> list[Span]:
    """The spans in order, within the text, those that overlap made one; empty ones mark nothing."""
    within = sorted((max(0, first), min(last, length)) for first, last in spans)
    merged: list[Span] = []
    for first, last in within:
        if first >= last:
            continue
        if merged and first < merged[-1][1]:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return merged
