"""`runner chat` through the front door: a pipe, a terminal, what is kept, what goes on."""

import fcntl
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from runner.core.message import Message, Request
from runner.store.folder import RunFolder
from tests.cli.front import Front, Shown, agree, spoken
from tests.loopback import LoopbackApi, Record, Respond, echo

ROOT = Path(__file__).parents[2]


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    return Front(tmp_path, monkeypatch)


def count_said(_: Request, messages: list[Message]) -> Any:
    """A reply that tells how many messages it answers."""
    return spoken(f"{len(messages)} so far")


def transcript(folder: Path) -> dict[str, Any]:
    (line,) = (folder / "transcripts.jsonl").read_text(encoding="utf-8").splitlines()
    read: dict[str, Any] = json.loads(line)
    return read


def talk(front: Front, *lines: str, options: tuple[str, ...] = ()) -> Shown:
    return front.type("chat", *options, typed="\n".join(lines) + "\n")


@pytest.mark.parametrize("last", ["exit", "quit", "EXIT", " Quit "])
def test_a_talk_remembers_and_ends_on_exit_or_quit(front: Front, last: str) -> None:
    """Each question carries all that was said; exit or quit in any case says Goodbye! and nothing after it is sent."""
    front.answer(count_said)
    shown = talk(front, "one", "", "two", last, "three", options=("--system", "Be brief."))
    assert shown.out == "2 so far\n4 so far\nGoodbye!\n"
    assert shown.exit_code == 0
    assert [message["content"] for message in front.transport.asked[-1].messages] == [
        "Be brief.",
        "one",
        "2 so far",
        "two",
    ]


def test_the_end_of_input_ends_a_talk(front: Front) -> None:
    """A pipe that runs dry is a goodbye."""
    assert front.type("chat", typed="hello").out == "You said: hello\nGoodbye!\n"


def test_a_talk_without_a_word_leaves_nothing_behind(front: Front) -> None:
    """Who says nothing gets no run that `latest` would find."""
    shown = talk(front, "/system Be brief.", "exit")
    assert (shown.exit_code, shown.out) == (0, "Goodbye!\n")
    assert not (front.folder / "outputs").exists()


