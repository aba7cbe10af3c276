"""Recorded answers in the place of a provider's."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from runner.core.message import Answer, Failure, Reply, Request
from runner.errors import StoreError
from runner.store.shelf import Shelf
from runner.transports import Delta, Notice, Notify, Started
from runner.transports.cassette import CassettePlayer, Mode
from tests.asking import request_for
from tests.recorded import Sender


def reply(text: str = "well, well", **message: str) -> Answer:
    return Answer(
        reply=Reply(message={"role": "assistant", "content": text, **message}, finish_reason="stop")
    )


def ask(
    folder: Path, mode: Mode, sender: Sender, *requests: Request, stream: bool = False
) -> tuple[list[Answer], list[Notice]]:
    """Ask all at once."""
    notices: list[Notice] = []

    async def main() -> list[Answer]:
        shelf = Shelf(folder, [""], writes=mode != "replay")
        player = CassettePlayer(sender, shelf, mode, stream=stream)
        try:
            return list(await asyncio.gather(*(player.send(each, notices.append) for each in requests)))
        finally:
            shelf.close()
            await player.close()

    return asyncio.run(main()), notices


def test_replay_sends_nothing(tmp_path: Path) -> None:
    """What is recorded is answered, what is not is a failure of a kind of its own; what sends is closed at the end."""
    ask(tmp_path, "record", Sender(lambda _: reply()), request_for("one"))
    silent = Sender()
    (found, missing), _ = ask(tmp_path, "replay", silent, request_for("one"), request_for("two"))
    assert (found.reply, found.replayed) == (reply().reply, True)
    assert missing.failure == Failure(
        kind="not_recorded", message='user message 1 differs: recorded "one", asked "two"'
    )
    assert (missing.is_refused, missing.attempts, silent.sent, silent.closed) == (True, (), [], True)


def test_the_same_question_asked_at_once_is_sent_once(tmp_path: Path) -> None:
    """Whoever asks it in the meantime waits, and hears the same."""
    sender = Sender(lambda _: reply(), pauses=(5,))
    answers, _ = ask(tmp_path, "record", sender, *[request_for("one")] * 5)
    assert len(sender.sent) == 1
    assert [each.replayed for each in answers] == [False, True, True, True, True]


def test_a_failure_that_may_pass_is_not_shared(tmp_path: Path) -> None:
    """Those who waited for an answer that did not come ask themselves."""
    answers = [Answer(failure=Failure(kind="server_error", message="500", status=500)), reply()]
    sender = Sender(lambda _: answers.pop(0), pauses=(3,))
    heard, _ = ask(tmp_path, "fill", sender, *[request_for("one")] * 3)
    assert [each.reply is None for each in heard] == [True, False, False]
    assert len(sender.sent) == 2


def test_nothing_is_sent_whose_answer_cannot_be_recorded(tmp_path: Path) -> None:
    """Where recordings cannot be written, that is told before an answer is paid for."""
    sender = Sender(lambda _: reply())

    class Full(Shelf):
        def make_ready(self) -> None:
            raise StoreError("no room")

    player = CassettePlayer(sender, Full(tmp_path, [""], writes=True), "fill")
    with pytest.raises(StoreError, match="no room"):
        asyncio.run(player.send(request_for("one"), lambda _: None))
    assert not sender.sent


def test_who_is_broken_off_leaves_the_question_to_others(tmp_path: Path) -> None:
    """A cancelled question is asked by the next one who waits for it."""

    async def main() -> Answer:
        shelf = Shelf(tmp_path, [""], writes=True)
        sender = Sender(lambda _: reply(), pauses=(50,))
        player = CassettePlayer(sender, shelf, "record")
        first = asyncio.create_task(player.send(request_for("one"), lambda _: None))
        second = asyncio.create_task(player.send(request_for("one"), lambda _: None))
        await asyncio.sleep(0)
        first.cancel()
        heard = await second
        shelf.close()
        return heard

    assert asyncio.run(main()).reply == reply().reply


def test_record_asks_anew_what_fill_does_not(tmp_path: Path) -> None:
    """Filling leaves what is there; recording replaces it."""
    ask(tmp_path, "record", Sender(lambda _: reply("old")), request_for("one"))
    unasked = Sender(lambda _: reply("new"))
    (filled,), _ = ask(tmp_path, "fill", unasked, request_for("one"))
    assert (filled.reply.text if filled.reply else "", unasked.sent) == ("old", [])
    (anew,), _ = ask(tmp_path, "record", Sender(lambda _: reply("new")), request_for("one"))
    (kept,), _ = ask(tmp_path, "replay", Sender(), request_for("one"))
    assert anew.reply == kept.reply == reply("new").reply


def test_a_recording_made_plain_replays_as_a_stream_and_the_other_way_round(tmp_path: Path) -> None:
    """Whether replies are told piece by piece is decided by who looks on, not by how they were recorded."""
    answer = reply(" two  words\nthen more ", refusal="no, never")
    _, recorded = ask(tmp_path, "record", Sender(lambda _: answer), request_for("one"))
    _, plain = ask(tmp_path, "replay", Sender(), request_for("one"))
    (heard,), streamed = ask(tmp_path, "replay", Sender(), request_for("one"), stream=True)
    assert (recorded, plain) == ([], [])
    assert streamed[0] == Started("turns[0]", 1)
    deltas = [each for each in streamed if isinstance(each, Delta)]
    assert len(deltas) > 4
    assert "".join(each.text for each in deltas if each.kind == "content") == answer.reply.text  # type: ignore[union-attr]
    assert "".join(each.text for each in deltas if each.kind == "refusal") == "no, never"
    assert heard.reply == answer.reply


@pytest.mark.parametrize("draw", [1, 2, 3])
def test_another_draw_is_another_recording(tmp_path: Path, draw: int) -> None:
    """An absent draw is missing; no other one is taken in its place."""
    asked = replace(request_for("one"), draw=2)
    ask(tmp_path, "record", Sender(lambda _: reply()), asked)
    (found,), _ = ask(tmp_path, "replay", Sender(), replace(asked, draw=draw))
    assert (found.reply is not None) == (draw == 2)


def test_whoever_else_waits_has_a_turn(tmp_path: Path) -> None:
    """A long replay lets the loop go on: a signal is heard before it is over."""
    ask(tmp_path, "record", Sender(lambda _: reply()), request_for("one"))

    async def main() -> int:
        player = CassettePlayer(Sender(), Shelf(tmp_path, [""]), "replay")
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0)

        ticking = asyncio.create_task(tick())
        for _ in range(5000):
            await player.send(request_for("one"), lambda _: None)
        ticking.cancel()
        return ticks

    assert asyncio.run(main()) > 2


def test_what_sends_is_told_who_looks_on(tmp_path: Path) -> None:
    """While recording, notices come from where they always come from."""

    class Telling(Sender):
        async def send(self, request: Request, notify: Notify) -> Answer:
            notify(Delta(request.slot, "piece"))
            return await super().send(request, notify)

    _, notices = ask(tmp_path, "record", Telling(lambda _: reply()), request_for("one"), stream=True)
    assert notices == [Delta("turns[0]", "piece")]
