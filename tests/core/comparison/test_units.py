"""One turn of one item: agreement and diversity of its replies, and what bounds the work."""

from collections import Counter
from importlib import import_module
from itertools import combinations
from random import Random

import pytest

from runner.core.comparison.observing import Text, observe
from runner.core.comparison.units import (
    MOST_DISTINCT,
    MOST_STEPS,
    likeness,
    longest_compared,
    same_across,
    same_pairs,
    similarity,
    unit_of,
)
from tests.experiment import expected, trial

INDEL = import_module("rapidfuzz.distance.Indel")


def texts_of(*said: str) -> dict[str, Text]:
    """Texts under their own names."""
    return {text: Text(text, len(text.split()), len(text)) for text in said}


def test_equal_pairs_are_counted_one_by_one() -> None:
    """The share of pairs that are equal, within and across, is that of all pairs looked at."""
    chance = Random(3)
    for _ in range(20):
        one = chance.choices("abc", k=chance.randint(2, 8))
        other = chance.choices("abcd", k=chance.randint(1, 8))
        pairs = list(combinations(one, 2))
        assert same_pairs(Counter(one).values()) == pytest.approx(sum(a == b for a, b in pairs) / len(pairs))
        across = [a == b for a in one for b in other]
        assert same_across(Counter(one), Counter(other)) == pytest.approx(sum(across) / len(across))
    assert same_pairs([1]) is None
    assert same_pairs([]) is None
    assert same_across(Counter("a"), Counter()) is None


def test_likeness_is_the_mean_over_all_pairs() -> None:
    """Replies that were said several times count as often."""
    said = ["the cat sat", "the cat sat", "a cat sits", "dogs", "dogs", "dogs"]
    pairs = list(combinations(said, 2))
    mean = sum(INDEL.normalized_similarity(one, other) for one, other in pairs) / len(pairs)
    found = likeness(Counter(said), texts_of(*said))
    assert found.mean == pytest.approx(mean)
    assert not found.is_sampled
    for one in set(said):
        others = sum(INDEL.normalized_similarity(one, other) for other in said) - 1
        assert found.sums[one] == pytest.approx(others)
    assert likeness(Counter(["a"]), texts_of("a")).mean is None
    assert likeness(Counter(["a", "a"]), texts_of("a")).mean == 1
    assert similarity("", "") == 1


def test_of_many_distinct_replies_some_are_compared() -> None:
    """Equal pairs are all counted; the likeness of the others is that of a sample that their digests alone choose."""
    said = [f"reply {number:03}" for number in range(3 * MOST_DISTINCT)] + ["reply 000"]
    kept = sorted(set(said))[:MOST_DISTINCT]
    weights, total = 0, 0.0
    for one, other in combinations(kept, 2):
        many = said.count(one) * said.count(other)
        weights += many
        total += many * INDEL.normalized_similarity(one, other)
    same = 1 / (len(said) * (len(said) - 1) / 2)
    found = likeness(Counter(said), texts_of(*said))
    assert found.is_sampled
    assert not found.sums
    assert found.mean == pytest.approx(same + (1 - same) * total / weights)


def test_long_replies_are_compared_by_their_beginnings() -> None:
    """No more pairs of characters are looked at than the bound allows; it is said that these are beginnings."""
    for distinct in (2, 10, MOST_DISTINCT):
        pairs = distinct * (distinct - 1) // 2
        assert pairs * longest_compared(distinct) ** 2 <= MOST_STEPS
    assert longest_compared(10) > 4000
    long = {name: Text(name * 5000, 1, 90_000) for name in "ab"}
    found = likeness(Counter("ab"), long)
    assert (found.mean, found.is_sampled) == (0, True)


def test_words_are_lower_case_and_counted_as_checks_count_them() -> None:
    """`Don't` and `don't` are one word, punctuation is none; neighbours are within one reply."""
    said = ["Don't stop, don't!", "Stop 3.14"]
    unit = unit_of("item", 0, [], {})
    assert (unit.n, unit.distinct_1, unit.similarity, unit.same, unit.unique) == (0, None, None, None, None)
    whole = expected(repeats=2)
    seen = observe(whole, [trial(whole, "0", repeat, text) for repeat, text in enumerate(said, 1)])
    unit = unit_of("item", 0, seen.of(("0", "base")), seen.texts)
    assert (unit.words, unit.neighbours) == (5, 3)
    assert unit.distinct_1 == 3 / 5  # don't, stop, 3.14
    assert unit.distinct_2 == 1
    assert (unit.n, unit.pairs, unit.unique, unit.same) == (2, 1, 1, 0)
