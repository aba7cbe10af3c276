"""Foreign text in a page: shown to the letter, never obeyed."""

import time
from html.parser import HTMLParser

import pytest

from runner.core.finding import Verdict
from runner.core.harmless import harmless
from runner.reports.markup import element, outcome, prose, shown

HOSTILE = (
    "<script>alert(1)</script>",
    "</pre></div><img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp;amp; <!-- --> ]]>",
    '" onmouseover="alert(1)',
    "' style='x",
    "a\x00b\x1b[31m\u202eevil\ud800\u2028",
)


class Reader(HTMLParser):
    """What a browser would see: text, and the elements that it did not ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_shown_to_the_letter(text: str) -> None:
    """A browser shows what was said, apart from what no page can hold, which is written as an escape."""
    reader = read(element("div", shown(text)))
    assert reader.text == harmless(text)
    assert [tag for tag, _ in reader.tags] == ["div"]


@pytest.mark.parametrize("text", HOSTILE)
def test_an_attribute_stays_one(text: str) -> None:
    """Nothing in a value ends it."""
    reader = read(element("div", "", class_="x", aria_label=text))
    assert reader.tags == [("div", [("class", "x"), ("aria-label", harmless(text))])]


def test_what_cannot_be_shown_is_written_as_an_escape() -> None:
    """Lines and tabs stay; controls, reversers and lone surrogates are named; emoji and joiners are text."""
    assert harmless("a\n\tb\r\nc") == "a\n\tb\nc"
    assert harmless("\x00\x1b\u202e\ud800\U000e0041") == "\\x00\\x1b\\u202e\\ud800\\U000e0041"
    family = "\U0001f469\u200d\U0001f467"
    assert harmless(family) == family
    shown(HOSTILE[-1]).encode()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\n```\nb\n```\nc", ["```\nb\n```"]),
        ("```py\nb", ["```py\nb"]),
        ("~~~\n```\n~~~\n````\nx\n````", ["~~~\n```\n~~~", "````\nx\n````"]),
        ("inline ```b``` c", []),
        ("", []),
    ],
)
def test_code_is_what_stands_between_fences(text: str, code: list[str]) -> None:
    """A fence that is left open, as in a reply that was cut, reaches to the end; the text stays as it is."""
    seen = read(prose(text))
    assert seen.text == text
    assert [tag for tag, _ in seen.tags] == ["span"] * len(code)
    for each in code:
        assert f">{each}</span>" in prose(text)


def test_many_fences_take_no_time() -> None:
    """Text that was made to be slow is as quick as any other."""
    began = time.monotonic()
    prose("```\n" * 100_000 + "~~~~" * 50_000 + "\n   " * 50_000)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("name", ["passed", "failed", "broken", "not-applicable"])
def test_an_outcome_is_a_word(name: str) -> None:
    """Colour comes on top of it."""
    verdict = Verdict.model_validate({"check": "x", "outcome": name, "reason": "", "line": 1})
    assert read(outcome(verdict)).text.endswith(f" {name}")
