"""The error boundary: what is shown, with which code, and what a crash log holds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from runner.errors import NothingToPlayError, Problem, ProblemsError, ProviderError, StoreError
from tests.cli.front import Front

SCENARIO = "name: one\nturns: [hello]\n"


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("one.yaml", SCENARIO)
    return front


def raise_while_staging(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def stage(*_: object) -> None:
        raise error

    monkeypatch.setattr("runner.operations.stage.stage", stage)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ProviderError("there is no key"), 2),
        (StoreError("cannot write"), 2),
        (NothingToPlayError("nothing to play"), 5),
        (KeyboardInterrupt(), 130),
    ],
)
def test_exit_codes(front: Front, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int) -> None:
    """What a person can mend ends with 2, nothing to play with 5, an interrupt with 130; each in one line."""
    raise_while_staging(monkeypatch, error)
    shown = front.type("play", "one.yaml")
    assert (shown.exit_code, shown.out) == (code, "")
    assert shown.err == f"{str(error) or 'interrupted'}\n"


def test_problems_stand_on_lines_of_their_own(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every problem is shown, in the order of its address, harmless to the terminal."""
    problems = [Problem("b.yaml", 3, 1, "turns", "is \x1b[31mbad"), Problem("a.yaml", 1, 0, "", "is empty")]
    raise_while_staging(monkeypatch, ProblemsError(problems))
    shown = front.type("validate", "one.yaml")
    assert shown.exit_code == 2
    assert shown.err == "a.yaml:1: is empty\nb.yaml:3:1: turns: is \\x1b[31mbad\n"


def test_colour_of_errors_is_asked_for(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """FORCE_COLOR colours the addresses of problems; NO_COLOR is stronger."""
    raise_while_staging(monkeypatch, ProblemsError([Problem("a.yaml", 1, 0, "", "is empty")]))
    assert "\x1b[1ma.yaml:1\x1b[0m" in front.type("play", "x", env={"FORCE_COLOR": "1"}).err
    assert "\x1b" not in front.type("play", "x", env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).err


def test_a_bug_leaves_a_crash_log_without_secrets(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug ends with 3; its log has the traceback, versions and what was typed, and no key from anywhere."""
    monkeypatch.setattr("tempfile.tempdir", str(front.folder))
    monkeypatch.setenv("OPENAI_API_KEY", "key-from-environment")
    front.write(".env", "OTHER_TOKEN=token-from-dotenv\n")

    def stage(*_: object) -> None:
        local = "a local " + "variable"
        raise KeyError(
            f"{len(local)} key-from-environment token-from-dotenv sk-abcdefghijklmnop https://me:pw@host/"
        )

    monkeypatch.setattr("runner.operations.stage.stage", stage)
    shown = front.type("play", "one.yaml", "--set", "params.x=sk-typed0123456789")
    assert (shown.exit_code, shown.out) == (3, "")
    (path,) = front.folder.glob("runner-crash-*.log")
    assert str(path) in shown.err
    log = path.read_text()
    for part in ("Traceback", "KeyError", "in stage", "Python 3", "openai 3", "'one.yaml'"):
        assert part in log
    for text in (log, shown.err):
        for secret in (
            "key-from-environment",
            "token-from-dotenv",
            "sk-",
            "a local variable",
            "me:pw",
            "PATH=",
        ):
            assert secret not in text
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0


def test_keys_of_any_name_are_no_part_of_a_crash_log(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that settings name, and all of `.env` but addresses, are masked as Python and JSON spell them as well."""
    monkeypatch.setattr("tempfile.tempdir", str(front.folder))
    keys = ["login'of\\ada\"0123", "plain-9876543", "abcdefghij"]
    front.write("runner.toml", '[providers.x]\nbase_url = "http://h/v1"\napi_key_env = "LOGIN"\n')
    front.write(".env", f"HARMLESS={keys[1]}\nADDRESS=http://127.0.0.1:1/v1\n")
    monkeypatch.setenv("LOGIN", keys[0])

    def stage(*_: object) -> None:
        raise KeyError(keys, json.dumps(keys), "http://127.0.0.1:1/v1")

    monkeypatch.setattr("runner.operations.stage.stage", stage)
    shown = front.type("play", "one.yaml")
    (path,) = front.folder.glob("runner-crash-*.log")
    for text in (path.read_text(), shown.err):
        assert "0123" not in text
        assert "9876543" not in text
        assert "abcdefghij" in text
        assert "http://127.0.0.1:1/v1" in text


def test_a_store_error_after_the_run_began_is_incomplete(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk fails while playing, the code is 4 and the way on is said."""
    from runner.store.journal import Journal

    append, count = Journal.append, 0

    def fail(self: Journal, event: object) -> None:
        nonlocal count
        count += 1
        if count > 2:
            raise StoreError("cannot write journal.jsonl: No space left on device")
        append(self, event)  # type: ignore[arg-type]

    monkeypatch.setattr(Journal, "append", fail)
    shown = front.type("play", "one.yaml")
    assert shown.exit_code == 4
    assert "No space left on device" in shown.err
    assert f"runner play --resume {front.run_folder.name}" in shown.err


def test_a_reader_that_goes_away_is_no_bug(front: Front) -> None:
    """Where stdout is closed early, the program ends without a word."""
    front.write("many.yaml", "name: many\nturns: [hello]\nrepeat: 400\n")
    shown = front.type("play", "many.yaml", "--quiet")
    assert shown.exit_code == 0
    command = [sys.executable, "-m", "runner", "show", "latest", "--json"]
    with subprocess.Popen(
        command, cwd=front.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environ()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["id"] == "many#1"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def _environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
