"""What a project says of its providers, read from its files and its environment."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import Problem, ProblemsError, ProviderError
from runner.settings import Price, Settings, Timeouts, read_environment
from runner.settings.provider import SMOLLM2

KEY = "sk-never-shown-123456"
VLLM = '[providers.vllm]\nbase_url = "http://127.0.0.1:8000/v1"\n'


def load(
    folder: Path, text: str = "", environ: dict[str, str] | None = None, name: str = "runner.toml"
) -> Settings:
    """The settings that a file in a folder makes."""
    if text:
        (folder / name).write_text(text, encoding="utf-8")
    return Settings.load(folder, environ or {})


def complaints(
    folder: Path, text: str, environ: dict[str, str] | None = None, name: str = "runner.toml"
) -> list[str]:
    """What is wrong with such a file."""
    with pytest.raises(ProblemsError) as raised:
        load(folder, text, environ, name)
    return [str(problem) for problem in raised.value.problems]


def test_needs_no_file(tmp_path: Path) -> None:
    """Without any file there are three providers, and openai is played on."""
    settings = load(tmp_path)
    assert settings.provider == "openai"
    assert list(settings.providers) == ["openai", "azure", "local"]
    assert settings.resolve() == ("openai", "gpt-5.4-mini")
    assert settings.resolve(provider="local") == ("local", SMOLLM2)
    assert settings.path == ""
    assert settings.providers["openai"].in_flight == 16
    local = settings.providers["local"]
    assert (local.in_flight, local.slots, local.context, local.retries.server_errors) == (4, 4, 8192, False)


def test_reads_all_that_can_be_said(tmp_path: Path) -> None:
    """Every setting of a provider is read."""
    text = """
    provider = "vllm"
    in_flight = 32
    [providers.vllm]
    kind = "openai"
    base_url = "http://127.0.0.1:8000/v1"
    api_key_env = "VLLM_KEY"
    organization = "org"
    project = "proj"
    models = {main = "llama", judge = "qwen"}
    sends_usage = false
    sends_finish_reason = false
    http = "httpx"
    [providers.vllm.timeouts]
    connect_s = 1
    first_token_s = 2.5
    between_tokens_s = 3
    whole_s = 4
    [providers.vllm.retries]
    max_tries = 2
    longest_wait_s = 0
    server_errors = false
    [providers.vllm.prices.llama]
    input = 1
    cached_input = 0.1
    cache_write = 1.25
    output = 2
    """
    settings = load(tmp_path, text, {"VLLM_KEY": KEY})
    vllm = settings.ready("vllm")
    assert settings.resolve() == ("vllm", "llama")
    assert settings.resolve(scenario_model="judge") == ("vllm", "qwen")
    assert vllm.api_key is not None
    assert vllm.api_key.get_secret_value() == KEY
    assert (vllm.in_flight, vllm.sends_usage, vllm.sends_finish_reason, vllm.http) == (
        32,
        False,
        False,
        "httpx",
    )
    assert vllm.timeouts == Timeouts(connect_s=1, first_token_s=2.5, between_tokens_s=3, whole_s=4)
    assert vllm.retries.dump() == {"max_tries": 2, "longest_wait_s": 0, "server_errors": False}
    assert vllm.price_of("other", None, "llama") == Price(
        input=1, cached_input=0.1, cache_write=1.25, output=2
    )
    assert vllm.price_of("other") is None


def test_finds_the_nearest_file_upward(tmp_path: Path) -> None:
    """The nearest file with settings counts; a pyproject.toml that says nothing of runner is none."""
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.runner]\nprovider = "local"\n')
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    settings = load(below)
    assert settings.provider == "local"
    assert settings.path == str(Path("..", "..", "pyproject.toml"))
    assert load(below, "in_flight = 3").path == "runner.toml"


def test_two_files_in_one_folder_are_an_error(tmp_path: Path) -> None:
    """Settings in both files of a folder are an error that names both."""
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n\n[tool.runner]\n")
    assert complaints(tmp_path, "in_flight = 3\n") == [
        "pyproject.toml:4: settings stand here and in runner.toml: keep one of the two"
    ]


def test_tells_of_all_problems_at_once(tmp_path: Path) -> None:
    """Unknown keys, wrong values and keys that stand in the file are told of together, each at its line."""
    text = f"""\
