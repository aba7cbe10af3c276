"""`runner play` without a terminal: what is shown, and what is not."""

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TextIO, cast

import pytest

from runner.cli.display.lasting import Lasting
from runner.cli.display.screen import Screen
from runner.core.message import Failure, Message, Request
from tests.cli.front import Front, Noticing, agree, require_golden, spoken

TALK = """\
name: talk
tags: [smoke]
system: |
  Be brief.
turns:
  - Hello, who are you?
  - assistant: I am a gold turn.
  - user: Please say kettle.
    expect:
      - contains: kettle
      - contains: teapot
expect:
  - every: {contains: said}
"""

SHOP = """\
name: shop
turns:
  - "{{ wish }}, please"
  - user: Thank you.
    expect: {contains: Thank}
cases:
  - {id: kettle, wish: a kettle}
  - {id: void, wish: something hopeless}
  - {id: wide, wish: 日本のやかん}
matrix:
  temperature: [0, 0.7]
repeat: 2
"""


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("scenarios/talk.yaml", TALK)
    front.write("scenarios/shop.yaml", SHOP)
    return front


@pytest.mark.parametrize("width", [80, 40])
def test_one_conversation(front: Front, width: int) -> None:
    """One conversation is the result: turn by turn on stdout, the talk about it on stderr, no colour in a pipe."""
    shown = front.type("play", "scenarios/talk.yaml", width=width)
    assert shown.exit_code == 0
    require_golden(f"play-one-{width}", shown.page)


def test_an_unanswered_conversation(front: Front) -> None:
    """A turn without a reply is shown with its reason, what is not played is said, and the code is 4."""
    front.write("void.yaml", "name: void\nturns: [Hi, This is hopeless, Bye]\n")
    shown = front.type("play", "void.yaml")
    assert shown.exit_code == 4
    require_golden("play-unanswered", shown.page)


@pytest.mark.parametrize("width", [120, 80, 40])
def test_many_conversations(front: Front, width: int) -> None:
    """Many conversations are a line each, then a table no wider than the screen, then what went wrong."""
    shown = front.type("play", "scenarios", "--in-flight", "1", width=width)
    assert shown.exit_code == 4
    require_golden(f"play-many-{width}", shown.page)


def test_many_scenarios_are_few_rows(front: Front) -> None:
    """Of many scenarios a screenful has a row, those in which something went wrong before the others, then the sum."""
    for number in range(40):
        text = "hopeless" if number == 37 else "fine"
        front.write(f"crowd/s{number:02}.yaml", f"turns: [{text}]\n")
    lines = front.type("play", "crowd", "--in-flight", "1").out.splitlines()
    names = [line.split()[0] for line in lines[1:27]]
    assert names == [*(f"s{number:02}" for number in range(23)), "s37", "...", "all"]
    assert lines[25] == "... 16 others"
    assert lines[26].split()[1] == "40"


def test_what_went_wrong_is_bounded(front: Front) -> None:
    """Ten things that went wrong are shown; the others are counted, with the command that shows them."""
    front.write("void.yaml", "name: void\nturns: [hopeless]\nrepeat: 30\n")
    front.answer(
        lambda request, _: Failure(kind="rate_limited", message=f"slow down {request.draw}", status=429)
    )
    out = front.type("play", "void.yaml").out
    assert out.count("rate_limited") == 10
    assert "and 20 more: runner show latest --failed" in out


def test_quiet(front: Front) -> None:
    """`--quiet` writes the path of the transcripts to stdout, and what is unanswered to stderr."""
    shown = front.type("play", "scenarios/talk.yaml", "--quiet")
    assert shown.err == ""
    assert shown.out == f"{Path('outputs', front.run_folder.name, 'transcripts.jsonl')}\n"
    shown = front.type("play", "scenarios", "--quiet", "--only", "shop")
    assert shown.out.count("\n") == 1
    assert shown.err.count("unanswered") == 4


