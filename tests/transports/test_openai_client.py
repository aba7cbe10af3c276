"""Requests by way of the official openai client, on both HTTP libraries that it can stand on."""

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import openai
import pytest
from pydantic import SecretStr

from runner.core.message import Answer
from runner.settings import Timeouts
from runner.transports import Deferred, Delta
from runner.transports.openai_client import OpenAITransport
from tests.asking import KEY, ask, ask_watched, embeddings_request, provider_at, request_for
from tests.loopback import (
    USAGE,
    LoopbackApi,
    Record,
    Respond,
    bad_gateway,
    body_reply,
    byte_stream,
    chunk,
    chunk_stream,
    closed_port,
    completion,
    cut_stream,
    data_reply,
    echo,
    empty,
    error_in_stream,
    error_inside,
    event,
    hang_up,
    malformed,
    malformed_chunk,
    no_choices,
    refuse,
    reply_text,
    reset,
    silent_port,
    stream,
)

BOTH = pytest.mark.parametrize("http", ["httpx", "aiohttp"])
STREAMED = pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
MESSAGES = [
    {"role": "system", "content": "Be brief. \u2028 Ünïcödé 漢字"},
    {"role": "user", "content": "hello"},
    {"role": "assistant", "content": "Hi!"},
]
SHORT = Timeouts(connect_s=0.2, first_token_s=0.2, between_tokens_s=0.2, whole_s=0.6)


def always(answer: Respond) -> Callable[[Record], Respond]:
    return lambda _: answer


def ask_of(answer: Respond, *, streamed: bool = False, **fields: Any) -> Answer:
    """What one try makes of an answer."""
    with LoopbackApi(always(answer)) as api:
        return ask(provider_at(api.base_url, **fields), stream=streamed)


def essence(record: Record) -> tuple[Any, ...]:
    """What of a request matters to its server."""
    names = (
        "authorization",
        "api-key",
        "content-type",
        "accept",
        "user-agent",
        "openai-organization",
        "openai-project",
    )
    return (
        record.method,
        record.path,
        record.query,
        {name: record.headers.get(name) for name in names},
        record.body,
    )


@BOTH
@STREAMED
@pytest.mark.parametrize("kind", ["openai", "azure"])
def test_equals_the_clients_own(http: str, streamed: bool, kind: str) -> None:
    """URL, headers and body are those of `chat.completions.create`, on OpenAI and Azure, `extra_body` included."""
    params: dict[str, Any] = {
        "temperature": 0.5,
        "stop": ["a", "b"],
        "extra_body": {"top_k": 3, "nested": {"ü": None}},
    }
    more = {"stream": True, "stream_options": {"include_usage": True}} if streamed else {}

    async def create(api: LoopbackApi) -> None:
        client: openai.AsyncOpenAI
        if kind == "azure":
            client = openai.AsyncAzureOpenAI(azure_endpoint=api.url, api_key=KEY, api_version="2026-01-01")
        else:
            client = openai.AsyncOpenAI(
                api_key=KEY, base_url=api.base_url, organization="org-1", project="proj-1"
            )
        async with client:
            got = await client.chat.completions.create(
                model="gpt 5/ü", messages=[*MESSAGES, {"role": "user", "content": "bye"}], **params, **more
            )  # type: ignore[call-overload]
            if streamed:
                [piece async for piece in got]

    request = request_for("bye", messages=MESSAGES, model="gpt 5/ü", **params)
    with LoopbackApi() as api:
        fields = (
            {"api_version": "2026-01-01"}
            if kind == "azure"
            else {"organization": "org-1", "project": "proj-1"}
        )
        base_url = api.url if kind == "azure" else api.base_url
        asyncio.run(create(api))
        answer = ask(provider_at(base_url, kind=kind, http=http, **fields), request, stream=streamed)
        theirs, ours = api.records
    assert answer.reply is not None
    assert essence(ours) == essence(theirs)


def test_takes_azure_addresses_that_name_more_than_the_resource() -> None:
    """An Azure address that ends in a deployment is used as it stands."""
    with LoopbackApi() as api:
        place = f"{api.url}/openai/deployments/mine"
        ask(provider_at(place, kind="azure", api_version="v"), request_for(model="other"))
        assert api.records[0].path == "/openai/deployments/mine/chat/completions"


