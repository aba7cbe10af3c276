"""`runner check`: gates, baselines and false greens, through the front door."""

import json
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from runner.core.message import Message, Request
from tests.cli.front import SETTINGS, Front, require_golden, spoken

SCENARIO = """\
name: refund
turns:
  - user: I want my money back for this {{ product }}.
    expect:
      - {name: asks for a receipt, icontains: receipt}
cases:
  - {id: kettle, product: kettle}
  - {id: toaster, product: toaster}
repeat: 4
"""


def says(good: int, of: int = 4, *, where: str = "") -> Any:
    """Answers of which so many of each few are right; where a text is named, others are all right."""

    def respond(request: Request, messages: list[Message]) -> Any:
        right = (request.draw - 1) % of < good or (where and where not in str(messages[-1]["content"]))
        return spoken("Do you have the receipt?" if right else "No.")

    return respond


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("refund.yaml", SCENARIO)
    front.answer(says(4))
    return front


def gated(front: Front, gate: str) -> None:
    front.write("refund.yaml", f"{SCENARIO}gate: {gate}\n")


def said(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("width", [40, 80])
def test_a_red_result_says_all_that_is_needed(front: Front, width: int) -> None:
    """The line of the YAML, the user's line, expected, got, how many trials, and the command that plays it again."""
    front.answer(says(3, where="kettle"))
    shown = front.type("check", "refund.yaml", "--no-baseline", width=width)
    assert shown.exit_code == 1
    require_golden(f"check-{width}", shown.page)


def test_all_that_passes_is_green(front: Front) -> None:
    """Every check of every trial passed: 0, in a sentence with its numbers."""
    shown = front.type("check", "refund.yaml")
    assert shown.exit_code == 0
    assert "passed: 2 blocks, 8 of 8 trials" in shown.out
    assert shown.err.startswith("checking 1 scenario, 8 trials, 8 requests, what it costs is not known")


def test_a_rate_is_gated_as_counted_or_as_shown(front: Front) -> None:
    """3 of 4 reach .75 as counted; with confidence they are too few to say, and that many are refused beforehand."""
    front.answer(says(3))
    gated(front, "{pass_rate: 0.75}")
    assert front.type("check", "refund.yaml").exit_code == 0
    gated(front, "{pass_rate: 0.5, confidence: 0.9}")
    shown = front.type("check", "refund.yaml", "--repeat", "6")
    assert shown.exit_code == 6, shown.out
    assert "undecided" in shown.out
    gated(front, "{pass_rate: 0.9, confidence: 0.95}")
    shown = front.type("check", "refund.yaml")
    assert shown.exit_code == 2
    assert "needs 29 trials, has 4" in said(shown.err)
    assert front.type("validate", "refund.yaml").exit_code == 2


def test_a_prompt_that_got_worse_is_a_regression(front: Front) -> None:
    """Against the baseline that was accepted, the drop is named with its chance; the same run again is none."""
    gated(front, "{pass_rate: 0.1}")
    front.type("play", "refund.yaml", "--repeat", "12")
    accepted = front.type("baseline", "accept", "latest")
    assert "2 cells (2 new); 24 of 24 trials passed" in said(accepted.out)
    again = front.type("check", "refund.yaml", "--repeat", "12")
    assert again.exit_code == 0
    assert "against the baseline: no regression was found" in said(again.out)
    front.answer(says(2))
    worse = front.type("check", "refund.yaml", "--repeat", "12")
    assert worse.exit_code == 1
    assert "against the baseline: it got worse" in said(worse.out)
    assert "2 newly failing" in worse.out
    found = json.loads(front.type("check", "refund.yaml", "--repeat", "12", "--json").out)
    assert found["comparisons"][0]["p"] < 0.001
    assert found["blocks"][0]["reds"][0]["had"] == "Do you have the receipt?"


def test_accepting_the_same_run_again_changes_nothing(front: Front) -> None:
    """A baseline is the same to the byte; another run's cells take the place of their own alone."""
    front.type("play", "refund.yaml")
    front.type("baseline", "accept", "latest")
    path = front.folder / "baselines" / "refund.json"
    before = path.read_bytes()
    assert "2 the same" in front.type("baseline", "accept", "latest").out
    assert path.read_bytes() == before
    front.answer(says(3))
    front.type("play", "refund.yaml", "--case", "kettle")
    shown = front.type(
        "baseline", "accept", str(max((front.folder / "outputs").iterdir(), key=os.path.getmtime))
    )
    assert "1 cell (1 changed, 1 kept, not played)" in said(shown.out)


def test_a_new_axis_is_unpaired_and_no_failure(front: Front) -> None:
    """What has no partner is named; it is neither a failure nor a pass."""
    front.type("play", "refund.yaml")
    front.type("baseline", "accept", "latest")
    front.write("refund.yaml", f"{SCENARIO}matrix: {{temperature: [0, 1]}}\n")
    shown = front.type("check", "refund.yaml")
    assert shown.exit_code == 0
    assert "unpaired: axis temperature is new in refund" in said(shown.out)
    assert "none of these variants is in the baseline" in said(shown.err)


def test_what_vanished_is_named(front: Front) -> None:
    """A case or a check that the baseline has and the run has not is told."""
    front.type("play", "refund.yaml")
    front.type("baseline", "accept", "latest")
    fewer = SCENARIO.replace("  - {id: toaster, product: toaster}\n", "").replace(
        "icontains: receipt", "contains: re"
    )
    front.write("refund.yaml", fewer)
    shown = said(front.type("check", "refund.yaml").out)
    assert "gone: case toaster of refund is in the baseline" in shown
    assert "none of its checks is in the baseline" in shown


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "damaged: Expecting property name"),
        ("<<<<<<< ours\n", "holds a merge that was not finished"),
        ('{"schema": "runner.baseline/2"}', "or a newer one"),
        ('{"schema": "runner.baseline/1", "scenario": "other"}', "is the baseline of `other`"),
        (
            '{"schema": "runner.baseline/1", "scenario": "refund", "cells": {"a": {"trials": {"passed": -5}}}}',
            "damaged",
        ),
    ],
)
def test_a_baseline_that_cannot_be_used_is_told_before_anything_is_sent(
    front: Front, content: str, why: str
) -> None:
    """Each way to be useless has its sentence."""
    front.write("baselines/refund.json", content)
    shown = front.type("check", "refund.yaml")
    assert shown.exit_code == 2, shown.out
    assert why in said(shown.err)
    assert not front.transport.asked


