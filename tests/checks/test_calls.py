"""Calls as replies make them, and as authors want them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.checks.calls import Call, calls_of, misfit, pair, pair_in_order, wanted_of
from runner.checks.reading import UnreadableError
from runner.core.check import Subject
from runner.core.message import Answer, Reply


def test_calls_are_read_as_the_api_writes_them() -> None:
    """Functions with their arguments, tools of free text without any; what is no call is left out."""
    message = {
        "role": "assistant",
        "tool_calls": [
            {"type": "function", "function": {"name": "a", "arguments": "{}"}},
            {"type": "custom", "custom": {"name": "b", "input": "free"}},
            {"type": "function", "function": {"name": 7}},
            "x",
        ],
    }
    made = list(calls_of(Subject(Answer(reply=Reply(message=message)), 0)))
    assert made == [Call("a", "{}"), Call("b", None)]


@pytest.mark.parametrize(
    ("arguments", "made", "fits"),
    [
        ({"a": 1}, '{"a": 1}', True),
        ({"a": 1}, '{"a": 1.0}', True),
        ({"a": "1.50"}, '{"a": 1.5}', True),
        ({"a": "x"}, '{"a": 1}', False),
        ({"a": 1}, '{"a": true}', False),
        ({"a": 1}, '{"a": "1"}', False),
        ({"a": [1, {"b": None}]}, '{"a": [1, {"b": null}]}', True),
        ({"a": [1]}, '{"a": [1, 2]}', False),
        ({"a": 1}, '{"a": 1, "b": 2}', False),
        ({}, "", True),
        ({}, "{", False),
        ({}, None, False),
    ],
)
def test_arguments_are_equal_or_not(arguments: object, made: str | None, fits: bool) -> None:
    """As JSON values; a text that spells a number is that number, since templates give texts."""
    why = misfit(wanted_of({"name": "t", "arguments": arguments}), Call("t", made))
    assert (why is None) == fits


def test_what_cannot_be_read_is_broken() -> None:
    """Arguments nested beyond reading are the check's limit."""
    with pytest.raises(UnreadableError):
        misfit(wanted_of({"name": "t", "arguments": {}}), Call("t", "[" * 90_000))
    assert misfit(wanted_of("t"), Call("t", "[" * 90_000)) is None


@given(
    st.integers(0, 4).flatmap(
        lambda made: st.lists(st.lists(st.booleans(), min_size=made, max_size=made), max_size=4)
    )
)
def test_as_many_are_paired_as_can_be(fits: list[list[bool]]) -> None:
    """No call is given twice, each one fits, and no other way pairs more."""

    def most(rows: list[list[bool]], taken: frozenset[int]) -> int:
        if not rows:
            return 0
        ways = [1 + most(rows[1:], taken | {at}) for at, fit in enumerate(rows[0]) if fit and at not in taken]
        return max([most(rows[1:], taken), *ways])

    paired = pair(fits)
    found = [at for at in paired if at is not None]
    assert len(set(found)) == len(found) == most(fits, frozenset())
    assert all(fits[number][at] for number, at in enumerate(paired) if at is not None)


def test_in_order_each_comes_after_the_one_before() -> None:
    """The first that fits is taken; once one is missing, so are the rest."""
    assert pair_in_order([[False, True, True], [True, False, True]], 3) == [1, 2]
    assert pair_in_order([[False, True], [True, False]], 2) == [1, None]
