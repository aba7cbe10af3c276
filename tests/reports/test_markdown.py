"""An assessment as a summary in Markdown."""

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from runner.core.assessment import Assessment
from runner.reports.markdown import markdown_summary
from tests.assessed import assessment, block, comparison, many, red
from tests.reports.hostile import TEXTS, assessments
from tests.reports.test_markup import read

RENDER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render
TAGS = {
    "p", "code", "pre", "table", "thead", "tbody", "tr", "th", "td", "h3", "ul", "li", "strong", "details",
    "summary",
}  # fmt: skip


def checked(told: Assessment) -> str:
    """The summary, which must be small, sayable, and hold no element but those of its own."""
    text = markdown_summary(told)
    assert len(text.encode()) < 60_000
    assert text.endswith("\n")
    seen = read(RENDER(text))
    assert {tag for tag, _ in seen.tags} <= TAGS
    assert {name for _, attributes in seen.tags for name, _ in attributes} <= {"class", "style", "open"}
    rows = [tag for tag, _ in seen.tags if tag in {"tr", "td", "th"}]
    assert rows.count("th") in {0, 5}
    assert rows.count("td") == 5 * max(0, rows.count("tr") - 1)
    return text


def test_the_first_line_is_the_verdict_in_a_sentence() -> None:
    """Then what was played, and that it was a part."""
    lines = checked(assessment()).splitlines()
    assert lines[0] == "failed: 1 of 7 gated blocks failed, 3 could not be judged, and the pass rate fell"
    assert "36 trials: 24 passed, 10 failed, 1 broken, 1 unanswered; 12.5 s; $0.012." in lines[2]
    assert lines[4] == "Only a part was played: --only refund-policy"


def test_a_rate_stands_beside_its_number_of_trials_and_its_interval() -> None:
    """What went wrong comes first, what is not gated last."""
    text = checked(assessment())
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert rows[0] == "| verdict | block | trials passed | 95 % interval | gate |"
    assert rows[1] == (
        "| ✗ failed | `refund-policy[case=kettle,temperature=0.7]` | 2 of 5 | 10 to 60 % | `pass_rate: 0.8` failed |"
    )
    assert "? undecided" in rows[4]
    assert rows[4].endswith("| `pass_rate: 0.8` undecided, 9 more could decide |")
    assert rows[-1].startswith("| - not gated |")


def test_a_curtailed_rate_has_no_interval() -> None:
    """It says that trials were stopped early."""
    stopped = block("x", "passed", {"passed": 3})
    rule = stopped.rulings[0].model_copy(update={"curtailed": True})
    text = checked(assessment(blocks=(stopped.model_copy(update={"rulings": (rule,)}),)))
    assert "| 3 of 3 | stopped early |" in text


def test_a_red_has_all_there_is_to_read() -> None:
    """Folded away, one block each; what the gate allows is not among them."""
    text = checked(assessment())
    for words in (
        "**failed** `not-contains` at turn 2, in 3 of 5 trials, `scenarios/refund-policy.yaml:17`",
        "user: `I want my money back for this kettle.`",
        'expected: `not-contains: "without a receipt"`',
        "got: `You can return it. We refund every kettle »without a receipt«, and we pay the postage.`",
        "baseline had: `Do you have the receipt?`",
        "```sh\nrunner play scenarios/refund-policy.yaml --only refund-policy --case kettle --trial 2\n```",
    ):
        assert words in text
    assert text.count("<details>") == text.count("</details>") == 4
    alone = assessment(blocks=assessment().blocks[1:2])
    assert checked(alone).count("<details open>") == 1, "one alone is not folded away"


def test_a_comparison_has_its_numbers() -> None:
    """The difference with its interval, p, what could have been seen, and how far it reaches; then flaky and unpaired."""
    text = checked(assessment())
    assert (
        "changed by -30 points (interval -52 to -5); p = 0.012, held against 0.05; a drop of 28 points"
        in text
    )
    assert "2 of 5 trials passed, 5 of 5 before; p = 0.083" in text
    assert (
        "- `refund-policy[case=cup,temperature=0.7]`, 4 of 5 trials passed: `not-contains, turn 2` failed in 1"
        in text
    )
    assert "- unpaired: axis tone is new" in text


def test_a_green_check_is_short() -> None:
    """A sentence, the facts and the table."""
    green = assessment(
        "passed: 1 block",
        blocks=(block("cup", "passed", {"passed": 5}),),
        comparisons=(),
        flaky=(),
        exit_code=0,
    )
    assert "###" not in checked(green)


@pytest.mark.parametrize(("verdict", "what"), [("failed", "failed blocks"), ("passed", "passed blocks")])
def test_what_matters_least_is_left_out_and_said(verdict: str, what: str) -> None:
    """Of 2,000 blocks, as many as fit; a regression and what went wrong before what passed."""
    told = many(2000, verdict)  # type: ignore[arg-type]
    text = checked(told)
    assert len(text.encode()) > 50_000, "the room is used"
    note = next(line for line in text.splitlines() if line.startswith("Left out here"))
    assert what in note
    shown = text.count("| ✗ failed |") + text.count("| ✓ passed |")
    assert f"{2000 - shown:,} {what}" in note
    assert "against baselines/refund-policy.json" in text
    assert ("<details>" in text) == (verdict == "failed")


def test_a_red_among_many_green_ones_is_there() -> None:
    """However many passed."""
    blocks = (*many(1500, "passed").blocks, block("kettle", "failed", {"failed": 5}, reds=(red("kettle"),)))
    text = checked(assessment(blocks=blocks))
    assert text.index("✗ failed") < text.index("✓ passed")
    assert "<details open>" in text


def test_many_comparisons_are_bounded() -> None:
    """Those that found a regression come first."""
    compared = [comparison(verdict="passed", title=f"t{index}") for index in range(800)]
    text = checked(assessment(comparisons=(*compared, comparison())))
    assert text.index("**✗ failed**") < text.index("**✓ passed**")
    assert "comparisons." in text


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_text_is_shown_and_never_obeyed(text: str) -> None:
    """Whatever is said anywhere: no element, no table, no fence of its own, and every section is still there."""
    told = checked(assessment(text))
    for heading in ("### What went wrong", "### Compared", "### Flaky", "### Not compared"):
        assert f"\n{heading}" in told


@given(assessments())
def test_it_always_fits(told: Assessment) -> None:
    """Whatever was found."""
    checked(told)


def test_it_fits_at_its_worst() -> None:
    """Where every text is as long as it may be when it is shown."""
    checked(many(300, "failed", "\U000e0041`" * 5000))
    checked(many(300, "passed", "\U000e0041`" * 5000))


def test_a_regression_shows_what_went_wrong_where_the_gate_allows_it() -> None:
    """A block that passed its gate and fell stands among what went wrong, called what it is."""
    told = assessment(
        blocks=(block("kettle", "passed", {"passed": 2, "failed": 3}, reds=(red("kettle"),)),), flaky=()
    )
    found = markdown_summary(told)
    assert "### What went wrong" in found
    assert "got worse <code>refund-policy[case=kettle" in found
    assert "Do you have the receipt?" in found
    calm = told.model_copy(update={"comparisons": ()})
    assert "### What went wrong" not in markdown_summary(calm)
