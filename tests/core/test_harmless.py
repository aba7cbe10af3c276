"""Text made harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.core.harmless import harmless, harmless_line

ORDERS = [chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0)) if chr(code) not in "\n\t"]
HIDDEN = list("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ud800\udfff\U000e0041")


@pytest.mark.parametrize("character", [*ORDERS, *HIDDEN])
def test_what_a_terminal_obeys_is_written_out(character: str) -> None:
    """Controls of both kinds, reversals of the reading order, unseen letters and half characters become escapes."""
    shown = harmless(f"a{character}b")
    assert shown.startswith("a\\")
    assert shown.isascii()
    assert shown.isprintable()
    assert harmless_line(f"a{character}b") == shown


def test_what_people_write_stays() -> None:
    """Letters of any script, emoji, tabs and lines stay as they are; line ends of Windows are line ends."""
    text = "Grüße, 日本語, العربية, 🏝️ 👩‍👩‍👧\n\tcode"
    assert harmless(text) == text
    assert harmless("a\r\nb") == "a\nb"


def test_a_line_is_a_line() -> None:
    """In a line, tabs and line ends are written out too."""
    assert harmless_line("a\n\tb\r\n") == "a\\n\\tb\\r\\n"


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_every_text_can_be_shown(text: str) -> None:
    """Whatever a text holds, a terminal of any encoding gets no order and no half character."""
    shown = harmless(text)
    shown.encode()
    assert not any(ord(character) < 0x20 and character not in "\n\t" for character in shown)
    assert "\n" not in harmless_line(text)
