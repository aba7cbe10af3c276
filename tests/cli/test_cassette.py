"""`runner play --cassettes` and `runner cassette` at the front door."""

import json
from pathlib import Path

import pytest

from runner.core.message import Answer, Message, Request
from tests.cli.front import Front, require_golden, spoken

TALK = """\
name: refund policy
system: |
  You are a support agent.
  Be brief.
  Never lie.
turns: [Hello, "I want my money back"]
repeat: 3
"""


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("scenarios/talk.yaml", TALK)
    front.write("scenarios/hello.yaml", "turns: [Hi, Bye]\n")
    front.answer(answer)
    return front


def answer(request: Request, messages: list[Message]) -> Answer:
    said = spoken(f"You said: {messages[-1]['content']}", served_model="canned-1-2026")
    return said.model_copy(update={"started_at": f"2026-01-0{request.draw}T00:00:00.000Z"})


def record(front: Front, *words: str) -> None:
    words = ("--cassettes", "tapes", "--mode", "record", "--outputs", "recording", *words)
    assert front.type("play", "scenarios", *words).exit_code == 0


def change(front: Front) -> None:
    front.write("scenarios/talk.yaml", TALK.replace("Never lie.", "Never ever lie."))
    front.write("scenarios/hello.yaml", "turns: [Hi, So long]\n")


@pytest.mark.parametrize("width", [40, 80])
def test_what_needs_recording_is_told_in_a_sentence(front: Front, width: int) -> None:
    """Which scenarios, how many requests, what has changed, and the command that records it; not trial by trial."""
    record(front)
    change(front)
    shown = front.type("play", "scenarios", "--cassettes", "tapes", width=width)
    require_golden(f"play-needs-recording-{width}", shown.page)


def test_one_conversation_tells_it_where_it_stops(front: Front) -> None:
    """Beside the line that has no recording."""
    record(front)
    change(front)
    shown = front.type("play", "scenarios/hello.yaml", "--cassettes", "tapes")
    require_golden("play-needs-recording-one", shown.page)


def test_a_recording_says_how_much_it_recorded(front: Front) -> None:
    """And that some of what is there is not asked for any more."""
    record(front)
    change(front)
    shown = front.type("play", "scenarios", "--cassettes", "tapes", "--mode", "fill")
    assert "recorded: 7 exchanges in tapes" in shown.err
    assert "7 recordings in tapes are no longer asked for; see runner cassette status tapes" in shown.err
    shown = front.type("play", "scenarios", "--cassettes", "tapes", "--mode", "record")
    assert "recorded: 8 exchanges in tapes, and 7 exchanges that nothing asks for taken out" in shown.err


@pytest.mark.parametrize("width", [40, 80])
def test_status_tells_what_recordings_hold(front: Front, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """How much, how old, by which model; what is missing, what is unused, which scenarios are gone."""
    front.write("scenarios/gone.yaml", "turns: [Hi]\n")
    record(front)
    change(front)
    (front.folder / "scenarios" / "gone.yaml").unlink()
    monkeypatch.setattr("runner.cli.display.recordings._age", lambda *_: "9 days ago")
    require_golden(f"cassette-status-{width}", front.type("cassette", "status", "tapes", width=width).page)


def test_status_without_scenarios_tells_what_is_recorded(front: Front) -> None:
    """Nothing is said of what is used, since nothing says it."""
    record(front)
    (front.folder / "scenarios").rename(front.folder / "elsewhere")
    shown = front.type("cassette", "status", "tapes")
    assert shown.exit_code == 0
    assert shown.out.endswith("2 cassettes, 8 exchanges\n")
    assert shown.err == ""
    shown = front.type("cassette", "status", "tapes", "elsewhere")
    assert shown.out.endswith("2 cassettes, 8 exchanges; all of them are used\n")


def test_status_for_programs(front: Front) -> None:
    """JSON, and nothing else."""
    record(front)
    change(front)
    shown = front.type("cassette", "status", "tapes", "--json")
    found = json.loads(shown.out)
    assert found["schema"] == "runner.recordings/1"
    assert found["needs"]["requests"] == 7
    assert [(each["scenario"], each["unused"], each["missing"]) for each in found["cassettes"]] == [
        ("hello", 1, 1),
        ("refund policy", 6, 6),
    ]
    assert found["cassettes"][1]["first"] == "2026-01-01T00:00:00.000Z"
    assert found["cassettes"][1]["last"] == "2026-01-03T00:00:00.000Z"
    assert shown.err == ""


def test_prune_takes_out_what_nothing_asks_for(front: Front) -> None:
    """First said, then done; what is asked for stays."""
    record(front)
    front.write("scenarios/talk.yaml", TALK.replace("repeat: 3", "repeat: 2"))
    (front.folder / "scenarios" / "hello.yaml").unlink()
    dry = front.type("cassette", "prune", "tapes", "--dry-run")
    assert dry.out.splitlines() == [
        "would take out 2 exchanges of refund policy: 4 left",
        "would take out 2 exchanges of hello: there is no such scenario; the file",
        "  hello.jsonl goes",
    ]
    done = front.type("cassette", "prune", "tapes", "--json")
    assert [each["exchanges"] for each in json.loads(done.out)["dropped"]] == [2, 2]
    assert front.type("cassette", "prune", "tapes").out.startswith("nothing to take out")
    assert front.type("play", "scenarios", "--cassettes", "tapes").exit_code == 0


def test_only_files_that_are_named_are_pruned(front: Front) -> None:
    """A folder stands for the project; a file for its own cassette."""
    record(front)
    assert front.type("cassette", "prune", "tapes", "scenarios/talk.yaml").out.startswith("nothing to take")
    assert front.type("cassette", "prune", "tapes", "scenarios").out.startswith("nothing to take")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("play", "scenarios", "--mode", "fill"), "--mode fill needs --cassettes DIR"),
        (("play", "scenarios", "--cassettes", "t", "--mode", "reply"), "did you mean `replay`?"),
        (("cassette", "status", "nowhere"), "there is no folder nowhere"),
        (("cassette", "prune", "nowhere"), "there is no folder nowhere"),
    ],
)
def test_what_does_not_fit_is_refused(front: Front, words: tuple[str, ...], complaint: str) -> None:
    """Before anything is played."""
    shown = front.type(*words)
    assert shown.exit_code == 2
    assert complaint in shown.err


