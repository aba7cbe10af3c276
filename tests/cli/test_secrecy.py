"""The key, fed through every command and every failure, and looked for in everything that is written and shown."""

import html
import json
import os
import signal
import subprocess
import sys
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from runner.settings import read_environment
from runner.settings.env_file import spell
from runner.transports.scout import MOMENT_S
from tests.cli.front import Front
from tests.loopback import (
    LoopbackApi,
    Record,
    Respond,
    body_reply,
    chunk,
    chunk_stream,
    closed_port,
    completion,
    cut_stream,
    data_reply,
    echo,
    error_in_stream,
    error_inside,
    malformed,
    refuse,
    reset,
    stream,
)

ROOT = Path(__file__).parents[2]
CORE = "N7vQ3xWpL9"
"""What no spelling of the key but base64 changes."""
KEY = f"sk-odd'1\"2$HOME%41&amp;\\n{CORE}\\\\+/=#<b>`~{{{{x}}}}\\"
BEARER = f"Bearer {KEY}"


def escaped(text: str) -> str:
    """Text as JSON writers write it that trust nothing."""
    return "".join(c if c.isalnum() else f"\\u{ord(c):04X}" for c in text)


def spellings() -> Iterator[str]:
    """The key as programs write it."""
    for text in (KEY, BEARER):
        yield from (
            text,
            json.dumps(text)[1:-1],
            json.dumps(json.dumps(text))[1:-1],
            json.dumps(text)[1:-1].replace("/", "\\/"),
            escaped(text),
            repr(text)[1:-1],
            quote(text),
            quote(text, safe=""),
            quote_plus(text),
            html.escape(text),
        )
        for before in ("", ":", "u:"):
            for encode in (b64encode, urlsafe_b64encode):
                yield encode((before + text).encode()).decode()


def needles() -> Iterator[str]:
    """What of each spelling tells the key: base64 without what speaks of its surroundings as well."""
    yield CORE
    for spelling in spellings():
        yield spelling if CORE in spelling else spelling.strip("=")[4:-4]


def saying(text: str) -> bytes:
    """An error object whose message is written as it stands here."""
    return b'{"error": {"message": "%s", "code": "invalid_api_key"}}' % text.encode()


AS_JSON = json.dumps(KEY)[1:-1]
HEADERS = {"x-request-id": KEY, "location": f"/v1/{quote(KEY)}?key={quote(KEY)}", "www-authenticate": BEARER}
DELTAS = [
    chunk({"content": part}) for part in ("It is ", *(KEY[at : at + 5] for at in range(0, len(KEY), 5)))
]
FAULTS: dict[str, Callable[[Record], Respond]] = {
    "refused": lambda _: refuse(401, f"Incorrect API key provided: {KEY}.", code=KEY, param=KEY),
    "slashed": lambda _: body_reply(saying(f"no: {AS_JSON}".replace("/", "\\/")), status=401),
    "escaped": lambda _: body_reply(saying(f"no: {escaped(KEY)}"), status=401),
    "twice": lambda _: refuse(401, json.dumps({"upstream": json.dumps(BEARER)})),
    "quoted": lambda _: refuse(403, f"no access for {quote(KEY)} or {quote_plus(KEY)}"),
    "page": lambda _: body_reply(
        f"<title>{html.escape(BEARER)}</title>".encode(), status=403, content_type="text/html"
    ),
    "encoded": lambda _: refuse(
        403, " ".join(b64encode(t.encode()).decode() for t in (KEY, BEARER, f"u:{KEY}"))
    ),
    "headers": lambda _: refuse(401, headers=HEADERS),
    "elsewhere": lambda _: refuse(307, headers=HEADERS),
    "gone": lambda _: refuse(404, f"The model `{KEY}` does not exist", code="model_not_found"),
    "missing": lambda _: refuse(404, f"no such path: {KEY}"),
    "slow-down": lambda _: refuse(429, f"{BEARER} is too quick", code="rate_limit_exceeded"),
    "no-credit": lambda _: refuse(429, f"{KEY} has no credit", code="insufficient_quota"),
    "failing": lambda _: refuse(500, f"while serving {KEY!r}"),
    "plain": lambda _: body_reply(
        f"upstream said no to {BEARER}".encode(), status=502, content_type="text/plain"
    ),
    "malformed": lambda _: malformed(f'{{"id": "{KEY}", "choi'.encode()),
    "inside": lambda _: error_inside(f"no: {KEY}", code=KEY),
    "in-stream": lambda r: error_in_stream(f"no: {KEY}") if r.streamed else reset(),
    "cut": lambda r: cut_stream(f"my key is {KEY} and") if r.streamed else reset(),
    "told": lambda r: (
        chunk_stream([*DELTAS, chunk({"content": "!"}, finish_reason="stop")], record=r)
        if r.streamed
        else completion(f"It is {KEY}!", record=r, refusal=KEY)
    ),
    "split": lambda r: (
        stream(list(f"It is {KEY}"), record=r, finish_reason=KEY)
        if r.streamed
        else completion(f"It is {KEY}", finish_reason=KEY)
    ),
    "named": lambda _: data_reply(
        {
            "model": KEY,
            "system_fingerprint": KEY,
            "choices": [{"message": {"content": "ok"}, "finish_reason": KEY}],
        }
    ),
    "long": lambda _: refuse(401, "x" * 250 + KEY),
}