provider = "opnai"
in_fligt = 3
[providers.vllm]
base_url = "127.0.0.1:8000"
kind = "opnai"
timeouts = {{ connect_s = 0, first_tokens = 3 }}
models = {{ main = 3 }}
[providers.vllm.retries]
max_tries = "5"
[providers.vllm.prices."gpt-5.4"]
input = 1
outputt = 3
[providers.other]
api_key = "{KEY}"
slots = 3
[providers.infinite]
base_url = "http://u:{KEY}@host/v1"
timeouts.whole_s = inf
"""
    assert complaints(tmp_path, text) == [
        "runner.toml:1: provider: unknown provider `opnai`; did you mean `openai`?",
        "runner.toml:2: in_fligt: unknown key `in_fligt`; did you mean `in_flight`?",
        "runner.toml:4: providers.vllm.base_url: should be an address such as http://127.0.0.1:8000/v1",
        "runner.toml:5: providers.vllm.kind: should be 'openai', 'azure' or 'local'",
        "runner.toml:6: providers.vllm.timeouts.connect_s: should be greater than 0, not 0",
        "runner.toml:6: providers.vllm.timeouts.first_tokens: unknown key `first_tokens`; did you mean `first_token_s`?",
        "runner.toml:7: providers.vllm.models.main: should be a valid string, not 3",
        "runner.toml:9: providers.vllm.retries.max_tries: should be a valid integer",
        "runner.toml:10: providers.vllm.prices.gpt-5.4.output: is missing",
        "runner.toml:12: providers.vllm.prices.gpt-5.4.outputt: unknown key `outputt`; did you mean `output`?",
        "runner.toml:13: providers.other: lacks base_url: the address of the provider",
        "runner.toml:14: providers.other.api_key: is not written here: put the key into .env, and name that line here by api_key_env",
        'runner.toml:15: providers.other.slots: only a provider of kind = "local" has it',
        "runner.toml:17: providers.infinite.base_url: should hold no user name or password: put the key into .env and name it by api_key_env",
        "runner.toml:18: providers.infinite.timeouts.whole_s: should be a finite number, not inf",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("in_flight = 0", "runner.toml:1: in_flight: should be greater than or equal to 1, not 0"),
        ("in_flight = true", "runner.toml:1: in_flight: should be a valid integer, not True"),
        ("provider = 3", "runner.toml:1: provider: should be a valid string, not 3"),
        ("providers = 3", "runner.toml:1: providers: should be a table of tables: [providers.NAME]"),
        ("[providers]\nvllm = 3", "runner.toml:2: providers.vllm: should be a table"),
        (
            "[providers.vllm]\nname = 'x'",
            "runner.toml:2: providers.vllm.name: is not written here: its table has its name",
        ),
        ("x = 1\ny = ", "runner.toml:2: is not TOML: Invalid value"),
        (
            "[providers.openai",
            "runner.toml:1: is not TOML: Expected ']' at the end of a table declaration",
        ),
    ],
)
def test_says_where_and_what(tmp_path: Path, text: str, complaint: str) -> None:
    """Each problem has its line, its key and what was expected."""
    assert complaint in complaints(tmp_path, text)


def test_lines_are_those_of_pyproject(tmp_path: Path) -> None:
    """In pyproject.toml the lines are those of the file."""
    text = "[project]\nname = 'x'\n[tool.runner]\nin_flight = 2\nmodel = 'x'\n"
    (complaint,) = complaints(tmp_path, text, name="pyproject.toml")
    assert complaint.startswith("pyproject.toml:5: model: unknown key `model`; expected one of")
    (complaint,) = complaints(tmp_path, "[tool]\nrunner = 3\n", name="pyproject.toml")
    assert complaint == "pyproject.toml:2: tool.runner should be a table"


def test_a_file_that_is_no_text_is_a_problem(tmp_path: Path) -> None:
    """A file in another encoding than UTF-8 is named."""
    (tmp_path / "runner.toml").write_bytes("# é".encode("latin-1"))
    assert complaints(tmp_path, "") == ["runner.toml: should be UTF-8"]


def test_the_environment_wins_over_env_files(tmp_path: Path) -> None:
    """Keys come from the environment, or else from the nearest .env, which is not exported; empty ones are none."""
    below = tmp_path / "below"
    below.mkdir()
    (tmp_path / ".env").write_text(
        f"\ufeffOPENAI_API_KEY= {KEY} \nexport OPENAI_BASE_URL='http://127.0.0.1:1/v1'\nODD='a$b${{HOME}}'\nEMPTY=\n",
        encoding="utf-8",
    )
    before = dict(os.environ)
    openai = load(below, environ={"OPENAI_API_KEY": "", "OPENAI_ORG_ID": "org"}).ready("openai")
    assert dict(os.environ) == before
    assert openai.api_key is not None
    assert openai.api_key.get_secret_value() == KEY
    assert (openai.base_url, openai.organization) == ("http://127.0.0.1:1/v1", "org")
    other = load(below, environ={"OPENAI_API_KEY": "sk-mine"}).ready("openai")
    assert other.api_key is not None
    assert other.api_key.get_secret_value() == "sk-mine"
    environment = read_environment(below, {"A": "1", "B": ""})
    assert environment["A"] == "1"
    assert environment["ODD"] == "a$b${HOME}"
    assert not {"B", "EMPTY"} & set(environment)


def test_the_environment_decides_where_the_built_in_ones_are(tmp_path: Path) -> None:
    """OPENAI_BASE_URL and its like go before the settings, and concern no provider of another name."""
    environ = {
        "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
        "OPENAI_PROJECT_ID": "proj",
        "AZURE_OPENAI_API_KEY": KEY,
        "AZURE_OPENAI_ENDPOINT": "https://mine.openai.azure.com",
        "OPENAI_API_VERSION": "2026-01-01",
    }
    settings = load(tmp_path, '[providers.openai]\nbase_url = "http://127.0.0.1:2/v1"\n' + VLLM, environ)
    assert settings.providers["openai"].base_url == "http://127.0.0.1:1/v1"
    assert settings.providers["openai"].models["main"] == "gpt-5.4-mini"
    azure = settings.ready("azure")
    assert (azure.base_url, azure.api_version) == ("https://mine.openai.azure.com", "2026-01-01")
    vllm = settings.ready("vllm")
    assert (vllm.base_url, vllm.project, vllm.api_key) == ("http://127.0.0.1:8000/v1", None, None)


def test_keys_never_show(tmp_path: Path) -> None:
    """A key stands in no repr, no text, no dump and no error."""
    settings = load(
        tmp_path, VLLM + 'api_key_env = "VLLM_KEY"\n', {"OPENAI_API_KEY": KEY, "VLLM_KEY": KEY + "\n"}
    )
    for shown in (
        repr(settings),
        str(settings),
        json.dumps(settings.dump()),
        repr(settings.providers["vllm"]),
    ):
        assert KEY not in shown
    assert settings.ready("vllm").api_key is not None
    assert settings.dump()["providers"]["vllm"] == {
        "name": "vllm",
        "base_url": "http://127.0.0.1:8000/v1",
        "api_key_env": "VLLM_KEY",
    }
    assert pickle.loads(pickle.dumps(settings)) == settings
    broken = load(tmp_path, environ={"OPENAI_API_KEY": f"{KEY}\n{KEY}"})
    with pytest.raises(
        ProviderError, match="OPENAI_API_KEY in the environment holds characters that no key has"
    ) as raised:
        broken.ready("openai")
    assert KEY not in str(raised.value)


def test_what_decided_is_known(tmp_path: Path) -> None:
    """Of what the environment or `.env` decided, the settings know by which of the two, and write it nowhere."""
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-1\nOPENAI_BASE_URL=http://127.0.0.1:1/v1\n")
    openai = load(tmp_path, environ={"OPENAI_API_KEY": "sk-2"}).named("openai")
    assert openai.origins == {"api_key": "the environment", "base_url": ".env"}
    assert "origins" not in openai.dump()
    assert load(tmp_path, VLLM).named("vllm").origins == {}
    assert complaints(tmp_path, VLLM + "origins = {}\n") == [
        "runner.toml:3: providers.vllm.origins: is not written here: it is found out"
    ]


def test_problems_of_the_environment_are_told_where_they_stand(tmp_path: Path) -> None:
    """An address that comes from `.env` or the environment is complained of there, not in the settings."""
    why = "should be an address such as http://127.0.0.1:8000/v1"
    (tmp_path / ".env").write_text("A=1\n\nOPENAI_BASE_URL=api.openai.com/v1\n")
    assert complaints(tmp_path, VLLM) == [f".env:3: OPENAI_BASE_URL: {why}"]
    environ = {"OPENAI_BASE_URL": "ftp://host", "AZURE_OPENAI_ENDPOINT": "host"}
    assert complaints(tmp_path, VLLM, environ) == [
        f"AZURE_OPENAI_ENDPOINT in the environment: {why}",
        f"OPENAI_BASE_URL in the environment: {why}",
    ]


def test_lines_of_env_files_that_say_nothing_are_problems(tmp_path: Path) -> None:
    """A line of `.env` without `=`, or with an open quote, is named by its number alone: it may be a key."""
    (tmp_path / ".env").write_text(f"A=1\n{KEY}\nB='open\n")
    assert complaints(tmp_path, "") == [
        ".env:2: the line has no `=`: expected NAME=value, e.g. OPENAI_API_KEY=...",
        ".env:3: the line cannot be read: expected NAME=value, e.g. OPENAI_API_KEY=...; a quote that opens a value must close it",
    ]


@pytest.mark.parametrize("value", ["sk-proj-0123456789", "a b", "", "abcdef0123456789abcdef0123456789", "1A"])
def test_a_key_is_no_name_of_one(tmp_path: Path, value: str) -> None:
    """A key in the place of its name is refused unseen, before it is written down."""
    (complaint,) = complaints(tmp_path, f'{VLLM}api_key_env = "{value}"\n')
    assert complaint == (
        "runner.toml:3: providers.vllm.api_key_env: should be a name such as OPENROUTER_API_KEY: the key itself "
        "stands in .env, after that name"
    )
    assert load(tmp_path, f'{VLLM}api_key_env = "My_Key_2"\n').named("vllm").api_key_env == "My_Key_2"


def test_addresses_have_no_query(tmp_path: Path) -> None:
    """What stands after a `?` would be written down, and no request would carry it."""
    (complaint,) = complaints(tmp_path, f'[providers.x]\nbase_url = "http://h/v1?key={KEY}"\n')
    assert (
        complaint
        == "runner.toml:2: providers.x.base_url: should end with its path: no `?` and nothing after it"
    )


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("OPENAI_KEY", "OPENAI_KEY"),
        ("OPENAI_API_TOKEN", "OPENAI_API_TOKEN"),
        ("OPEN_AI_KEY", "OPEN_AI_KEY"),
        ("openai_apikey", "openai_apikey"),
        ("OPNEAI_API_KEY", "OPNEAI_API_KEY"),
        ("OPENAI_BASE_URL", None),
        ("OPENAI_ADMIN_KEY", None),
        ("AZURE_OPENAI_API_KEY", None),
        ("OPENROUTER_API_KEY", None),
    ],
)
def test_a_key_under_a_like_name_is_told_by_that_name(tmp_path: Path, text: str, near: str | None) -> None:
    """The name is told, never the value; a name of another provider's key, or of none, is not taken for it."""
    (tmp_path / ".env").write_text(f"{text}=http://sk-0123456789\n", encoding="utf-8")
    with pytest.raises(ProviderError) as raised:
        load(tmp_path).ready("openai")
    hint = f"is it the one in {near}? Then call that OPENAI_API_KEY; else type `runner init`"
    assert (hint in str(raised.value)) == (near is not None)
    assert ("is it the one in" in str(raised.value)) == (near is not None)
    assert "sk-" not in str(raised.value)