def test_a_baseline_of_other_scenarios_is_none(front: Front) -> None:
    """A folder that holds none of what is checked is refused, unless somebody wants none."""
    front.write("baselines/other.json", "{}")
    shown = front.type("check", "refund.yaml")
    assert shown.exit_code == 2
    assert "it holds those of other scenarios: other" in said(shown.err)
    assert front.type("check", "refund.yaml", "--no-baseline").exit_code == 0


def test_variants_are_held_against_each_other(front: Front) -> None:
    """`--against` holds the other values of an axis against one of them, by the same rule."""
    gate = "gate: {pass_rate: 0.1}\nmatrix: {vars.tone: [old, new]}\nvars: {tone: x}\n"
    front.write("refund.yaml", SCENARIO.replace("this {{", "this {{ tone }} {{") + gate)
    front.answer(says(1, where="new"))
    shown = front.type("check", "refund.yaml", "--against", "vars.tone=old", "--repeat", "12")
    assert shown.exit_code == 1
    assert "vars.tone=new against vars.tone=old: it got worse" in said(shown.out)
    for wrong in ("vars.tone=odl", "tune=old", "vars.tone"):
        assert front.type("check", "refund.yaml", "--against", wrong).exit_code == 2


def test_no_more_is_played_than_a_verdict_needs(front: Front) -> None:
    """Until decided, and the saving is told; such a run is neither a baseline nor held against one."""
    gated(front, "{pass_rate: 0.5}")
    shown = front.type("check", "refund.yaml", "--until-decided", "20", "--in-flight", "1")
    assert shown.exit_code == 0
    assert len(front.transport.asked) == 20
    assert "20 trials saved by stopping once the verdict could not change" in said(shown.out)
    assert "draws its rates down" in said(front.type("baseline", "accept", "latest").err)
    assert front.type("check", "refund.yaml", "--until-decided", "20", "--trial", "3").exit_code == 2


def test_flaky_trials_are_named_with_their_rate(front: Front) -> None:
    """Trials of one block that disagree are a finding of their own."""
    front.answer(says(3))
    gated(front, "{pass_rate: 0.5}")
    shown = front.type("check", "refund.yaml")
    assert shown.exit_code == 0
    assert "flaky: trials of the same words disagree" in shown.out
    assert "refund[case=kettle]: 3 of 4 trials passed (75 %)" in said(shown.out)
    assert "2 trials failed where the gate allows it" in said(shown.out)


