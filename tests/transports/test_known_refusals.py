"""What a server refuses whatever is said is asked once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from runner.core.message import Answer, Failure, Request
from runner.transports.fake import FakeTransport
from runner.transports.known_refusals import KnownRefusals
from tests.asking import request_for

HOT = replace(request_for("hi"), params={"temperature": 2.5})
REFUSED = Failure(kind="refused_parameter", message="400: too hot", status=400, param="temperature")


def asked(axis: str, answer: Any, requests: Sequence[Request]) -> tuple[list[Answer], FakeTransport]:
    """The answers to requests, one after the other, and what would have sent them."""
    inner = FakeTransport(lambda *_: answer)

    async def main() -> list[Answer]:
        refusals = KnownRefusals(inner, axis)
        try:
            return [await refusals.send(request, lambda _: None) for request in requests]
        finally:
            await refusals.close()

    return asyncio.run(main()), inner


def test_what_was_refused_is_not_asked_again() -> None:
    """Other words with the same fields meet the same refusal, of which no try tells."""
    for axis in ("temperature", "params.temperature"):
        found, inner = asked(axis, REFUSED, [HOT, replace(request_for("ho"), params=HOT.params)])
        assert [each.failure for each in found] == [REFUSED, REFUSED]
        assert found[1].attempts == ()
        assert len(inner.asked) == 1
        assert inner.closed


def test_other_fields_models_and_providers_are_asked() -> None:
    """Only the very same fields of the same model at the same provider are known to be refused."""
    others = [
        replace(HOT, params={"temperature": 2.4}),
        replace(HOT, params={"temperature": 2.5, "top_p": 1}),
        replace(HOT, model="other"),
        replace(HOT, provider="other"),
    ]
    assert len(asked("temperature", REFUSED, [HOT, *others])[1].asked) == 5


def test_only_a_refusal_of_what_is_compared_is_known() -> None:
    """A refusal of another field, of the words, or a server's bad day is asked again."""
    for failure in (
        REFUSED.model_copy(update={"param": "messages"}),
        REFUSED.model_copy(update={"param": "temperatures"}),
        REFUSED.model_copy(update={"param": None}),
        Failure(kind="server_error", message="500", status=500, param="temperature"),
    ):
        assert len(asked("temperature", failure, [HOT, HOT])[1].asked) == 2
    assert len(asked("temperature", "well", [HOT, HOT])[1].asked) == 2
