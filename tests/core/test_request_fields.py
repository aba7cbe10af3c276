"""Which request fields are known, and which are refused."""

from typing import Any, get_args, get_type_hints

import pytest
from openai.types.chat import completion_create_params as params

from runner.core.request_fields import NUMBERS, REFUSED, REQUEST_FIELDS, TRUTHS, WHOLE, refusal


def test_the_fields_are_those_of_the_installed_package() -> None:
    """A field that the openai package gains or loses fails here, and is then written down or struck out."""
    known = set(params.CompletionCreateParamsNonStreaming.__annotations__)
    known |= set(params.CompletionCreateParamsStreaming.__annotations__)
    assert known == REQUEST_FIELDS | REFUSED.keys()


def test_the_types_are_those_of_the_installed_package() -> None:
    """Fields that are nothing but numbers or truths to the openai package are looked at, and no others."""
    hints = get_type_hints(params.CompletionCreateParamsNonStreaming)
    plain = {name: set(get_args(hint)) - {type(None)} for name, hint in hints.items()}
    for kind, fields in ((float, NUMBERS), (int, WHOLE), (bool, TRUTHS)):
        assert {
            name for name, forms in plain.items() if forms == {kind} or hints[name] is kind
        } - REFUSED.keys() == (fields | ({"n"} if kind is int else set()))


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("messages", [], "the messages are made from the turns"),
        ("model", "x", "write `model:` at the top"),
        ("stream", True, "streams where somebody watches"),
        ("n", 2, "use `repeat`"),
        ("n", True, "use `repeat`"),
        ("n", "1", "use `repeat`"),
        ("temprature", 1, "did you mean `temperature`?"),
        ("repetition_penalty", 1, "go under `extra_body:`"),
        ("extra_body", [], "takes a map"),
        ("extra_body", {"model": "x"}, "may not be set under `extra_body`"),
        ("extra_body", {"n": 3}, "use `repeat`"),
        ("temperature", "hot", '`temperature` takes a number from 0 up, not "hot"'),
        ("temperature", -1, "a number from 0 up"),
        ("temperature", True, "a number from 0 up"),
        ("temperature", float("inf"), "a number from 0 up"),
        ("seed", float("inf"), "a whole number"),
        ("top_p", [1], "`top_p` takes a number, not [1]"),
        ("seed", 1.5, "`seed` takes a whole number, not 1.5"),
        ("max_completion_tokens", "many", "takes a whole number"),
        ("logprobs", "yes", "takes true or false"),
    ],
)
def test_what_would_break_a_conversation_is_refused(field: str, value: Any, reason: str) -> None:
    """A field that the conversation sets itself, or that nobody knows, is refused with the way on."""
    found = refusal(field, value)
    assert found is not None
    assert reason in found


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("temperature", 0.7),
        ("temperature", 5),
        ("temperature", None),
        ("presence_penalty", -2),
        ("seed", 7),
        ("max_tokens", 20.0),
        ("store", False),
        ("n", 1),
        ("n", None),
        ("extra_body", {"top_k": 5}),
        ("stop", "x"),
    ],
)
def test_everything_else_passes(field: str, value: Any) -> None:
    """Any other value of any known field goes through untouched."""
    assert refusal(field, value) is None
