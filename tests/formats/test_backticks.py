"""Text of others between backticks."""

from html import unescape

from hypothesis import given

from runner.core.harmless import harmless
from runner.formats.backticks import code, fenced
from tests.reports.hostile import ANY
from tests.reports.test_markdown_text import RENDER
from tests.reports.test_markup import read


@given(ANY)
def test_a_fence_holds_the_text(text: str) -> None:
    """Nothing in it ends it."""
    rendered = RENDER(f"{fenced(text)}\nafter")
    assert [tag for tag, _ in read(rendered).tags] == ["pre", "code", "p"]
    assert unescape(
        rendered.partition('<code class="language-text">')[2].partition("</code>")[0]
    ).strip() == (harmless(text).strip())


def test_a_line_keeps_its_ends() -> None:
    """Backticks and spaces at its ends are part of it, and a line end is told."""
    assert [code(text) for text in ("a", "`a", " a", "a\nb", "")] == [
        "`a`",
        "`` `a ``",
        "`  a `",
        "`a\\nb`",
        "`   `",
    ]
