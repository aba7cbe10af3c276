"""Columns: width, wrapping, cutting, tables."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.cli.display.layout import NO_BREAK, Cell, Flow, headed, shortened, table, width_of, wrapped

TEXTS = st.text(st.sampled_from("ab é日本 \n\t🏝x\u0301\u200d\ufe0f👨👩🇩"), max_size=200)


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("abc", 3),
        ("é", 1),
        ("日本", 4),
        ("e\u0301", 1),
        ("🏝\ufe0f", 2),
        ("👨\u200d👩\u200d👧", 2),
        ("🇩🇪", 2),
        ("👍", 2),
        ("", 0),
    ],
)
def test_width(text: str, width: int) -> None:
    """Wide characters take two columns, combining ones none."""
    assert width_of(text) == width


@given(TEXTS, st.integers(12, 40), st.integers(0, 4))
def test_wrapped_text_fits(text: str, width: int, indent: int) -> None:
    """No line is wider than asked for, and no character that is seen is lost."""
    lines = wrapped(text, width, indent, indent).split("\n")
    assert all(width_of(line) <= width for line in lines[1:])
    assert width_of(lines[0]) <= width - indent
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(line.startswith(" " * indent) for line in lines[1:] if line)


@given(TEXTS, st.lists(st.integers(0, 200), max_size=10))
def test_any_chunking_looks_the_same(text: str, cuts: list[int]) -> None:
    """However a text is cut on its way, it is laid out the same."""
    pieces: list[str] = []
    flow = Flow(pieces.append, 20, 2, 2)
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    for start, end in pairwise(places):
        flow.feed(text[start:end])
    flow.end()
    assert "".join(pieces).removesuffix("\n") == wrapped(text, 20, 2, 2)


def test_layout_of_the_text_itself_stays() -> None:
    """Indented lines and empty lines between stay; empty lines at either end go; a long word is parted."""
    assert wrapped("\n\na:\n\n    b\n\n", 20, 2, 2) == "a:\n\n      b"
    assert wrapped("x" * 25, 12, 2, 2) == f"{'x' * 10}\n  {'x' * 10}\n  {'x' * 5}"
    assert wrapped(f"aaaa bbbb{NO_BREAK}c", 10) == "aaaa\nbbbb c"


def test_cutting() -> None:
    """A text is cut in its middle or at its end, and never within a wide character."""
    assert shortened("abcdefgh", 5) == "ab…gh"
    assert shortened("日本語日本語", 6) == "日…語"
    assert headed("日本語", 4) == "日…"
    assert headed("abc", 3) == "abc"


def test_table() -> None:
    """Names are cut to make a table fit; where that is not enough, there is none."""
    rows = [[Cell(""), Cell("trials")], [Cell("a-very-long-name-indeed"), Cell("12")]]

    def bare(text: str, _: str) -> str:
        return text

    assert table(rows, 40, bare) == ["                         trials", "a-very-long-name-indeed      12"]
    assert table(rows, 24, bare) == ["                  trials", "a-very-l…-indeed      12"]
    assert table(rows, 20, bare) is None
