"""Which request fields are known, and which are refused."""

from typing import Any

import pytest
from openai.types.chat import completion_create_params as params

from runner.core.request_fields import REFUSED, REQUEST_FIELDS, refusal


def test_the_fields_are_those_of_the_installed_package() -> None:
    """A field that the openai package gains or loses fails here, and is then written down or struck out."""
    known = set(params.CompletionCreateParamsNonStreaming.__annotations__)
    known |= set(params.CompletionCreateParamsStreaming.__annotations__)
    assert known == REQUEST_FIELDS | REFUSED.keys()


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
    ],
)
def test_what_would_break_a_conversation_is_refused(field: str, value: Any, reason: str) -> None:
    """A field that the conversation sets itself, or that nobody knows, is refused with the way on."""
    found = refusal(field, value)
    assert found is not None
    assert reason in found


@pytest.mark.parametrize(
    ("field", "value"),
    [("temperature", 0.7), ("n", 1), ("n", None), ("extra_body", {"top_k": 5}), ("stop", "x")],
)
def test_everything_else_passes(field: str, value: Any) -> None:
    """Any other value of any known field goes through untouched."""
    assert refusal(field, value) is None