SILENT = "turns: [hello]\n"
NEVER = """\
name: never
turns:
  - hello
  - user: more
    when: {contains: never said}
    expect: {contains: x}
"""


@pytest.mark.parametrize(
    ("files", "words", "code", "why"),
    [
        ({"a.yaml": SILENT}, ["a.yaml"], 2, "has no check, so nothing in it could fail"),
        ({"a.yaml": "turns: [{user: hi, expect: []}]\n"}, ["a.yaml"], 2, "an empty list checks nothing"),
        (
            {"a.yaml": "turns: [{user: hi, expect: {containz: x}}]\n"},
            ["a.yaml"],
            2,
            "did you mean `contains`",
        ),
        ({"a.yaml": NEVER}, ["a.yaml"], 5, "no check applied in any trial"),
        ({"a.yaml": f"{SCENARIO}gate: {{pass_rat: 1}}\n"}, ["a.yaml"], 2, "did you mean `pass_rate`"),
        ({"a.yaml": f"{SCENARIO}gate: {{cost: {{max: 1}}}}\n"}, ["a.yaml"], 2, "costs is not known"),
        ({}, ["refund.yaml", "--only", "refnd"], 2, "did you mean `refund`"),
        ({}, ["refund.yaml", "--trial", "9"], 5, "leaves nothing"),
        ({}, ["refund.yaml", "--set", "vars.product=hopeless"], 4, "no trial got all of its replies"),
        ({}, ["refund.yaml", "--cassettes", "tapes"], 4, "8 of 8 trials need recording"),
        ({}, ["refund.yaml", "--baselines", "nowhere"], 2, "holds no baseline of what is checked"),
        ({}, ["refund.yaml", "--alpha", "2"], 2, "expected a share"),
        ({}, ["refund.yaml", "--junit-by", "tirial"], 2, "did you mean `trial`"),
    ],
)
def test_what_measured_nothing_is_never_green(
    front: Front, files: dict[str, str], words: list[str], code: int, why: str
) -> None:
    """Each way to learn nothing has its code and its sentence, before anything is sent where that is possible."""
    for name, text in files.items():
        front.write(name, text)
    if "hopeless" in " ".join(words):
        front.transport = Front(front.folder, front._monkeypatch).transport
    shown = front.type("check", *words)
    assert shown.exit_code == code, shown.page
    assert why in said(shown.out + shown.err)
    assert code != 2 or not front.transport.asked


def test_missing_recordings_say_how_to_record(front: Front) -> None:
    """What is typed next is said: the same check in the mode that fills."""
    shown = front.type("check", "refund.yaml", "--cassettes", "tapes")
    assert "check --mode fill refund.yaml --cassettes tapes" in said(shown.err)