def test_the_key_of_another_provider_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    """What the settings name as some provider's key is that provider's."""
    text = '[providers.openai_eu]\nbase_url = "https://eu.example/v1"\napi_key_env = "OPENAI_EU_KEY"\n'
    settings = load(tmp_path, text, {"OPENAI_EU_KEY": "sk-eu"})
    with pytest.raises(ProviderError) as raised:
        settings.ready("openai")
    assert "OPENAI_EU_KEY" not in str(raised.value)
    assert settings.ready("openai_eu").api_key is not None


def test_a_missing_key_names_both_ways_on(tmp_path: Path) -> None:
    """Without a key the error names `.env` and `--provider local`."""
    settings = load(tmp_path)
    with pytest.raises(ProviderError) as raised:
        settings.ready("openai")
    assert str(raised.value) == (
        "there is no key for the provider openai: type `runner init`, which asks for it, or put it into .env "
        "(OPENAI_API_KEY=...) or into the environment, or play on the embedded model with --provider local"
    )
    other = load(tmp_path, VLLM + 'api_key_env = "VLLM_KEY"\n')
    with pytest.raises(ProviderError) as raised:
        other.ready("vllm")
    assert str(raised.value) == (
        "there is no key for the provider vllm: put it into .env (VLLM_KEY=...) or into the environment, "
        "or play on the embedded model with --provider local"
    )
    with pytest.raises(
        ProviderError,
        match=r"AZURE_OPENAI_ENDPOINT .* and OPENAI_API_VERSION .*AZURE_OPENAI_API_KEY, is missing",
    ):
        settings.ready("azure")
    assert settings.ready("local").kind == "local"


