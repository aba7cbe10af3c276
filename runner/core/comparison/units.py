"""One turn of one item in one cell: how its repeats agree, how different they are; numbers of it, none over several."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import isqrt
from typing import Final

from rapidfuzz import fuzz

from runner.core.comparison.observing import Text, Tried
from runner.core.word import WORD

MOST_DISTINCT: Final = 32
"""So many distinct replies of a turn are held against each other; of more, those whose digests come first: a sample that
depends on nothing but the replies."""
MOST_STEPS: Final = 10**9
"""Pairs of characters that are looked at for one turn, some hundredths of a second; what is longer is held by its beginning."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The replies of the repeats of one turn."""

    item: str
    turn: int
    counts: Counter[str]
    """How often each was said, by its digest."""
    distinct_1: float | None
    """Distinct words as a share of all; None without words."""
    words: int
    distinct_2: float | None
    neighbours: int
    """Pairs of neighbouring words."""
    similarity: float | None
    """Mean likeness of two repeats; None of a single one."""
    likes: Mapping[str, float]
    """Of a distinct reply: how alike it is to each other reply, summed up; of those that were held against the others."""
    is_sampled: bool
    """Whether the likeness is of some replies, or of beginnings, alone."""

    @property
    def n(self) -> int:
        """How many replies there are."""
        return self.counts.total()

    @property
    def pairs(self) -> int:
        """How many pairs of repeats there are."""
        return self.n * (self.n - 1) // 2

    @property
    def same(self) -> float | None:
        """The share of pairs of repeats that are equal; None of a single one."""
        return same_pairs(self.counts.values())

    @property
    def unique(self) -> float | None:
        """Distinct replies as a share of all; None of a single one."""
        return len(self.counts) / self.n if self.n > 1 else None


def unit_of(item: str, turn: int, trials: Iterable[Tried], texts: Mapping[str, Text]) -> Unit:
    """The replies of some trials to one turn."""
    counts = Counter(sorted(tried.replies[turn] for tried in trials if turn in tried.replies))
    single: Counter[str] = Counter()
    double: Counter[tuple[str, str]] = Counter()
    for digest, many in counts.items():
        words = WORD.findall(texts[digest].beginning.lower())
        for word in words:
            single[word] += many
        for pair in pairwise(words):
            double[pair] += many
    alike = likeness(counts, texts)
    return Unit(
        item=item,
        turn=turn,
        counts=counts,
        distinct_1=len(single) / single.total() if single else None,
        words=single.total(),
        distinct_2=len(double) / double.total() if double else None,
        neighbours=double.total(),
        similarity=alike.mean,
        likes=alike.sums,
        is_sampled=alike.is_sampled,
    )


def same_pairs(counts: Iterable[int]) -> float | None:
    """The share of pairs of replies that are equal, given how often each was said; None of less than two."""
    numbers = list(counts)
    total = sum(numbers)
    return sum(many * (many - 1) for many in numbers) / (total * (total - 1)) if total > 1 else None


def same_across(one: Counter[str], other: Counter[str]) -> float | None:
    """The share of pairs of a reply of one side and one of the other that are equal; None where a side has none."""
    pairs = one.total() * other.total()
    return sum(many * other[digest] for digest, many in one.items()) / pairs if pairs else None


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike the repeats of a turn are."""

    mean: float | None
    """Of two repeats, equal ones counted as 1; None of a single one."""
    sums: Mapping[str, float]
    """Of a distinct reply: how alike it is to each other reply, summed up; empty where only some were compared."""
    is_sampled: bool
    """Whether it is of some replies, or of beginnings, alone."""


def likeness(counts: Counter[str], texts: Mapping[str, Text]) -> Likeness:
    """How alike repeats are: the normalized Indel similarity of every two, as far as the bounds allow.

    That is 1 less the insertions and deletions that make one of the other, over the length of both.
    """
    same = same_pairs(counts.values())
    sums = {digest: many - 1.0 for digest, many in counts.items()}
    if same is None or same == 1:
        return Likeness(same, sums, is_sampled=False)
    compared = sorted(counts)[:MOST_DISTINCT]
    longest = longest_compared(len(compared))
    shown = {digest: texts[digest].beginning[:longest] for digest in compared}
    is_cut = any(texts[digest].characters > len(text) for digest, text in shown.items())
    total, weight = 0.0, 0
    for one, other in combinations(compared, 2):
        alike, many = similarity(shown[one], shown[other]), counts[one] * counts[other]
        total += many * alike
        weight += many
        sums[one] += counts[other] * alike
        sums[other] += counts[one] * alike
    is_part = len(compared) < len(counts)
    return Likeness(same + (1 - same) * total / weight, {} if is_part else sums, is_sampled=is_part or is_cut)


def longest_compared(distinct: int) -> int:
    """How many characters of each of so many replies are held against each other."""
    return isqrt(MOST_STEPS // max(1, distinct * (distinct - 1) // 2))


def similarity(one: str, other: str) -> float:
    """How alike two texts are, 0 to 1."""
    return fuzz.ratio(one, other) / 100


def mean_of(numbers: Sequence[float | None]) -> float | None:
    """The mean of those that are known; None where none is."""
    known = [number for number in numbers if number is not None]
    return sum(known) / len(known) if known else None
