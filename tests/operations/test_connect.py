"""The way out to a provider."""

import asyncio

from runner.core.message import Answer
from runner.operations.connect import Outlet, _limit
from runner.transports import ignore
from tests.asking import provider_at, request_for
from tests.loopback import LoopbackApi, echo, in_turn, refuse


def test_an_outlet_does_not_hold_a_failure_against_its_provider() -> None:
    """Who asks when nobody else does finds out for himself, whatever became of earlier questions; who asks beside is spared."""
    refused = refuse(401, "Incorrect API key", code="invalid_api_key")

    async def main(base_url: str) -> list[Answer]:
        outlet = Outlet(provider_at(base_url, in_flight=1))
        try:
            first = await asyncio.gather(
                *(outlet.send(request_for(str(number)), ignore, stream=False) for number in range(5))
            )
            return [*first, await outlet.send(request_for("again"), ignore, stream=False)]
        finally:
            await outlet.close()

    with LoopbackApi(in_turn(refused, echo)) as api:
        *first, again = asyncio.run(main(api.base_url))
        assert len(api.records) == 2
    assert [answer.failure and answer.failure.kind for answer in first] == ["not_allowed"] * 5
    assert again.reply is not None


def test_only_a_server_of_others_is_scouted_out() -> None:
    """Nothing is found out of the embedded model by its first reply, so that nobody waits for it."""
    provider = provider_at("http://127.0.0.1:1/v1")
    for kind, goes in (("openai", False), ("local", True)):
        scout = _limit(provider.model_copy(update={"kind": kind})).scout
        assert scout.goes("first")
        assert scout.goes("second") is goes
