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

from runner.core.message import Answer, Failure, Message, Request
from runner.store.folder import RunFolder
from tests.cli.front import Front, Shown, agree, spoken
from tests.loopback import LoopbackApi, Record, Respond, echo, stream

ROOT = Path(__file__).parents[2]
FAILURE = Failure(kind="server_error", message="gone", status=500)


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


@pytest.mark.parametrize("end", ["exit", "/save a.yaml", "two"])
def test_a_reply_stands_where_asking_again_brings_none(front: Front, end: str) -> None:
    """/retry that fails is told, and loses nothing: the earlier reply is in the history, and what both cost is counted."""
    answers: list[Answer | Failure] = [spoken("the first"), FAILURE, FAILURE, spoken("another")]
    front.answer(lambda *_: answers.pop(0))
    shown = talk(front, "one", "/temperature 1", "/retry", end)
    assert (shown.exit_code, shown.out) == (4, "the first\n")
    assert "no reply: gone\n(the reply that was there before stands" in shown.err
    kept = transcript(front.run_folder)
    assert [message["content"] for message in kept["messages"]] == ["one", "the first"]
    assert (kept["status"], kept["error"], kept["turns"][0]["params"]) == ("stopped", None, {})
    manifest = RunFolder(front.run_folder).read_manifest()
    assert (manifest.status, manifest.reason) == ("stopped", "a question got no reply")
    resume = ("--resume", "latest")
    assert talk(front, "/retry", options=resume).exit_code == 4
    shown = talk(front, "/retry", options=resume)
    assert (shown.exit_code, shown.out) == (0, "another\nGoodbye!\n")
    assert [each.request.draw for each in front.transport.asked] == [1, 2, 4, 6]
    kept = transcript(front.run_folder)
    assert [message["content"] for message in kept["messages"]] == ["one", "another"]
    assert [turn["params"] for turn in kept["turns"]] == [{"temperature": 1}]


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


def test_each_line_of_a_history_plays_back_with_what_it_was_asked_with(front: Front) -> None:
    """Also where a talk goes on from a talk that went on from a played conversation, and is resumed before it is saved."""
    front.write("s.yaml", "params: {seed: 1}\nturns: [a, {user: b, params: {temperature: 0}}]\n")
    front.type("play", "s.yaml")
    talk(front, "c", "/temperature 2", "d", options=("--from", "latest", "--set", "params.seed=7"))
    talk(front, "/temperature none", "e", options=("--from", "latest"))
    talk(front, "f", "/save t.yaml", options=("--resume", "latest"))
    asked = [(each.messages, each.request.params) for each in front.transport.asked]
    front.transport.asked.clear()
    assert front.type("play", "t.yaml").exit_code == 0
    assert [(each.messages, each.request.params) for each in front.transport.asked] == asked
    assert [params.get("temperature") for _, params in asked] == [None, 0, 0, 2, None, None]


def test_what_a_scenario_cannot_say_is_said(front: Front) -> None:
    """It has one system message: where a talk had several, the lines that would be asked otherwise are counted."""
    shown = talk(front, "one", "two", "/system Be kind.", "three", "/save a.yaml")
    assert "(the first 2 lines had another system message; a scenario has one" in shown.err
    shown = talk(front, "/save b.yaml", options=("--resume", "latest"))
    assert "(the first 2 lines had another system message" in shown.err
    shown = talk(front, "/undo", "/undo", "/undo", "one", "/save c.yaml", options=("--resume", "latest"))
    assert "another system message" not in shown.err


def test_a_file_that_exists_is_not_written_over(front: Front) -> None:
    """--save complains before anything is said, /save where it stands."""
    front.write("a.yaml", "mine")
    shown = talk(front, "one", options=("--save", "a.yaml"))
    assert (shown.exit_code, front.transport.asked) == (2, [])
    assert "exists already" in talk(front, "one", "/save a.yaml").err
    assert (front.folder / "a.yaml").read_text(encoding="utf-8") == "mine"


def test_a_talk_is_saved_again_where_it_was_saved(front: Front) -> None:
    """The file that a talk wrote holds what was said since, also where --save names it at the end."""
    shown = talk(front, "one", "/save a.yaml", "two", "/save ./a.yaml", "three", options=("--save", "a.yaml"))
    assert (shown.exit_code, shown.err.count("saved; play it back")) == (0, 3)
    front.transport.asked.clear()
    assert front.type("play", "a.yaml").exit_code == 0
    assert [each.messages[-1]["content"] for each in front.transport.asked] == ["one", "two", "three"]
    assert "exists already" in talk(front, "one", "/save a.yaml").err