@BOTH
@pytest.mark.parametrize("kind", ["openai", "azure"])
def test_asks_for_vectors_as_the_client_does(http: str, kind: str) -> None:
    """Address, headers and body are those of `embeddings.create`; they come in one piece, whoever watches."""
    texts = ["Please send the receipt", "Ünïcödé \u2028"]

    async def by_the_client(api: LoopbackApi) -> list[list[float]]:
        if kind == "azure":
            client: openai.AsyncOpenAI = openai.AsyncAzureOpenAI(
                azure_endpoint=api.url, api_key=KEY, api_version="2026-01-01"
            )
        else:
            client = openai.AsyncOpenAI(base_url=api.base_url, api_key=KEY)
        async with client:
            found = await client.embeddings.create(model="e", input=texts, encoding_format="float")
        return [each.embedding for each in found.data]

    with LoopbackApi() as api:
        expected = asyncio.run(by_the_client(api))
        fields = {"api_version": "2026-01-01"} if kind == "azure" else {}
        base_url = api.url if kind == "azure" else api.base_url
        request = embeddings_request(*texts, encoding_format="float")
        provider = provider_at(base_url, kind=kind, http=http, **fields)
        answer, notices = ask_watched(provider, request, stream=True)
        theirs, ours = api.records
    assert essence(ours) == essence(theirs)
    assert answer.reply is not None
    assert answer.reply.embeddings == expected
    assert (answer.streamed, answer.usage_asked, answer.ttft_s, notices) == (False, False, None, [])
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (9, 0)


def test_what_a_judge_says_comes_in_one_piece() -> None:
    """Nobody watches it: the same request goes out whether replies are streamed or not."""
    request = request_for("is it polite?", purpose="judge")
    with LoopbackApi() as api:
        answer, notices = ask_watched(provider_at(api.base_url), request, stream=True)
        assert "stream" not in api.bodies[0]
    assert answer.reply is not None
    assert (answer.streamed, answer.usage_asked, notices) == (False, False, [])


@pytest.mark.parametrize(
    "answer", [completion("hi"), data_reply({"object": "list", "data": []}), refuse(404, "no such model")]
)
def test_a_server_that_has_no_vectors_is_a_failure_with_a_name(answer: Respond) -> None:
    """It is told like any other."""
    with LoopbackApi(always(answer)) as api:
        failed = ask(provider_at(api.base_url), embeddings_request("one", "two")).failure
    assert failed is not None
    assert failed.kind in {"no_choices", "no_such_model"}


def test_keeps_other_peoples_keys_and_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that needs no key is sent none, and nobody is sent the OpenAI names that stand in the environment."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody-else")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-of-somebody-else")
    with LoopbackApi() as api:
        assert ask(provider_at(api.base_url, api_key=None)).reply
        ask(provider_at(api.url, api_key=None, kind="azure", api_version="v"))
        for record in api.records:
            assert "authorization" not in record.headers
            assert "api-key" not in record.headers
            assert "somebody-else" not in str(record.headers)


@STREAMED
def test_adds_nothing_unasked(streamed: bool) -> None:
    """A body holds messages, model and params, and beside them only what a stream needs, recorded in the answer."""
    request = request_for(temperature=0, extra_body={"top_k": 1})
    with LoopbackApi() as api:
        answer = ask(provider_at(api.base_url), request, stream=streamed)
        (body,) = api.bodies
    asked = {"stream": True, "stream_options": {"include_usage": True}} if streamed else {}
    assert body == {
        "messages": [{"role": "user", "content": "hi"}],
        "model": "m",
        "temperature": 0,
        "top_k": 1,
        **asked,
    }
    assert (answer.streamed, answer.usage_asked) == (streamed, streamed)


