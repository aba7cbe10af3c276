"""The embedded model's server, spoken to with the ordinary client."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from runner.checks.closeness import cosine
from runner.errors import ProviderError
from runner.transports.local import HEADERS, EmbeddedServer
from runner.transports.weights import fetch_weights

# Looked for and not imported: how its threads wait is settled where the server imports it.
pytestmark = pytest.mark.skipif(find_spec("xllamacpp") is None, reason="xllamacpp is not installed")

ALIAS = "SmolLM2-135M-Instruct"
LONG = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 1500, "ignore_eos": True}
"""A request that is in flight for many seconds."""


@pytest.fixture(name="weights", scope="session")
def _weights() -> Path:
    return fetch_weights(lambda _: None)


@pytest.fixture(name="server", scope="session")
def _server(weights: Path) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(weights, ALIAS) as server:
        yield server


@pytest.fixture(name="client", scope="session")
def _client(server: EmbeddedServer) -> Iterator[openai.OpenAI]:
    with make_client(server) as client:
        yield client


def make_client(server: EmbeddedServer) -> openai.OpenAI:
    return openai.OpenAI(
        base_url=server.base_url, api_key=server.api_key, max_retries=0, default_headers=HEADERS
    )


def ask(client: openai.OpenAI, *messages: dict[str, Any], **params: Any) -> Any:
    asked: dict[str, Any] = {
        "model": ALIAS,
        "messages": list(messages),
        "max_tokens": 8,
        "temperature": 0,
        **params,
    }
    return client.chat.completions.create(**asked)


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def render(server: EmbeddedServer, *messages: dict[str, Any]) -> str:
    """What the model is given to read, as its server says."""
    answer = httpx2.post(
        server.base_url.removesuffix("/v1") + "/apply-template",
        json={"messages": list(messages)},
        headers={"Authorization": f"Bearer {server.api_key}", **HEADERS},
    )
    return str(answer.json()["prompt"])


def run(script: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, for what only a process shows."""
    return subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.model
def test_reply_names_the_alias_and_counts_tokens(client: openai.OpenAI) -> None:
    """A reply names the model's alias, and never the file's path, and its usage has cached tokens."""
    reply = ask(client, user("Name three colours."))
    again = ask(client, user("Name three colours."))
    assert reply.model == ALIAS
    assert ".gguf" not in reply.model_dump_json()
    assert reply.choices[0].message.content
    assert reply.usage.completion_tokens <= 8
    assert again.usage.prompt_tokens_details.cached_tokens > 0


@pytest.mark.model
def test_only_the_key_made_for_the_run_is_taken(server: EmbeddedServer, client: openai.OpenAI) -> None:
    """A request without the run's own key is refused."""
    assert len(server.api_key) >= 32
    assert server.api_key != EmbeddedServer(server.gguf, ALIAS).api_key
    with pytest.raises(openai.AuthenticationError):
        ask(client.with_options(api_key="guess"), user("hi"))


@pytest.mark.model
def test_server_is_on_loopback_only(server: EmbeddedServer) -> None:
    """The server is reached on 127.0.0.1 and has no pages to show."""
    assert server.base_url.startswith("http://127.0.0.1:")
    assert server.base_url.endswith("/v1")
    page = httpx2.get(server.base_url.removesuffix("v1"), headers={"Accept": "text/html", **HEADERS})
    assert page.status_code == 404


@pytest.mark.model
def test_template_adds_a_system_message_of_its_own(server: EmbeddedServer) -> None:
    """Where the first message is not a system one, the template adds its own; an empty one keeps it away."""
    own = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
    assert own in render(server, user("hi"))
    assert own not in render(server, {"role": "system", "content": ""}, user("hi"))
    for role in ("system", "developer"):
        prompt = render(server, {"role": role, "content": "Be brief."}, user("hi"))
        assert prompt.startswith("<|im_start|>system\nBe brief.<|im_end|>\n")
        assert own not in prompt


@pytest.mark.model
def test_stream_tells_usage_when_asked(client: openai.OpenAI) -> None:
    """A streamed reply ends with its usage, cached tokens among it, only where that was asked for."""
    chunks = list(ask(client, user("hi"), stream=True, stream_options={"include_usage": True}))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert chunks[-1].usage.completion_tokens > 0
    assert chunks[-1].usage.prompt_tokens_details.cached_tokens is not None
    assert all(chunk.usage is None for chunk in ask(client, user("hi"), stream=True))


@pytest.mark.model
def test_many_streams_in_a_row_meet_no_dead_connection(client: openai.OpenAI) -> None:
    """One client can stream again and again without losing a request to a connection that was hung up."""
    for number in range(30):
        assert list(ask(client, user(f"{number}"), stream=True, max_tokens=1))


