"""A comparison as a table."""

import csv
import io

from runner.core.comparison.compared import Compared
from runner.reports.compared_csv import HEAD, compared_csv
from tests.compared import compared, gappy


def rows(found: Compared) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(compared_csv(found).decode(), newline="")))


def only(found: list[dict[str, str]], **fields: str) -> dict[str, str]:
    [row] = [row for row in found if all(row[name] == value for name, value in fields.items())]
    return row


def test_every_number_is_a_row() -> None:
    """With its cell, of what it is, its interval and what it stands on."""
    found = rows(compared())
    assert tuple(found[0]) == HEAD
    rate = only(found, cell="1.5", of="all", quantity="pass_rate")
    assert (rate["role"], rate["value"], rate["n"]) == ("treatment", "0.4", "20")
    assert only(found, cell="0", role="twin", of="all", quantity="p_adjusted")["value"] == "1.0"
    assert only(found, cell="0.7", of="turn", name="2", quantity="words")["value"] == "22.0"
    assert only(found, cell="0.7", of="all", quantity="difference:words")["high"] == "4.0"
    assert only(found, cell="0.7", of="all", quantity="finish_reason:length")["value"] == "2"
    assert only(found, cell="1.5", of="all", quantity="verdict")["value"] == "differs"
    assert only(rows(gappy()), cell="1.5", of="all", quantity="answered:difference")["value"] == "-0.5"


def test_a_value_below_zero_is_a_number() -> None:
    """No mark stands before it, as one does before texts that a spreadsheet would run."""
    cells = [cell.model_copy(update={"label": f"-{cell.label}", "value": -1.5}) for cell in compared().cells]
    assert rows(compared().model_copy(update={"cells": tuple(cells)}))[0]["cell"] == "-1.5"


def test_scenarios_and_items_have_rows_of_their_own() -> None:
    """Each with every cell on it."""
    found = rows(compared())
    item = only(found, of="item", name="refund-policy[case=kettle]", cell="1.5", quantity="pass_rate")
    assert item["value"] == "0.4"
    assert only(found, of="scenario", cell="0.7", quantity="p_adjusted")["value"] == "0.03"


def test_a_refused_value_says_so() -> None:
    """What is not known has no row; that it was planned has one."""
    refused = [row for row in rows(compared()) if row["cell"] == "3"]
    assert {row["status"] for row in refused} == {"unsupported"}
    assert only(refused, quantity="trials")["value"] == "20"
    assert not [row for row in refused if row["quantity"] == "pass_rate"]


def test_no_spreadsheet_runs_what_it_says() -> None:
    """A name that begins like a formula gets a mark before it."""
    found = compared().model_copy(update={"by": "=cmd|x"})
    assert {row["by"] for row in rows(found)} == {"'=cmd|x"}
