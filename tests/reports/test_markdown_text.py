"""Foreign text within Markdown."""

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from runner.core.harmless import harmless_line
from runner.formats.backticks import code
from runner.reports.markdown_text import cell, html_code, prose
from tests.reports.hostile import ANY, TEXTS
from tests.reports.test_markup import read

RENDER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "3 of 5 trials passed; p = 0.02 (95 % interval).",
            "3 of 5 trials passed; p = 0.02 (95 % interval).",
        ),
        ("the gate pass_rate: 0.8 failed", "the gate `pass_rate:` 0.8 failed"),
        ('unknown check `contian`; did you mean "x"?', 'unknown check `contian`; did you mean "x"?'),
        ("ask @anna or #12 now", "ask `@anna` or `#12` now"),
        ("@anna @bob", "`@anna @bob`"),
        ("see https://example.org, www.x.y", "see `https://example.org, www.x.y`"),
        ("1. - + fine", "`1.` - + fine"),
        ("`a``*x*`b", "`a` `*x*`b"),
        ("das heißt: für 5 €", "das heißt: für 5 `€`"),
        ("$0.02 and $x$", "$0.02 and `$x$`"),
        ("a ` b", "a `` ` `` b"),
        ("", ""),
    ],
)
def test_words_stay_words(text: str, told: str) -> None:
    """Only what Markdown could take for more stands in code; as plain text it reads as it is."""
    assert prose(text) == told


@given(ANY)
def test_code_is_the_text(text: str) -> None:
    """Whatever it holds, one element of code shows it, in a line and in a table."""
    wanted = harmless_line(text)
    for rendered in (
        RENDER(f"x {code(text)} y"),
        RENDER(f"| a | b |\n|--|--|\n| {cell(code(text))} | y |\n"),
    ):
        seen = read(rendered)
        assert [tag for tag, _ in seen.tags].count("code") == 1
        inside = rendered.partition("<code>")[2].partition("</code>")[0]
        assert unescape(inside).strip() == wanted.strip()
    assert read(html_code(text)).tags == [("code", [])]


@given(st.lists(st.sampled_from(["a", "`", "*x*", "@b", "_", " ", "1.", "![a](b)", "<b>", "|", "\\", "~~"])))
def test_a_sentence_holds_words_and_code_alone(parts: list[str]) -> None:
    """However its pieces stand beside each other."""
    rendered = RENDER(prose("".join(parts)))
    assert {tag for tag, _ in read(rendered).tags} <= {"p", "code"}


@pytest.mark.parametrize("text", TEXTS[:-3], ids=range(len(TEXTS) - 3))
def test_hostile_sentences_are_words_and_code_alone(text: str) -> None:
    """Neither lists nor headings, links nor pictures."""
    assert {tag for tag, _ in read(RENDER(prose(text))).tags} <= {"p", "code"}
