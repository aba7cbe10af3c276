"""What is kept open between questions, and let go."""

import os
from collections.abc import Mapping

import pytest

import runner
from runner.door.switchboard import switchboard
from tests.loopback import LoopbackApi, Record, Respond, completion


def test_what_the_settings_no_longer_have_is_closed(
    api: LoopbackApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another key is another connection, and the old one is not kept."""
    runner.chat("Hi")
    first = switchboard()._outlets["openai"]
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    runner.chat("Hi")
    assert list(switchboard()._outlets) == ["openai"]
    assert switchboard()._outlets["openai"] is not first
    assert first._opened == {}, "it was not closed"
    assert api.connections == 2


def test_it_can_be_used_again_after_it_was_closed(api: LoopbackApi) -> None:
    """Hanging up ends nothing for good; twice does no harm."""
    runner.chat("Hi")
    switchboard().close()
    switchboard().close()
    assert "Hi" in runner.chat("Hi").text
    assert len(api.records) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_asks_on_connections_of_its_own(api: LoopbackApi) -> None:
    """The parent's thread is not there in a child: it begins anew instead of waiting for ever."""
    seen: list[Mapping[str, str]] = []

    def answer(record: Record) -> Respond:
        seen.append(record.headers)
        return completion("said")

    api.respond = answer
    runner.chat("Hi")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if runner.chat("Hi").text == "said" else 2
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    assert runner.chat("Hi").text == "said"
    assert len(seen) == 3
    assert api.connections == 2


@pytest.mark.model
def test_the_embedded_server_is_started_once_and_kept(folder: object) -> None:
    """Two questions, plain and streamed, meet the same server."""
    assert folder
    try:
        runner.chat("Hi", provider="local", max_tokens=2)
        first = switchboard()._outlets["local"]
        pieces: list[str] = []
        reply = runner.chat("Hi", provider="local", max_tokens=4, on_text=pieces.append)
        assert switchboard()._outlets["local"] is first
        assert reply.text == "".join(pieces)
    finally:
        switchboard().close()
