"""What a `.env` says, line by line, and how a line of it is spelt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.settings.env_file import entries, is_sendable, spell, unwrapped

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1)
NAME = "OPENAI_API_KEY"


@given(PRINTABLE, st.sampled_from(["\n", "\r\n", ""]))
def test_what_is_spelt_is_read_back(value: str, end: str) -> None:
    """Any value of printable ASCII is read as it was written, and the lines around it as well."""
    text = f"A=1\n{spell(NAME, value)}{end}" + ("B=2\n" if end else "")
    read = {entry.name: entry.value for entry in entries(text)}
    assert read == {"A": "1", NAME: value, **({"B": "2"} if end else {})}
    assert "\n" not in spell(NAME, value)


@given(PRINTABLE.map(str.strip).filter(is_sendable))
def test_a_pasted_line_means_its_value(key: str) -> None:
    """A key that is pasted with its name, quoted as `.env` wants it, is that key."""
    for before in ("", "export ", "set ", "$env:", "  export  "):
        assert unwrapped(f" {before}{spell(NAME, key)} \n", NAME) == key


@pytest.mark.parametrize(
    ("pasted", "key"),
    [
        ("sk-abc", "sk-abc"),
        ("  sk-abc \t\n", "sk-abc"),
        ('"sk-abc"', "sk-abc"),
        ("' sk-abc '", "sk-abc"),
        ("`sk-abc`", "sk-abc"),
        ("OPENAI_API_KEY = sk-abc   # mine", "sk-abc"),
        ('export OPENAI_API_KEY="sk-a$b"', "sk-a$b"),
        ("$env:OPENAI_API_KEY = 'sk-abc'", "sk-abc"),
        ("OPENAI_API_KEY=", ""),
        ("sk=abc=", "sk=abc="),
        ('"sk-abc', '"sk-abc'),
    ],
)
def test_takes_off_what_is_around_a_key(pasted: str, key: str) -> None:
    """Spaces, quotes and the name with its `=` are taken off what was pasted; what belongs to the key stays."""
    assert unwrapped(pasted, NAME) == key


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("foo\n", [(1, "has no `=`")]),
        ("A=1\n\n# remark\nsk-abc\nB=2\n", [(4, "has no `=`")]),
        ("A=1\r\n\r\n'B'\r\n", [(3, "has no `=`")]),
        ("\n\nA='open\nB=2\n", [(3, "cannot be read")]),
        ('A="x" y\n', [(1, "cannot be read")]),
        ("=x\nfoo", [(1, "cannot be read"), (2, "has no `=`")]),
        ("export A\nA=\n# only\n\n", []),
    ],
)
def test_says_which_lines_are_none(text: str, lines: list[tuple[int, str]]) -> None:
    """A line without `=`, or with an open quote, is complained of at its number; `export NAME` says nothing."""
    found = [(entry.line, entry.complaint) for entry in entries(text) if entry.complaint]
    assert len(found) == len(lines)
    for (line, complaint), (expected, words) in zip(found, lines, strict=True):
        assert line == expected
        assert complaint.startswith(words)


@given(st.text(st.sampled_from("A= '\"\\#\n\r$é\ufeff\x00")))
def test_any_text_is_read(text: str) -> None:
    """Whatever a `.env` holds, it is read or complained of."""
    for entry in entries(text):
        assert entry.line >= 1
        assert bool(entry.name) != bool(entry.complaint)