def test_ci_reads_what_it_knows(front: Front) -> None:
    """JUnit XML, Markdown, the step's summary, annotations with paths from the repository's root; GitHub obeys no reply."""
    front.answer(lambda *_: spoken("::set-output name=x::y\n##[error] boo"))
    env = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(front.folder),
        "GITHUB_STEP_SUMMARY": str(front.folder / "summary.md"),
    }
    words = ("check", "refund.yaml", "--junit", "out/j.xml", "--markdown", "out/m.md")
    shown = front.type(*words, env=env)
    assert shown.exit_code == 1
    suite = ET.fromstring((front.folder / "out/j.xml").read_bytes())
    assert (suite.get("tests"), suite.get("failures")) == ("2", "2")
    assert (front.folder / "out/m.md").read_text("utf-8") == (front.folder / "summary.md").read_text("utf-8")
    assert (front.folder / "out/m.md").read_text("utf-8").startswith("failed: 2 of 2 blocks")
    lines = shown.out.splitlines()
    assert lines[0].startswith("::stop-commands::")
    token = lines[0].removeprefix("::stop-commands::")
    notes = lines[lines.index(f"::{token}::") + 1 :]
    assert notes
    assert all(note.startswith("::error file=refund.yaml,line=5") for note in notes)
    as_json = front.type(*words, "--json", env=env)
    assert json.loads(as_json.out)["schema"] == "runner.assessment/1"
    by_trial = front.type(*words, "--junit-by", "trial", "--quiet")
    assert by_trial.exit_code == 1
    assert ET.fromstring((front.folder / "out/j.xml").read_bytes()).get("tests") == "8"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_device_or_a_link_is_never_replaced(front: Front) -> None:
    """What stands where a report goes is written to: a link stays one, a device too."""
    front.write("real.xml", "")
    (front.folder / "link.xml").symlink_to("real.xml")
    front.type("check", "refund.yaml", "--junit", "link.xml")
    assert (front.folder / "link.xml").is_symlink()
    assert (front.folder / "real.xml").read_text("utf-8").startswith("<?xml")
    os.mkfifo(front.folder / "pipe")
    reader = os.open(front.folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        front.type("check", "refund.yaml", "--markdown", "pipe")
        assert os.read(reader, 7) == b"passed:"
    finally:
        os.close(reader)
    assert (front.folder / "pipe").is_fifo()


def test_a_rehearsal_sends_nothing(front: Front) -> None:
    """`--dry-run` says how much, about what it costs, and which drop could be seen."""
    front.type("play", "refund.yaml")
    front.type("baseline", "accept", "latest")
    sent = len(front.transport.asked)
    shown = front.type("check", "refund.yaml", "--dry-run")
    assert shown.exit_code == 0
    assert len(front.transport.asked) == sent
    assert "a drop of about" in said(shown.err)


def test_a_run_that_goes_on_is_gated_as_a_whole(front: Front) -> None:
    """Of a finished run nothing is sent again, and all of it is gated."""
    front.answer(says(3))
    front.type("play", "refund.yaml")
    sent = len(front.transport.asked)
    shown = front.type("check", "--resume", "latest")
    assert shown.exit_code == 1
    assert len(front.transport.asked) == sent
    assert "2 of 2 blocks failed the gate" in said(shown.out)


def test_rules_of_the_settings_hold_by_tag(front: Front) -> None:
    """`[gates.TAG]` gates scenarios of that tag; a tag that no scenario has is named."""
    front.write("runner.toml", f"{SETTINGS}\n[gates.smoke]\npass_rate = 0.5\n[gates.smok]\npass_rate = 1.0\n")
    front.write("refund.yaml", SCENARIO.replace("name: refund\n", "name: refund\ntags: [smoke]\n"))
    front.answer(says(2))
    shown = front.type("check", "refund.yaml")
    assert shown.exit_code == 0
    assert "[gates.smok] of the settings speaks of no scenario here" in said(shown.err)


def test_a_judge_s_missing_answer_breaks_its_check(front: Front) -> None:
    """A judge that is set is asked; one that answers out of form leaves the run incomplete, not green."""
    front.write("runner.toml", f'{SETTINGS}\n[judge]\nprovider = "canned"\nmodel = "j-1"\n')
    front.write("polite.yaml", "turns: [{user: hi, expect: {llm-rubric: Is polite}}]\n")
    shown = front.type("check", "polite.yaml")
    assert shown.exit_code == 4
    assert [asked.request.model for asked in front.transport.asked] == ["canned-1", "j-1"]
    front.write("runner.toml", SETTINGS)
    shown = front.type("check", "polite.yaml")
    assert shown.exit_code == 2
    assert "no judge is set" in said(shown.err)


TALK = """\
name: talk
turns:
  - user: Hello there.
    expect: {contains: [good day, "no: thanks"]}
  - user: Can I have my money back?
  - user: Goodbye.
expect:
  - every: {not-contains: a refund}
  - any: {contains: receipt}
"""


def answers(_: Request, messages: list[Message]) -> Any:
    """What a shop says that promises too much."""
    said = str(messages[-1]["content"])
    return spoken("Of course, you get a refund today." if "money" in said else f"You said: {said}")


@pytest.mark.parametrize("width", [40, 80])
def test_reds_show_their_own_check_and_the_reply_it_is_about(front: Front, width: int) -> None:
    """Two checks of a line each with its value; `every` and `any` with the reply that decided, and the find marked."""
    front.answer(answers)
    front.write("talk.yaml", TALK)
    shown = front.type("check", "talk.yaml", "--no-baseline", width=width)
    assert shown.exit_code == 1
    more = front.type("show", "latest", "--failed", width=width)
    require_golden(f"check-foot-{width}", shown.page + more.page)


def test_reports_show_them_too(front: Front) -> None:
    """Each report has the check as YAML, the reply with its mark, and no reply twice; JUnit's message names the checks."""
    front.answer(answers)
    front.write("talk.yaml", TALK)
    front.type("check", "talk.yaml", "--no-baseline", "--junit", "j.xml", "--markdown", "m.md")
    [failure] = ET.parse(front.folder / "j.xml").getroot().iter("failure")
    assert str(failure.get("message")).startswith(
        "contains failed, every: not-contains failed, any: contains failed: "
    )
    document = (front.folder / "m.md").read_text(encoding="utf-8")
    for text in (failure.text or "", document):
        assert "expected: " in text
        for words in (
            "contains: good day",
            'contains: "no: thanks"',
            "every: {not-contains: a refund}",
            "you get »a refund« today",
            "Can I have my money back?",
            "any: {contains: receipt}",
        ):
            assert words in text
        assert text.count("You said: Hello there.") == 2


@pytest.mark.parametrize("width", [40, 80])
def test_a_regression_reads_well(front: Front, width: int) -> None:
    """The drop that could be seen first, then what the baseline had, which blocks fell, and the sentence with the rule."""
    gated(front, "{pass_rate: 0.1}")
    front.type("play", "refund.yaml", "--repeat", "12")
    front.type("baseline", "accept", "latest")
    front.answer(says(2, where="kettle"))
    shown = front.type("check", "refund.yaml", "--repeat", "12", width=width)
    assert shown.exit_code == 1
    require_golden(f"check-regression-{width}", shown.page)


def test_undecided_reads_well(front: Front) -> None:
    """What is asked, how many more trials could decide, what is flaky; and that so many were saved."""
    front.answer(says(3))
    gated(front, "{pass_rate: 0.8, confidence: 0.95}")
    shown = front.type("check", "refund.yaml", "--until-decided", "16", "--reproduce")
    assert shown.exit_code == 6
    require_golden("check-undecided", shown.page)


def test_programs_get_one_document(front: Front) -> None:
    """`--json` is all of stdout, also of a rehearsal and where recordings are missing; the exit code stands in it."""
    front.answer(says(3))
    for words in ((), ("--cassettes", "tapes"), ("--quiet",), ("--until-decided", "9")):
        shown = front.type("check", "refund.yaml", "--json", *words)
        found = json.loads(shown.out)
        assert (found["schema"], found["exit_code"]) == ("runner.assessment/1", shown.exit_code)
    shown = front.type("check", "refund.yaml", "--json", "--dry-run")
    assert json.loads(shown.out)["trials"] == 8
    assert front.type("check", "refund.yaml", "--json", "--only", "nobody").out == ""


def test_quiet_is_one_sentence(front: Front) -> None:
    """Green or red, and nothing on the other stream but how to record what is missing."""
    assert front.type("check", "refund.yaml", "--quiet").page == (
        "--- stdout\npassed: 2 blocks, 8 of 8 trials\n--- stderr\n--- exit code 0\n"
    )
    front.answer(says(3))
    shown = front.type("check", "refund.yaml", "--quiet")
    assert (shown.out, shown.err) == ("failed: 2 of 2 blocks failed the gate\n", "")
    shown = front.type("check", "refund.yaml", "--quiet", "--cassettes", "tapes")
    assert shown.out == "incomplete: 8 of 8 trials need recording\n"
    assert shown.err.startswith("record it: runner check")


def test_a_rehearsal_and_a_replay_need_no_key(front: Front) -> None:
    """A provider whose key is nowhere is no reason to stop before something is sent."""
    keyed = SETTINGS + 'api_key_env = "NOWHERE_KEY"\n'
    shown = front.type("check", "refund.yaml", "--cassettes", "tapes", "--mode", "record")
    assert shown.exit_code == 0, shown.err
    front.write("runner.toml", keyed)
    assert front.type("check", "refund.yaml", "--dry-run").exit_code == 0
    sent = len(front.transport.asked)
    shown = front.type("check", "refund.yaml", "--cassettes", "tapes")
    assert shown.exit_code == 0, shown.err
    assert "nothing is sent" in shown.err
    assert len(front.transport.asked) == sent


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["refund.yaml", "--resume", "latest"], "takes no PATH"),
        (["--resume", "latest", "--dry-run"], "takes no --dry-run"),
        (["--resume", "latest", "--profile", "pr"], "takes no --profile"),
        (["refund.yaml", "--retry-unanswered"], "name it by --resume RUN"),
        (["refund.yaml", "--no-baseline", "--baselines", "b"], "keep one of the two"),
        (["refund.yaml", "--against", "x=1", "--baselines", "b"], "keep one"),
        (["refund.yaml", "--against", "=1"], "expected AXIS=VALUE"),
        (
            [
                "refund.yaml",
                "--axis",
                "temperature=0,1",
                "--against",
                "temperature=0",
                "--where",
                "temperature=1",
            ],
            "one of the two",
        ),
        (["refund.yaml", "--until-decided", "9", "--trial", "2"], "leave out one"),
        (["refund.yaml", "--mode", "fill"], "--cassettes"),
        (["refund.yaml", "--alpha", "0"], "expected a share between 0 and 0.5"),
        (["refund.yaml", "--junit", "refund.yaml"], "a scenario stands there, and would be lost"),
        (["--junit", "refund.yaml"], "a scenario stands there, and would be lost"),
        (["refund.yaml", "--markdown", "refund.yaml/m.md"], "is a file, and no folder"),
        (["refund.yaml", "--junit", "same", "--markdown", "same"], "a file of its own"),
    ],
)
def test_options_that_contradict_each_other_are_told_beforehand(
    front: Front, words: list[str], why: str
) -> None:
    """Nothing is sent, nothing is written."""
    shown = front.type("check", *words)
    assert shown.exit_code == 2, shown.page
    assert why in said(shown.err)
    assert not front.transport.asked
    assert not (front.folder / "outputs").exists()
    assert (front.folder / "refund.yaml").read_text("utf-8") == SCENARIO


