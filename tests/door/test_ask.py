"""One question: what is sent, what comes back, and what is raised where nothing does."""

import asyncio
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

import runner
from tests.loopback import LoopbackApi, Record, Respond, closed_port, completion, refuse, stream


def test_the_list_is_sent_as_it_stands_and_what_is_not_said_is_not_sent(api: LoopbackApi) -> None:
    """Messages and fields arrive unchanged; there is no temperature where none was given."""
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi", "name": "Ada"}]
    runner.chat(messages)
    runner.chat(messages, model="gpt-x", temperature=0, max_completion_tokens=5, extra_body={"top_k": 3})
    assert api.bodies[0] == {"messages": messages, "model": "gpt-5.4-mini"}
    rest = {"model": "gpt-x", "temperature": 0, "max_completion_tokens": 5, "top_k": 3}
    assert api.bodies[1] == {"messages": messages, **rest}


def test_a_text_is_one_user_message(api: LoopbackApi) -> None:
    """The shortest question there is."""
    assert "You said: Hello" in runner.chat("Hello").text
    assert api.records[0].messages == [{"role": "user", "content": "Hello"}]


def test_a_reply_says_what_is_known_of_it(api: LoopbackApi) -> None:
    """Text, message, model, tokens, seconds; the cost is not known where the settings have no price."""
    api.respond = lambda _: completion("Hello, Ada.")
    reply = runner.chat("Hi")
    assert str(reply) == reply.text == "Hello, Ada."
    assert reply.message == {"role": "assistant", "content": "Hello, Ada."}
    assert reply.model == "gpt-5.4-mini-2026-03-17"
    assert reply.finish_reason == "stop"
    assert reply.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (20, 7)
    assert reply.cost_usd is None
    assert reply.latency_s is not None
    assert reply.latency_s >= 0
    assert reply.answer.request_id == "req_0"


def test_a_conversation_is_the_list_that_its_caller_keeps(api: LoopbackApi) -> None:
    """Appending `reply.message` makes the history; the given list is never changed."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "one"}]
    first = runner.chat(messages)
    assert len(messages) == 1
    messages += [first.message, {"role": "user", "content": "two"}]
    runner.chat(messages)
    assert api.records[1].messages == messages


def test_prices_of_the_settings_make_the_cost(api: LoopbackApi, folder: Path) -> None:
    """US dollars, stamped as in every run."""
    assert api.port
    text = "[providers.openai.prices.'gpt-5.4-mini']\ninput = 1.0\ncached_input = 0.1\noutput = 2.0\n"
    (folder / "runner.toml").write_text(text, encoding="utf-8")
    assert runner.chat("Hi").cost_usd == pytest.approx((4 * 1 + 16 * 0.1 + 7 * 2) / 1e6)


def test_connections_are_used_again(api: LoopbackApi) -> None:
    """Questions asked one after the other, plain and from a loop, share one connection."""
    for _ in range(3):
        runner.chat("Hi")
    asyncio.run(_ask())
    assert api.connections == 1


async def _ask() -> runner.Reply:
    return await runner.achat("Hi")


def test_settings_are_read_anew_by_every_call(
    api: LoopbackApi, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that is written into `.env` between two calls is used by the second one."""
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(runner.ProviderError, match=r'no key .* provider="local"'):
        runner.chat("Hi")
    for key in ("sk-first", "sk-second"):
        (folder / ".env").write_text(f"OPENAI_API_KEY={key}\n", encoding="utf-8")
        runner.chat("Hi")
    assert [record.headers["authorization"] for record in api.records] == [
        "Bearer sk-first",
        "Bearer sk-second",
    ]


def test_what_fails_for_good_is_raised_with_its_sentence(api: LoopbackApi) -> None:
    """No credit: the kind, the status and a sentence; the key is in none of it."""
    api.respond = lambda _: refuse(429, "No money, sk-test-0123456789.", code="insufficient_quota")
    with pytest.raises(runner.UnansweredError) as caught:
        runner.chat("Hi")
    assert caught.value.failure.kind == "no_credit"
    assert caught.value.failure.status == 429
    assert "0123456789" not in str(caught.value)
    assert isinstance(caught.value, runner.RunnerError)


def test_what_passes_is_tried_again(api: LoopbackApi) -> None:
    """Retries are those of the command line."""
    answers = [refuse(503, "Busy.").having(retry_after="0"), completion("there")]
    api.respond = lambda record: answers[min(record.number, 1)]
    reply = runner.chat("Hi")
    assert reply.text == "there"
    assert [attempt.outcome for attempt in reply.answer.attempts] == ["server_error", "replied"]