def answer(record: Record) -> Respond:
    """The fault that the last message names; and no process in sight is told the key when it is started."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert CORE.encode() not in path.read_bytes()
        except OSError:
            continue
    return FAULTS[record.messages[-1]["content"]](record).having(server=KEY)


def prepare(folder: Path, base_url: str, name: str = "OPENAI_API_KEY") -> None:
    """A folder with the key in `.env`, a try for each request, and a scenario that meets every fault."""
    lines = [spell(name, KEY), f"OPENAI_BASE_URL={base_url}"]
    (folder / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8")
    # All at once: after a key that is refused nothing further would be sent.
    settings = f'[providers.openai]\nin_flight = 64\nretries = {{max_tries = 1}}\napi_key_env = "{name}"\n'
    (folder / "runner.toml").write_text(settings, encoding="utf-8")
    faults = "\n".join(f"  - {name}" for name in FAULTS)
    scenario = f"name: faults\nturns: ['{{{{ fault }}}}']\nmatrix:\n fault:\n{faults}\n"
    (folder / "faults.yaml").write_text(scenario, encoding="utf-8")
    (folder / "one.yaml").write_text("name: one\nturns: [refused]\n", encoding="utf-8")


def environ(folder: Path, **env: str) -> dict[str, str]:
    """What a command needs of the environment; the temporary files of a crash are found in the folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), "TEMP": str(folder), **env}