@pytest.mark.model
def test_json_schema_holds(client: openai.OpenAI) -> None:
    """A reply under a JSON schema fits the schema."""
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string", "maxLength": 20}, "age": {"type": "integer"}},
        "required": ["name", "age"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "json_schema": {"name": "person", "strict": True, "schema": schema}}
    reply = ask(client, user("Anna is 31."), max_tokens=100, response_format=form)
    person = json.loads(reply.choices[0].message.content)
    assert set(person) == {"name", "age"}
    assert isinstance(person["age"], int)


@pytest.mark.model
@pytest.mark.parametrize("stream", [False, True])
def test_history_that_does_not_fit_is_refused(client: openai.OpenAI, stream: bool) -> None:
    """A request longer than a slot's context is refused, and no part of it is dropped."""
    with pytest.raises(openai.BadRequestError) as raised:
        ask(client, user("hello " * 3000), stream=stream)
    assert raised.value.type == "exceed_context_size_error"
    assert isinstance(raised.value.body, dict)
    assert raised.value.body["n_ctx"] == 2048
    assert raised.value.body["n_prompt_tokens"] > 3000


@pytest.mark.model
def test_reply_that_grows_past_the_context_is_cut(weights: Path) -> None:
    """A reply that reaches the end of a slot's context is cut there and says so."""
    with EmbeddedServer(weights, ALIAS, slots=2, context=512) as server, make_client(server) as client:
        reply = ask(client, user("hello " * 200), max_tokens=500, extra_body={"ignore_eos": True})
    assert reply.choices[0].finish_reason == "length"
    assert reply.usage.total_tokens == 256


@pytest.mark.model
def test_images_are_refused_for_good(client: openai.OpenAI) -> None:
    """An image answers 500 and says that it is not supported."""
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    with pytest.raises(openai.InternalServerError, match="image input is not supported") as raised:
        ask(client, user([{"type": "text", "text": "What is this?"}, image]))
    assert raised.value.status_code == 500


@pytest.mark.model
def test_what_means_the_same_is_closer(client: openai.OpenAI) -> None:
    """Embeddings of two wishes for a refund are closer than those of a wish and of a cat; a long text is refused."""
    texts = ["I want my money back", "Please refund me", "The cat sat on the mat"]
    wish, other, cat = (each.embedding for each in client.embeddings.create(model=ALIAS, input=texts).data)
    assert cosine(wish, other) > cosine(wish, cat) + 0.1
    with pytest.raises(openai.InternalServerError, match="is too large to process"):
        client.embeddings.create(model=ALIAS, input="far too long " * 400)


@pytest.mark.model
def test_temperature_zero_repeats_itself_one_at_a_time(client: openai.OpenAI) -> None:
    """At temperature 0, one at a time and without cached prefixes, the same question has the same answer."""
    questions = ("Name three colours.", "Who wrote Hamlet?")
    plain = {"max_tokens": 24, "extra_body": {"cache_prompt": False}}
    first = {text: ask(client, user(text), **plain).choices[0].message.content for text in questions}
    again = {
        text: ask(client, user(text), **plain).choices[0].message.content for text in reversed(questions)
    }
    assert first == again


@pytest.mark.model
def test_without_caches_what_was_read_before_changes_nothing(weights: Path) -> None:
    """A server that caches nothing answers the same questions alike in any order, and counts no cached tokens."""
    long = "You are a guide who tells short stories about towns. " * 8
    questions = [
        [{"role": "system", "content": long}, user(f"Tell me of {town}.")] for town in ("Rome", "Oslo")
    ]
    with EmbeddedServer(weights, ALIAS, caches=False) as server, make_client(server) as client:
        told = [ask(client, *each, max_tokens=24) for each in [*questions, *reversed(questions)]]
    said = [each.choices[0].message.content for each in told]
    assert said == [*said[:2], *said[1::-1]]
    assert not any(
        (each.usage.prompt_tokens_details or 0) and each.usage.prompt_tokens_details.cached_tokens
        for each in told
    )


@pytest.mark.model
def test_nothing_is_written_to_the_terminal(weights: Path) -> None:
    """Loading, answering, refusing, failing and closing write nothing to stdout or stderr."""
    done = run(
        "import sys, openai\n"
        "from pathlib import Path\n"
        "from runner.errors import ProviderError\n"
        "from runner.transports.local import EmbeddedServer, HEADERS\n"
        "with EmbeddedServer(Path(sys.argv[1]), 'm') as server:\n"
        "    client = openai.OpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0,"
        " default_headers=HEADERS)\n"
        "    for text in ('hi', 'hello ' * 3000):\n"
        "        try:\n"
        "            list(client.chat.completions.create(model='m', messages=[{'role': 'user', 'content': text}],"
        " max_tokens=4, stream=True))\n"
        "        except openai.BadRequestError:\n"
        "            pass\n"
        "    client.close()\n"
        "bad = Path(sys.argv[2])\n"
        "try:\n"
        "    EmbeddedServer(bad, 'm').start()\n"
        "except ProviderError:\n"
        "    sys.exit(7)\n",
        str(weights),
        __file__,
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, "", "")