def test_a_talk_is_a_run_like_any_other(front: Front) -> None:
    """It is found, shown and told as every run is, and its messages are what was said."""
    talk(front, "one", "two", options=("--temperature", "0.5"))
    kept = transcript(front.run_folder)
    assert [message["role"] for message in kept["messages"]] == ["user", "assistant"] * 2
    assert (kept["status"], kept["id"], kept["params"]) == ("finished", "chat#1", {"temperature": 0.5})
    assert "You said: two" in front.type("show", "latest", "chat").out
    manifest = json.loads((front.run_folder / "run.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["status"], manifest["totals"]["heard"]) == ("chat", "finished", 2)


def test_a_talk_goes_on_where_it_ended(front: Front) -> None:
    """--resume carries on with all that was said, also after a goodbye; the turns have the params they were asked with."""
    talk(front, "one", "/temperature 1", "two", "exit")
    shown = talk(front, "three", "exit", options=("--resume", "latest"))
    assert shown.out == "You said: three\nGoodbye!\n"
    assert [message["content"] for message in front.transport.asked[-1].messages] == [
        "one",
        "You said: one",
        "two",
        "You said: two",
        "three",
    ]
    assert front.transport.asked[-1].request.params == {"temperature": 1}
    assert len(list((front.folder / "outputs").iterdir())) == 1
    assert [turn["params"] for turn in transcript(front.run_folder)["turns"]] == [{}] + [
        {"temperature": 1}
    ] * 2


def test_what_is_taken_back_is_not_said(front: Front) -> None:
    """/undo takes a line and its reply out of the history, and what it cost stays counted."""
    shown = talk(front, "one", "two", "/undo", "three", "exit")
    assert [message["content"] for message in front.transport.asked[-1].messages] == [
        "one",
        "You said: one",
        "three",
    ]
    assert 'taken back, with its reply: "two"' in shown.err
    assert transcript(front.run_folder)["usage"]["prompt_tokens"] == 3 * 1200


def test_a_line_is_asked_again(front: Front) -> None:
    """/retry asks the last line once more, as another draw, in the place of its reply."""
    talk(front, "one", "two", "/retry", "exit")
    first, again = front.transport.asked[-2:]
    assert (first.request.key, first.messages) == (again.request.key, again.messages)
    assert (first.request.draw, again.request.draw) == (1, 2)
    assert len(transcript(front.run_folder)["messages"]) == 4


def test_the_system_message_and_the_temperature_change_while_talking(front: Front) -> None:
    """/system and /temperature hold from the next question on; `none` takes them away; alone they are shown."""
    shown = talk(
        front,
        "/system Be kind.",
        "one",
        "/system none",
        "/temperature 0.2",
        "two",
        "/temperature none",
        "three",
    )
    sent = [asked.messages[0]["role"] for asked in front.transport.asked]
    assert sent == ["system", "user", "user"]
    assert [asked.request.params for asked in front.transport.asked] == [{}, {"temperature": 0.2}, {}]
    assert "the system message is: Be kind." in shown.err
    assert "there is no system message" in shown.err
    assert transcript(front.run_folder)["messages"][0]["role"] == "user"


def test_several_lines_are_one_entry(front: Front) -> None:
    """Between three quotes stands what has several lines, and what would be a command without them."""
    talk(
        front,
        '"""one',
        "",
        "two",
        '"""',
        '"""/undo"""',
        '"""',
        "exit",
        '"""',
        "//slash",
        '"""a """ b""""',
        "exit",
    )
    said = [asked.messages[-1]["content"] for asked in front.transport.asked]
    assert said == ["one\n\ntwo", "/undo", "exit", "/slash", 'a """ b"']


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("/undoo", "did you mean /undo?"),
        ("/undo", "there is nothing to take back"),
        ("/retry", "there is nothing to ask again"),
        ("/temperature hot", "/temperature hot: expected"),
        ("/save", "/save: expected a file"),
        ("/save x.yaml", "nothing was said that could be saved"),
        ("/undo 3", "/undo takes nothing behind it"),
        ("/temperature 1e999", "expected a number"),
    ],
)
def test_a_command_that_cannot_be_obeyed_says_why(front: Front, line: str, complaint: str) -> None:
    """In a script, where nobody can mend it, it also ends the talk: what follows was written for another one."""
    shown = talk(front, line, "one")
    assert complaint in shown.err
    assert not front.transport.asked
    assert "Goodbye!" not in shown.out
    assert shown.exit_code == 2


def test_a_talk_is_saved_as_a_scenario_that_plays_back(front: Front) -> None:
    """--save writes what was said; played, it sends the very same messages and params."""
    talk(
        front,
        "{{ one }} # not a comment",
        "/temperature 1",
        "two\u2028three",
        options=("--system", "S", "--save", "a.yaml"),
    )
    asked = [(each.messages, each.request.params) for each in front.transport.asked]
    front.transport.asked.clear()
    assert front.type("play", "a.yaml").exit_code == 0
    assert [(each.messages, each.request.params) for each in front.transport.asked] == asked


def test_a_file_that_exists_is_not_written_over(front: Front) -> None:
    """--save complains before anything is said, /save where it stands."""
    front.write("a.yaml", "mine")
    shown = talk(front, "one", options=("--save", "a.yaml"))
    assert (shown.exit_code, front.transport.asked) == (2, [])
    assert "exists already" in talk(front, "one", "/save a.yaml").err
    assert (front.folder / "a.yaml").read_text(encoding="utf-8") == "mine"


