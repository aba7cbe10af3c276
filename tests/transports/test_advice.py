"""What a person can do about a failure: named, whole, and within the bounds of a message."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from runner.core.message import EMBEDDINGS, Failure, FailureKind
from runner.settings import Provider, Settings
from runner.transports.advice import advise
from runner.transports.chunks import Gathered
from runner.transports.faults import (
    LONGEST,
    fail_connection,
    fail_inside,
    fail_limit,
    fail_page,
    fail_redirect,
    fail_status,
)
from runner.transports.wire import malformed, no_choices, read_plain

SETTINGS = """
[providers.router]
base_url = "https://router.example/api"
api_key_env = "ROUTER_KEY"
[providers.vllm]
base_url = "http://127.0.0.1:8000/v1/chat/completions"
"""
PAGE = b"<html><head><title>Welcome</title></head></html>"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("advice")
    (folder / "runner.toml").write_text(SETTINGS, encoding="utf-8")
    env = "OPENAI_API_KEY=sk-from-file\nOPENAI_BASE_URL=http://127.0.0.1:9/\nAZURE_OPENAI_ENDPOINT=https://a.example\n"
    (folder / ".env").write_text(env, encoding="utf-8")
    return Settings.load(folder, {"ROUTER_KEY": "key-from-environment"})


def refused(status: int, message: str, **fields: Any) -> Failure:
    return fail_status(status, json.dumps({"error": {"message": message, **fields}}).encode())


def empty_of(finish_reason: str) -> Failure:
    """The failure that an empty reply is."""
    body = {"choices": [{"message": {"role": "assistant", "content": ""}, "finish_reason": finish_reason}]}
    failure = read_plain(json.dumps(body).encode()).failure
    assert failure is not None
    return failure.model_copy(update={"status": 200})


def unfinished() -> Failure:
    """The failure that a stream without a finish reason is."""
    failure = Gathered().tell().failure
    assert failure is not None
    return failure


QUOTA = refused(429, "You exceeded your current quota.", code="insufficient_quota")
TOO_LONG = refused(400, "maximum context length is 10 tokens", code="context_length_exceeded")
NO_MODEL = refused(404, "The model `m` does not exist", code="model_not_found")


@pytest.mark.parametrize(
    ("name", "failure", "sentence"),
    [
        ("router", refused(401, "Incorrect key."), "the key in ROUTER_KEY was refused (401: Incorrect key): it comes from the environment, which goes before .env: set it anew there, or unset it"),
        ("openai", refused(401, "Incorrect key."), "the key in OPENAI_API_KEY was refused (401: Incorrect key): copy it again into .env, or ask for a new one"),
        ("vllm", refused(401, "Unauthorized"), "vllm wants a key, and none is set (401: Unauthorized): put it into .env, and name it by api_key_env under [providers.vllm] of the settings"),
        ("openai", refused(403, "not yours"), "the key in OPENAI_API_KEY may not do this (403: not yours): see what its project may do, and whether the model m is open to it"),
        ("router", fail_status(403, PAGE), "router.example refused the request (403: a page in place of JSON (Welcome)): is it a proxy or firewall that refuses? And is base_url under [providers.router] of the settings right?"),
        ("router", refused(400, "Filtered.", code="content_filter", param="prompt"), "a content filter of router refused the conversation (400: Filtered): say it in other words, or set the filter otherwise"),
        ("router", empty_of("content_filter"), "a content filter of router withheld the reply: say it in other words, or set the filter otherwise"),
        ("router", empty_of("length"), "the reply is empty: the limit on tokens was reached before a word was said: raise max_completion_tokens, or ask for less reasoning (reasoning_effort)"),
        ("openai", NO_MODEL, "openai has no model m (404: The model `m` does not exist): is it misspelt, retired, or not open to this key? Name another by --model or by `model:` in the scenario"),
        ("router", refused(400, "gone", code="model_decommissioned"), "router has no model m (400: gone): is it misspelt, retired, or not open to this key? Name another by --model or by `model:` in the scenario"),
        ("azure", refused(404, "no such deployment", code="DeploymentNotFound"), "azure has no model m (404: no such deployment): a model is named there as its deployment: give that name by --model"),
        ("openai", refused(404, "Not Found"), "no chat API answers at http://127.0.0.1:9/ (404: Not Found): is OPENAI_BASE_URL in .env right? It usually ends in /v1"),
        ("router", fail_status(404, b"404 page not found"), "no chat API answers at https://router.example/api (404: 404 page not found): is base_url under [providers.router] of the settings right? It usually ends in /v1"),
        ("vllm", fail_status(404, b'{"detail": "Not Found"}'), "no chat API answers at http://127.0.0.1:8000/v1/chat/completions (404: Not Found): is base_url under [providers.vllm] of the settings right? It ends before /chat/completions"),
        ("azure", fail_status(404, b""), "no chat API answers at https://a.example (404 without a word): is AZURE_OPENAI_ENDPOINT in .env right? It is the resource's endpoint"),
        ("router", fail_page(200, PAGE), "no chat API answers at https://router.example/api (200: a page in place of JSON (Welcome)): is base_url under [providers.router] of the settings right? It usually ends in /v1"),
        ("openai", refused(405, "Method Not Allowed"), "no chat API answers at http://127.0.0.1:9/ (405: Method Not Allowed): is OPENAI_BASE_URL in .env right? It usually ends in /v1"),
        ("openai", fail_redirect(308, "https://new.example/v1/chat/completions?x=1"), "http://127.0.0.1:9/ sends on elsewhere (308: it sends on to https://new.example/v1/chat/completions): give OPENAI_BASE_URL in .env that address, without /chat/completions"),
        ("openai", QUOTA, "the account of the key in OPENAI_API_KEY has no credit left (429: You exceeded your current quota): add some where you pay for openai, or play on the embedded model with --provider local"),
        ("openai", refused(429, "slow down"), "openai takes no more requests for now (429: slow down): try later, or send fewer: requests_per_minute or in_flight = 1 under [providers.openai] of the settings; where scenarios are played, also --in-flight 1"),
        ("openai", fail_inside({"error": {"message": "slow", "code": "429"}}), "openai takes no more requests for now (slow): try later, or send fewer: requests_per_minute or in_flight = 1 under [providers.openai] of the settings; where scenarios are played, also --in-flight 1"),
        ("openai", TOO_LONG, "the conversation no longer fits into the context of m (400: maximum context length is 10 tokens): shorten it, or name a model with more room by --model"),
        ("local", TOO_LONG, "the conversation no longer fits into the embedded model's 2,048 tokens (400: maximum context length is 10 tokens): shorten it, or raise `context` under [providers.local] of the settings (now 8,192, in 4 slots)"),
        ("router", fail_connection("no such name", "unknown_host"), "the name router.example is not known (no such name): is there a network, and is base_url under [providers.router] of the settings right?"),
        ("openai", fail_connection("refused", "refused"), "nobody answers at 127.0.0.1:9 (refused): is the server started, and is OPENAI_BASE_URL in .env right?"),
        ("openai", fail_connection("unreachable", "no_route"), "no way leads to 127.0.0.1:9 (unreachable): is there a network, and is OPENAI_BASE_URL in .env right?"),
        ("router", fail_connection("refused", "proxy"), "no connection to router.example through the proxy that the environment names (refused): see what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say"),
        ("router", fail_connection("self-signed", "untrusted"), "the certificate of router.example is not trusted (self-signed): does a proxy open what is encrypted? Then name its certificate by SSL_CERT_FILE"),
        ("router", fail_connection("wrong version", "encryption"), "no encryption can be agreed on with router.example (wrong version): is base_url under [providers.router] of the settings right? A server without encryption wants http:// there"),
        ("openai", fail_limit("connect", 10), "no connection to 127.0.0.1:9 within 10 s: is there a network, and is OPENAI_BASE_URL in .env right?"),
        ("openai", fail_limit("first_token", 300), "not one token within 300 s from 127.0.0.1:9: try later, or raise first_token_s under [providers.openai.timeouts] of the settings"),
        ("openai", refused(408, "too slow"), "127.0.0.1:9 took too long (408: too slow): try later"),
        ("router", refused(400, "Use 1.", param="temperature"), "router does not take temperature as it was sent (400: Use 1): give another value by --set params.temperature=..., or take it out of `params:` in the scenario"),
        ("router", refused(400, "Too big.", param="response_format.json_schema"), "router does not take response_format.json_schema as it was sent (400: Too big): give another value by --set params.response_format=..., or take it out of `params:` in the scenario"),
        ("router", refused(400, "No.", param="messages[1].name"), "router does not take messages[1].name as it was sent (400: No): mend that message in the scenario"),
        ("router", refused(422, "No.", param="model"), "router does not take model as it was sent (422: No): name another by --model or by `model:` in the scenario"),
        ("router", refused(400, "we could not parse the JSON body"), "router refused the request (400: we could not parse the JSON body): mend what its words name, in the scenario or the settings"),
        ("router", refused(400, "Invalid content type. image_url is only supported by certain models.", param="messages.[0].content"), "m cannot read what stands beside text in this conversation (400: Invalid content type. image_url is only supported by certain models): is each file whole, and of a kind that it takes? Name a model that reads such by --model, or leave it out"),
        ("router", refused(404, "No endpoints found that support image input"), "m cannot read what stands beside text in this conversation (404: No endpoints found that support image input): is each file whole, and of a kind that it takes? Name a model that reads such by --model, or leave it out"),
        ("vllm", refused(400, "m is not a multimodal model"), "m cannot read what stands beside text in this conversation (400: m is not a multimodal model): is each file whole, and of a kind that it takes? Name a model that reads such by --model, or leave it out"),
        ("vllm", refused(500, "image input is not supported - hint: you may need to provide the mmproj"), "m cannot read what stands beside text in this conversation (500: image input is not supported - hint: you may need to provide the mmproj): is each file whole, and of a kind that it takes? Name a model that reads such by --model, or leave it out"),
        ("router", refused(500, "The server had an error."), "router.example failed (500: The server had an error): nothing here is wrong: try later"),
        ("router", refused(501, "Not implemented."), "router.example cannot do what is asked of it (501: Not implemented): see which parameters its chat API takes"),
        ("router", fail_status(501, PAGE), "no chat API answers at https://router.example/api (501: a page in place of JSON (Welcome)): is base_url under [providers.router] of the settings right? It usually ends in /v1"),
        ("router", fail_connection("reset by peer"), "the connection to router.example broke (reset by peer): try later; is there a network, and is base_url under [providers.router] of the settings right?"),
        ("router", fail_connection("reset by peer", streaming=True), "the stream of router.example broke off (reset by peer): try later"),
        ("router", unfinished(), "the stream of router.example ended before the reply did: try later; if all its replies end so, say sends_finish_reason = false under [providers.router] of the settings"),
        ("router", malformed("the answer is not JSON"), "the answer of router.example cannot be read (the answer is not JSON): try later; is it a Chat Completions API that answers there?"),
        ("router", fail_inside({"error": {"message": "The upstream failed."}}), "router.example sent an error in the place of a reply (The upstream failed): mend what its words name, or try later"),
        ("router", no_choices(), "the answer of router.example holds no reply: try again, or name another model by --model"),
        ("router", empty_of("stop"), "the reply is empty: m ended it without a word: try again, say it in other words, or name another model by --model"),
        ("local", refused(500, "out of memory"), "the embedded model failed (500: out of memory): try again, where scenarios are played with fewer at once (--in-flight 1)"),
        ("local", fail_connection("refused", "refused"), "the embedded model ended (refused): try again, where scenarios are played with fewer at once (--in-flight 1)"),
        ("local", fail_limit("first_token", 300), "not one token within 300 s from the embedded model: try again, where scenarios are played with fewer at once (--in-flight 1), or raise first_token_s under [providers.local.timeouts] of the settings"),
    ],
)  # fmt: skip
def test_says_what_to_do_next(settings: Settings, name: str, failure: Failure, sentence: str) -> None:
    """Each failure that a person can mend says what it means, what the server said, and the next step by its name."""
    advised = advise(failure, settings.named(name), "m")
    assert advised.message == sentence
    assert advised.model_copy(update={"message": failure.message}) == failure


@pytest.mark.parametrize(
    ("name", "failure", "sentence"),
    [
        ("local", refused(500, "input (601 tokens) is too large to process."), "a text is longer than the embedded model reads for its embeddings (500: input (601 tokens) is too large to process): hold the reply against something else, or name another model in the check"),
        ("openai", TOO_LONG, "a text is longer than m reads for its embeddings (400: maximum context length is 10 tokens): hold the reply against something else, or name another model in the check"),
        ("router", refused(404, "Not found"), "router has no embeddings of m (404: Not found): name a model that has them, in the check or in the settings ([providers.router.models] embeddings = ..)"),
        ("router", read_plain(b"{}", EMBEDDINGS).failure, "router has no embeddings of m: name a model that has them, in the check or in the settings ([providers.router.models] embeddings = ..)"),
    ],
)  # fmt: skip
def test_of_vectors_the_advice_is_about_vectors(
    settings: Settings, name: str, failure: Failure, sentence: str
) -> None:
    """Too long a text, and a provider that has no embeddings, each with the next step."""
    advised = advise(failure, settings.named(name), "m", path=EMBEDDINGS, purpose="judge")
    assert advised.message == sentence


def test_a_checks_model_is_not_named_by_an_option(settings: Settings) -> None:
    """`--model` changes what is tested; who judges is named in the check or in the settings."""
    for failure in (no_choices(), empty_of("stop"), TOO_LONG, refused(404, "no such model")):
        message = advise(failure, settings.named("router"), "m", purpose="judge").message
        assert "--model" not in message
        assert "in the check or under `judge`" in message


@pytest.mark.parametrize("kind", sorted({*get_args(FailureKind)} - {"not_recorded"}))
def test_every_failure_has_its_sentence(settings: Settings, kind: FailureKind) -> None:
    """Whatever an exchange ends with, the message says what it means and what to do; a miss of a cassette says it itself."""
    failure = Failure(kind=kind, message="the server answered 400: no", status=400)
    message = advise(failure, settings.named("router"), "m").message
    assert message != failure.message
    assert "(400: no): " in message


def test_every_failure_is_in_the_manual() -> None:
    """The page on errors has a row, with the next step, for each name that a failure can have."""
    page = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    named = {name.strip("`") for row in rows for name in row[0].removeprefix("| ").split(", ")}
    assert named == {*get_args(FailureKind)}
    assert all(len(row) == 4 and row[2] for row in rows)


def test_nobody_set_the_embedded_model_wrongly(settings: Settings) -> None:
    """Of the embedded model's key and address nothing is said: there are none."""
    failure = refused(401, "no")
    assert advise(failure, settings.named("local"), "m") is failure