def test_damage_is_told_before_anything_is_played(front: Front) -> None:
    """With file and line; no run is made."""
    record(front)
    path = front.folder / "tapes" / "hello.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"Hi"', '"Ho"'), encoding="utf-8")
    runs = len(list(front.folder.glob("outputs/*")))
    shown = front.type("play", "scenarios", "--cassettes", "tapes")
    assert shown.exit_code == 2
    assert "tapes/hello.jsonl:2: the `key` is not that of these messages" in shown.err
    assert len(list(front.folder.glob("outputs/*"))) == runs


def test_hostile_recordings_are_harmless_wherever_they_are_shown(front: Front) -> None:
    """What a terminal would obey is an escape, in models' names, scenarios' names, replies and differences."""
    evil = "\x1b]0;evil\x07\u202e\x1b[2J"
    front.answer(lambda *_: spoken(evil, served_model=evil))
    front.write("scenarios/hello.yaml", f"turns: [{json.dumps('Hi ' + evil)}, Bye]\n")
    record(front)
    header, *lines = (front.folder / "tapes" / "hello.jsonl").read_text(encoding="utf-8").splitlines()
    gone = json.dumps({**json.loads(header), "scenario": evil})
    (front.folder / "tapes" / "gone.jsonl").write_text("\n".join([gone, *lines]) + "\n", encoding="utf-8")
    shown = [front.type("cassette", "status", "tapes"), front.type("cassette", "prune", "tapes", "--dry-run")]
    shown.append(front.type("play", "scenarios/hello.yaml", "--cassettes", "tapes"))
    change(front)
    shown += [
        front.type("play", "scenarios", "--cassettes", "tapes"),
        front.type("cassette", "status", "tapes"),
    ]
    for each in shown:
        assert not set(each.out + each.err) & {"\x1b", "\x07", "\u202e"}
    assert any("\\x1b" in each.out for each in shown)


def test_a_rehearsal_says_what_is_not_recorded(front: Front) -> None:
    """Nothing is sent for it."""
    record(front)
    words = ("play", "scenarios", "--cassettes", "tapes", "--dry-run")
    assert "all of it is recorded" in front.type(*words).out
    change(front)
    assert "needs recording: 2 scenarios, 7 requests" in front.type(*words).out
    assert json.loads(front.type(*words, "--json").out)["needs"]["requests"] == 7


def test_quiet_says_no_more_than_what_is_missing(front: Front) -> None:
    """One sentence and the command on stderr, the path on stdout."""
    shown = front.type("play", "scenarios", "--cassettes", "tapes", "--quiet")
    assert shown.err.splitlines() == [
        "needs recording: 2 scenarios, 8 requests",
        "record it: runner play --mode fill scenarios --cassettes tapes --quiet",
    ]
    assert len(shown.out.splitlines()) == 1


def test_the_command_that_records_can_be_typed_as_it_stands(front: Front) -> None:
    """Quoted for the shell, with the mode it needs and whatever else was typed."""
    words = ("play", "--mode=replay", "--cassettes", "my tapes", "--only", "hello", "--", "scenarios")
    shown = front.type(*words)
    assert "record it: runner play --mode fill --cassettes 'my tapes' --only hello -- scenarios" in shown.err
    assert (
        front.type(
            *["play", "--mode", "fill", "--cassettes", "x", "--only", "hello", "--", "scenarios"]
        ).exit_code
        == 0
    )


@pytest.mark.parametrize("name", ["", "status", "prune"])
def test_help(front: Front, name: str) -> None:
    """Each says what it does and what each option means."""
    shown = front.type("cassette", *name.split(), "--help")
    assert shown.exit_code == 0
    require_golden("-".join(["help-cassette", *name.split()]), shown.out)


def test_completion_knows_what_recordings_are_for(front: Front) -> None:
    """The modes, and the commands under `cassette`."""

    def complete(words: str) -> list[str]:
        place = str(len(words.split(" ")) - 1)
        env = {"_RUNNER_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": place}
        return front.type(env=env).out.split()

    assert complete("runner play --mode f") == ["fill"]
    assert complete("runner cassette p") == ["prune"]
    assert complete("runner cassette prune --dr") == ["--dry-run"]