def test_a_played_conversation_is_gone_on_with(front: Front) -> None:
    """--from begins with what was said up to a turn, its system message included; saved, all of it plays back."""
    front.write("s.yaml", "system: S\nparams: {seed: 1}\nturns: [a, {assistant: gold}, b, c]\n")
    front.type("play", "s.yaml")
    source = f"{front.run_folder.name}#s#1"
    front.transport.asked.clear()
    talk(front, "d", options=("--from", source, "--turn", "3", "--save", "t.yaml"))
    (asked,) = front.transport.asked
    assert [message["content"] for message in asked.messages] == [
        "S",
        "a",
        "You said: a",
        "gold",
        "b",
        "You said: b",
        "d",
    ]
    assert asked.request.params == {"seed": 1}
    front.transport.asked.clear()
    front.type("play", "t.yaml")
    assert front.transport.asked[-1].messages == asked.messages


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--from", "latest", "--turn", "9"), "--turn 9: s#1 can be gone on from after turn 1 to 2"),
        (("--turn", "1"), "name it by --from"),
        (("--resume", "latest"), "there is no chat in outputs yet"),
        (("--resume", "latest", "--model", "m"), "takes no --model"),
        (("--set", "vars.a=1"), "a talk has no variables"),
        (("--temperature", "0,1"), "expected one temperature"),
        (("--set", "params.temprature=1"), "did you mean `temperature`?"),
        (("--save", "a.txt"), "ends in .yaml"),
    ],
)
def test_what_does_not_fit_is_refused(front: Front, options: tuple[str, ...], complaint: str) -> None:
    """Before anything is asked, with exit code 2."""
    front.write("s.yaml", "turns: [a, b]\n")
    front.type("play", "s.yaml")
    front.transport.asked.clear()
    shown = talk(front, "one", options=options)
    assert complaint in shown.err
    assert (shown.exit_code, front.transport.asked) == (2, [])


def test_a_chat_is_not_resumed_by_play(front: Front) -> None:
    """`play --resume` names the command that goes on with it."""
    talk(front, "one")
    shown = front.type("play", "--resume", front.run_folder.name)
    assert shown.exit_code == 2
    assert f"runner chat --resume {front.run_folder.name}" in shown.err


def test_the_latest_is_the_newest_that_can_be_gone_on_with(front: Front) -> None:
    """`chat --resume latest` is the newest talk, and `play --resume latest` the newest run of scenarios."""
    front.write("s.yaml", "turns: [a]\n")
    talk(front, "one")
    front.type("play", "s.yaml")
    assert talk(front, "two", options=("--resume", "latest")).exit_code == 0
    talk(front, "three")
    assert front.type("play", "--resume", "latest").exit_code == 0
    assert [len(asked.messages) for asked in front.transport.asked] == [1, 1, 3, 1]


def test_a_failure_ends_a_script_and_is_told(front: Front) -> None:
    """In a pipe what follows is not sent: it would be another talk. Exit code 4; resumed, the line is gone."""
    shown = talk(front, "one", "hopeless", "three")
    assert shown.out == "You said: one\n"
    assert "no reply: the server answered 429: slow down" in shown.err
    assert shown.exit_code == 4
    assert transcript(front.run_folder)["status"] == "unanswered"
    front.answer(agree)
    talk(front, "three", options=("--resume", "latest"))
    assert len(front.transport.asked[-1].messages) == 3
    assert transcript(front.run_folder)["status"] == "finished"


def test_cut_anywhere_a_talk_goes_on(front: Front) -> None:
    """Whatever a killed program left of the journal, the next line is asked with what was heard, and all is kept."""
    talk(front, "one", "/system Be kind.", "two", "/undo", "/temperature 1", "three", "hopeless")
    folder = front.run_folder
    lines = (folder / "journal.jsonl").read_bytes().split(b"\n")[:-1]
    for kept in range(2, len(lines) + 1):
        (folder / "journal.jsonl").write_bytes(b"".join(line + b"\n" for line in lines[:kept]) + b'{"ev')
        front.transport.asked.clear()
        shown = talk(front, "next", options=("--resume", folder.name))
        assert shown.exit_code == 0, (kept, shown.err)
        (asked,) = front.transport.asked
        assert transcript(folder)["messages"][:-1] == asked.messages, kept
        roles = [message["role"] for message in asked.messages if message["role"] != "system"]
        assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"], kept