@pytest.mark.parametrize(
    ("params", "sends_usage", "sent", "asked"),
    [
        (
            {"stream_options": {"include_obfuscation": False}},
            True,
            {"include_obfuscation": False, "include_usage": True},
            True,
        ),
        ({"extra_body": {"stream_options": {"x": 1}}}, True, {"x": 1, "include_usage": True}, True),
        ({"stream_options": {"include_usage": False}}, True, {"include_usage": False}, False),
        ({}, False, None, False),
        ({"stream_options": {"x": 1}}, False, {"x": 1}, False),
    ],
)
def test_merges_stream_options(params: dict[str, Any], sends_usage: bool, sent: Any, asked: bool) -> None:
    """Usage is asked for within the user's own stream options, and not where they or the settings say otherwise."""
    with LoopbackApi() as api:
        answer = ask(provider_at(api.base_url, sends_usage=sends_usage), request_for(**params), stream=True)
        assert api.bodies[0].get("stream_options") == sent
    assert answer.usage_asked is asked
    assert (answer.usage is not None) is asked


@BOTH
@STREAMED
def test_keeps_all_of_a_reply(http: str, streamed: bool) -> None:
    """A reply is kept with its model, fingerprint, request id, usage and times."""
    with LoopbackApi() as api:
        answer = ask(provider_at(api.base_url, http=http), stream=streamed)
    assert answer.reply is not None
    assert answer.reply.dump() == {
        "message": {"role": "assistant", "content": reply_text([{"role": "user", "content": "hi"}])},
        "finish_reason": "stop",
        "served_model": "m-2026-03-17",
        "system_fingerprint": "fp_1",
    }
    assert answer.failure is None
    assert answer.request_id == "req_0"
    assert answer.usage is not None
    assert answer.usage.dump() == {
        "prompt_tokens": 20,
        "cached_tokens": 16,
        "completion_tokens": 7,
        "reasoning_tokens": 2,
    }
    assert [attempt.dump() for attempt in answer.attempts] == [{"outcome": "replied", "status": 200}]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer.started_at or "")
    assert answer.latency_s is not None
    assert 0 < answer.latency_s < 5
    assert (answer.ttft_s is not None) is streamed
    assert answer.ttft_s is None or answer.ttft_s <= answer.latency_s


@STREAMED
def test_takes_any_text(streamed: bool) -> None:
    """Lone surrogates, NUL, line separators and terminal sequences pass both ways unchanged."""
    text = "\ud83d lone \x00 nul \u2028 \u2029 \x85 \x1b[31m red 😀 漢字 \udc00"
    with LoopbackApi(lambda record: echo_text(record, text)) as api:
        answer, notices = ask_watched(provider_at(api.base_url), request_for(text), stream=streamed)
        assert api.records[0].messages[0]["content"] == text
    assert answer.reply is not None
    assert answer.reply.text == text
    if streamed:
        told = "".join(notice.text for notice in notices if isinstance(notice, Delta))
        assert told == text


def echo_text(record: Record, text: str) -> Respond:
    return stream(list(text), record=record) if record.streamed else completion(text, record=record)


@BOTH
@STREAMED
def test_takes_long_replies(http: str, streamed: bool) -> None:
    """A reply of a megabyte comes whole."""
    text = "漢字 and so on " * 60_000
    pieces = [text[at : at + 5000] for at in range(0, len(text), 5000)]
    answer = ask_of(stream(pieces) if streamed else completion(text), streamed=streamed, http=http)
    assert answer.reply is not None
    assert answer.reply.text == text


@BOTH
def test_sends_long_requests(http: str) -> None:
    """A request of some megabytes goes out whole, and without a warning."""
    text = "image " * 500_000
    with LoopbackApi() as api:
        assert ask(provider_at(api.base_url, http=http), request_for(text)).reply
        assert api.records[0].messages[0]["content"] == text


def test_tells_of_pieces_as_they_come() -> None:
    """A stream's pieces are told one by one, with their kind."""
    deltas: list[dict[str, Any]] = [
        {"role": "assistant"},
        {"reasoning_content": "hm"},
        {"content": "Hel"},
        {"content": "lo"},
    ]
    chunks = [*map(chunk, deltas), chunk({}, finish_reason="stop")]
    with LoopbackApi(always(chunk_stream(chunks))) as api:
        answer, notices = ask_watched(provider_at(api.base_url), stream=True)
    assert notices == [
        Delta("turns[0]", "hm", "reasoning"),
        Delta("turns[0]", "Hel", "content"),
        Delta("turns[0]", "lo", "content"),
    ]
    assert answer.reply is not None
    assert answer.reply.message == {"role": "assistant", "content": "Hello", "reasoning_content": "hm"}


