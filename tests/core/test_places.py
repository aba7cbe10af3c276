"""What names in a matrix, a case or an option stand for."""

import re

import pytest

from runner.core.places import Place, label_complaint, place, spelled


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("temperature", Place("params", "temperature")),
        ("params.user", Place("params", "user")),
        ("params.extra_body", Place("params", "extra_body")),
        ("vars.user", Place("vars", "user")),
        ("vars.new", Place("vars", "new")),
        ("tone", Place("vars", "tone")),
        ("model", Place("model", "model")),
        ("system", Place("system", "system")),
        ("setup", Place("setup", "setup")),
    ],
)
def test_a_name_stands_for_one_thing(name: str, expected: Place) -> None:
    """Fields, variables and parts of the scenario are told apart by name alone where they can be."""
    assert place(name, {"tone", "user", "provider"}) == expected


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("user", "`user` is both a request field and a variable: write `params.user` or `vars.user`"),
        ("provider", "`provider` is both a part of the scenario and a variable"),
        ("temprature", "did you mean `temperature`?"),
        ("tome", "did you mean `tone`?"),
        ("params.tone", "unknown request field `tone`"),
        ("params.messages", "the messages are made from the turns"),
        ("vars.a b", "cannot be a variable's name"),
        ("stream", "`stream` may not be set here"),
        ("zzzz", "neither a request field nor a variable"),
    ],
)
def test_an_unclear_name_is_an_error(name: str, sentence: str) -> None:
    """A name that stands for two things or for nothing is refused with the way on."""
    with pytest.raises(ValueError, match=re.escape(sentence)):
        place(name, {"tone", "user", "provider"})


def test_values_are_spelled_one_way() -> None:
    """A number reads the same in an id however it was written; text keeps its spelling."""
    values = [1, 1.0, 0.7, -0.5, 1e300, True, False, None, "007"]
    assert [spelled(value) for value in values] == [
        "1",
        "1",
        "0.7",
        "-0.5",
        "1e+300",
        "true",
        "false",
        "null",
        "007",
    ]


@pytest.mark.parametrize(
    "text", ["a,b", "[a", "a]", "a=b", "#1", 'a"b', "it's", "a`b", "a\nb", " a", "a ", "", "x" * 41, "a\x1b"]
)
def test_what_would_make_an_id_unclear_needs_a_name(text: str) -> None:
    """Brackets, commas, quotes, controls, blanks at an end and long texts cannot stand in an id."""
    assert label_complaint(text) is not None


@pytest.mark.parametrize("text", ["a", "gpt-5.4-mini", "ein Fön", "漢字", "openai/gpt-oss:20b", "x" * 40])
def test_what_stands_in_an_id_as_it_is(text: str) -> None:
    """Words, names of models and any script's letters need no other name."""
    assert label_complaint(text) is None
