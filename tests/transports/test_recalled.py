"""Answers out of an earlier run."""

import asyncio
from dataclasses import replace

from runner.core.message import Answer, Failure, Reply, Request
from runner.transports.fake import FakeTransport
from runner.transports.recalled import Place, Recalled, Recollection
from tests.asking import request_for

FIRST = request_for("hi")
HEARD = Answer(
    reply=Reply(message={"role": "assistant", "content": "well"}, finish_reason="stop", served_model="m-1"),
    latency_s=0.5,
    cost_usd=0.25,
    started_at="2026-01-01T00:00:00.000Z",
)


def place(request: Request) -> Place:
    return request.provider, request.key, request.draw


def asked(request: Request, *known: Request) -> tuple[Answer, FakeTransport]:
    """The answer to a request, where some were answered before, and what would have sent it."""
    inner = FakeTransport(lambda *_: "asked anew")

    async def main() -> Answer:
        recalled = Recalled(inner, Recollection("earlier", {place(each): HEARD for each in known}))
        try:
            return await recalled.send(request, lambda _: None)
        finally:
            await recalled.close()

    return asyncio.run(main()), inner


def test_a_turn_is_answered_by_what_it_was_answered_with() -> None:
    """The very reply, with its time and its model; nothing is sent, so nothing is paid again."""
    found, inner = asked(FIRST, FIRST)
    assert found == HEARD.model_copy(update={"replayed": True, "cost_usd": 0.0})
    assert HEARD.cost_usd == 0.25
    assert inner.asked == []
    assert inner.closed


def test_a_failure_is_recalled_as_well() -> None:
    """What got no reply then gets none now, for the reason it had."""
    failure = Answer(failure=Failure(kind="timed_out", message="nothing came"))

    async def main() -> Answer:
        recalled = Recalled(FakeTransport(lambda *_: "no"), Recollection("earlier", {place(FIRST): failure}))
        return await recalled.send(FIRST, lambda _: None)

    found = asyncio.run(main())
    assert found.failure == failure.failure
    assert found.reply is None


def test_another_question_is_no_answer_and_is_not_sent() -> None:
    """Other words, another draw, another provider: what was not asked then has no reply."""
    for request in (request_for("ho"), replace(FIRST, draw=2), replace(FIRST, provider="other")):
        found, inner = asked(request, FIRST)
        assert found.failure is not None
        assert found.failure.kind == "not_recorded"
        assert inner.asked == []


def test_what_checks_ask_is_asked() -> None:
    """A judge's question goes on to whom it is for, the same words as a turn's or not."""
    found, inner = asked(replace(FIRST, purpose="judge"), FIRST)
    assert found.reply is not None
    assert found.reply.text == "asked anew"
    assert [each.request.purpose for each in inner.asked] == ["judge"]
    assert not found.replayed
