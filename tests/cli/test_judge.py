"""`runner judge`: today's checks on what was said then."""

import json
from pathlib import Path

import pytest

from runner.core.message import Answer, Failure, Message, Request
from runner.store.journal import read_journal
from tests.cli.front import SETTINGS, Front, agree, spoken

SCENARIO = """\
name: talk
turns:
  - user: hello
    expect: {{{check}}}
  - user: again
"""


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("talk.yaml", SCENARIO.format(check="contains: hello"))
    return front


def transcripts(front: Front, run: str) -> list[dict[str, object]]:
    lines = (front.folder / "outputs" / run / "transcripts.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_a_run_is_judged_by_the_checks_of_today_without_being_played_again(front: Front) -> None:
    """A changed check finds its verdict in a run of its own; no turn is sent, and the earlier run stays as it was."""
    assert front.type("play", "talk.yaml", "--repeat", "2").exit_code == 0
    first = front.run_folder
    before = (first / "transcripts.jsonl").read_bytes()
    sent = len(front.transport.asked)
    front.write("talk.yaml", SCENARIO.format(check="contains: goodbye"))
    shown = front.type("judge", "latest")
    assert shown.exit_code == 0, shown.err
    assert len(front.transport.asked) == sent
    assert (first / "transcripts.jsonl").read_bytes() == before
    (judged,) = [path.name for path in (front.folder / "outputs").iterdir() if path != first]
    old, new = transcripts(front, first.name), transcripts(front, judged)
    assert [each["messages"] for each in new] == [each["messages"] for each in old]
    verdicts = [each["turns"][0]["verdicts"][0]["outcome"] for each in (*old, *new)]  # type: ignore[index]
    assert verdicts == ["passed", "passed", "failed", "failed"]
    assert json.loads((front.folder / "outputs" / judged / "run.json").read_text())["kind"] == "judge"
    assert all(each["cost_usd"] == 0.0 for each in new)


def test_a_run_whose_turns_have_changed_is_not_judged(front: Front) -> None:
    """Other words were answered: nothing is judged, and the sentence says what to do."""
    front.type("play", "talk.yaml")
    front.write("talk.yaml", SCENARIO.format(check="contains: hello").replace("again", "once more"))
    shown = front.type("judge", "latest")
    assert shown.exit_code == 2
    assert "cannot be judged for it: undo the change in talk.yaml, or play it again" in " ".join(
        shown.err.split()
    )


def test_a_part_of_a_run_is_judged_as_a_part(front: Front) -> None:
    """Of a run of some trials alone, those are judged, and the first line says that they are not all."""
    front.type("play", "talk.yaml", "--repeat", "3", "--trial", "2")
    shown = front.type("judge", "latest")
    assert shown.exit_code == 0, shown.err
    assert "1 of 3 trials" in shown.err


def test_unanswered_trials_stay_unanswered(front: Front) -> None:
    """A turn that got no reply has none to judge."""
    front.write("talk.yaml", SCENARIO.format(check="contains: hello").replace("again", "hopeless"))
    assert front.type("play", "talk.yaml").exit_code == 4
    shown = front.type("judge", "latest")
    assert shown.exit_code == 4
    assert len(front.transport.asked) == 2


def test_another_file_judges_the_same_turns(front: Front) -> None:
    """A scenario of the same name in another file brings its checks."""
    front.type("play", "talk.yaml")
    front.write("strict/talk.yaml", SCENARIO.format(check="contains: nothing"))
    shown = front.type("judge", "latest", "strict/talk.yaml")
    assert shown.exit_code == 0, shown.err
    assert "nothing" in shown.out


def test_a_judged_run_is_not_gone_on_with(front: Front) -> None:
    """`play --resume` would send what was not asked in it."""
    front.type("play", "talk.yaml")
    front.type("judge", "latest")
    judged = max((front.folder / "outputs").iterdir())
    shown = front.type("play", "--resume", judged.name)
    assert shown.exit_code == 2
    assert "judges another run" in shown.err


def test_the_journal_of_a_judged_run_says_that_nothing_was_sent(front: Front) -> None:
    """Every answer in it is marked as replayed."""
    front.type("play", "talk.yaml")
    front.type("judge", "latest")
    folder = max((front.folder / "outputs").iterdir())
    answers = [event for event in read_journal(folder / "journal.jsonl") if event.event == "answered"]
    assert len(answers) == 2
    assert all(event.answer.replayed for event in answers)


@pytest.mark.parametrize(
    ("words", "why"), [(("--trial", "2"), "--trial"), (("--where", "temperature=0"), "kept, not played")]
)
def test_a_judged_part_is_no_more_of_a_yardstick_than_the_part_was(
    front: Front, words: tuple[str, ...], why: str
) -> None:
    """What was chosen of the run stays known: trials are refused, and cells that were not played stay."""
    front.write("talk.yaml", SCENARIO.format(check="contains: hello") + "matrix: {temperature: [0, 1]}\n")
    front.type("play", "talk.yaml", "--repeat", "2")
    front.type("baseline", "accept", "latest")
    front.type("play", "talk.yaml", "--repeat", "2", *words)
    part = max((front.folder / "outputs").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    front.type("judge", str(part))
    judged = max((front.folder / "outputs").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    shown = front.type("baseline", "accept", str(judged))
    assert why in " ".join((shown.out + shown.err).split())


JUDGED = (
    SETTINGS
    + """
[judge]
provider = "bench"
model = "j-1"
[providers.bench]
base_url = "http://127.0.0.1:9/v1"
prices = {"j-1" = {input = 1.0, output = 1.0}}
"""
)


def newest(front: Front) -> Path:
    return max((front.folder / "outputs").iterdir(), key=lambda path: path.stat().st_mtime_ns)


def judging(front: Front) -> None:
    """Lets a judge of its own provider answer in form, beside the model that is tested."""
    front.write("runner.toml", JUDGED)

    def answer(request: Request, messages: list[Message]) -> Answer | Failure:
        if request.model == "j-1":
            return spoken('{"reason": "It says hello.", "verdict": "pass"}')
        return agree(request, messages)

    front.answer(answer)


def test_recordings_of_turns_outlive_the_recording_of_judges(front: Front) -> None:
    """Turns are not asked when a run is judged, so that they are not asked for is no reason to take them out."""
    judging(front)
    front.type("play", "talk.yaml", "--cassettes", "tapes", "--mode", "record")
    before = (front.folder / "tapes/talk.jsonl").read_text("utf-8").splitlines()
    front.write("talk.yaml", SCENARIO.format(check="llm-rubric: Says hello"))
    shown = front.type("judge", "latest", "--cassettes", "tapes", "--mode", "record")
    assert shown.exit_code == 0, shown.err
    after = (front.folder / "tapes/talk.jsonl").read_text("utf-8").splitlines()
    assert len(after) == len(before) + 1
    sent = len(front.transport.asked)
    assert front.type("check", "talk.yaml", "--cassettes", "tapes").exit_code == 0
    assert len(front.transport.asked) == sent


def test_what_the_run_holds_needs_no_recording(front: Front) -> None:
    """Only the judge's questions are counted as missing, and where they are recorded no key is needed."""
    judging(front)
    front.type("play", "talk.yaml")
    front.write("talk.yaml", SCENARIO.format(check="llm-rubric: Says hello"))
    shown = front.type("judge", "latest", "--cassettes", "tapes")
    assert shown.exit_code == 4
    assert "1 request" in " ".join((shown.out + shown.err).split())
    assert front.type("judge", "latest", "--cassettes", "tapes", "--mode", "fill").exit_code == 0
    front.write("runner.toml", JUDGED.replace("prices", 'api_key_env = "NOT_SET_ANYWHERE"\nprices'))
    sent = len(front.transport.asked)
    shown = front.type("judge", "latest", "--cassettes", "tapes", "--mode", "fill")
    assert shown.exit_code == 0, shown.err
    assert len(front.transport.asked) == sent


def test_what_is_not_sent_is_not_counted_against_a_limit(front: Front) -> None:
    """Nor is its price asked for: the tested model has none."""
    judging(front)
    front.type("play", "talk.yaml")
    front.write("talk.yaml", SCENARIO.format(check="llm-rubric: Says hello"))
    shown = front.type("judge", "latest", "--max-cost", "0.01")
    assert shown.exit_code == 0, shown.err
    shown = front.type("judge", "latest", "--max-cost", "0.000001")
    assert shown.exit_code == 4
    assert "go on with: runner judge latest --max-cost 0.000001" in " ".join((shown.out + shown.err).split())


def test_a_run_without_checks_is_not_judged(front: Front) -> None:
    """Nothing could come of it: that is said, and no run is made."""
    front.type("play", "talk.yaml")
    front.write("talk.yaml", "name: talk\nturns: [hello, again]\n")
    shown = front.type("judge", "latest")
    assert shown.exit_code == 2
    assert "its scenarios have no check" in " ".join(shown.err.split())
    assert len(list((front.folder / "outputs").iterdir())) == 1


def test_a_check_put_before_a_judge_s_asks_it_nothing_anew(front: Front) -> None:
    """Its question is the same wherever its check stands."""
    judging(front)
    front.write("talk.yaml", SCENARIO.format(check="llm-rubric: Says hello"))
    front.type("play", "talk.yaml")
    sent = len(front.transport.asked)
    front.write("talk.yaml", SCENARIO.format(check="contains: hello, llm-rubric: Says hello"))
    shown = front.type("play", "--resume", "latest")
    assert shown.exit_code == 0, shown.err
    assert len(front.transport.asked) == sent
    [line] = transcripts(front, newest(front).name)
    verdicts = line["turns"][0]["verdicts"]  # type: ignore[index]
    assert [(each["check"], each["outcome"]) for each in verdicts] == [
        ("contains", "passed"),
        ("llm-rubric", "passed"),
    ]


def test_what_an_edited_function_says_is_judged_anew(front: Front) -> None:
    """The YAML is what it was, and still another check stands behind it; a renamed check is another one as well."""
    front.write("checks/polite.py", "def is_polite(reply):\n    return True\n")
    front.write("talk.yaml", SCENARIO.format(check='python: "checks/polite.py:is_polite"'))
    front.type("play", "talk.yaml")
    front.write("checks/polite.py", "def is_polite(reply):\n    return False\n")
    front.type("play", "--resume", "latest")
    [line] = transcripts(front, newest(front).name)
    assert line["turns"][0]["verdicts"][0]["outcome"] == "failed"  # type: ignore[index]
    front.write("talk.yaml", SCENARIO.format(check='name: manners, python: "checks/polite.py:is_polite"'))
    front.type("play", "--resume", "latest")
    [line] = transcripts(front, newest(front).name)
    assert line["turns"][0]["verdicts"][0]["name"] == "manners"  # type: ignore[index]