@BOTH
def test_uses_connections_again(http: str) -> None:
    """Plain and streamed answers that came whole leave their connection to the next request."""

    async def main(base_url: str) -> None:
        for streamed in (True, False):
            transport = OpenAITransport(provider_at(base_url, http=http), stream=streamed)
            for _ in range(3):
                assert (await transport.send(request_for(), lambda _: None)).reply
            await transport.close()

    with LoopbackApi() as api:
        asyncio.run(main(api.base_url))
        assert len(api.records) == 6
        assert api.connections == 2


FAULTS: dict[str, tuple[Respond, tuple[str, int | None], tuple[str, int | None]]] = {
    # what the server does: (what a plain try makes of it), (what a streamed one does)
    "refused parameter": (
        refuse(400, param="temperature"),
        ("refused_parameter", 400),
        ("refused_parameter", 400),
    ),
    "bad request": (refuse(400), ("bad_request", 400), ("bad_request", 400)),
    "bad key": (refuse(401, code="invalid_api_key"), ("not_allowed", 401), ("not_allowed", 401)),
    "no such model": (refuse(404, code="model_not_found"), ("no_such_model", 404), ("no_such_model", 404)),
    "rate limited": (refuse(429, code="rate_limit_exceeded"), ("rate_limited", 429), ("rate_limited", 429)),
    "no credit": (refuse(429, code="insufficient_quota"), ("no_credit", 429), ("no_credit", 429)),
    "server error": (refuse(500), ("server_error", 500), ("server_error", 500)),
    "proxy's page": (bad_gateway(), ("server_error", 502), ("server_error", 502)),
    "reset": (reset(), ("unreachable", None), ("unreachable", None)),
    "hang up": (hang_up(), ("unreachable", None), ("unreachable", None)),
    "cut stream": (cut_stream(), ("malformed", 200), ("cut_stream", 200)),
    "cut connection": (cut_stream(clean=False), ("unreachable", None), ("cut_stream", 200)),
    "garbled": (
        Respond((b"zzzz",), headers={"content-encoding": "gzip", "content-type": "text/event-stream"}),
        ("malformed", None),
        ("malformed", 200),
    ),
    "no choices in stream": (
        Respond(
            (b'data: {"choices": []}\n\ndata: [DONE]\n\n',), headers={"content-type": "text/event-stream"}
        ),
        ("malformed", 200),
        ("no_choices", 200),
    ),
    "malformed body": (malformed(), ("malformed", 200), ("malformed", 200)),
    "malformed chunk": (malformed_chunk(), ("malformed", 200), ("malformed", 200)),
    "body in Latin-1": (body_reply('{"é": 1}'.encode("latin-1")), ("malformed", 200), ("malformed", 200)),
    "no JSON object": (data_reply([1]), ("malformed", 200), ("malformed", 200)),
    "error inside": (error_inside(), ("error_in_reply", 200), ("error_in_reply", 200)),
    "error in stream": (error_in_stream(), ("malformed", 200), ("error_in_reply", 200)),
    "named error in stream": (error_in_stream(named=True), ("malformed", 200), ("error_in_reply", 200)),
    "rate limit inside": (error_inside(code=429), ("rate_limited", 200), ("rate_limited", 200)),
    "no credit in stream": (
        error_in_stream(code="insufficient_quota"),
        ("malformed", 200),
        ("no_credit", 200),
    ),
    "content filter": (
        refuse(400, "Filtered.", code="content_filter", param="prompt"),
        ("content_filter", 400),
        ("content_filter", 400),
    ),
    "withheld reply": (empty("content_filter"), ("content_filter", 200), ("content_filter", 200)),
    "no choices": (no_choices(), ("no_choices", 200), ("no_choices", 200)),
    "choices missing": (no_choices(missing=True), ("no_choices", 200), ("no_choices", 200)),
    "empty reply": (empty(), ("empty_reply", 200), ("empty_reply", 200)),
    "slow head": (completion().after(1), ("timed_out", None), ("timed_out", None)),
    "pause in a stream": (stream(["a", "b"], pause=0.35), ("timed_out", None), ("timed_out", 200)),
    "header that is none": (
        completion().having(x_odd=b"a\x00b"),
        ("unreachable", None),
        ("unreachable", None),
    ),
}