def test_json_at_a_terminal(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `--json`, whoever waits at a terminal is told on stderr what is played; stdout stays one document."""
    opened = Screen.open

    class Terminal(Lasting):
        def isatty(self) -> bool:
            return True

    def watched() -> Screen:
        screen = opened()
        return replace(screen, err=cast("TextIO", Terminal(screen.err)))

    monkeypatch.setattr(Screen, "open", watched)
    shown = front.type("play", "scenarios/talk.yaml", "--json")
    assert shown.err.startswith("playing 1 scenario")
    assert json.loads(shown.out)["schema"] == "runner.result/1"


def test_json(front: Front) -> None:
    """`--json` writes one document to stdout and, where no terminal is, nothing else anywhere."""
    shown = front.type("play", "scenarios", "--json", "--in-flight", "1", "--trial", "1")
    assert shown.err == ""
    document = json.loads(shown.out)
    assert document["schema"] == "runner.result/1"
    assert document["run"] == front.run_folder.name
    assert Path(document["transcripts"]).is_file()
    assert (document["status"], document["exit_code"], shown.exit_code) == ("incomplete", 4, 4)
    assert document["planned"] == len(document["trials"]) == 7
    assert document["totals"]["unanswered"] == 2
    talk = next(trial for trial in document["trials"] if trial["id"] == "talk#1")
    assert talk == {
        "id": "talk#1",
        "status": "finished",
        "heard": 2,
        "checks": {"passed": 2, "failed": 1, "broken": 0},
        "error": None,
    }
    lost = next(trial for trial in document["trials"] if trial["status"] == "unanswered")
    assert lost["error"] == {
        "kind": "rate_limited",
        "turn": 0,
        "message": "the server answered 429: slow down",
    }


def test_a_subset_is_said_to_be_one(front: Front) -> None:
    """The first line says which part is played, in the words that chose it."""
    words = ["--tag", "smoke"]
    assert "1 of 13 trials (--tag smoke)" in front.type("play", "scenarios", *words).err
    words = ["--where", "temperature=0.7", "--case", "kettle", "--trial", "2"]
    shown = front.type("play", "scenarios/shop.yaml", *words)
    assert f"1 of 12 trials ({shlex.join(words)})" in shown.err


def test_what_is_changed_is_sent(front: Front) -> None:
    """Model, temperature, fields and repeats of the command line reach the requests."""
    words = ["--model", "other", "--temperature", "0.3", "--set", "params.seed=7", "--repeat", "2"]
    assert front.type("play", "scenarios/talk.yaml", *words).exit_code == 0
    requests = [asked.request for asked in front.transport.asked]
    assert len(requests) == 4
    assert {request.model for request in requests} == {"other"}
    assert all(request.params == {"temperature": 0.3, "seed": 7} for request in requests)


@pytest.mark.parametrize("width", [80, 40])
def test_dry_run(front: Front, width: int) -> None:
    """`--dry-run` says what would be played, sends nothing and leaves nothing behind."""
    shown = front.type("play", "scenarios", "--dry-run", width=width)
    assert shown.exit_code == 0
    assert front.transport.asked == []
    assert not (front.folder / "outputs").exists()
    require_golden(f"play-dry-run-{width}", shown.page)


def test_dry_run_needs_no_key(front: Front) -> None:
    """What would be played can be asked without a key; to play it, one is needed."""
    assert front.type("play", "scenarios", "--dry-run", "--provider", "openai").exit_code == 0
    shown = front.type("play", "scenarios", "--provider", "openai")
    assert shown.exit_code == 2
    assert "OPENAI_API_KEY" in shown.err
    assert "--provider local" in shown.err


def test_dry_run_as_json(front: Front) -> None:
    """For programs a dry run is a document too."""
    document = json.loads(front.type("play", "scenarios", "--dry-run", "--json").out)
    assert (document["trials"], document["requests"]) == (13, 26)
    assert document["variants"][-1]["id"] == "talk"


def test_resume_goes_on(front: Front) -> None:
    """An interrupted run says how to go on; going on asks only what is missing, and ends with 0."""

    def interrupt(request: Request, messages: list[Message]) -> object:
        if len(front.transport.asked) == 4:
            import signal

            signal.raise_signal(signal.SIGINT)
        return agree(request, messages)

    front.answer(interrupt)  # type: ignore[arg-type]
    shown = front.type("play", "scenarios", "--case", "kettle", "--in-flight", "1")
    assert shown.exit_code == 130
    assert "finishing what is under way; press Ctrl-C again to stop now" in shown.err
    name = front.run_folder.name
    assert f"go on with: runner play --resume {name}\n" in shown.err
    assert "\ninterrupted: " in shown.out

    sent = len(front.transport.asked)
    front.answer(agree)
    again = front.type("play", "--resume", name)
    assert again.exit_code == 0
    assert sent + len(front.transport.asked) == 8
    assert again.err.startswith(
        f"going on with {name}, 2 of 4 trials done; playing 1 scenario, 4 of 13 trials"
    )
    assert f"read it: runner show {name}\n" in again.err
    assert len((front.run_folder / "transcripts.jsonl").read_text().splitlines()) == 4


def test_resume_of_one_conversation(front: Front) -> None:
    """A conversation that goes on is shown from where it was left."""

    def interrupt(request: Request, messages: list[Message]) -> object:
        import signal

        signal.raise_signal(signal.SIGINT)
        return agree(request, messages)

    front.answer(interrupt)  # type: ignore[arg-type]
    front.write("long.yaml", "name: long\nturns: [One, Two, {assistant: Gold}, Three, Four]\n")
    assert front.type("play", "long.yaml").exit_code == 130
    front.answer(agree)
    shown = front.type("play", "--resume", "latest")
    assert "Two" not in shown.out
    lines = [" ".join(line.split()) for line in shown.out.splitlines() if line.strip()]
    assert lines[:6] == [
        "(2 replies heard before)",
        "assistant (gold) Gold",
        "user Three",
        "assistant You said: Three",
        "user Four",
        "assistant You said: Four",
    ]


@pytest.mark.parametrize("words", [["scenarios"], ["--tag", "smoke"], ["--model", "x"], ["--dry-run"]])
def test_resume_takes_nothing_that_changes_the_run(front: Front, words: list[str]) -> None:
    """Beside `--resume`, what would change what is sent is refused."""
    shown = front.type("play", "--resume", "latest", *words)
    assert shown.exit_code == 2
    assert words[0] in shown.err or "PATH" in shown.err


def test_reproduced(front: Front) -> None:
    """One request at a time, in the order of the plan; the manifest keeps it, so that going on does the same."""
    assert front.type("play", "scenarios", "--reproduce").exit_code in {0, 4}
    assert front.transport.peak == 1
    assert front.staged[-1].asked.reproduce
    assert front.type("play", "--resume", "latest", "--retry-unanswered").exit_code in {0, 4}
    assert front.staged[-1].asked.reproduce
    for words in (["scenarios", "--reproduce"], ["--resume", "latest"]):
        shown = front.type("play", *words, "--in-flight", "2")
        assert shown.exit_code == 2
        assert (
            "--reproduce sends one request after the other, which --in-flight 2 does not go with" in shown.err
        )


def test_nothing_named(front: Front) -> None:
    """Without a path, the way on is named."""
    shown = front.type("play")
    assert (shown.exit_code, shown.out) == (2, "")
    assert "e.g. scenarios" in shown.err


def test_outputs_elsewhere(front: Front) -> None:
    """Runs that are kept elsewhere are named by their folder, quoted for the shell."""
    shown = front.type("play", "scenarios/talk.yaml", "--outputs", "my runs")
    (folder,) = (front.folder / "my runs").iterdir()
    assert f"read it: runner show 'my runs/{folder.name}'\n" in shown.err
    assert front.type("show", f"my runs/{folder.name}").exit_code == 0


def test_hostile_text(front: Front) -> None:
    """What models, servers and scenarios say cannot order the terminal about."""
    evil = "\x1b[2J\x9b31m\u202etxet\u202c\x00\u2028 \ud800 bell\x07 end"
    quoted = json.dumps(f"{evil} hopeless").replace("\\ud800", "")

    def respond(request: Request, messages: list[Message]) -> object:  # noqa: ARG001 - only what was said counts
        if "hopeless" in str(messages[-1]["content"]):
            return Failure(kind="bad_request", message=evil)
        return spoken(evil)

    front.answer(respond)  # type: ignore[arg-type]
    front.write("evil.yaml", f"name: evil\nturns: [hi, {quoted}]\n")
    for words in (["play", "evil.yaml"], ["play", "evil.yaml", "--repeat", "2"], ["show", "latest", "evil"]):
        shown = front.type(*words, env={"FORCE_COLOR": "1"})
        text = (shown.out + shown.err).replace("\x1b[0m", "")
        assert not set(text) & set("\x00\x07\x9b\u202e\u202c\u2028")
        assert "\x1b[2J" not in text
        assert "\\x1b[2J" in text
        assert "\\u202etxet" in text


@pytest.mark.parametrize(("env", "coloured"), [({}, False), ({"FORCE_COLOR": "1"}, True)])
def test_colour_is_for_terminals(front: Front, env: dict[str, str], coloured: bool) -> None:
    """In a pipe there is colour only where FORCE_COLOR asks for it, and NO_COLOR is stronger."""
    assert ("\x1b[" in front.type("play", "scenarios/talk.yaml", env=env).out) is coloured
    assert "\x1b[" not in front.type("play", "scenarios/talk.yaml", env={**env, "NO_COLOR": "1"}).out


def test_waits_are_told_now_and_then(front: Front) -> None:
    """In a pipe a wait is a line; those that follow at once are not told."""
    from runner.transports import Waiting

    front.transport = Noticing(
        agree, lambda request, notify: notify(Waiting(request.slot, 2.0, "rate limited"))
    )
    shown = front.type("play", "scenarios", "--in-flight", "1")
    assert shown.err.count("waiting 2.00 s: rate limited") == 1
