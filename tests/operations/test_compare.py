"""What a comparison could show, told before it is played, and the code that it ends with."""

from pathlib import Path

import pytest

from runner.core.change import Changes
from runner.core.comparison.compared import Cell, CellRole, CellStatus, Compared
from runner.core.comparison.design import Design
from runner.core.selection import Selection
from runner.errors import UsageError
from runner.operations.compare import exit_code, foresee, open_comparison, unheld
from runner.operations.stage import Asked, Stage

CHECKED = "name: a\nturns: [{user: Hi, expect: [{contains: x}]}]\nrepeat: 25\n"


def opened(folder: Path, text: str = CHECKED, *temperatures: str, by: str | None = None) -> Stage:
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    changes = Changes(axes={"temperature": temperatures or ("0", "1")})
    return open_comparison(Asked(paths=("a.yaml",), changes=changes), by, Design(by=""), folder, {})


def test_the_smallest_difference_is_told(tmp_path: Path) -> None:
    """A hundred trials each, of which nine of ten pass, show fifteen points; one each shows none, however large."""
    many = foresee(opened(tmp_path, CHECKED.replace("25", "100")))
    assert many.smallest == pytest.approx(0.15, abs=0.001)
    assert "about 15 points" in many.said[0]
    few = foresee(opened(tmp_path, CHECKED.replace("25", "1")))
    assert few.smallest is None
    assert few.said[0].startswith("with 1 trial of each value no difference of pass rates can be shown")
    assert "--repeat 2" in few.said[1]


def test_without_a_check_there_are_no_rates(tmp_path: Path) -> None:
    """Then replies are compared alone, and no difference is foreseen."""
    bare = foresee(opened(tmp_path, "turns: [Hi]\nrepeat: 2\n"))
    assert bare.smallest is None
    assert "have no check" in bare.said[0]


def test_turns_that_set_it_themselves_are_told(tmp_path: Path) -> None:
    """A turn's own params stay, whatever is compared: then nothing is compared there."""
    turns = "turns: [Hi, {user: Ho, params: {temperature: 0.3}}, {user: He, params: {temperature: 0}}]\nrepeat: 2\n"
    said = foresee(opened(tmp_path, turns)).said
    assert "turns 2 and 3 of a set temperature as written there, whatever is compared" in said


def test_the_axis_is_found(tmp_path: Path) -> None:
    """The one that is typed, or else the only one of the scenarios that has several chosen values."""
    assert opened(tmp_path).expected is not None
    (tmp_path / "m.yaml").write_text(
        "turns: [Hi]\nmatrix: {temperature: [0, 1], top_p: [0.5, 1]}\n", encoding="utf-8"
    )

    def by(**where: tuple[str, ...]) -> str:
        asked = Asked(paths=("m.yaml",), selection=Selection(where=where))
        found = open_comparison(asked, None, Design(by=""), tmp_path, {}).expected
        assert found is not None
        return found.by

    assert by(top_p=("1",)) == "temperature"
    assert by(temperature=("0",)) == "top_p"
    with pytest.raises(UsageError, match="`temperature` and `top_p` are varied"):
        by()
    with pytest.raises(UsageError, match="there is nothing to compare"):
        by(temperature=("0",), top_p=("1",))


def cell(role: CellRole, status: CellStatus = "played") -> Cell:
    return Cell(label="x", role=role, status=status, trials=1)


@pytest.mark.parametrize(
    ("cells", "status", "code", "why"),
    [
        ((cell("base"), cell("treatment")), "finished", 0, ""),
        ((cell("base"), cell("treatment"), cell("treatment", "unsupported")), "finished", 0, ""),
        ((cell("base"), cell("treatment", "unsupported")), "finished", 4, "no other value than x"),
        ((cell("base", "unsupported"), cell("treatment")), "finished", 4, "name another --base"),
        ((cell("base"), cell("treatment")), "incomplete", 4, ""),
        ((cell("base"), cell("treatment")), "stopped", 4, ""),
        ((cell("base", "unanswered"), cell("treatment", "unanswered")), "nothing", 4, "nothing is compared"),
    ],
)
def test_a_comparison_ends_well_where_all_was_compared(
    cells: tuple[Cell, ...], status: str, code: int, why: str
) -> None:
    """A refused value is a result; without a base, or without another value, nothing was compared."""
    found = Compared.model_validate({"by": "t", "base": "x", "cells": cells, "status": status})
    assert exit_code(found) == code
    assert why in unheld(found)
    assert bool(unheld(found)) == bool(why)
