"""An assessment as annotations on GitHub."""

import re

import pytest
from hypothesis import given

from runner.core.assessment import Assessment, Ruling
from runner.reports.github import annotations, paused, resumed
from tests.assessed import assessment, block, comparison, many, red
from tests.reports.hostile import TEXTS, assessments

FORM = re.compile(r"::(error|warning|notice) ((?:\w+=[^,:\r\n]*,)*\w+=[^,:\r\n]*)::([^\r\n]*)")


def read(told: Assessment) -> list[tuple[str, dict[str, str], str]]:
    """Each annotation as GitHub reads it: its kind, its properties, its message."""
    said = []
    for line in annotations(told):
        assert len(line.splitlines()) == 1
        found = FORM.fullmatch(line)
        assert found is not None, line
        properties = dict(each.split("=", 1) for each in found[2].split(","))
        said.append((found[1], {name: plain(value) for name, value in properties.items()}, plain(found[3])))
    return said


def plain(text: str) -> str:
    """A value without GitHub's escapes."""
    for escape, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def test_what_turns_the_exit_code_is_an_error_on_its_line() -> None:
    """A regression, failed and broken checks, silence and what is undecided; a flaky block is a warning, news a notice."""
    told = [(kind, properties.get("line"), properties["title"]) for kind, properties, _ in read(assessment())]
    assert told == [
        ("error", "1", "regression against baselines/refund-policy.json"),
        ("error", "17", "not-contains failed in 2 blocks"),
        ("error", "12", "timed_out unanswered: refund-policy[case=fork,temperature=0.7]"),
        ("error", "17", "llm-rubric broken: refund-policy[case=knife,temperature=0.7]"),
        ("error", "1", "undecided: refund-policy[case=spoon,temperature=0.7]"),
        ("warning", "17", "flaky: refund-policy[case=cup,temperature=0.7]"),
        ("notice", None, "not compared against baselines/refund-policy.json"),
    ]


def test_a_message_has_all_there_is_to_read() -> None:
    """How often, the user's line, expected, got with the find marked, the command, and where else."""
    _, properties, message = read(assessment())[1]
    assert properties["file"] == "scenarios/refund-policy.yaml"
    assert message.splitlines() == [
        "refund-policy[case=kettle,temperature=0.7]: not-contains failed, turn 2, 3 of 5 trials",
        "user: I want my money back for this kettle.",
        'expected: not-contains: "without a receipt"',
        "got: You can return it. We refund every kettle »without a receipt«, and we pay the postage.",
        'reason: the reply contains "without a receipt"',
        "baseline had: Do you have the receipt?",
        "play it again: runner play scenarios/refund-policy.yaml --only refund-policy --case kettle --trial 2",
        "also in refund-policy[case=spoon,temperature=0.7]",
    ]


def test_one_check_is_told_once() -> None:
    """However many blocks it went wrong in, the first of which is told and the others named."""
    blocks = tuple(block(f"c{index}", "failed", {"failed": 5}, reds=(red("x"),)) for index in range(12))
    told = read(assessment(blocks=blocks, comparisons=(), flaky=()))
    assert [properties["title"] for _, properties, _ in told] == ["not-contains failed in 12 blocks"]
    assert told[0][2].endswith("case=c5,temperature=0.7] and 6 more")


def test_ten_of_a_kind_are_told_and_the_others_counted() -> None:
    """GitHub shows no more, and leaves out the rest without a word."""
    told = read(many(30))
    assert [kind for kind, _, _ in told].count("error") == 10
    assert "(21 more of this kind are not shown here: GitHub shows 10 for a step)" in told[9][2]
    assert "more of this kind" not in told[8][2]


def test_a_rule_that_no_check_explains_is_told_at_the_scenario() -> None:
    """A latency that was too long, beside checks that failed or not."""
    rule = Ruling(
        rule="latency: {p95: 5s}", verdict="failed", observed=7.25, reason="the slowest took 7.25 s"
    )
    for reds in ((), (red("x"),)):
        slow = block("x", "failed", {"passed": 5}, rulings=(rule,), reds=reds)
        told = read(assessment(blocks=(slow,), comparisons=(), flaky=()))
        assert told[-1][1]["line"] == "1"
        assert told[-1][2] == "latency: {p95: 5s}: failed, observed 7.25 s: the slowest took 7.25 s"
        assert len(told) == 1 + len(reds)


def test_what_a_gate_allows_is_no_error() -> None:
    """Checks that failed where the gate holds are warnings, and those of blocks that are not gated nothing."""
    cup = block("cup", "passed", {"passed": 4, "failed": 1}, reds=(red("cup"),))
    plate = block("plate", "failed", {"failed": 5}, gated=False, reds=(red("plate", line=30),))
    green = assessment(
        blocks=(cup, plate), comparisons=(comparison(verdict="passed", unpaired=()),), flaky=(), exit_code=0
    )
    assert [kind for kind, _, _ in read(green)] == ["warning"]


def test_whatever_is_red_has_an_error() -> None:
    """Where nothing was measured, the verdict itself."""
    empty = assessment(
        "nothing was played", blocks=(), comparisons=(), flaky=(), verdict="nothing", exit_code=5
    )
    assert read(empty) == [("error", {"title": "runner check: nothing"}, "nothing was played")]


def test_checks_of_one_kind_on_one_line_are_told_each() -> None:
    """`contains: [a, b]` is two annotations beside one line, in however many blocks both went wrong."""
    pair = [red("x", expected=f"contains: {word}", check="contains") for word in "ab"]
    blocks = [block(case, "failed", {"failed": 5}, reds=pair) for case in ("kettle", "spoon")]
    told = [message for _, _, message in read(assessment(blocks=tuple(blocks), comparisons=(), flaky=()))]
    assert ["expected: contains: a" in each for each in told] == [True, False]
    assert ["expected: contains: b" in each for each in told] == [False, True]
    assert all("also in" in each for each in told)


def test_paths_are_spelled_from_the_root_of_the_repository() -> None:
    """Whoever knows where that is says how."""
    lines = list(annotations(assessment(), place=lambda path: f"prompts/{path}"))
    assert all("file=prompts/scenarios/refund-policy.yaml," in line for line in lines[:6])


def test_other_output_can_be_kept_from_being_obeyed() -> None:
    """Between these two lines GitHub takes what a model said as text."""
    assert (paused("t0ken"), resumed("t0ken")) == ("::stop-commands::t0ken", "::t0ken::")


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_text_is_data(text: str) -> None:
    """Whatever is said anywhere, an annotation is one line of the same form, and bounded."""
    told = read(assessment(text))
    assert len(told) == len(read(assessment()))
    assert all(len(message) < 9000 for _, _, message in told)


@given(assessments())
def test_an_annotation_is_always_one_line(told: Assessment) -> None:
    """Whatever was found; and there is an error where the exit code is not 0."""
    assert any(kind == "error" for kind, _, _ in read(told))
    assert all(line.encode() for line in annotations(told))