def test_weights_of_ones_own(tmp_path: Path) -> None:
    """A GGUF file of one's own is found beside the settings and served under its own name."""
    below = tmp_path / "below"
    below.mkdir()
    (tmp_path / "runner.toml").write_text('[providers.local]\ngguf = "w/qwen-0.5b.gguf"\nslots = 2\n')
    settings = load(below)
    local = settings.named("local")
    assert Path(local.gguf or "") == tmp_path / "w" / "qwen-0.5b.gguf"
    assert (local.served, local.in_flight) == ("qwen-0.5b", 2)
    assert settings.resolve(provider="local") == ("local", "qwen-0.5b")


SETTINGS = (
    VLLM
    + 'models = {main = "llama", judge = "qwen", "gpt-5.4" = "llama-big"}\n'
    + '[providers.bare]\nbase_url = "http://127.0.0.1:9/v1"\n'
    + '[providers.local]\nmodels = {judge = "SmolLM2-135M-Instruct", qwen = "elsewhere"}\n'
)


@pytest.mark.parametrize(
    ("asked", "decided"),
    [
        ({}, ("openai", "gpt-5.4-mini")),
        ({"scenario_model": "gpt-5.4"}, ("openai", "gpt-5.4")),
        ({"scenario_model": "main"}, ("openai", "gpt-5.4-mini")),
        ({"scenario_provider": "vllm"}, ("vllm", "llama")),
        ({"scenario_provider": "vllm", "scenario_model": "judge"}, ("vllm", "qwen")),
        ({"scenario_provider": "vllm", "scenario_model": "anything"}, ("vllm", "anything")),
        ({"scenario_provider": "azure", "scenario_model": "my-deployment"}, ("azure", "my-deployment")),
        ({"model": "o9", "scenario_model": "gpt-5.4"}, ("openai", "o9")),
        ({"provider": "vllm", "scenario_model": "gpt-5.4"}, ("vllm", "llama-big")),
        ({"provider": "vllm", "scenario_model": "judge"}, ("vllm", "qwen")),
        ({"provider": "vllm", "model": "mistral", "scenario_model": "gpt-9"}, ("vllm", "mistral")),
        ({"provider": "bare", "model": "mistral"}, ("bare", "mistral")),
        ({"provider": "openai", "scenario_provider": "openai", "scenario_model": "x"}, ("openai", "x")),
        ({"provider": "local"}, ("local", SMOLLM2)),
        ({"provider": "local", "scenario_model": "main"}, ("local", SMOLLM2)),
        ({"provider": "local", "scenario_model": "judge"}, ("local", SMOLLM2)),
        ({"provider": "local", "scenario_model": SMOLLM2}, ("local", SMOLLM2)),
        ({"provider": "local", "model": "main", "scenario_model": "gpt-5.4"}, ("local", SMOLLM2)),
        ({"provider": "local", "model": SMOLLM2}, ("local", SMOLLM2)),
    ],
)
def test_decides_provider_and_model(tmp_path: Path, asked: dict[str, Any], decided: tuple[str, str]) -> None:
    """The command line goes before the scenario, the scenario before the settings; aliases are those of the provider."""
    assert load(tmp_path, SETTINGS).resolve(**asked) == decided


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            {"provider": "local", "scenario_model": "gpt-5.4"},
            ["gpt-5.4", "serves SmolLM2-135M-Instruct alone", "--model main", "[providers.local.models]"],
        ),
        (
            {"provider": "local", "scenario_model": "qwen"},
            ["asks for elsewhere, but the provider local serves"],
        ),
        ({"provider": "local", "model": "gpt-5.4"}, ["--model asks for gpt-5.4", "[providers.local.models]"]),
        ({"scenario_provider": "local", "scenario_model": "gpt-5.4"}, ["serves SmolLM2-135M-Instruct alone"]),
        (
            {"provider": "vllm", "scenario_model": "gpt-9"},
            [
                "gpt-9 of the provider openai",
                "not sent to vllm unasked",
                "--model",
                "[providers.vllm.models]",
            ],
        ),
        (
            {"provider": "openai", "scenario_provider": "vllm", "scenario_model": "judge"},
            ["not sent to openai unasked"],
        ),
        (
            {"provider": "azure"},
            ["azure has no model of its own choice", "--model", "[providers.azure.models]"],
        ),
        ({"scenario_provider": "bare", "scenario_model": "main"}, ["bare has no model of its own choice"]),
        ({"provider": "opena"}, ["unknown provider `opena`", "`openai`"]),
    ],
)
def test_never_sends_a_model_elsewhere_unasked(
    tmp_path: Path, asked: dict[str, Any], words: list[str]
) -> None:
    """A model of one provider is not asked of another unless the settings or `--model` say so; the error says how."""
    with pytest.raises(ProviderError) as raised:
        load(tmp_path, SETTINGS).resolve(**asked)
    for word in words:
        assert word in str(raised.value)