@BOTH
@STREAMED
@pytest.mark.parametrize("fault", FAULTS)
def test_names_every_fault(http: str, streamed: bool, fault: str) -> None:
    """Every fault has its name, its status and one plain line, whichever HTTP library meets it."""
    answer, *expected = FAULTS[fault]
    got = ask_of(answer, streamed=streamed, http=http, timeouts=SHORT)
    assert got.reply is None
    assert got.failure is not None
    assert (got.failure.kind, got.failure.status) == expected[streamed]
    assert got.attempts[0].outcome == got.failure.kind
    assert 0 < len(got.failure.message) <= 300
    assert got.failure.message.isprintable()


@BOTH
@STREAMED
@pytest.mark.parametrize("announced", [True, False])
def test_reads_no_answer_without_end(
    http: str, streamed: bool, announced: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that is larger than any is a failure with a name, whether its length was announced or not."""
    monkeypatch.setattr("runner.transports.openai_client.MOST_BYTES", 1 << 20)
    answer = Respond((b": more\n" * 40_000,) * 8, chunked=not announced)
    got = ask_of(answer, streamed=streamed, http=http)
    assert got.failure is not None
    assert got.failure.kind == "malformed"
    assert "(the answer is longer than 1 MB)" in got.failure.message


@BOTH
@STREAMED
def test_names_servers_that_are_not_there(http: str, streamed: bool) -> None:
    """A port where nobody listens is unreachable."""
    answer = ask(provider_at(f"http://127.0.0.1:{closed_port()}/v1", http=http), stream=streamed)
    assert answer.failure is not None
    assert (answer.failure.kind, answer.failure.code) == ("unreachable", "refused")
    assert answer.attempts[0].status is None
    assert "nobody answers at 127.0.0.1:" in answer.failure.message


@BOTH
def test_names_hosts_that_are_not_known(http: str) -> None:
    """A host without an address is named as that, whichever library looks for it."""
    answer = ask(provider_at("http://no.such.host.invalid/v1", http=http))
    assert answer.failure is not None
    assert (answer.failure.kind, answer.failure.code) == ("unreachable", "unknown_host")
    assert answer.failure.message.startswith("the name no.such.host.invalid is not known (")


@BOTH
def test_names_servers_without_encryption(http: str) -> None:
    """An https:// address of a server that speaks plain HTTP is told from one that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse_greeting() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=refuse_greeting)
        thread.start()
        answer = ask(provider_at(f"https://127.0.0.1:{server.getsockname()[1]}/v1", http=http))
        thread.join()
    assert answer.failure is not None
    assert (answer.failure.kind, answer.failure.code) == ("unreachable", "encryption")


@BOTH
def test_names_a_proxy_that_is_not_there(http: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment names a proxy, it is the proxy that is not reached."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    answer = ask(provider_at("http://api.example/v1", http=http))
    assert answer.failure is not None
    assert (answer.failure.kind, answer.failure.code) == ("unreachable", "proxy")


@BOTH
def test_limits_connecting(http: str) -> None:
    """A connection that does not come to stand runs into its own limit."""
    with silent_port() as port:
        answer = ask(provider_at(f"https://127.0.0.1:{port}/v1", http=http, timeouts=SHORT))
    assert answer.failure is not None
    assert (answer.failure.kind, answer.failure.code) == ("timed_out", "connect")


@BOTH
@pytest.mark.parametrize(
    ("answer", "limits", "name"),
    [
        (stream().after(1), {"first_token_s": 0.1}, "first_token"),
        (byte_stream([b": working\n\n", 0.06] * 4), {"first_token_s": 0.1}, "first_token"),
        (chunk_stream([chunk({"role": "assistant"})] * 4, pause=0.06), {"first_token_s": 0.1}, "first_token"),
        (stream(["a", "b"], pause=0.15), {"between_tokens_s": 0.1}, "between_tokens"),
        (stream(["a"] * 9, pause=0.05), {"between_tokens_s": 0.1, "whole_s": 0.2}, "whole"),
    ],
    ids=["head", "comments", "role", "pause", "endless"],
)
def test_limits_streams(http: str, answer: Respond, limits: dict[str, float], name: str) -> None:
    """A stream runs into the limit on its first token, between tokens or on the whole; comments are no tokens."""
    got = ask_of(answer, streamed=True, http=http, timeouts=Timeouts(**{"whole_s": 3, **limits}))
    assert got.failure is not None
    assert (got.failure.kind, got.failure.code) == ("timed_out", name)


def test_a_reply_that_is_whole_needs_no_orderly_end() -> None:
    """A stream that said why it ended is a reply, though its connection stays open or breaks afterwards."""
    chunks = [chunk({"content": "whole"}), chunk({}, finish_reason="stop")]
    whole = chunk_stream(chunks, done=False)
    for end in ([0.4], ["cut"], [b"data: [DONE]\n\n", "reset"]):
        pieces = [*whole.pieces, *end]
        answer = ask_of(byte_stream(pieces), streamed=True, timeouts=SHORT)
        assert answer.reply is not None
        assert answer.reply.text == "whole"


def test_streams_without_finish_reason() -> None:
    """A stream without a finish reason is cut, unless the provider's settings say that it sends none."""
    bare = stream("All of it.", finish_reason=None)
    cut = ask_of(bare, streamed=True)
    assert cut.failure is not None
    assert cut.failure.kind == "cut_stream"
    whole = ask_of(bare, streamed=True, sends_finish_reason=False)
    assert whole.reply is not None
    assert (whole.reply.text, whole.reply.finish_reason) == ("All of it.", None)


def test_takes_an_answer_in_one_piece_where_a_stream_was_asked_for() -> None:
    """A server that answers a request for a stream with plain JSON is understood."""
    answer = ask_of(completion("plain"), streamed=True)
    assert answer.reply is not None
    assert (answer.reply.text, answer.ttft_s) == ("plain", None)


@pytest.mark.parametrize("streamed", [False, True])
def test_tells_when_to_come_again(streamed: bool) -> None:
    """A failure whose server said when to come again says so to who asks, and to nobody who reads what is written."""
    answer = ask_of(refuse(429, headers={"retry-after": "7"}), streamed=streamed)
    assert isinstance(answer, Deferred)
    assert answer.retry_after_s == 7
    assert "retry_after_s" not in answer.dump()


@STREAMED
def test_masks_keys(streamed: bool) -> None:
    """The key, and what looks like one, never stand in an answer, wherever the server repeats them."""
    told = f"Incorrect API key provided: {KEY}. Bearer abc.def sk-proj-abcdefgh1234 {'a1' * 16}"
    for answer in (
        refuse(401, told),
        error_inside(told),
        error_in_stream(told),
        body_reply(told.encode(), status=503, content_type="text/plain"),
    ):
        got = ask_of(answer, streamed=streamed)
        assert got.failure is not None
        assert KEY not in str(got)
        assert not re.search(r"abc\.def|abcdefgh1234|a1a1", str(got))


@pytest.mark.parametrize("kind", ["openai", "azure"])
@STREAMED
def test_is_sent_nowhere_else(streamed: bool, kind: str) -> None:
    """A redirect is not followed, since it would take the key along; where it leads to is said."""
    with LoopbackApi() as other:
        place = f"{other.base_url}/chat/completions?key={KEY}"
        got = ask_of(refuse(307, headers={"location": place}), streamed=streamed, kind=kind, api_version="v")
        assert other.records == []
    assert got.failure is not None
    assert (got.failure.kind, got.failure.status) == ("bad_request", 307)
    assert f"it sends on to {other.base_url}/chat/completions)" in got.failure.message


@STREAMED
def test_knows_a_page_for_people(streamed: bool) -> None:
    """A web page in place of an answer is named as one, with the address that may be wrong, and not tried again."""
    page = body_reply(b"<html><title>Welcome</title></html>", content_type="text/html; charset=utf-8")
    got = ask_of(page, streamed=streamed)
    assert got.failure is not None
    assert (got.failure.kind, got.failure.status) == ("bad_request", 200)
    assert "a page in place of JSON (Welcome)" in got.failure.message
    assert "is base_url" in got.failure.message


@pytest.mark.parametrize("at", range(1, 6))
def test_masks_keys_in_pieces(at: int) -> None:
    """A key that a stream repeats piece by piece stands neither in what is told meanwhile nor in the reply."""
    pieces = ["It is ", *(KEY[place : place + at] for place in range(0, len(KEY), at)), "."]
    with LoopbackApi(always(stream(pieces))) as api:
        answer, notices = ask_watched(provider_at(api.base_url), stream=True)
    assert answer.reply is not None
    assert answer.reply.text == "It is ***."
    assert "".join(notice.text for notice in notices if isinstance(notice, Delta)) == "It is ***."


@STREAMED
def test_masks_keys_that_are_spelt_otherwise(streamed: bool) -> None:
    """A key of odd characters is masked as JSON and URLs spell it, in messages, names and headers."""
    key = "k\"e'y$/%+\\0123456789"
    for text in (key, quote(key, safe=""), json.dumps(key)):
        for answer in (
            refuse(401, f"no: {text}", code=text, param=text),
            refuse(404, text, headers={"x-request-id": text}),
            error_inside(text),
            completion(text, refusal=text, finish_reason=text),
        ):
            got = ask_of(answer, streamed=streamed, api_key=SecretStr(key))
            assert "0123456789" not in json.dumps(got.dump())
            assert "***" in json.dumps(got.dump())


@BOTH
def test_takes_odd_headers(http: str) -> None:
    """Header bytes that are no ASCII do no harm, and a request id is one harmless line."""
    got = ask_of(completion().having(x_odd=b"\xff\xfe", x_request_id=b"req \xe9\xff"), http=http)
    assert got.reply is not None
    assert (got.request_id or "").isprintable()


def test_tells_no_bug_as_a_fault() -> None:
    """An error that is none of the connection's is raised."""
    with LoopbackApi() as api, pytest.raises(ValueError, match="not JSON compliant"):
        ask(provider_at(api.base_url), request_for(temperature=float("nan")))


def test_lets_go_when_cancelled() -> None:
    """A request that is cancelled ends at once and leaves nothing open."""

    async def main(base_url: str) -> None:
        transport = OpenAITransport(provider_at(base_url), stream=True)
        task = asyncio.create_task(transport.send(request_for(), lambda _: None))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await transport.close()

    with LoopbackApi(always(stream(["a"] * 100, pause=0.05))) as api:
        began = time.monotonic()
        asyncio.run(main(api.base_url))
        assert time.monotonic() - began < 1


def test_many_at_once_keep_apart() -> None:
    """Answers to many requests under way at once go to the requests that they answer."""

    async def main(base_url: str) -> list[Answer]:
        transport = OpenAITransport(provider_at(base_url, in_flight=20), stream=True)
        try:
            return await asyncio.gather(
                *(transport.send(request_for(f"n{n}"), lambda _: None) for n in range(60))
            )
        finally:
            await transport.close()

    with LoopbackApi(lambda record: echo(record).after(0.01)) as api:
        answers = asyncio.run(main(api.base_url))
        assert api.peak <= 20
    texts = [answer.reply.text for answer in answers if answer.reply]
    assert texts == [reply_text([{"role": "user", "content": f"n{n}"}]) for n in range(60)]


def test_tells_of_usage_where_the_reply_failed() -> None:
    """An empty reply's tokens are counted: they were paid for."""
    answer = ask_of(completion("", finish_reason="length", usage=USAGE))
    assert answer.failure is not None
    assert (answer.failure.kind, answer.failure.code) == ("empty_reply", "length")
    assert answer.usage is not None
    assert json.dumps(answer.dump())


def test_reads_split_events() -> None:
    """Events that are split anywhere on their way, with any line ends, give the same reply."""
    whole = b"".join(
        event(data)
        for data in [chunk({"content": "Grüße "}), chunk({"content": "漢字"}, finish_reason="stop")]
    )
    for text in (whole, whole.replace(b"\n", b"\r\n"), whole.replace(b"\n", b"\r")):
        answer = ask_of(byte_stream([text[at : at + 1] for at in range(len(text))]), streamed=True)
        assert answer.reply is not None
        assert answer.reply.text == "Grüße 漢字"
