"""An assessment as JUnit XML."""

from pathlib import Path
from typing import Literal
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given

from runner.core.assessment import Assessment
from runner.reports.junit import LONGEST_NAME, junit_xml, name_of
from tests.assessed import assessment, block, comparison, many, red, silence
from tests.reports.hostile import TEXTS, assessments

SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))
By = Literal["block", "trial"]
BY: tuple[By, By] = ("block", "trial")


def read(told: Assessment, by: By = "block") -> ET.Element:
    """The document, which must be valid and count what it holds."""
    document = junit_xml(told, by=by)
    root = ET.fromstring(document)
    SCHEMA.validate(root)
    for element in (root, *root):
        cases = list(element.iter("testcase"))
        assert element.get("tests") == str(len(cases))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            if attribute in element.attrib:
                assert element.get(attribute) == str(
                    len([case for case in cases if case.find(tag) is not None])
                )
    return root


def outcomes(root: ET.Element) -> dict[str, str]:
    """What each testcase came to."""
    tags = ("failure", "error", "skipped")
    told = {}
    for case in root.iter("testcase"):
        found = [element for tag in tags if (element := case.find(tag)) is not None]
        told[case.get("name", "")] = f"{found[0].tag} {found[0].get('type')}" if found else "passed"
    return told


def test_a_testcase_says_what_the_gate_says() -> None:
    """Failed is a failure; undecided, unanswered and broken are errors; what is not gated is skipped; a regression fails."""
    assert outcomes(read(assessment())) == {
        "refund-policy[case=toaster,temperature=0.7]": "passed",
        "refund-policy[case=kettle,temperature=0.7]": "failure failed",
        "refund-policy[case=spoon,temperature=0.7]": "error undecided",
        "refund-policy[case=fork,temperature=0.7]": "error unanswered",
        "refund-policy[case=knife,temperature=0.7]": "error broken",
        "refund-policy[case=plate,temperature=0.7]": "skipped not-gated",
        "refund-policy[case=cup,temperature=0.7]": "passed",
        "hours": "passed",
        "against baselines/refund-policy.json": "failure regression",
    }


def test_a_suite_is_a_scenario() -> None:
    """In the order of play, its file as a property, its name the class of its testcases; the comparisons come last."""
    root = read(assessment())
    assert [suite.get("name") for suite in root] == ["refund-policy", "hours", "baseline"]
    assert {case.get("classname") for case in root[0].iter("testcase")} == {"refund-policy"}
    properties = {each.get("name"): each.get("value") for each in root[0].iter("property")}
    assert properties == {"file": "scenarios/refund-policy.yaml", "run": "20261122-154012-refund-policy"}
    assert root[0].get("timestamp") == "2026-11-22T15:40:12"


def test_a_red_has_all_there_is_to_read() -> None:
    """The line of the YAML, the user's line, expected, got with the find marked, the baseline, how often, the command."""
    root = read(assessment())
    failure = next(case.find("failure") for case in root.iter("testcase") if "kettle" in case.get("name", ""))
    assert failure is not None
    assert failure.get("message") == "not-contains failed: 2 of 5 trials passed; 4 are asked for"
    assert failure.text is not None
    for words in (
        "scenarios/refund-policy.yaml:17: not-contains failed, turn 2, 3 of 5 trials",
        "user: I want my money back for this kettle.",
        'expected: not-contains: "without a receipt"',
        "got: You can return it. We refund every kettle »without a receipt«, and",
        "baseline had: Do you have the receipt?",
        "play it again: runner play scenarios/refund-policy.yaml --only refund-policy --case kettle --trial 2",
    ):
        assert words in failure.text


def messages(told: Assessment, by: By = "block") -> dict[str, str]:
    """What each testcase says that did not pass, by the case of its block."""
    found = {}
    for case in read(told, by).iter("testcase"):
        for element in case:
            if "message" in element.attrib:
                found[str(case.get("name")).partition("case=")[2]] = str(element.get("message"))
    return found


def test_a_message_names_the_checks_that_went_wrong() -> None:
    """A few of them, shortly; none where a rule about something else failed, or where no reply came."""
    five = tuple(red("x", check=f"check-{number}", name="n" * 500) for number in range(5))
    slow = block("cup", "failed", {"passed": 5}).rulings[0].model_copy(update={"rule": "latency: {p95: 5s}"})
    told = messages(
        assessment(
            blocks=(
                block("kettle", "failed", {"failed": 5}, reds=five),
                block("cup", "failed", {"passed": 4, "failed": 1}, reds=five, rulings=(slow,)),
                block("knife", "broken", {"broken": 5}, reds=(red("x", outcome="broken"),)),
                block("spoon", "undecided", {"failed": 1}, reds=(red("x", of="every"),)),
                block("fork", "unanswered", {"unanswered": 5}, reds=(silence("fork"), red("x"))),
            ),
            comparisons=(),
        )
    )
    kettle = told.pop("kettle,temperature=0.7]")
    assert kettle.startswith("check-0 (nnn")
    assert kettle.endswith(" failed, 2 more: 0 of 5 trials passed; 4 are asked for")
    assert len(kettle) < 400
    assert told == {
        "cup,temperature=0.7]": "5 of 5 trials passed; 4 are asked for",
        "knife,temperature=0.7]": "not-contains broken: 1 trial could not be judged, and it decides",
        "spoon,temperature=0.7]": "every: not-contains failed: 4 of 5 says too little of a rate of 0.8",
        "fork,temperature=0.7]": "1 trial has no reply, and it decides",
    }


