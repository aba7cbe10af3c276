"""Two texts beside each other, word by word."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.core.words import Span, common_runs, likeness, words_changed

TEXTS = st.lists(st.sampled_from(["a", "kettle", " ", "\n", ", ", "日本", "e\u0301", "👩\u200d👧", "."])).map(
    "".join
)


@given(TEXTS, TEXTS)
def test_the_sides_are_the_texts(old: str, new: str) -> None:
    """Joining the old sides gives the old text, the new sides the new one; what is marked as changed is not the same."""
    spans = words_changed(old, new)
    assert "".join(span.old for span in spans) == old
    assert "".join(span.new for span in spans) == new
    assert all(not (one.is_same and other.is_same) for one, other in pairwise(spans))
    assert words_changed(old, old) == ((Span(old, old),) if old else ())


@given(st.text("abc", max_size=12), st.text("abc", max_size=12))
def test_the_common_part_is_the_longest(old: str, new: str) -> None:
    """What two lists have in common is as long as the textbook's table says, in order, and really common."""
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for row, one in enumerate(old):
        for column, other in enumerate(new):
            longest = max(table[row][column + 1], table[row + 1][column])
            table[row + 1][column + 1] = table[row][column] + 1 if one == other else longest
    *runs, last = common_runs(old, new)
    assert last == (len(old), len(new), 0)
    assert sum(length for _, _, length in runs) == table[-1][-1]
    assert all(old[one : one + size] == new[other : other + size] for one, other, size in runs)
    assert all(one[0] + one[2] <= two[0] and one[1] + one[2] <= two[1] for one, two in pairwise(runs))


def changed(old: str, new: str) -> list[tuple[str, str]]:
    return [(span.old, span.new) for span in words_changed(old, new) if not span.is_same]


def test_words_are_changed_as_a_whole() -> None:
    """A word is never parted, nor is what a reader takes for one character; scripts without spaces go by character."""
    assert changed("The cat sat on it.", "The cow sat upon it!") == [
        ("cat", "cow"),
        ("on", "upon"),
        (".", "!"),
    ]
    assert changed("cafe\u0301 👩\u200d👧 and so on, and on", "cafe 👩\u200d👦 and so on, and on") == [
        ("cafe\u0301 👩\u200d👧", "cafe 👩\u200d👦")
    ]
    assert changed("日本のやかん", "日本の急須") == [("やかん", "急須")]


def test_there_is_no_confetti() -> None:
    """A small word between two large changes goes with them; texts that share next to nothing are wholly different."""
    old, new = "Well, an elephant is enormous, I am told.", "Well, an umbrella is waterproof, I am told."
    assert changed(old, new) == [("elephant is enormous", "umbrella is waterproof")]
    assert (
        len(words_changed("It rains in the north today.", "Nobody knows what she said, not even Bob.")) == 1
    )
    assert likeness(words_changed("a b", "a b")) == 1


def test_long_texts_are_compared_by_sentences_first() -> None:
    """In a text too long for comparing every word with every other, also of one paragraph, changed words are marked."""
    old = " ".join(f"Number {number} was a kettle, as before." for number in range(3_000))
    new = old.replace("Number 70 was a kettle", "Number 70 was a pot").replace("2500 was", "2500 is")
    assert changed(old, new) == [("kettle", "pot"), ("was", "is")]


@given(TEXTS, TEXTS)
def test_sides_by_sentences(old: str, new: str) -> None:
    """By sentences as well, joining the sides gives the texts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("runner.core.words.MOST_BITS", 8)
        spans = words_changed(old, new)
    assert ("".join(span.old for span in spans), "".join(span.new for span in spans)) == (old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a b " * 20_000, "b a " * 20_000),
        ("\n".join("ab c" * 9 for _ in range(9_000)), "\n".join("ab d" * 9 for _ in range(9_000))),
        ("x" * 500_000, "y" * 500_000),
        (" ".join(map(str, range(7_000))), " ".join(map(str, range(7_000, 0, -1)))),
    ],
)
def test_long_texts_cost_a_bounded_time(old: str, new: str) -> None:
    """However long and however hostile two texts are, they are compared within seconds."""
    began = time.process_time()
    spans = words_changed(old, new)
    assert time.process_time() - began < 5
    assert "".join(span.new for span in spans) == new
