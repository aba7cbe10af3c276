"""What a comparison found, on a terminal or in a pipe."""

from io import StringIO

import pytest

from runner.cli.display.cells import MOST_ROWS, tell_compared
from runner.cli.display.screen import Screen
from runner.core.comparison.compared import Compared, Estimate
from tests.compared import compared, gappy, row

SIGNS = {"passed": "✓", "failed": "✗", "broken": "!", "none": "?", "cut": "…"}
HOSTILE = "\x1b[31m\x07\r::set-env name=x::y\u202e\u2028"


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def told(
    found: Compared, monkeypatch: pytest.MonkeyPatch, width: int = 200, *, terminal: bool = False
) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    out = Terminal() if terminal else StringIO()
    tell_compared(found, Screen(out, StringIO(), terminal, terminal, False, False, SIGNS))
    return out.getvalue()


def line(text: str, start: str) -> str:
    return next(" ".join(each.split()) for each in text.splitlines() if each.startswith(start))


def test_each_cell_stands_with_its_figures_and_their_number_of_trials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The base first, its twin beside it, then the others: passed of how many, interval, distance, p after Holm."""
    text = told(compared(), monkeypatch)
    assert line(text, "0 (base)").startswith("0 (base) 18/20 (90 %) 70..110 % 90 % 90 % 81 % turn 2")
    assert line(text, "0 again (A/A)").startswith(
        "0 again (A/A) 18/20 (90 %) 70..110 % 0 (-15 to +15) 1.000 88 %"
    )
    assert line(text, "1.5").startswith("1.5 8/20 (40 %) 20..60 % -50 (-65 to -35) .004 2 %")


def test_a_value_that_the_model_refuses_is_told_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no figures, and is no row of the table."""
    text = told(compared(), monkeypatch)
    assert "3: the model refuses this value: the model refuses it: temperature must be at most 2" in text


def test_turns_and_scenarios_stand_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long conversations fall apart late: agreement and passes turn by turn; what differs is marked, and the mark explained."""
    text = told(compared(), monkeypatch)
    at = text.index("same replies, turn by turn")
    assert line(text[at:], "0.7") == "0.7 31 % 11 %"
    assert text.index("passed, turn by turn") > at
    assert line(text[text.index("passed, scenario by scenario") :], "refund-policy") == (
        "refund-policy 9/10 8/10 * 4/10 *"
    )
    assert "after Benjamini-Hochberg: worth a look, no proof" in text


def test_the_words_come_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found, what the reader has to know, what it took."""
    lines = told(compared(), monkeypatch).rstrip("\n").splitlines()
    assert lines[-4:] == [
        "1.5 passes less often than 0: -50 points (-65 to -35), 20 trials each",
        "0.7 and 0 could not be told apart",
        "note: 2 trials of 3 have no reply",
        "$0.0800, 42.0 s",
    ]


def test_without_checks_nothing_is_said_of_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No column of rates, no table of scenarios, no percent of nothing."""
    found = compared()
    cells = tuple(
        cell.model_copy(
            update={
                "pass_rate": None,
                "contrast": None,
                "turns": tuple(turn.model_copy(update={"pass_rate": None}) for turn in cell.turns),
            }
        )
        for cell in found.cells
    )
    text = told(
        found.model_copy(update={"cells": cells, "by_scenario": (), "by_item": (), "sentences": ()}),
        monkeypatch,
    )
    assert "passed" not in text
    assert line(text, "0 (base)").startswith("0 (base) 90 % 90 % 81 %")


@pytest.mark.parametrize("width", [40, 80, 120])
def test_it_fits_the_screen(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """At every usual width, figures are left out or stacked and never cut."""
    found = compared()
    fewer = tuple(
        turn.model_copy(update={"same_replies": Estimate(value=0.5, n=45)}) for turn in found.cells[2].turns
    )
    cells = tuple(
        cell.model_copy(update={"turns": fewer}) if cell.label == "0.7" else cell for cell in found.cells
    )
    text = told(found.model_copy(update={"cells": cells}), monkeypatch, width, terminal=True)
    assert "(45 to 90 pairs)" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= width


def test_many_scenarios_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first are told, and where the others are."""
    rates = {"0": ("base", 0.9), "1": ("treatment", 0.4)}
    rows = tuple(row(f"s{number}", f"s{number}", None, rates) for number in range(MOST_ROWS + 3))  # type: ignore[arg-type]
    text = told(compared().model_copy(update={"by_scenario": rows, "by_item": rows}), monkeypatch)
    assert "... and 3 more; --json and --csv have them all" in text


def test_what_is_said_in_it_does_nothing_to_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Controls, overrides and commands of a CI are escaped wherever they come from."""
    text = told(compared(HOSTILE), monkeypatch)
    assert not {"\x1b", "\x07", "\r", "\u202e", "\u2028"} & set(text)


def test_trials_without_a_reply_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column says how many each cell lost, and a place without any rate how many were lost there; else there is none."""
    text = told(gappy(), monkeypatch)
    assert line(text, "1.5").startswith("1.5 10/20 8/20")
    assert line(text, "0 (base)").startswith("0 (base) 0/20 18/20")
    assert line(text[text.index("passed, scenario by scenario") :], "refund-policy").endswith("- (10 lost)")
    assert line(told(compared(), monkeypatch), "1.5").startswith("1.5 8/20")


def test_shares_stand_beside_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of how many pairs, in the line below the table and in the heading of each table of turns."""
    text = told(compared(), monkeypatch)
    assert "same replies and similarity: of 180 pairs; as the base: of 400 pairs" in text
    assert "same replies, turn by turn (90 pairs)" in text
    assert "passed, turn by turn (20 trials)" in text