def test_no_server_is_a_plain_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port where nobody listens: the sentence names it, and no traceback of a library is needed."""
    (folder / "runner.toml").write_text("[providers.openai.retries]\nmax_tries = 1\n", encoding="utf-8")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789")
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{closed_port()}/v1")
    with pytest.raises(runner.UnansweredError) as caught:
        runner.chat("Hi")
    assert caught.value.failure.kind == "unreachable"


def test_pieces_are_told_in_the_calling_thread(api: LoopbackApi) -> None:
    """`on_text` streams, and is called where the caller waits; the pieces make the text."""
    api.respond = lambda record: stream("a b c", record=record)
    pieces: list[str] = []
    threads = set()

    def hear(piece: str) -> None:
        pieces.append(piece)
        threads.add(threading.get_ident())

    assert runner.chat("Hi", on_text=hear).text == "".join(pieces) == "a b c"
    assert threads == {threading.get_ident()}
    assert api.records[0].streamed

    async def ask() -> runner.Reply:
        return await runner.achat("Hi", on_text=hear)

    assert asyncio.run(ask()).text == "a b c"
    assert threads == {threading.get_ident()}


def test_what_on_text_raises_ends_the_question(api: LoopbackApi) -> None:
    """The error is raised as it is, and the question is taken back."""
    api.respond = lambda record: stream("a b c d", record=record, pause=0.2)

    def refuse_it(_: str) -> None:
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        runner.chat("Hi", on_text=refuse_it)
    with pytest.raises(LookupError, match="enough"):
        asyncio.run(_hear(refuse_it))


async def _hear(hear: Any) -> runner.Reply:
    return await runner.achat("Hi", on_text=hear)


def test_it_can_be_called_where_a_loop_is_running(api: LoopbackApi) -> None:
    """As in a notebook: the calling loop waits, and nothing is nested."""
    assert api.port

    async def call() -> str:
        return runner.chat("Hello").text

    assert "Hello" in asyncio.run(call())


def test_many_are_asked_at_once(api: LoopbackApi) -> None:
    """The asynchronous twin leaves the loop free; the limit of the settings holds."""
    api.respond = lambda record: completion(record.messages[0]["content"], record=record).after(0.1)

    async def ask() -> list[runner.Reply]:
        return await asyncio.gather(*(runner.achat(str(number)) for number in range(8)))

    assert [reply.text for reply in asyncio.run(ask())] == [str(number) for number in range(8)]
    assert api.peak > 1


def test_ctrl_c_takes_the_question_back(api: LoopbackApi) -> None:
    """KeyboardInterrupt is raised, and the next question is answered."""

    def answer(record: Record) -> Respond:
        if record.number == 0:
            os.kill(os.getpid(), signal.SIGINT)
            return completion("late").after(30)
        return completion("again")

    api.respond = answer
    with pytest.raises(KeyboardInterrupt):
        runner.chat("Hi")
    assert runner.chat("Hi").text == "again"


def test_cancelling_takes_the_question_back(api: LoopbackApi) -> None:
    """The awaiting task ends at once, and the next question is answered."""
    api.respond = lambda record: completion("said").after(0 if record.number else 30)

    async def ask() -> str:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(runner.achat("Hi"), 0.3)
        return (await runner.achat("Hi")).text

    assert asyncio.run(ask()) == "said"


@pytest.mark.parametrize(
    ("messages", "fields", "words"),
    [
        ([], {}, "at least one message"),
        ({"role": "user"}, {}, "a list such as"),
        (["Hello"], {}, r"messages\[0\] should be a dict"),
        ([{"content": "Hello"}], {}, "with its role"),
        ([{"role": "user", "content": {1}}], {}, r"messages\[0\] is no JSON"),
        (
            [{"role": "user", "content": "x"}, runner.Reply("a", {}, "m")],
            {},
            "append its message, reply.message",
        ),
        ("Hello", {"temprature": 1}, "did you mean `temperature`"),
        ("Hello", {"stream": True}, "give on_text"),
        ("Hello", {"stop": {1}}, "no JSON"),
        ("Hello", {"n": 2}, "one reply"),
    ],
)
def test_what_is_no_question_is_refused_before_it_is_sent(
    api: LoopbackApi, messages: Any, fields: dict[str, Any], words: str
) -> None:
    """The error says which message, what was expected and what to do; nothing goes out."""
    with pytest.raises(runner.UsageError, match=words):
        runner.chat(messages, **fields)
    assert api.records == []
