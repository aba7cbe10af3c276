"""What was found in a text, marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.reports.marked import LONGEST, mark_spans, marked, pieces

SPANS = st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40)), max_size=6)


@pytest.mark.parametrize(
    ("spans", "told"),
    [
        ((), "a receipt"),
        (((2, 9),), "a »receipt«"),
        (((5, 9), (2, 6)), "a »receipt«"),
        (((0, 1), (1, 2)), "»a«» «receipt"),
        (((-3, 1), (7, 99)), "»a« receip»t«".replace(" receip»t«", " recei»pt«")),
        (((4, 4), (9, 2), (50, 60)), "a receipt"),
    ],
)
def test_a_find_stands_between_signs(spans: tuple[tuple[int, int], ...], told: str) -> None:
    """Spans may overlap, be unsorted, empty, or reach beyond the text; two finds beside each other stay two."""
    assert mark_spans("a receipt", spans) == told


@given(st.text(max_size=30), SPANS)
def test_nothing_is_lost_by_marking(text: str, spans: list[tuple[int, int]]) -> None:
    """The pieces are the text, and what is found is what some span covers."""
    told = list(pieces(text, spans))
    assert "".join(piece for piece, _ in told) == text
    covered = {index for first, last in spans for index in range(max(0, first), min(last, len(text)))}
    flags = [found for piece, found in told for _ in piece]
    assert {index for index, found in enumerate(flags) if found} == covered


def test_a_style_may_stand_for_signs() -> None:
    """Whoever paints takes the pieces, and makes each harmless by itself."""
    painted = [f"<b>{piece}</b>" if found else piece for piece, found in pieces("a receipt", [(2, 9)])]
    assert "".join(painted) == "a <b>receipt</b>"


def test_signs_are_not_taken_from_the_text() -> None:
    """In a language that quotes with the same signs, others mark what was found."""
    assert marked("»ja« oder nein", [(9, 13)]) == "»ja« oder⟦ nei⟧n"


def test_a_long_text_is_cut_around_what_was_found() -> None:
    """However far on it stands, and what is left out is counted on both sides."""
    text = "x" * 500_000 + "receipt" + "y" * 500_000
    told = marked(text, [(500_000, 500_007)])
    assert "»receipt«" in told
    assert told.startswith("(499,800 characters before) ...xxx")
    assert told.endswith("yyy... (499,407 characters more)")
    assert len(told) < LONGEST + 100
    assert marked("z" * (LONGEST + 1)) == "z" * LONGEST + "... (1 characters more)"


def test_a_marked_text_is_harmless() -> None:
    """What would be obeyed is written as an escape, and the mark stays where it was."""
    assert marked("a\x1b\u202eb", [(1, 2)]) == "a»\\x1b«\\u202eb"