def test_gates_stand_by_tag(tmp_path: Path) -> None:
    """Each table is a gate for the scenarios of its tag, in the words of a scenario."""
    text = """
    [gates.smoke]
    pass_rate = 1.0
    "pass^3" = 0.5
    [gates."two words".latency]
    p95 = "5s"
    """
    assert load(tmp_path, text).gates == {
        "smoke": {"pass_rate": 1.0, "pass^3": 0.5},
        "two words": {"latency": {"p95": "5s"}},
    }
    assert load(tmp_path, "in_flight = 1\n").gates == {}


def test_a_gate_that_cannot_be_meant_is_an_error_at_its_line(tmp_path: Path) -> None:
    """A typo in a gate would let everything through: every one is told, where it stands."""
    text = """[gates.smoke]
pas_rate = 1.0
[gates.slow.latency]
p95 = "soon"
[gates."two words"]
"pass^2" = 2
cost = {max = -1}
[gates.nothing]
"""
    assert complaints(tmp_path, text) == [
        "runner.toml:2: gates.smoke.pas_rate: unknown key `pas_rate`; did you mean `pass_rate`?",
        'runner.toml:4: gates.slow.latency.p95: expected a time such as `5s`, `500ms` or `1m 30s`, not "soon"',
        "runner.toml:6: gates.two words.pass^2: expected a share above 0, up to 1, such as 0.8, not 2; 2 % is 0.02",
        "runner.toml:7: gates.two words.cost.max: expected US dollars as a number, such as 0.01, not -1",
        "runner.toml:8: gates.nothing: an empty gate asks nothing: leave it out, and every check of every trial has to pass",
    ]
    for said in ("gates = 1\n", "[gates]\nsmoke = 0.8\n"):
        (tmp_path / "runner.toml").unlink()
        assert complaints(tmp_path, said) == [
            "runner.toml:1: gates: should be a table of tables: [gates.TAG]"
        ]