def test_a_report_that_cannot_be_written_loses_neither_run_nor_verdict(front: Front) -> None:
    """The verdict is told, then the file with what to do: the run that is there writes it without sending anything."""
    front.answer(lambda *_: (front.write("out", ""), spoken("receipt"))[1])
    shown = front.type("check", "refund.yaml", "--junit", "out/j.xml", "--markdown", "m.md")
    assert shown.exit_code == 2
    assert "passed: 2 blocks, 8 of 8 trials" in shown.out
    assert "cannot write out/j.xml" in shown.err
    assert (front.folder / "m.md").read_text("utf-8").startswith("passed:")
    way = said(shown.err).partition("`")[2].partition("`")[0]
    sent = len(front.transport.asked)
    (front.folder / "out").unlink()
    again = front.type(*way.split()[1:], "--junit", "out/j.xml")
    assert again.exit_code == 0, again.page
    assert len(front.transport.asked) == sent
    assert ET.fromstring((front.folder / "out/j.xml").read_bytes()).get("tests") == "2"


def test_what_was_not_green_is_checked_again_alone(front: Front) -> None:
    """`--unpassed-in` gates those trials, and says that they are a subset; of a green run nothing is left to check."""
    front.answer(says(3))
    front.type("check", "refund.yaml")
    front.answer(says(4))
    shown = front.type("check", "refund.yaml", "--unpassed-in", "latest")
    assert shown.exit_code == 0
    assert "passed: 2 blocks, 2 of 2 trials; 2 of 8 trials were chosen" in said(shown.out)
    front.type("play", "refund.yaml")
    newest = max((front.folder / "outputs").iterdir(), key=os.path.getmtime).name
    assert front.type("check", "refund.yaml", "--unpassed-in", newest).exit_code == 5
    shown = front.type("check", "refund.yaml", "--unpassed-in", newest, "--until-decided", "4")
    assert shown.exit_code in {2, 5}


