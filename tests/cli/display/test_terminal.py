"""The program on a real terminal, a pty: what it draws while many conversations are played, and how it leaves."""

import os
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

PROGRAM = """
import os, sys
import runner.operations.play as hall
from runner.cli import app
from runner.transports.fake import FakeTransport
from tests.cli.front import agree
hall.connect = lambda *_: FakeTransport(agree, delay=float(os.environ.get("DELAY", "0")))
app(sys.argv[1:], prog_name="runner")
"""


def run_on_terminal(folder: Path, *words: str, **env: str) -> tuple[int, str]:
    """Run a command on a terminal of 80 columns; its exit code and everything that it wrote there."""
    import fcntl
    import pty
    import struct
    import termios

    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        kept = {
            name: value for name, value in os.environ.items() if name not in {"CI", "NO_COLOR", "FORCE_COLOR"}
        }
        environ = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm-256color",
            "COLUMNS": "80",
            "LINES": "24",
            **env,
        }
        os.execve(sys.executable, [sys.executable, "-c", PROGRAM, *words], environ)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    pieces = []
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        pieces.append(piece)
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), b"".join(pieces).decode().replace("\r\n", "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from tests.cli.front import SETTINGS

    (tmp_path / "runner.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "many.yaml").write_text("name: many\nturns: [Hello, Bye]\nrepeat: 6\n", encoding="utf-8")
    (tmp_path / "one.yaml").write_text("name: one\nturns: [Hello, Bye]\n", encoding="utf-8")
    return tmp_path


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no pty")


def test_progress(folder: Path) -> None:
    """Many conversations draw a bar that is wiped at the end; the cursor comes back; the table follows."""
    code, seen = run_on_terminal(folder, "play", "many.yaml", "--in-flight", "2", DELAY="0.15")
    assert code == 0
    drawn, _, rest = seen.rpartition("\x1b[?25h")
    assert re.search(r"[1-5]/6", drawn)
    assert "2 running" in drawn
    assert "\x1b[2K" in drawn + rest
    assert "finished" in rest
    assert "transcripts.jsonl" in rest
    redraws = seen.count(" running")
    assert redraws <= 25, "about a second was played, with five redraws a second at most"


def test_one_conversation(folder: Path) -> None:
    """One conversation is coloured and scrolls; the cursor is never moved."""
    code, seen = run_on_terminal(folder, "play", "one.yaml")
    assert code == 0
    assert "\x1b[36;1muser\x1b[0m" in seen
    assert set(re.findall(r"\x1b\[[^a-zA-Z]*([a-zA-Z])", seen)) == {"m"}


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"CI": "true"}, {"TERM": "dumb"}])
def test_plain_terminals(folder: Path, env: dict[str, str]) -> None:
    """Under NO_COLOR one conversation has no colour; under CI and on a dumb terminal many have nothing but lines."""
    words = ["one.yaml"] if "NO_COLOR" in env else ["many.yaml"]
    code, seen = run_on_terminal(folder, "play", *words, **env)
    assert code == 0
    assert "\x1b" not in seen


def test_pager(folder: Path) -> None:
    """What is longer than the terminal is paged, unless it is said not to be."""
    run_on_terminal(folder, "play", "many.yaml", "--quiet", "--repeat", "40")
    pager = f"{sys.executable} -c \"import sys; print('paged', len(sys.stdin.readlines()))\""
    assert "paged" in run_on_terminal(folder, "show", "latest", PAGER=pager)[1]
    assert "paged" not in run_on_terminal(folder, "show", "latest", "--no-pager", PAGER=pager)[1]
    assert "paged" not in run_on_terminal(folder, "show", "latest", "many#1", PAGER=pager)[1]


@pytest.mark.parametrize("pager", ["no-such-program", "/etc/hosts"])
def test_a_pager_that_cannot_be_run(folder: Path, pager: str) -> None:
    """Where the pager is not there, or is no program, everything is shown all the same."""
    run_on_terminal(folder, "play", "many.yaml", "--quiet", "--repeat", "40")
    code, seen = run_on_terminal(folder, "show", "latest", PAGER=pager)
    assert code == 0
    assert "many#40" in seen


@pytest.mark.parametrize("less", ["", "-i", "FX", "-R"])
def test_colours_in_less(folder: Path, less: str) -> None:
    """However less is set, it is told to show colours as colours."""
    run_on_terminal(folder, "play", "many.yaml", "--quiet", "--repeat", "40")
    pager = f"{sys.executable} -c \"import os, sys; sys.stdin.read(); print('LESS=' + os.environ['LESS'])\""
    seen = run_on_terminal(folder, "show", "latest", PAGER=pager, LESS=less)[1]
    assert f"LESS={'-R' if less in {'', '-R'} else f'-R {less}'}\n" in seen