def test_a_temperature_holds_after_resuming(front: Front) -> None:
    """What was set and not yet used is kept as well."""
    talk(front, "one", "/temperature 0.7")
    talk(front, "two", options=("--resume", "latest"))
    assert front.transport.asked[-1].request.params == {"temperature": 0.7}


def test_a_failed_line_is_no_part_of_what_is_saved(front: Front) -> None:
    """The scenario holds what was answered; where the talk is kept is said whatever becomes of the rest."""
    shown = talk(front, "one", "hopeless", options=("--save", "a.yaml"))
    assert "hopeless" not in (front.folder / "a.yaml").read_text(encoding="utf-8")
    assert "kept in" in shown.err
    assert "kept in" in talk(front, "one", "/nonsense").err


def test_a_secret_of_a_played_conversation_is_sent_and_not_shown(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--from keeps the mark, --save makes a variable of it; without its value nothing is sent."""
    monkeypatch.setenv("CRM_TOKEN", "tok-12345678")
    front.write("s.yaml", "vars: {t: {env: CRM_TOKEN, secret: true}}\nturns: ['I am {{ t }}.']\n")
    front.type("play", "s.yaml")
    run = front.run_folder.name
    talk(front, "more", options=("--from", run, "--save", "t.yaml"))
    assert front.staged[-1].secrets == {"CRM_TOKEN": "tok-12345678"}
    saved = (front.folder / "t.yaml").read_text(encoding="utf-8")
    assert "I am {{ CRM_TOKEN }}." in saved
    assert "tok-" not in saved
    assert front.type("play", "t.yaml").exit_code == 0
    monkeypatch.delenv("CRM_TOKEN")
    shown = talk(front, "more", options=("--from", run))
    assert (shown.exit_code, "the secret CRM_TOKEN, which is not set" in shown.err) == (2, True)


def test_a_reply_that_ends_early_is_told_in_a_pipe(front: Front) -> None:
    """On stderr: the reply itself is all that stands on stdout."""
    front.answer(lambda *_: spoken("half a", finish_reason="length"))
    shown = talk(front, "one")
    assert shown.out == "half a\nGoodbye!\n"
    assert "(the reply ended early: length)" in shown.err


# -- a real terminal ---------------------------------------------------------------------------------------------------


@pytest.fixture
def slow_api() -> Iterator[LoopbackApi]:
    def respond(record: Record) -> Respond:
        return echo(record).after(30 if "slow" in str(record.messages[-1]["content"]) else 0)

    with LoopbackApi(respond) as api:
        yield api


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, folder: Path, api: LoopbackApi, *words: str, **env: str) -> None:
        kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "runner", *words],
            cwd=folder,
            env={
                **kept,
                "HOME": str(folder),
                "TERM": "xterm",
                "PYTHONPATH": str(ROOT),
                "OPENAI_API_KEY": "sk-test-0123456789",
                "OPENAI_BASE_URL": api.base_url,
                **env,
            },
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            # Its controlling terminal, or Ctrl-C would be a character like any other.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - nothing else can do it
        )
        os.close(slave)
        self.seen = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(10)
        os.close(self.master)

    def wait_for(self, text: str, seconds: float = 30) -> None:
        """Read until a text has come since the last wait."""
        until = time.monotonic() + seconds
        while text.encode() not in self.seen:
            assert time.monotonic() < until, self.seen.decode(errors="replace")
            if select.select([self.master], [], [], 0.1)[0]:
                self.seen += os.read(self.master, 65536)
        self.seen = self.seen.partition(text.encode())[2]

    def press(self, text: str) -> None:
        os.write(self.master, text.encode())

    def end(self) -> int:
        """The exit code; what is still written is read, lest the program wait for it."""
        until = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < until:
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.master, 65536)
                except OSError:
                    break
        return self.process.wait(10)


@pytest.mark.parametrize("kind", ["xterm", "dumb"])
def test_on_a_terminal_ctrl_c_stops_the_reply_and_not_the_talk(
    tmp_path: Path, slow_api: LoopbackApi, kind: str
) -> None:
    """A reply that is stopped is taken back with its question; Ctrl-C at the prompt says how to end; Ctrl-D ends."""
    with Terminal(tmp_path, slow_api, "chat", TERM=kind) as terminal:
        terminal.wait_for("you>")
        terminal.press("first\r")
        terminal.wait_for("assistant")
        terminal.wait_for("you>")
        terminal.press("slow one\r")
        while len(slow_api.records) < 2:
            time.sleep(0.02)
        time.sleep(0.2)
        terminal.press("\x03")
        terminal.wait_for("stopped")
        terminal.wait_for("you>")
        terminal.press("\x03")
        terminal.wait_for("ends the talk")
        terminal.wait_for("you>")
        terminal.press("last\r")
        terminal.wait_for("assistant")
        terminal.wait_for("you>")
        terminal.press("\x04")
        terminal.wait_for("Goodbye!")
        assert terminal.end() == 0
        kept = transcript(next((tmp_path / "outputs").iterdir()))
        assert [message["content"] for message in kept["messages"] if message["role"] == "user"] == [
            "first",
            "last",
        ]


def test_lines_pasted_at_once_and_alt_enter_are_one_entry(tmp_path: Path, slow_api: LoopbackApi) -> None:
    """A bracketed paste of several lines waits for Enter; Alt-Enter begins a line; the up key brings a line back."""
    with Terminal(tmp_path, slow_api, "chat") as terminal:
        terminal.wait_for("you>")
        terminal.press("\x1b[200~one\ntwo\x1b[201~")
        time.sleep(0.3)
        terminal.press("\x1b\rthree\r")
        terminal.wait_for("assistant")
        terminal.wait_for("you>")
        terminal.press("four\r")
        terminal.wait_for("assistant")
        terminal.wait_for("you>")
        terminal.press("\x1b[A\r")
        terminal.wait_for("assistant")
        terminal.wait_for("you>")
        terminal.press("exit\r")
        terminal.wait_for("Goodbye!")
        assert terminal.end() == 0
        assert [record.messages[-1]["content"] for record in slow_api.records] == [
            "one\ntwo\nthree",
            "four",
            "four",
        ]
        (history,) = tmp_path.rglob("chat-history")
        assert history.stat().st_mode & 0o077 == 0


def test_a_talk_that_is_killed_goes_on(tmp_path: Path, slow_api: LoopbackApi) -> None:
    """After kill -9 in the midst of a reply the line is taken back, and what was said before is there."""
    with Terminal(tmp_path, slow_api, "chat") as terminal:
        terminal.wait_for("you>")
        terminal.press("first\r")
        terminal.wait_for("assistant")
        terminal.wait_for("you>")
        terminal.press("slow\r")
        while len(slow_api.records) < 2:
            time.sleep(0.02)
    with Terminal(tmp_path, slow_api, "chat", "--resume", "latest") as again:
        again.wait_for("going on after 2 messages")
        again.wait_for("you>")
        again.press("second\r")
        again.wait_for("assistant")
        again.wait_for("you>")
        again.process.send_signal(signal.SIGTERM)
        assert again.end() == 130
        kept = transcript(next((tmp_path / "outputs").iterdir()))
        assert [message["content"] for message in kept["messages"][::2]] == ["first", "second"]
        assert RunFolder(next((tmp_path / "outputs").iterdir())).read_manifest().status == "stopped"