def test_what_was_changed_then_is_changed_again(front: Front) -> None:
    """The trials of `--repeat 6` are played again without saying so anew, in the same words."""
    front.answer(says(3))
    front.type("check", "refund.yaml", "--repeat", "6", "--set", "params.top_p=0.5")
    front.answer(says(6))
    shown = front.type("check", "--unpassed-in", "latest")
    assert shown.exit_code == 0
    assert "2 of 12 trials were chosen" in said(shown.out)
    newest = max((front.folder / "outputs").iterdir(), key=os.path.getmtime)
    lines = (newest / "transcripts.jsonl").read_text().splitlines()
    assert {json.loads(line)["params"]["top_p"] for line in lines} == {0.5}


def test_less_than_what_was_not_green_is_not_played_in_silence(front: Front) -> None:
    """Trials that today's plan lacks are refused; those of a run that was stopped may never have begun, so it goes on first."""
    front.answer(says(3))
    front.type("check", "refund.yaml", "--repeat", "6")
    name = next((front.folder / "outputs").iterdir()).name
    shown = front.type("check", "refund.yaml", "--unpassed-in", name, "--repeat", "3")
    assert shown.exit_code == 2
    assert "2 trials that did not pass in" in said(shown.err)
    assert "refund[case=kettle]#4 first" in said(shown.err)
    front.type("check", "refund.yaml", "--max-tokens-total", "60", "--in-flight", "1")
    shown = front.type("check", "refund.yaml", "--unpassed-in", "latest")
    assert shown.exit_code == 2
    assert "go on with it by `runner play --resume" in said(shown.err)


