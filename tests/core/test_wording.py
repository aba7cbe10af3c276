"""Names and excerpts in sentences."""

from hypothesis import given
from hypothesis import strategies as st

from runner.core.wording import excerpt, listed, nearest, quoted, unknown


@given(st.text(st.characters(), max_size=300), st.integers(10, 100))
def test_an_excerpt_is_short_and_harmless(text: str, limit: int) -> None:
    """Whatever a text holds, what is shown of it is printable, bounded, and on one line."""
    shown = excerpt(text, limit)
    assert shown.isprintable()
    assert len(shown) <= 10 * limit + 2
    shown.encode()


def test_an_excerpt_shows_both_ends() -> None:
    """A long text is cut in the middle; a short one is whole."""
    assert excerpt("a\nb\x1b[31m\ud800") == '"a\\nb\\x1b[31m\\ud800"'
    assert excerpt("begin" + "x" * 100 + "end", 13) == '"begin...xxend"'
    assert quoted("x`y") == "`x`y`"


def test_the_nearest_name_is_found_without_regard_to_capitals() -> None:
    """A slip of a letter, or of its case, finds the name; something else finds none."""
    assert nearest("Temprature", ["temperature", "top_p"]) == "temperature"
    assert nearest("xyz", ["temperature"]) is None
    assert nearest("a" * 10_000, ["a" * 60]) is None


def test_an_unknown_name_is_told_what_there_is() -> None:
    """The sentence gives the nearest name, or all of a few, or says that there is none."""
    assert unknown("key", "nmae", ["name", "tags"]) == "unknown key `nmae`; did you mean `name`?"
    assert unknown("key", "x", ["name", "tags"]) == "unknown key `x`; expected one of `name` and `tags`"
    assert unknown("key", "x", ["name"]) == "unknown key `x`; expected `name`"
    assert unknown("key", "x", []) == "unknown key `x`; there is none here"
    assert unknown("key", "x", [f"name{n}" for n in range(20)]) == "unknown key `x`"
    assert listed(["a", "b", "c"]) == "`a`, `b` and `c`"
