"""What every command is made of: its help and its completion are light, and shells are taught to complete."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runner.cli import app
from tests.cli.front import Front

ROOT = Path(__file__).parents[2]
COMMANDS = tuple(command.name or "" for command in app.registered_commands)
HEAVY = ("openai", "pydantic", "rich", "yaml", "asyncio", "httpx2", "runner.core", "runner.operations")


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    return Front(tmp_path, monkeypatch)


def loaded(words: list[str], **environ: str) -> str:
    """The heavy rooms that a command line loads."""
    lines = [
        "import sys, contextlib, io",
        "from runner.cli import app",
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):",
        f"    app({words!r}, prog_name='runner')",
        f"print([name for name in {HEAVY!r} if name in sys.modules])",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_is_light(command: str) -> None:
    """A command's help loads no heavy room."""
    assert loaded([command, "--help"]) == "[]"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    "words", ["runner pl", "runner play --te", "runner show ", "runner play --provider "]
)
def test_completing_is_light(shell: str, words: str) -> None:
    """Completing commands, options and names loads no heavy room, in none of the shells."""
    asked = {
        "_RUNNER_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
        "_TYPER_COMPLETE_ARGS": words,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    assert loaded([], **asked) == "[]"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_can_be_shown(
    front: Front, shell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--show-completion` writes the script of the shell that the program was started from."""
    monkeypatch.setattr("shellingham.detect_shell", lambda: (shell, f"/bin/{shell}"))
    shown = front.type("--show-completion")
    assert shown.exit_code == 0
    assert f"_RUNNER_COMPLETE=complete_{shell}" in shown.out


def test_the_shell_of_the_account_is_taken_where_none_can_be_seen(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the shell cannot be seen, or is none of ours, SHELL names one; where that is no help either, the way on is told."""
    import shellingham  # type: ignore[import-untyped]

    def detect() -> tuple[str, str]:
        raise shellingham.ShellDetectionFailure

    monkeypatch.setattr(shellingham, "detect_shell", detect)
    assert "complete_fish" in front.type("--show-completion", env={"SHELL": "/usr/bin/fish"}).out
    shown = front.type("--show-completion", env={"SHELL": "/bin/tcsh"})
    assert (shown.exit_code, shown.out) == (2, "")
    assert "tcsh is not among them" in shown.err
    assert "or name one, e.g. `runner --show-completion zsh`" in shown.err
    monkeypatch.setattr(shellingham, "detect_shell", lambda: ("tcsh", "/bin/tcsh"))
    assert "complete_zsh" in front.type("--show-completion", env={"SHELL": "zsh"}).out
    assert "tcsh is not among them" in front.type("--show-completion", env={"SHELL": "/bin/tcsh"}).err


@pytest.mark.parametrize("named", ["bash", "zsh", "fish"])
def test_a_shell_may_be_named(
    front: Front, named: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The shell that is named behind the option is meant, whatever this one is; one that is none of ours is not taken for it."""
    monkeypatch.setattr("shellingham.detect_shell", lambda: ("pwsh", "/bin/pwsh"))
    monkeypatch.setenv("HOME", str(tmp_path))
    shown = front.type("--show-completion", named)
    assert (shown.exit_code, f"complete_{named}" in shown.out) == (0, True)
    assert f"completion for {named} is written to" in front.type("--install-completion", named).out
    shown = front.type("--show-completion", "tcsh")
    assert (shown.exit_code, shown.out) == (2, "")
    assert "tcsh is not among them" in shown.err


@pytest.mark.skipif(os.name == "nt", reason="these shells are at home elsewhere")
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_what_is_installed_works(tmp_path: Path, shell: str) -> None:
    """What `--install-completion` writes for a shell, that shell can read."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    home = tmp_path / "home"
    home.mkdir()
    program = tmp_path / "bin" / "runner"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m runner "$@"\n')
    program.chmod(0o755)
    environ = {
        "HOME": str(home),
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "SHELL": shell,
    }

    def run(*words: str) -> str:
        done = subprocess.run(words, env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    written = Path(run(shell, "-c", "runner --install-completion; true").split(" is written to ")[1].strip())
    asking = {
        "bash": f'. "{written}"; COMP_WORDS=(runner pla); COMP_CWORD=1; _runner_completion runner; echo $COMPREPLY',
        "zsh": f'compdef() {{ }}; _arguments() {{ print -r -- $1 }}; . "{written}"; words=(runner pla) CURRENT=2; '
        "_runner_completion",
        "fish": f'source "{written}"; complete -C "runner pla"',
    }
    assert "play" in run(shell, "-c", asking[shell])


def test_another_typer_completes_as_well(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where typer's inner rooms have moved, its own way of answering is good enough."""
    monkeypatch.setitem(sys.modules, "runner.cli.shells", None)
    env = {"_RUNNER_COMPLETE": "complete_bash", "COMP_WORDS": "runner va", "COMP_CWORD": "1"}
    assert front.type(env=env).out.split() == ["validate"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_speaks_no_python(front: Front, command: str) -> None:
    """Arguments stand there by their names, without a type: `PATH`, not `PATH <list[str]>`."""
    assert "<" not in front.type(command, "--help").out


@pytest.mark.parametrize("words", [(), ("play",), ("cassette", "prune")])
def test_help_fits_narrow_screens(words: tuple[str, ...]) -> None:
    """On a screen of 40 columns no line of any help is cut by the terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "runner", *words, "--help"],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": "40", "TERMINAL_WIDTH": "40"},
    )
    assert max(len(line) for line in done.stdout.splitlines()) <= 40