def run(
    folder: Path, *words: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """A command, as a person types it."""
    command = [sys.executable, "-m", "runner", *words]
    return subprocess.run(
        command, cwd=folder, env=environ(folder, **(env or {})), input=stdin, capture_output=True, check=False
    )


def require_secret(folder: Path, *shown: bytes | str) -> None:
    """The key stands nowhere: not in what was shown, and not in a file beside `.env`, nor in its name."""
    texts = {
        f"shown {place}": text if isinstance(text, str) else text.decode() for place, text in enumerate(shown)
    }
    for path in folder.rglob("*"):
        texts[f"name of {path}"] = str(path.relative_to(folder))
        if path.is_file() and path.name != ".env":
            texts[str(path)] = path.read_text(encoding="utf-8", errors="replace")
    for place, text in texts.items():
        for needle in needles():
            assert needle not in text, f"{place}: {needle}: ...{text[max(0, text.find(needle) - 60) :][:200]}"


def test_what_is_looked_for_is_found(tmp_path: Path) -> None:
    """The test itself finds each of the spellings."""
    for spelling in spellings():
        (tmp_path / "a").write_text(spelling, encoding="utf-8")
        with pytest.raises(AssertionError):
            require_secret(tmp_path)


@pytest.mark.parametrize(
    "words",
    [["--no-stream"], ["--stream"], ["--json"], ["--quiet"], ["--stream", "OPENAI_LOG=debug"]],
    ids=" ".join,
)
def test_no_failure_tells_the_key(tmp_path: Path, words: list[str]) -> None:
    """Whatever a server does with the key, and however it is asked, neither the run nor what is shown has it."""
    env = dict(word.split("=") for word in words if "=" in word)
    # Slower than who goes first is waited for: once one request has failed, the others would not be sent.
    with LoopbackApi(lambda record: answer(record).after(4 * MOMENT_S)) as api:
        prepare(tmp_path, api.base_url)
        played = run(tmp_path, "play", "faults.yaml", *(word for word in words if "=" not in word), env=env)
        assert {record.headers["authorization"] for record in api.records} == {BEARER}
        assert len(api.records) == len(FAULTS)
    assert played.returncode == 4, played.stderr
    shown = [run(tmp_path, "show", "latest", *more) for more in ([], ["--failed"], ["--json"])]
    assert [done.returncode for done in shown] == [0, 0, 0]
    require_secret(tmp_path, *(text for done in (played, *shown) for text in (done.stdout, done.stderr)))
    assert b"***" in shown[2].stdout


def test_no_talk_tells_the_key(tmp_path: Path) -> None:
    """In a talk that is typed, too, whatever the server makes of the key stays unsaid."""
    with LoopbackApi(answer) as api:
        prepare(tmp_path, api.base_url)
        for said in (b"refused\n", b"told\ntold\nin-stream\n", b"escaped\n", b"elsewhere\n"):
            done = run(tmp_path, "chat", stdin=said)
            assert done.returncode in {0, 4}, done.stderr
            require_secret(tmp_path, done.stdout, done.stderr)
        assert len(api.records) >= 6


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal")
def test_a_terminal_that_is_watched_shows_no_key(tmp_path: Path) -> None:
    """What is drawn while a reply comes in pieces has no key, nor a part of one that tells it."""
    import pty

    for fault in ("told", "split", "in-stream", "cut"):
        with LoopbackApi(answer) as api:
            prepare(tmp_path, api.base_url)
            (tmp_path / "one.yaml").write_text(f"name: one\nturns: [{fault}]\n", encoding="utf-8")
            master, slave = pty.openpty()
            command = [sys.executable, "-m", "runner", "play", "one.yaml"]
            env = environ(tmp_path, TERM="xterm", COLUMNS="400")
            with subprocess.Popen(
                command, cwd=tmp_path, env=env, stdin=slave, stdout=slave, stderr=slave
            ) as process:
                os.close(slave)
                shown = b""
                while True:
                    try:
                        piece = os.read(master, 65536)
                    except OSError:
                        break
                    if not piece:
                        break
                    shown += piece
                process.wait(30)
            os.close(master)
        assert api.records[0].streamed
        assert b"***" in shown
        require_secret(tmp_path, shown)
        assert KEY[:12].encode() not in shown


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "LOGIN_OF_ADA"])
def test_a_crash_tells_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A bug's words may hold the key in any spelling: neither its log nor what is shown has it, whatever its name."""
    front = Front(tmp_path, monkeypatch)
    prepare(tmp_path, "http://127.0.0.1:9/v1", name)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def stage(*_: object) -> None:
        raise KeyError("; ".join(spellings()), KEY, KEY.encode(), {"authorization": BEARER})

    monkeypatch.setattr("runner.operations.stage.stage", stage)
    for words in (["play", "one.yaml"], ["validate", "one.yaml", "--set", f"vars.x={KEY}"]):
        shown = front.type(*words)
        assert shown.exit_code == 3
        require_secret(tmp_path, shown.out, shown.err)
    assert len(list(tmp_path.glob("runner-crash-*"))) == 2


