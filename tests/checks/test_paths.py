"""What a JSONPath finds."""

import time

import pytest

from runner.checks.paths import LONGEST, MOST_FOUND, compiled, found_by
from runner.checks.reading import UnreadableError
from runner.core.value import Json

STORE: Json = {
    "book": [{"title": "A", "price": 8.95}, {"title": "B", "price": 22.99}, {"title": "C"}],
    "bicycle": {"color": "red", "price": 399},
    "a b": None,
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("$", [STORE]),
        ("$.book[0].title", ["A"]),
        ("$['a b']", [None]),
        ("$.book[*].title", ["A", "B", "C"]),
        ("$.book[-1].title", ["C"]),
        ("$.book[0:2].title", ["A", "B"]),
        ("$.book[0,2].title", ["A", "C"]),
        ("$..price", [8.95, 22.99, 399]),
        ("$.book[?@.price > 10].title", ["B"]),
        ("$.book[?!@.price].title", ["C"]),
        ("$.book[?@.price < $.bicycle.price && @.title == 'A'].title", ["A"]),
        ("$.book[?length(@.title) == 1].title", ["A", "B", "C"]),
        ("$.nothing", []),
        ("$.book.title", []),
    ],
)
def test_a_path_finds_what_the_standard_says(path: str, values: list[Json]) -> None:
    """Names, indexes, slices, everything, descendants and conditions (RFC 9535)."""
    assert [value for _, value in found_by(path, STORE)] == values


def test_where_it_was_found_is_said() -> None:
    """With the keys and indexes that lead there, counted from the front."""
    assert found_by("$.book[-1].title", STORE) == [(("book", 2, "title"), "C")]


@pytest.mark.parametrize("value", ["[1]", "{", 7, None, True])
def test_a_value_without_parts_has_itself_alone(value: Json) -> None:
    """A text is a text, and is not read as JSON once more."""
    assert found_by("$", value) == [((), value)]
    assert found_by("$[0]", value) == []


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("total", r"it begins with `\$`; did you mean `\$.total`"),
        ("[0]", r"did you mean `\$\[0\]`"),
        ("$.a[", "unexpected end of query at its end"),
        ("$.a b", "at character 5"),
        ("$.a[?search(@.b, 'x')]", "function 'search' is not defined"),
        ("$[" + "[" * 300, "is not a path"),
        ("$." + "a" * LONGEST, "too long"),
        ("$..a..b..c", "too many `..`"),
        ("$[?@..a]", "too many `..`"),
        ("$[?count(@[?$..a]) > 1]", "too many `..`"),
        ("$[01]", "is not a path"),
    ],
)
def test_what_is_no_path_is_refused(path: str, complaint: str) -> None:
    """With what is wrong, or with the path that was perhaps meant."""
    with pytest.raises(ValueError, match=complaint):
        compiled(path)


def test_a_path_kept_for_later_sees_each_value_anew() -> None:
    """What a condition found in one value is not remembered for the next."""
    path = "$.items[?@.n == $.wanted].n"
    for wanted in (1, 2):
        value = {"wanted": wanted, "items": [{"n": 1}, {"n": 2}]}
        assert [each for _, each in found_by(path, value)] == [wanted]


@pytest.mark.parametrize(
    ("path", "value"),
    [("$..*", [[]] * (MOST_FOUND + 1)), ("$[*][*].x", [[0] * 1_000] * 200)],
)
def test_what_goes_on_and_on_is_broken(path: str, value: Json) -> None:
    """A path that passes or finds very many values is given up."""
    begun = time.monotonic()
    with pytest.raises(UnreadableError) as raised:
        found_by(path, value)
    assert raised.value.finding.outcome == "broken"
    assert time.monotonic() - begun < 10