def test_what_somebody_changed_is_not_written_over(front: Front) -> None:
    """A file that was edited after the talk wrote it is left as it is; one that was taken away is written anew."""
    path = front.folder / "a.yaml"

    def edit(_: Request, messages: list[Message]) -> Any:
        said = str(messages[-1]["content"])
        if said == "edit":
            path.write_text("mine", encoding="utf-8")
        elif said == "remove":
            path.unlink()
        return spoken("so be it")

    front.answer(edit)
    assert talk(front, "one", "/save a.yaml", "remove", "/save a.yaml").exit_code == 0
    path.unlink()
    shown = talk(front, "one", "/save a.yaml", "edit", "/save a.yaml")
    assert "a.yaml was changed since this talk wrote it, and nothing is written over" in shown.err
    assert path.read_text(encoding="utf-8") == "mine"


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
        (("--temperature", "0,1"), "--temperature 0,1: expected a number from 0 up, e.g. 0.7\n"),
        (("--temperature", "hot"), "--temperature hot: expected a number from 0 up, e.g. 0.7\n"),
        (("--temperature", "0,hot"), "expected a number from 0 up, e.g. 0.7\n"),
        (
            ("--temperature", "1", "--set", "params.temperature=2"),
            "--temperature and --set params.temperature both set",
        ),
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


def test_bytes_that_are_no_text_are_not_sent(front: Front) -> None:
    """Nothing is put in their place: the line is named, what was said before is kept, and the exit code is 2."""
    shown = front.type("chat", typed=b"one\n\n" + "caf\xe9 s'il\n".encode("latin-1") + b"three\n")
    assert (shown.exit_code, shown.out) == (2, "You said: one\n")
    assert "line 3 of the input is not UTF-8: it holds the byte 0xe9 at character 4" in shown.err
    assert len(transcript(front.run_folder)["messages"]) == 2
    assert RunFolder(front.run_folder).read_manifest().reason != "interrupted"


def test_text_in_utf_8_is_sent_as_it_is(front: Front) -> None:
    """Of whatever script, and a U+FFFD that somebody wrote."""
    front.type("chat", typed="\ufeffgrüß dich 🙂 \ufffd\n")
    assert front.transport.asked[0].messages[-1]["content"] == "grüß dich 🙂 \ufffd"


def test_a_talk_that_leaves_nothing_to_save_says_so(front: Front) -> None:
    """--save names the file that was not written."""
    shown = talk(front, "hopeless", options=("--save", "a.yaml"))
    assert "nothing was said that could be saved: a.yaml was not written" in shown.err
    assert not (front.folder / "a.yaml").exists()


def test_a_run_without_conversations_is_said_to_be_one(front: Front) -> None:
    """--from a part of a plan into which no conversation fell."""
    front.write("s.yaml", "turns: [a]\n")
    for number in (1, 2):
        front.type("play", "s.yaml", "--shard", f"{number}/2")
        if not (front.run_folder / "transcripts.jsonl").read_bytes():
            break
    shown = talk(front, "one", options=("--from", front.run_folder.name))
    assert (shown.exit_code, "there is no conversation in" in shown.err) == (2, True)


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
    assert "(the reply ended early: the limit on tokens was reached)" in shown.err


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
        self.hang_up()

    def wait_for(self, text: str, seconds: float = 30) -> str:
        """Read until a text has come since the last wait; return what came before it."""
        until = time.monotonic() + seconds
        while text.encode() not in self.seen:
            assert time.monotonic() < until, self.seen.decode(errors="replace")
            if select.select([self.master], [], [], 0.1)[0]:
                self.seen += os.read(self.master, 65536)
        before, _, self.seen = self.seen.partition(text.encode())
        return before.decode(errors="replace")

    def hang_up(self) -> None:
        """Let the terminal go away."""
        if self.master >= 0:
            os.close(self.master)
        self.master = -1

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
        assert "Ctrl-C stops a reply, exit ends the talk" in terminal.wait_for("you>")
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


def test_a_signal_is_no_goodbye(tmp_path: Path, slow_api: LoopbackApi) -> None:
    """Exit code 130 also where a talk that had ended was taken up and nothing more was said; the run stays as it was."""
    with Terminal(tmp_path, slow_api, "chat") as terminal:
        terminal.wait_for("you>")
        terminal.press("first\r")
        terminal.wait_for("assistant")
        terminal.wait_for("you>")
        terminal.press("exit\r")
        assert terminal.end() == 0
    folder = RunFolder(next((tmp_path / "outputs").iterdir()))
    journal = folder.journal.read_bytes()
    with Terminal(tmp_path, slow_api, "chat", "--resume", "latest") as again:
        again.wait_for("you>")
        again.process.send_signal(signal.SIGTERM)
        assert again.end() == 130
        assert b"Goodbye" not in again.seen
    assert folder.read_manifest().status == "finished"
    assert folder.journal.read_bytes() == journal


