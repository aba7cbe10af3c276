"""What a check found, on a terminal or in a pipe."""

from io import StringIO
from typing import Any

import pytest

from runner.cli.display.assessed import LONGEST, MOST_FLAKY, MOST_REDS, tell_assessment
from runner.cli.display.screen import Screen
from runner.core.assessment import Assessment, Flaky
from tests.assessed import assessment, block, comparison, many, red

SIGNS = {"passed": "✓", "failed": "✗", "broken": "!", "none": "?", "cut": "…"}
HOSTILE = "\x1b[31m\x07\r::set-env name=x::y\u202e\u2028"


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def told(
    found: Assessment,
    monkeypatch: pytest.MonkeyPatch,
    width: int = 80,
    *,
    colour: bool = False,
    terminal: bool = False,
) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    out = Terminal() if terminal else StringIO()
    tell_assessment(found, Screen(out, StringIO(), terminal, terminal, colour, colour, SIGNS))
    return out.getvalue()


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_verdict_comes_last_where_eyes_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what was chosen, saved and paid; before it the blocks, what is red, what changed, what is flaky."""
    text = told(assessment(saved=12), monkeypatch)
    order = [
        "passed  95 % interval",
        "✗ refund-policy[case=kettle",
        "expected: ",
        "against baselines/",
        "flaky: ",
    ]
    places = [text.index(each) for each in order]
    assert places == sorted(places)
    last = flat(text.rstrip("\n").rpartition("\n\n")[2])
    assert last == (
        "failed: 1 of 7 gated blocks failed, 3 could not be judged, and the pass rate fell; --only refund-policy; "
        "12 trials saved by stopping once the verdict could not change; $0.0123"
    )


def test_what_a_gate_allows_or_leaves_out_is_no_red(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their replies are not told; how many trials failed so is, with where to read them."""
    text = told(assessment(comparisons=()), monkeypatch)
    assert "1 trial failed where the gate allows it; `runner show latest --failed` has them" in flat(text)
    assert "case=cup)" not in text.replace("[case=cup", "")
    assert "not gated" in text
    assert "case=plate)" not in text.replace("[case=plate", "")


def test_what_fell_is_read_though_its_gate_allows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A regression has its evidence: the line, the reply, what the baseline had; without one the gate's word counts."""
    calm = block("kettle", "passed", {"passed": 2, "failed": 3}, reds=(red("kettle"),))
    text = told(assessment(blocks=(calm,), flaky=()), monkeypatch)
    assert "scenarios/refund-policy.yaml:17: not-contains" in text
    assert "baseline had: Do you have the receipt?" in text
    assert "where the gate allows it" not in text
    text = told(
        assessment(blocks=(calm,), flaky=(), comparisons=(comparison(verdict="passed"),)), monkeypatch
    )
    assert "baseline had" not in text
    assert "3 trials failed where the gate allows it" in text


def test_long_lists_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of the reds and of the flaky blocks are told."""
    found = many(MOST_REDS + 7)
    flaky = tuple(Flaky(block=f"b{number}", passed=1, trials=2) for number in range(MOST_FLAKY + 3))
    text = told(found.model_copy(update={"flaky": flaky}), monkeypatch)
    assert text.count("  expected: ") == MOST_REDS
    assert "... and 7 more like these" in text
    assert "... and 3 more\n" in text


def test_a_long_reply_is_cut_around_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The match is marked, and the rest of the reply is left to the reports."""
    long = "." * 5_000 + "FOUND" + "." * 5_000
    one = red("kettle", got=long, spans=((5_000, 5_005),))
    found = assessment(blocks=(block("kettle", "failed", {"failed": 5}, reds=(one,)),))
    got = told(found, monkeypatch).partition("  got: ")[2].partition("  reason: ")[0]
    assert "»FOUND«" in "".join(got.split())
    assert len("".join(got.split())) < LONGEST + 100


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_no_line_is_wider_than_the_terminal_but_what_is_copied(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """Commands are written as they are typed; what cannot be broken stands alone."""
    text = told(assessment(), monkeypatch, width, terminal=True)
    room = max(width, 40)
    for line in text.splitlines():
        alone = len(line.split()) == 1
        assert len(line) <= room or alone or "play it again" in line, line


def test_a_terminal_obeys_nothing_that_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a model, an author or a server says stands there as characters that do nothing."""
    text = told(assessment(HOSTILE), monkeypatch)
    assert not {"\x1b", "\x07", "\r", "\u202e", "\u2028"} & set(text)
    assert not [line for line in text.split("\n") if line.startswith("::")]


@pytest.mark.parametrize("colour", [False, True])
def test_colours_add_nothing(monkeypatch: pytest.MonkeyPatch, *, colour: bool) -> None:
    """Every word and sign is there without them."""
    import re

    text = told(assessment(), monkeypatch, colour=colour)
    assert ("\x1b[" in text) is colour
    assert re.sub(r"\x1b\[[0-9;]*m", "", text) == told(assessment(), monkeypatch)


def test_notes_are_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a replay could not measure is the same for every block."""
    note = "not measured in a replay: latency: {p95: 5s}"
    blocks: Any = tuple(block(case, "passed", {"passed": 5}, notes=(note,)) for case in ("a", "b"))
    assert told(assessment(blocks=blocks, comparisons=(), flaky=()), monkeypatch).count(note) == 1