def test_a_profile_that_decides_early_plays_single_trials_too(front: Front) -> None:
    """Nobody typed `--until-decided`, so nobody is told to leave it out."""
    front.write("runner.toml", f'{SETTINGS}\n[profiles.pr]\npaths = ["refund.yaml"]\nuntil_decided = 20\n')
    front.answer(says(4))
    assert front.type("check", "--profile", "pr", "--trial", "1").exit_code == 0


def test_a_profile_says_how_a_check_is_played(front: Front) -> None:
    """Until when, on which recordings; what is typed wins."""
    front.write("runner.toml", f'{SETTINGS}\n[profiles.pr]\npaths = ["refund.yaml"]\nuntil_decided = 20\n')
    gated(front, "{pass_rate: 0.5}")
    shown = front.type("check", "--profile", "pr", "--reproduce")
    assert shown.exit_code == 0
    assert "20 trials saved by stopping" in said(shown.out)
    shown = front.type("check", "--profile", "pr", "--until-decided", "4", "--reproduce")
    assert "4 trials saved by stopping" in said(shown.out)


def test_a_run_that_stopped_early_and_goes_on_stays_one(front: Front) -> None:
    """Nothing more is played of what is decided, and the saving is told as before."""
    gated(front, "{pass_rate: 0.5}")
    front.type("check", "refund.yaml", "--until-decided", "20", "--reproduce")
    sent = len(front.transport.asked)
    shown = front.type("check", "--resume", "latest")
    assert shown.exit_code == 0
    assert len(front.transport.asked) == sent
    assert "20 trials saved by stopping" in said(shown.out)


def test_a_run_that_stops_early_is_held_against_no_baseline(front: Front) -> None:
    """Its rates are drawn down by stopping: the sentence says that nothing was compared."""
    gated(front, "{pass_rate: 0.5}")
    front.type("play", "refund.yaml")
    front.type("baseline", "accept", "latest")
    shown = front.type("check", "refund.yaml", "--until-decided", "20")
    assert shown.exit_code == 0
    assert "a run that stops early is held against no baseline" in said(shown.out)


def test_a_run_that_money_ended_goes_on(front: Front) -> None:
    """It is incomplete, says what it lacks and how to go on, and is gated as a whole when it has."""
    priced = SETTINGS + "prices = { canned-1 = { input = 1.0, output = 1.0 } }\n"
    front.write("runner.toml", priced)
    shown = front.type("check", "refund.yaml", "--max-tokens-total", "9000", "--reproduce")
    assert shown.exit_code == 4, shown.page
    assert "the run was stopped: " in said(shown.out)
    assert "were not played to their end" in said(shown.out)
    assert "go on with: runner check --resume" in said(shown.err)
    shown = front.type("check", "--resume", "latest", "--max-tokens-total", "900000")
    assert shown.exit_code == 0, shown.page
    assert "passed: 2 blocks, 8 of 8 trials" in said(shown.out)


def test_a_stop_that_came_too_late_stops_nothing(front: Front) -> None:
    """A run that needs no further trial is over once it goes on, whatever had stopped it."""
    gated(front, "{pass_rate: 0.5}")
    front.type("check", "refund.yaml", "--until-decided", "20", "--in-flight", "1")
    with (front.run_folder / "journal.jsonl").open("ab") as journal:
        journal.write(b'{"event": "stopped", "reason": "interrupted"}\n')
    shown = front.type("check", "--resume", "latest")
    assert shown.exit_code == 0, shown.page
    assert json.loads((front.run_folder / "run.json").read_text("utf-8"))["status"] == "finished"
