"""`runner init`."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.settings import read_environment
from tests.cli.front import Front

ROOT = Path(__file__).parents[2]
KEY = "sk-odd'\"$#=\\x"
POSIX = pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal")


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    monkeypatch.setattr("runner.transports.weights.find_weights", lambda: None)
    front = Front(tmp_path, monkeypatch)
    (tmp_path / "runner.toml").unlink()
    return front


def test_with_the_key_of_the_environment(front: Front) -> None:
    """The key of the environment goes into `.env`; the files are told on stdout, the next command on stderr."""
    shown = front.type("init", "--key-from-env", env={"OPENAI_API_KEY": KEY})
    assert (shown.exit_code, shown.err) == (0, "next: runner play scenarios/first-chat.yaml\n")
    assert shown.out == (
        "wrote .gitignore: .env and outputs/\n"
        "wrote .env: OPENAI_API_KEY; only you can read it\n"
        "wrote scenarios/first-chat.yaml: a first scenario\n"
    )
    assert read_environment(front.folder, {})["OPENAI_API_KEY"] == KEY
    again = front.type("init")
    assert again.exit_code == 0
    assert "left alone .env: OPENAI_API_KEY stands there already (edit it there)\n" in again.out
    assert again.err == shown.err


def test_without_a_key(front: Front) -> None:
    """Without a key, the embedded model is the next thing, and how it is fetched."""
    shown = front.type("init", "--no-key")
    assert shown.exit_code == 0
    assert shown.err == (
        "no key yet: type this command again once you have one; until then play on the\n"
        "  embedded model\n"
        "next: runner pull\n"
        "then: runner play scenarios/first-chat.yaml --provider local\n"
    )
    assert not (front.folder / ".env").exists()


def test_with_a_key_in_the_environment(front: Front) -> None:
    """Where the environment has a key already, nobody is asked for one."""
    shown = front.type("init", env={"OPENAI_API_KEY": KEY})
    assert shown.exit_code == 0
    assert "the key is in the environment already" in shown.err
    assert not (front.folder / ".env").exists()


def test_the_first_scenario_plays(front: Front) -> None:
    """What is written can be validated and played as it stands."""
    front.type("init", "--no-key")
    front.write(
        "runner.toml",
        'provider = "canned"\n[providers.canned]\nbase_url = "http://h/v1"\nmodels = {main = "m"}\n',
    )
    assert front.type("validate", "scenarios").out == "1 scenario, 1 trial, 3 requests\n"
    assert front.type("play", "scenarios/first-chat.yaml").exit_code == 0
    assert (
        front.type("init", "--no-key")
        .err.splitlines()[-1]
        .startswith("then: runner play scenarios/first-chat")
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["init"], "there is no terminal to ask for the key on: give --key-from-env"),
        (["init", "--key-from-env"], "--key-from-env: OPENAI_API_KEY is not set"),
        (["init", "--key-from-stdin"], "--key-from-stdin: nothing came through the pipe"),
        (["init", "--key-from-env", "--no-key"], "say different things: give one of them"),
        (["init", "sk-typed-on-the-command-line"], "this command takes no argument"),
    ],
)
def test_what_cannot_be_done_writes_nothing(front: Front, words: list[str], said: str) -> None:
    """Without a terminal and without an option, or with too many, the ways on are said with code 2."""
    shown = front.type(*words)
    assert (shown.exit_code, shown.out) == (2, "")
    assert said in shown.err
    assert "sk-typed" not in shown.err
    assert list(front.folder.iterdir()) == []


def ask(folder: Path, answer: bytes) -> tuple[int, str]:
    """The exit code and all that is shown when somebody answers on a terminal."""
    import pty

    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env = {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "RUNNER_CACHE": str(folder / "none")}
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execve(sys.executable, [sys.executable, "-m", "runner", "init"], env)
    shown = b""
    answered = False
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if not answered and b"OpenAI key: " in shown:
            answered = True
            time.sleep(0.1)
            os.write(terminal, answer)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown.decode().replace("\r\n", "\n")


@POSIX
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_asking_on_a_terminal(tmp_path: Path) -> None:
    """The key is asked for, not shown while it is given, and written; what was pasted around it is taken off."""
    code, shown = ask(tmp_path, f'export OPENAI_API_KEY="{KEY[:6]}"\n'.encode())
    assert code == 0
    assert KEY[:6] not in shown
    assert "wrote .env" in shown
    assert read_environment(tmp_path, {})["OPENAI_API_KEY"] == KEY[:6]


@POSIX
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize(
    ("answer", "code", "files"),
    [
        (b"\n", 0, [".gitignore", "scenarios"]),
        (b"\x04", 0, [".gitignore", "scenarios"]),
        (b"\x03", 130, []),
        (b"sk-half\x03", 130, []),
        (b"sk with spaces\n", 2, []),
        (b"sk-one\nsk-two\n", 2, []),
        (b"sk-one\nsk-two", 2, []),
    ],
)
def test_other_answers_on_a_terminal(tmp_path: Path, answer: bytes, code: int, files: list[str]) -> None:
    """No answer is no key; Ctrl-C ends with 130 and what is no key with 2, and neither writes anything."""
    ended, shown = ask(tmp_path, answer)
    assert ended == code
    assert sorted(path.name for path in tmp_path.iterdir()) == files
    assert "sk" not in shown


@POSIX
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_several_lines_that_are_pasted(tmp_path: Path) -> None:
    """Of two lines none is taken, and it is said what to paste; an empty one before the key or after it does no harm."""
    _, shown = ask(tmp_path, b"sk-one\nsk-two")
    assert "what was given has more than one line, and a key is one: copy the key alone" in " ".join(
        shown.split()
    )
    assert ask(tmp_path, b"\nsk-one\n\n")[0] == 0
    assert read_environment(tmp_path, {})["OPENAI_API_KEY"] == "sk-one"


def test_through_a_pipe(tmp_path: Path) -> None:
    """A key that is piped in is read only where that was asked for."""
    for words, code in ((["init"], 2), (["init", "--key-from-stdin"], 0)):
        done = subprocess.run(
            [sys.executable, "-m", "runner", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            input=f"{KEY}\r\n".encode(),
            capture_output=True,
            check=False,
        )
        assert done.returncode == code
        assert KEY.encode() not in done.stdout + done.stderr
    assert read_environment(tmp_path, {})["OPENAI_API_KEY"] == KEY