def test_openai_itself_is_known_by_its_address() -> None:
    """At OpenAI's own address the advice says where keys are made, where credit is added, and asks for no address."""
    openai = Provider(name="openai", api_key_env="OPENAI_API_KEY", api_key=SecretStr("sk-0123456789"))
    assert "platform.openai.com/api-keys" in advise(refused(401, "no"), openai, "m").message
    assert "platform.openai.com/settings" in advise(QUOTA, openai, "m").message
    offline = advise(fail_connection("no such name", "unknown_host"), openai, "m")
    assert offline.message == "the name api.openai.com is not known (no such name): is there a network?"


@given(
    st.text(max_size=400),
    st.sampled_from([401, 403, 405, 408, 429, 402, 308]),
    st.text(max_size=120),
    st.sampled_from(["openai", "router", "vllm", "azure", "local"]),
)
@example("no", 403, "\x1b" * 20, "openai")
def test_the_next_step_survives(settings: Settings, words: str, status: int, model: str, name: str) -> None:
    """However long the server's words and the names are, a message is one bounded line that ends with the advice."""
    provider = settings.named(name)
    message = advise(refused(status, words), provider, model).message
    assert len(message) <= LONGEST
    assert message.isprintable()
    bare = advise(fail_status(status, b""), provider, model).message
    assert name == "local" or message.rpartition("): ")[2] == bare.rpartition("): ")[2]