@pytest.mark.model
@pytest.mark.parametrize("stream", [False, True])
def test_close_does_not_wait_for_replies(weights: Path, stream: bool) -> None:
    """Closing cuts the requests that are in flight, and takes about a second where there are some."""
    server = EmbeddedServer(weights, ALIAS)
    server.start()
    url, headers = f"{server.base_url}/chat/completions", {"Authorization": f"Bearer {server.api_key}"}
    outcomes: list[bool] = []

    def wait_long() -> None:
        try:
            httpx2.post(url, json={**LONG, "stream": stream}, headers=headers, timeout=60)
        except httpx2.TransportError:
            outcomes.append(True)
        else:
            outcomes.append(False)

    waiting = [threading.Thread(target=wait_long) for _ in range(6)]
    for thread in waiting:
        thread.start()
    time.sleep(0.5)
    began = time.monotonic()
    server.close()
    taken = time.monotonic() - began
    for thread in waiting:
        thread.join(30)
    assert outcomes == [True] * 6
    assert taken < 8


@pytest.mark.model
def test_process_ends_though_nobody_closed(weights: Path) -> None:
    """A process that never closes its server, a request in flight, ends all the same."""
    done = run(
        "import sys, socket, time\n"
        "from pathlib import Path\n"
        "from runner.transports.local import EmbeddedServer\n"
        "server = EmbeddedServer(Path(sys.argv[1]), 'm')\n"
        "server.start()\n"
        "port = int(server.base_url.split(':')[2].split('/')[0])\n"
        "line = socket.create_connection(('127.0.0.1', port))\n"
        "body = sys.argv[2].encode()\n"
        "line.sendall(b'POST /v1/chat/completions HTTP/1.1\\r\\nHost: x\\r\\nAuthorization: Bearer '"
        " + server.api_key.encode() + b'\\r\\nContent-Length: %d\\r\\n\\r\\n' % len(body) + body)\n"
        "time.sleep(0.3)\n",
        str(weights),
        json.dumps(LONG),
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.model
def test_two_servers_do_not_disturb_each_other(weights: Path, client: openai.OpenAI) -> None:
    """A second server in the process answers under its own address, and may close before the first."""
    with EmbeddedServer(weights, "second", slots=1, context=512) as second, make_client(second) as other:
        assert str(other.base_url) != str(client.base_url)
        assert ask(other, user("hi")).model == "second"
        second.close()
        second.close()
    assert ask(client, user("hi")).model == ALIAS
    assert list(ask(client, user("hi"), stream=True))


@pytest.mark.parametrize("content", [b"", b"no model at all", None])
def test_file_that_is_no_model_is_named(tmp_path: Path, content: bytes | None) -> None:
    """A file that is missing or no GGUF is named in the complaint."""
    path = tmp_path / "mine.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProviderError, match=r"mine\.gguf"):
        EmbeddedServer(path, ALIAS).start()


def test_damaged_model_is_named(tmp_path: Path) -> None:
    """A GGUF that llama.cpp cannot load is named in the complaint, and nothing is left running."""
    path = tmp_path / "mine.gguf"
    path.write_bytes(b"GGUF\x03\x00\x00\x00" + bytes(5000))
    server = EmbeddedServer(path, ALIAS)
    with pytest.raises(ProviderError, match=r"mine\.gguf"):
        server.start()
    server.close()


def test_missing_llama_cpp_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without llama.cpp the complaint names the extra that brings it."""
    path = tmp_path / "mine.gguf"
    path.write_bytes(b"GGUF")
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(ProviderError, match=r'pip install "conversation-runner\[local\]"'):
        EmbeddedServer(path, ALIAS).start()


def test_llama_cpp_that_does_not_load_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where llama.cpp is installed and a system library is missing, the complaint passes the reason on."""
    (tmp_path / "xllamacpp.py").write_text("raise ImportError('libgomp.so.1: cannot open')", encoding="utf-8")
    monkeypatch.delitem(sys.modules, "xllamacpp", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "mine.gguf"
    path.write_bytes(b"GGUF")
    with pytest.raises(ProviderError, match=r"libgomp\.so\.1: cannot open"):
        EmbeddedServer(path, ALIAS).start()