def test_asking_again_that_is_killed_or_stopped_loses_nothing(tmp_path: Path) -> None:
    """The earlier reply stands after Ctrl-C, and after kill -9, and is said to."""
    waits = iter([0, *[30] * 9])

    def respond(record: Record) -> Respond:
        return echo(record).after(next(waits))

    with LoopbackApi(respond) as api:
        with Terminal(tmp_path, api, "chat") as terminal:
            terminal.wait_for("you>")
            terminal.press("first\r")
            terminal.wait_for("assistant")
            terminal.wait_for("you>")
            for number in (2, 3):
                terminal.press("/retry\r")
                while len(api.records) < number:
                    time.sleep(0.02)
                if number == 2:
                    time.sleep(0.2)
                    terminal.press("\x03")
                    terminal.wait_for("stopped; the reply that was there before stands")
                    terminal.wait_for("you>")
        with Terminal(tmp_path, api, "chat", "--resume", "latest") as again:
            again.wait_for("You said: first")
            again.wait_for("being asked again; the reply that was there before stands")
            again.wait_for("you>")
            again.press("\x04")
            assert again.end() == 0
    kept = transcript(next((tmp_path / "outputs").iterdir()))
    assert [message["role"] for message in kept["messages"]] == ["user", "assistant"]
    assert kept["status"] == "finished"


def test_ctrl_c_leaves_no_mark_in_the_reply(tmp_path: Path) -> None:
    """What is typed while a reply is spoken is not shown in its midst; at the next prompt it is."""

    def respond(record: Record) -> Respond:
        return stream("slowly " * 99, record=record, pause=0.1)

    with LoopbackApi(respond) as api, Terminal(tmp_path, api, "chat") as terminal:
        terminal.wait_for("you>")
        terminal.press("one\r")
        terminal.wait_for("slowly slowly")
        terminal.press("zzz\x03")
        meanwhile = terminal.wait_for("stopped")
        assert ("^C" in meanwhile, "z" in meanwhile) == (False, False)
        terminal.wait_for("you>")
        terminal.press("exit\r")
        assert terminal.end() == 0
        assert termios.tcgetattr(terminal.master)[3] & termios.ECHO


@pytest.mark.parametrize("line", ["", "slow\r"])
def test_a_terminal_that_goes_away_interrupts_the_talk(
    tmp_path: Path, slow_api: LoopbackApi, line: str
) -> None:
    """Whether it waits for a person or for a model: what was said is kept, with exit code 130 and no crash log."""
    with Terminal(tmp_path, slow_api, "chat", TMPDIR=str(tmp_path)) as terminal:
        terminal.wait_for("you>")
        terminal.press("first\r")
        terminal.wait_for("assistant")
        terminal.wait_for("you>")
        terminal.press(line)
        time.sleep(0.5)
        terminal.hang_up()
        assert terminal.process.wait(20) == 130
    folder = RunFolder(next((tmp_path / "outputs").iterdir()))
    assert (folder.read_manifest().status, folder.read_manifest().reason) == ("stopped", "interrupted")
    assert len(transcript(folder.path)["messages"]) == 2
    assert not list(tmp_path.glob("runner-crash-*"))


def test_ctrl_z_is_no_text(tmp_path: Path, slow_api: LoopbackApi) -> None:
    """It puts the talk into the background where a shell can bring it back, and is never sent."""
    with Terminal(tmp_path, slow_api, "chat") as terminal:
        terminal.wait_for("you>")
        terminal.press("one\x1a")
        time.sleep(0.5)
        terminal.press(" two\r")
        terminal.wait_for("You said")
        assert slow_api.records[-1].messages[-1]["content"] == "one two"


@pytest.mark.parametrize("kind", ["xterm", "dumb"])
def test_typed_bytes_that_are_no_text_can_be_typed_again(
    tmp_path: Path, slow_api: LoopbackApi, kind: str
) -> None:
    """On a terminal the talk goes on, and nothing was sent."""
    with Terminal(tmp_path, slow_api, "chat", TERM=kind) as terminal:
        terminal.wait_for("you>")
        os.write(terminal.master, b"caf\xe9 x\r")
        terminal.wait_for("what was typed is not UTF-8")
        terminal.wait_for("you>")
        terminal.press("tea\r")
        terminal.wait_for("You said")
        assert [record.messages[-1]["content"] for record in slow_api.records] == ["tea"]