def test_settings_are_frozen(tmp_path: Path) -> None:
    """What was read cannot be changed."""
    settings = load(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        settings.provider = "local"


TOML_VALUE = st.recursive(
    st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=True) | st.text("abc", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["main", "input", "connect_s", "x"]), inner, max_size=2)
    ),
    max_leaves=3,
)
KEYS = st.sampled_from(["kind", "base_url", "models", "timeouts", "retries", "prices", "in_flight", "gguf", "slots", "api_key_env", "name", "api_key", "http", "x"])  # fmt: skip


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {toml(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value).replace("'", '"')


@given(st.dictionaries(KEYS, TOML_VALUE, max_size=3), st.sampled_from(["openai", "azure", "local", "mine"]))
def test_any_table_is_read_or_complained_of(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, Any], name: str
) -> None:
    """Whatever a provider's table holds, it makes settings or problems with a line."""
    folder = tmp_path_factory.mktemp("settings")
    text = f"[providers.{name}]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in table.items())
    problems: tuple[Problem, ...] = ()
    try:
        load(folder, text)
    except ProblemsError as error:
        problems = error.problems
    assert all(problem.line and problem.path for problem in problems), text


def test_reading_settings_loads_no_client() -> None:
    """Importing the settings loads neither openai nor an HTTP library."""
    code = "import sys, runner.settings; sys.exit(bool({'openai', 'httpx2', 'aiohttp', 'asyncio'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
