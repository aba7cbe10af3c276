"""Transcripts as a table."""

import csv
import io
from typing import Any

import pytest

from runner.formats.csv_table import write
from tests.exported import exported
from tests.played import played, verdict


def rows(*talks: Any, **options: Any) -> list[dict[str, str]]:
    text, _ = exported(write, *talks, **options)
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_row_for_each_turn() -> None:
    """Each turn is a row with its figures and what went wrong; what is checked of the whole has a row without a turn."""
    whole = {"check": "words", "outcome": "failed", "reason": "too many", "line": 1, "of": "every"}
    talk = played(
        ("Hi, you", 'Hello\n"you"'),
        ("Bye", "Bye"),
        checked={1: [verdict("passed"), verdict("failed"), verdict("broken", "regex", "too slow")]},
        verdicts=[whole],
        case="kettle",
    )
    first, second, last = rows(talk)
    assert (first["user"], first["assistant"]) == ("Hi, you", 'Hello\n"you"')
    assert (first["turn"], first["case"], first["variant.temperature"]) == ("0", "kettle", "0")
    assert (first["prompt_tokens"], first["completion_tokens"], first["latency_s"]) == ("10", "2", "0.5")
    assert first["cost_usd"] == ""
    assert [second[f"checks_{name}"] for name in ("passed", "failed", "broken")] == ["1", "1", "1"]
    assert second["failures"] == "contains: it is not there; regex: too slow"
    assert (last["turn"], last["status"], last["failures"]) == ("", "finished", "every: words: too many")


def test_axes_of_all_variants_are_columns() -> None:
    """Every axis that any conversation has is a column; the others' cells are empty in it."""
    found = rows(
        played(("Hi", "Hello")), played(("Hi", None), variant={"id": True, "seed": 1, "temperature": 0.5})
    )
    assert [row["variant.temperature"] for row in found] == ["0", "0.5"]
    assert [row["variant.seed"] for row in found] == ["", "1"]
    assert [row["variant.id"] for row in found] == ["", "true"]
    assert [row["id"] for row in found] == ["talk[temperature=0]#1"] * 2
    assert found[1]["failures"] == "unanswered: timed_out: nothing came"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "  =1", "＝1"])  # noqa: RUF001
def test_no_text_is_a_formula(text: str) -> None:
    """A text that a spreadsheet would run has a `'` before it, unless the cells are asked for as they are."""
    talk = played((text, text))
    [row] = rows(talk)
    assert (row["user"], row["assistant"]) == (f"'{text}", f"'{text}")
    assert rows(talk, raw=True)[0]["user"] == text


def test_controls_are_written_as_escapes() -> None:
    """What would end a cell, or order a terminal about, is an escape; tabs and line ends stay, and raw cells."""
    talk = played(("a\tb\nc", "red: \x1b[31m, nothing: \x00"))
    assert [rows(talk)[0][name] for name in ("user", "assistant")] == [
        "a\tb\nc",
        "red: \\x1b[31m, nothing: \\x00",
    ]
    assert rows(talk, raw=True)[0]["assistant"] == "red: \x1b[31m, nothing: \x00"


def test_the_bytes() -> None:
    """Rows end with CR LF, cells keep their own line ends, and half a character is written as an escape."""
    text, _ = exported(write, played(("a\nb", "\ud83d 日本")))
    assert text.count("\r\n") == 2
    assert '"a\nb",\\ud83d 日本,' in text