def test_settings_that_are_wrong_tell_no_key(tmp_path: Path) -> None:
    """A key that stands where it does not belong is complained of, and not shown."""
    prepare(tmp_path, "http://127.0.0.1:9/v1")
    wrong = {
        ".env": [
            f"OPENAI_BASE_URL='{CORE}'",
            f"sk-{CORE}",
            f'X="{CORE}',
            f"OPENAI_BASE_URL=http://u:{CORE}@h/v1",
        ],
        "runner.toml": [
            f'[providers.openai]\napi_key_env = "sk-{CORE}"',
            f'[providers.openai]\napi_key_env = "{CORE * 3}"',
            f'[providers.openai]\napi_key = "{CORE}"',
            f'[providers.openai]\nbase_url = "http://h/v1?key={CORE}"',
            f'[providers.openai]\nbase_url = "{CORE}"',
            f'[providers.openai]\nprices = "{CORE}"',
        ],
    }
    for name, texts in wrong.items():
        path = tmp_path / name
        before = path.read_text(encoding="utf-8")
        for text in texts:
            (tmp_path / ".env").write_text(spell("OPENAI_API_KEY", KEY) + "\n", encoding="utf-8")
            path.write_text(text + "\n", encoding="utf-8")
            done = [run(tmp_path, *words) for words in (["play", "one.yaml"], ["validate", "one.yaml"])]
            path.write_text(before, encoding="utf-8")
            assert [each.returncode for each in done] == [2, 2], (text, done)
            require_secret(tmp_path, *(each.stderr + each.stdout for each in done))


@pytest.mark.parametrize("address", ["closed", "unknown", "path"])
def test_addresses_that_are_wrong_tell_no_key(tmp_path: Path, address: str) -> None:
    """Where nobody answers, where there is no such host and where there is no such API, the key stays unsaid."""
    with LoopbackApi(lambda _: body_reply(f'{{"detail": "{CORE}?"}}'.encode(), status=404)) as api:
        urls = {"closed": f"http://127.0.0.1:{closed_port()}/v1", "unknown": "http://no.such.host.invalid/v1"}
        prepare(tmp_path, urls.get(address, api.url))
        done = run(tmp_path, "play", "one.yaml")
    assert done.returncode == 4
    assert b"OPENAI_BASE_URL in .env" in b" ".join(done.stdout.split())
    if address != "path":  # there the server itself says a part of it
        require_secret(tmp_path, done.stdout, done.stderr)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_an_interrupt_tells_no_key(tmp_path: Path) -> None:
    """Ctrl-C while a request is under way leaves no key behind."""
    with LoopbackApi(lambda record: echo(record).after(20)) as api:
        prepare(tmp_path, api.base_url)
        command = [sys.executable, "-m", "runner", "play", "one.yaml"]
        with subprocess.Popen(
            command, cwd=tmp_path, env=environ(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            until = time.monotonic() + 20
            while not api.records and time.monotonic() < until:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    require_secret(tmp_path, out, err)


def test_init_tells_no_key(tmp_path: Path) -> None:
    """`runner init` writes the key into `.env` and nowhere else, and what it refuses it does not show."""
    done = [
        run(tmp_path, "init", "--key-from-stdin", stdin=f'export OPENAI_API_KEY="{CORE} {CORE}"'.encode()),
        run(tmp_path, "init", "--key-from-stdin", stdin=f"{KEY}é".encode()),
        run(tmp_path, "init", "--key-from-stdin", stdin=f"{KEY}\n".encode()),
        run(tmp_path, "init", "--key-from-env", env={"OPENAI_API_KEY": KEY}),
        run(tmp_path, "init", KEY),
    ]
    assert [each.returncode for each in done] == [2, 2, 0, 0, 2]
    assert read_environment(tmp_path, {})["OPENAI_API_KEY"] == KEY
    require_secret(tmp_path, *(text for each in done for text in (each.stdout, each.stderr)))
