"""Two texts beside each other, word by word: which pieces are the same, and which stand for which; it shows nothing.

Law: joining the old sides of the spans of two texts gives the old text, joining the new sides the new one; comparing
costs a bounded number of bytes and steps, however long the texts are.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import regex

MOST_BITS: Final = 2**28
"""Where the tokens of two texts have more pairs than these, sentences are compared, and then only whole texts."""
LEAST_COMMON: Final = 0.3
"""Texts that have less than this share of their words in common are told one after the other."""

_TOKEN: Final = regex.compile(
    r"(?V1)\s+|[[\w\p{M}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]]+|\X", regex.DOTALL
)
"""White space, words, and what is none: characters with all that belongs to them."""
_SENTENCE: Final = regex.compile(r"\n|[^\n]+?(?:[.!?。！？]+[^\S\n]*\n?|\n|\Z)")  # noqa: RUF001 - Chinese ends so
"""A line, or a piece of one that ends as sentences do."""
_WORD: Final = regex.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of two texts: the same in both, or what stands in the one for what stands in the other."""

    old: str
    new: str

    @property
    def is_same(self) -> bool:
        """Whether both sides say the same."""
        return self.old == self.new


def words_changed(old: str, new: str) -> tuple[Span, ...]:
    """Two texts as spans, the changed words in spans of their own."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(before) * len(after) <= MOST_BITS:
        return _tidied(_spans(before, after))
    spans: list[Span] = []
    for span in _spans(_SENTENCE.findall(old), _SENTENCE.findall(new)):
        sides = (_TOKEN.findall(span.old), _TOKEN.findall(span.new))
        fits = not span.is_same and len(sides[0]) * len(sides[1]) <= MOST_BITS
        spans += _tidied(_spans(*sides)) if fits else (span,)
    return tuple(spans)


def likeness(spans: Sequence[Span]) -> float:
    """The share of the words of two texts that stands in both, from 0 to 1."""
    same = sum(2 * len(span.old) for span in spans if span.is_same)
    whole = sum(len(span.old) + len(span.new) for span in spans)
    return same / whole if whole else 1.0


def _spans(old: Sequence[str], new: Sequence[str]) -> list[Span]:
    """Tokens as spans: runs that are in both, and what is between them."""
    spans = []
    before, after = 0, 0
    for start, other, length in common_runs(old, new):
        if start > before or other > after:
            spans.append(Span("".join(old[before:start]), "".join(new[after:other])))
        if length:
            same = "".join(old[start : start + length])
            spans.append(Span(same, same))
        before, after = start + length, other + length
    return spans


def common_runs(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[tuple[int, int, int]]:
    """Where the longest common subsequence of two lists stands in them, as runs, the last one empty at both ends."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    tail = 0
    while tail < min(len(old), len(new)) - start and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    pairs = [(place, place) for place in range(start)]
    middle = (old[start : len(old) - tail], new[start : len(new) - tail])
    if len(middle[0]) * len(middle[1]) <= MOST_BITS:
        pairs += [(start + one, start + other) for one, other in _longest_common(*middle)]
    pairs += [(len(old) - place, len(new) - place) for place in range(tail, 0, -1)]
    run: tuple[int, int, int] | None = None
    for one, other in pairs:
        if run is not None and (one, other) == (run[0] + run[2], run[1] + run[2]):
            run = (run[0], run[1], run[2] + 1)
            continue
        if run is not None:
            yield run
        run = (one, other, 1)
    if run is not None:
        yield run
    yield len(old), len(new), 0


def _longest_common(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The places of a longest common subsequence, by Hyyrö's bit-parallel rows: a bit for each pair of tokens."""
    places: dict[Hashable, int] = {}
    for place, token in enumerate(new):
        places[token] = places.get(token, 0) | 1 << place
    full = (1 << len(new)) - 1
    rows = [full]
    for token in old:
        row, match = rows[-1], places.get(token, 0)
        both = row & match
        rows.append(((row + both) | (row - both)) & full)
    found = []
    one, other = len(old), len(new)
    while one and other:
        # A zero bit says that the subsequence grows by one in this column.
        if rows[one] >> (other - 1) & 1:
            other -= 1
        elif not rows[one - 1] >> (other - 1) & 1:
            one -= 1
        else:
            one, other = one - 1, other - 1
            found.append((one, other))
    return found[::-1]


def _tidied(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans without confetti: a little that is the same between two changes is told with them."""
    told: list[Span] = []
    for span in spans:
        told.append(span)
        while len(told) >= 3 and _is_confetti(*told[-3:]):
            last = told[-3:]
            del told[-3:]
            told.append(Span("".join(each.old for each in last), "".join(each.new for each in last)))
    if len(told) > 1 and likeness(told) < LEAST_COMMON:
        return (Span("".join(each.old for each in told), "".join(each.new for each in told)),)
    return tuple(told)


def _is_confetti(before: Span, same: Span, after: Span) -> bool:
    """Whether what is the same between two changes is less than either of them, or no word."""
    if before.is_same or after.is_same or not same.is_same or "\n" in same.old:
        return False
    if not _WORD.search(same.old) and len(same.old) <= 3:
        return True
    size = min(max(len(before.old), len(before.new)), max(len(after.old), len(after.new)))
    return len(same.old.strip()) <= min(size // 3, 4)
