"""Whatever a program gives, what is no such thing is told in a sentence."""

from typing import Any

import pytest

import runner
from runner.door.given import dollars, flag, listed, named, number_from, numbers_from, place, text, texts


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda value: text("x", value), 5),
        (lambda value: texts("x", value), [1]),
        (lambda value: texts("x", value), b"a"),
        (lambda value: named("x", value), ["a"]),
        (lambda value: named("x", value), {1: 1}),
        (lambda value: place("x", value), b"a"),
        (lambda value: place("x", value), None),
        (lambda value: number_from(0, "x", value), True),
        (lambda value: number_from(0, "x", value), 1.0),
        (lambda value: numbers_from(1, "x", value), [0]),
        (lambda value: numbers_from(1, "x", value), "1"),
        (lambda value: flag("x", value), 1),
        (lambda value: dollars("x", value), float("inf")),
        (lambda value: dollars("x", value), "1"),
    ],
)
def test_what_is_of_another_kind_is_refused(read: Any, value: Any) -> None:
    """The sentence has the parameter, what it takes, and what was given."""
    with pytest.raises(runner.UsageError, match=r"x should be .*, not ") as caught:
        read(value)
    assert repr(value).strip("[]") in str(caught.value)


def test_none_says_nothing() -> None:
    """A parameter that is given as None is as good as not given."""
    assert (text("x", None), texts("x", None), named("x", None)) == (None, (), {})
    assert (numbers_from(1, "x", None), flag("x", None)) == ((), None)
    assert (number_from(1, "x", None), dollars("x", None)) == (None, None)


def test_one_stands_for_a_list_of_one() -> None:
    """A text is never taken for a list of letters."""
    assert texts("x", "abc") == ("abc",)
    assert numbers_from(1, "x", 2) == (2,)
    assert numbers_from(1, "x", range(1, 3)) == (1, 2)
    assert listed(0.5) == [0.5]
    assert listed(each for each in "ab") == ["a", "b"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: runner.load(["a.yaml"]),  # type: ignore[arg-type]
        lambda: runner.play("a.yaml", model=5),  # type: ignore[arg-type]
        lambda: runner.play("a.yaml", only=5),  # type: ignore[arg-type]
        lambda: runner.play("a.yaml", where=["x"]),  # type: ignore[arg-type]
        lambda: runner.play("a.yaml", outputs=5),  # type: ignore[arg-type]
        lambda: runner.read(5),  # type: ignore[arg-type]
        lambda: runner.resume(5),  # type: ignore[arg-type]
        lambda: runner.chat("x", provider=5),  # type: ignore[arg-type]
        lambda: runner.chat("x", on_text=5),  # type: ignore[arg-type]
    ],
)
def test_whatever_is_called_raises_errors_of_one_family(call: Any) -> None:
    """Nobody has to catch what another library raises."""
    with pytest.raises(runner.RunnerError, match="should be"):
        call()