def test_a_trials_message_names_its_checks() -> None:
    """Of a trial that is like an earlier one, the check that it must be, or those that it may be."""
    two = (red("kettle"), red("kettle", check="is-json"))
    for reds, own, alike in (
        (two[:1], "not-contains failed", "not-contains failed; see refund-policy[case=kettle"),
        (
            two,
            "not-contains failed, is-json failed",
            "one of these: not-contains failed, is-json failed; see ",
        ),
    ):
        failed = block("kettle", "failed", {"passed": 1, "failed": 2}, reds=reds)
        told = messages(assessment(blocks=(failed,), comparisons=()), "trial")
        assert told["kettle,temperature=0.7]#2"] == f'{own}: the reply contains "without a receipt"'
        assert told["kettle,temperature=0.7]#3"].startswith(alike)


def test_trials_stand_inside_their_testcase() -> None:
    """Each with what came of it."""
    root = read(assessment())
    out = next(
        case.findtext("system-out") or "" for case in root.iter("testcase") if "fork" in str(case.attrib)
    )
    assert out.splitlines()[0] == "4 of 5 trials passed (1 unanswered)"
    assert out.splitlines()[-1] == "unanswered  refund-policy[case=fork,temperature=0.7]#5"


def test_trials_may_be_testcases() -> None:
    """A trial that the gate does without is skipped, so that there is no red where the gate is green."""
    told = outcomes(read(assessment(), "trial"))
    assert len(told) == 38, "36 trials, a comparison, and a gate that no trial of its block speaks for"
    assert told["refund-policy[case=kettle,temperature=0.7]#3"] == "failure failed"
    assert told["refund-policy[case=fork,temperature=0.7]#5"] == "error unanswered"
    assert told["refund-policy[case=cup,temperature=0.7]#5"] == "skipped tolerated"
    assert told["refund-policy[case=plate,temperature=0.7]#1"] == "skipped not-gated"
    assert told["refund-policy[case=spoon,temperature=0.7] gate"] == "error undecided"


@pytest.mark.parametrize("by", BY)
def test_a_gate_that_no_trial_explains_is_red_all_the_same(by: By) -> None:
    """A block that fails by its latency, each of whose trials passed, is no green."""
    slow = block("kettle", "failed", {"passed": 5})
    root = read(assessment(blocks=(slow,), comparisons=()), by)
    assert root.get("failures") == "1"


@pytest.mark.parametrize("by", BY)
def test_nothing_is_never_green(by: By) -> None:
    """Where nothing was measured there is an error that says so, not an empty list."""
    empty = assessment(
        "no scenario was played", blocks=(), comparisons=(), flaky=(), verdict="nothing", exit_code=5
    )
    assert outcomes(read(empty, by)) == {"verdict": "error nothing"}


@pytest.mark.parametrize("by", BY)
def test_green_is_green(by: By) -> None:
    """Where every gate passed there is no failure and no error."""
    told = assessment(
        blocks=(block("cup", "passed", {"passed": 4, "failed": 1}, reds=(red("cup"),)),),
        comparisons=(comparison(verdict="passed"), comparison(verdict="undecided", title="x")),
        exit_code=0,
    )
    root = read(told, by)
    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    assert "x" in outcomes(root)


def test_names_survive_edits() -> None:
    """A name has no line number, no reason and no count; a long one is cut and told from others by its digest."""
    before = outcomes(read(assessment()))
    other = [each.model_copy(update={"line": each.line + 9, "seconds": None}) for each in assessment().blocks]
    assert list(outcomes(read(assessment(blocks=tuple(other), sentence="x")))) == list(before)
    long = "refund-policy[system=" + "You are a support agent. " * 20
    assert len(name_of(long)) == LONGEST_NAME
    assert name_of(long) == name_of(long)
    assert name_of(long) != name_of(long + "x")
    assert name_of("a\nb") != name_of("a b")
    assert name_of("") == "~e3b0c442"


def test_a_time_that_is_not_known_is_left_out() -> None:
    """It is neither a guess nor a zero."""
    root = read(assessment(seconds=None, started_at=None))
    assert "time" not in root.attrib
    assert ["time" in suite.attrib for suite in root] == [True, False, False]
    assert "timestamp" not in root[0].attrib


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_text_is_data(text: str, by: By) -> None:
    """Whatever is said anywhere, the document has the same elements, and stays small."""
    told = assessment(text)
    root = read(told, by)
    assert [each.tag for each in root.iter("testcase")] == [
        each.tag for each in read(assessment(), by).iter("testcase")
    ]
    assert len(junit_xml(told, by=by)) < 400_000


@given(assessments())
def test_it_always_validates(told: Assessment) -> None:
    """Whatever was found; and there is a failure or an error where the exit code is not 0."""
    for by in BY:
        root = read(told, by)
        assert int(root.get("failures", 0)) + int(root.get("errors", 0)) > 0


def test_many_blocks_are_all_there() -> None:
    """None of them is left out: what counts is counted."""
    assert read(many(500)).get("failures") == "501"


def test_a_regression_holds_what_went_wrong_where_the_gate_allows_it() -> None:
    """The block's own testcase passes; the comparison's fails, with the line, the reply and what the baseline had."""
    told = assessment(
        blocks=(block("kettle", "passed", {"passed": 2, "failed": 3}, reds=(red("kettle"),)),), flaky=()
    )
    root = read(told)
    assert [case.find("failure") is None for case in root.iter("testcase")] == [True, False]
    text = next(root.iter("failure")).text or ""
    assert "scenarios/refund-policy.yaml:17" in text
    assert "Do you have the receipt?" in text
    elsewhere = assessment(blocks=(block("cup", "passed", {"passed": 2, "failed": 3}, reds=(red("cup"),)),))
    assert "scenarios/refund-policy.yaml:17" not in (next(read(elsewhere).iter("failure")).text or "")
