"""`runner show`."""

import json
import re
import shlex
import sys
from pathlib import Path

import pytest

from runner.cli.display.layout import width_of
from tests.cli.display.test_terminal import run_on_terminal
from tests.cli.front import SETTINGS, Front, Shown, agree, require_golden, spoken
from tests.cli.test_play import SHOP, TALK


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("talk.yaml", TALK)
    front.write("shop.yaml", SHOP)
    return front


def test_list(front: Front) -> None:
    """A run of several trials is a table; where it is piped on, nothing in it is cut or left out."""
    front.type("play", "talk.yaml", "shop.yaml", "--in-flight", "1", "--quiet")
    shown = front.type("show", "latest", width=40)
    assert "shop[case=kettle,temperature=0.7]#2 " in shown.out
    require_golden("show-list", shown.page)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pty")
@pytest.mark.parametrize("width", [80, 60, 40])
@pytest.mark.parametrize("command", ["show", "play"])
def test_list_on_a_terminal(front: Front, width: int, command: str) -> None:
    """On a terminal no line is wider than the screen, and where no table fits each row is a few short lines."""
    front.write("runner.toml", SETTINGS.replace('provider = "canned"', 'provider = "canned"\nin_flight = 1'))
    words = ["play", "talk.yaml", "shop.yaml"]
    if command == "show":
        front.type(*words, "--in-flight", "1", "--quiet")
        words = ["show", "latest", "--no-pager"]
    code, seen = run_on_terminal(front.folder, *words, COLUMNS=str(width), NO_COLOR="1")
    table = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", seen.split("\x1b[?25h")[-1]).lstrip("\n")
    table = "\n".join(
        line
        for line in table.split("\n")
        if not any(w in line for w in ("runner show", "runner play", "outputs/"))
    )
    assert all(width_of(line) <= width for line in table.split("\n"))
    require_golden(f"{command}-list-terminal-{width}", Shown(code, table, "").page)


@pytest.mark.parametrize("width", [80, 40])
def test_conversation(front: Front, width: int) -> None:
    """A conversation is shown with its roles, gold turns, verdicts and what it took."""
    front.type("play", "talk.yaml", "--quiet")
    shown = front.type("show", "latest", width=width)
    require_golden(f"show-one-{width}", shown.page)


def test_failed(front: Front) -> None:
    """`--failed` shows the conversations in which something went wrong, and only those."""
    front.type("play", "shop.yaml", "--in-flight", "1", "--quiet", "--where", "temperature=0", "--trial", "1")
    shown = front.type("show", "latest", "--failed")
    assert "shop[case=void,temperature=0]#1" in shown.out
    assert "case=kettle" not in shown.out
    front.type("play", "talk.yaml", "--quiet", "--set", "params.seed=7", "--axis", "top_p=0.5,1")
    more = front.type("show", "latest", "--failed", width=60)
    require_golden("show-failed", shown.page + more.page)
    front.type("play", "shop.yaml", "--case", "kettle", "--quiet")
    assert "nothing is unanswered, failed or broken" in front.type("show", "latest", "--failed").out


def test_the_printed_commands_work(front: Front) -> None:
    """What `--failed` and the table print to be typed is quoted for the shell, finds the trial and plays it as it was."""
    words = [
        "--in-flight",
        "1",
        "--quiet",
        "--set",
        "vars.wish=it's",
        "--temperature",
        "0.1,0.2",
        "--repeat",
        "3",
    ]
    front.write(
        "odd.yaml",
        "name: odd one\nvars: {wish: x}\nturns:\n  - {user: '{{ wish }}', expect: {contains: no}}\n",
    )
    front.type("play", "odd.yaml", *words)
    shown = front.type("show", "latest", "--failed", "odd one[temperature=0.2]#3")
    commands = {line.partition(": ")[0]: line.partition(": ")[2] for line in shown.out.splitlines()}
    assert "it's" in front.type(*shlex.split(commands["read it"])[1:]).out
    again = front.type(*shlex.split(commands["play it again"])[1:], "--json")
    assert [trial["id"] for trial in json.loads(again.out)["trials"]] == ["odd one[temperature=0.2]#3"]
    assert front.transport.asked[-1].messages[-1]["content"] == "it's"


def test_what_was_recorded_is_replayed(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a run with recordings the printed command finds the same replies, from wherever it is typed."""
    front.type("play", "talk.yaml", "--quiet", "--cassettes", "said", "--mode", "fill")
    (front.folder / "below").mkdir()
    monkeypatch.chdir(front.folder / "below")
    out = front.type("show", "--failed", "--outputs", "../outputs", "latest").out
    again = next(line.partition(": ")[2] for line in out.splitlines() if line.startswith("play it again"))
    assert again.endswith(f"--cassettes {Path('..', 'said')}")
    asked = len(front.transport.asked)
    assert front.type(*shlex.split(again)[1:], "--quiet").exit_code == 0
    assert len(front.transport.asked) == asked


def test_played_elsewhere(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command that plays a trial again is right from where one stands now."""
    front.type("play", "talk.yaml", "--quiet")
    (front.folder / "below").mkdir()
    monkeypatch.chdir(front.folder / "below")
    out = front.type("show", "--failed", "--outputs", "../outputs", "latest").out
    assert f"play it again: runner play {Path('..', 'talk.yaml')} --only talk --trial 1" in out


def test_a_trial_is_named_with_its_run(front: Front) -> None:
    """RUN#TRIAL is the same as RUN TRIAL; naming it twice is an error."""
    front.type("play", "shop.yaml", "--quiet")
    trial = "shop[case=kettle,temperature=0]#2"
    assert front.type("show", f"latest#{trial}").out == front.type("show", "latest", trial).out
    assert front.type("show", f"latest#{trial}", trial).exit_code == 2


@pytest.mark.parametrize(
    "trial", ["shop[case=kettle,temperature=0]#2", "shop[case=kettle,temperature=0]", "shop"]
)
def test_a_trial_is_named(front: Front, trial: str) -> None:
    """A trial is named by its id, its variant or its scenario."""
    front.type("play", "shop.yaml", "--quiet")
    shown = front.type("show", "latest", trial)
    assert shown.exit_code == 0
    assert "a kettle, please" in shown.out


def test_json_lines(front: Front) -> None:
    """`--json` writes the lines of transcripts.jsonl as they are, all or the chosen ones."""
    front.type("play", "talk.yaml", "shop.yaml", "--quiet")
    kept = (front.run_folder / "transcripts.jsonl").read_text(encoding="utf-8")
    assert front.type("show", "latest", "--json").out == kept
    lines = front.type("show", "latest", "--json", "--failed").out.splitlines()
    assert {json.loads(line)["status"] for line in lines} == {"finished", "unanswered"}
    assert len(lines) == 5
    assert json.loads(front.type("show", "latest", "talk", "--json").out)["id"] == "talk#1"


@pytest.mark.parametrize("words", [["nowhere"], ["latest", "nobody"]])
def test_what_is_not_there(front: Front, words: list[str]) -> None:
    """A run or a trial that is not there is an error that names what there is."""
    front.type("play", "talk.yaml", "--quiet")
    shown = front.type("show", *words)
    assert (shown.exit_code, shown.out) == (2, "")
    assert words[-1] in shown.err


def test_messages_that_are_not_text(front: Front) -> None:
    """Refusals, tool calls and images are words in the place of what cannot be shown."""
    call = {"id": "c1", "type": "function", "function": {"name": "look_up", "arguments": '{"rma": 7}'}}
    message = {"role": "assistant", "content": None, "refusal": "I will not.", "tool_calls": [call]}
    front.answer(lambda *_: spoken("", message=message, finish_reason="length"))
    image = "{type: image_url, image_url: {url: 'https://example.org/a.png'}}"
    front.write("parts.yaml", f"turns:\n  - user: [{{type: text, text: Look}}, {image}]\n")
    for words in (["play", "parts.yaml"], ["show", "latest"]):
        out = front.type(*words).out
        assert "(image: https://example.org/a.png)" in out
        assert "(refusal) I will not." in out
        assert '(calls look_up: {"rma": 7})' in out
        assert "(the reply ended early: the limit on tokens was reached)" in out


def test_no_pager_in_a_pipe(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where stdout is no terminal, nothing is paged."""
    monkeypatch.setattr("runner.cli.display.paging._paged", lambda *_: pytest.fail("paged"))
    front.answer(agree)
    front.type("play", "shop.yaml", "--quiet", "--repeat", "20")
    assert front.type("show", "latest").exit_code == 0


def test_a_turn_that_could_not_be_said_is_among_what_failed(front: Front) -> None:
    """No check failed, and yet the trial did: `--failed` has it with its line, and `--passed` exports no such talk."""
    front.write(
        "cut.yaml",
        "turns:\n"
        "  - hi\n"
        "  - {user: number?, when: {contains: never said}, capture: {rma: {regex: '(.)'}}}\n"
        "  - 'about {{ rma }}'\n",
    )
    front.type("play", "cut.yaml")
    run = max((front.folder / "outputs").iterdir(), key=lambda path: path.stat().st_mtime_ns).name
    shown = " ".join(front.type("show", run, "--failed").out.split())
    assert "turn 3, cut.yaml:4" in shown
    assert "reason what it says was not captured" in shown
    assert front.type("export", run, "openai-finetune", "--passed").out == ""
