"""What a comparison lacks: it is named with its number, and never made up."""

from typing import Any

import pytest

from runner.core.comparison.comparing import compare
from runner.core.comparison.observing import Tried, observe, refuses
from tests.experiment import all_of, cell_of, expected, refused


def only(**error: Any) -> Tried:
    """A trial without a reply, as it is kept."""
    whole = expected(repeats=1)
    return next(iter(observe(whole, [refused(whole, "1", 1, **error)]).of(("1", "treatment"))))


@pytest.mark.parametrize(
    ("by", "error", "is_refused"),
    [
        ("temperature", {}, True),
        ("params.temperature", {}, True),
        ("temperature", {"status": 422}, True),
        ("temperature", {"param": "body.temperature"}, True),
        ("temperature", {"param": "max_tokens"}, False),
        ("temperature", {"param": None, "kind": "bad_request", "message": "temperature must be at most 1"}, True),
        ("temperature", {"param": None, "message": "bad request"}, False),
        ("temperature", {"status": 500}, False),
        ("temperature", {"status": 401, "param": None}, False),
        ("temperature", {"kind": "context_overflow"}, False),
        ("setup", {"code": "unsupported_value"}, True),
        ("setup", {}, False),
        ("model", {"kind": "no_such_model", "status": 404}, False),
    ],
)  # fmt: skip
def test_a_refusal_names_the_value(by: str, error: dict[str, Any], *, is_refused: bool) -> None:
    """A 400 or 422 that speaks of the field that is compared; of a bundle of settings, one that calls something unsupported."""
    assert refuses(by, only(**error)) is is_refused


def test_a_cell_in_which_nothing_came_is_unanswered() -> None:
    """Where even one trial failed for another reason, the value is not called unsupported; the commonest reason stands there."""
    whole = expected(repeats=3)
    lost = [refused(whole, "1", 1), *cell_of(whole, "1", "uu", first=2)]
    found = compare(whole, [*cell_of(whole, "0", "ppp"), *lost])
    assert (found.cells[1].status, found.cells[1].reason, found.cells[1].unanswered) == (
        "unanswered",
        "nothing came",
        3,
    )
    assert found.status == "incomplete"


def test_a_long_reason_is_shortened() -> None:
    """The server's words are told up to a bound."""
    whole = expected(repeats=1)
    found = compare(whole, [*cell_of(whole, "0", "p"), refused(whole, "1", 1, message="temperature " * 100)])
    assert len(found.cells[1].reason) == 200
    assert found.cells[1].reason.endswith("...")


def test_what_never_began_is_unplayed() -> None:
    """A comparison that was stopped says so; the cells that were not reached are not empty by any fault."""
    whole = expected(repeats=2)
    found = compare(whole, cell_of(whole, "0", "pp"))
    assert [cell.status for cell in found.cells] == ["played", "unplayed"]
    assert found.status == "stopped"


def test_missing_trials_are_counted_by_cell() -> None:
    """How many of how many, and what became of them."""
    whole = expected(repeats=5, twin=True)
    trials = all_of(
        cell_of(whole, "0", "ppppp"), cell_of(whole, "0", "ppp", first=6), cell_of(whole, "1", "ppub")
    )
    found = compare(whole, trials)
    assert found.notes[:2] == (
        "0 again (A/A): of 5 trials 2 not begun",
        "1: of 5 trials 1 without a reply, 1 with a check that broke, 1 not begun",
    )
    [uneven] = found.notes[2:]
    assert uneven.startswith("repeats of a turn differ in number (5.0 at 0, 3.0 at 0 again (A/A), 3.0 at 1)")
    assert not any("Where repeats part" in each or "Different among all" in each for each in found.sentences)
    assert (found.cells[2].broken, found.cells[2].measured) == (1, 2)
    assert found.status == "incomplete"


def test_items_that_one_cell_lacks_are_left_out_of_its_contrast() -> None:
    """The contrast stands on the items that both have, and the note names the others."""
    whole = expected(items=3, repeats=2, seed=None)
    base = all_of(*(cell_of(whole, "0", "pf", item) for item in range(3)))
    found = compare(
        whole,
        all_of(
            base, cell_of(whole, "1", "ff", 0), cell_of(whole, "1", "uu", 1), cell_of(whole, "1", "pp", 2)
        ),
    )
    held = found.cells[1].contrast
    assert held is not None
    assert (held.items, held.trials, held.difference) == (2, 4, 0)
    assert (
        "`s0[case=c1]` is left out where 1 is held against the base: only one of them was measured there"
        in found.notes
    )
    assert found.notes[0].startswith("the trials were not mixed")


def test_a_value_refused_on_some_items_is_noted() -> None:
    """A cell that was played elsewhere stays played, and the items where its value is refused are named."""
    whole = expected(items=2, repeats=1)
    base = all_of(*(cell_of(whole, "0", "p", item) for item in range(2)))
    found = compare(whole, [*base, *cell_of(whole, "1", "p"), refused(whole, "1", 1, item=1)])
    assert found.cells[1].status == "played"
    assert "1: the value is refused in `s0[case=c1]`" in found.notes
    assert found.status == "finished"


def test_what_was_planned_may_be_said() -> None:
    """Where cells were planned with numbers of their own, trials are missing from those alone."""
    whole = expected(repeats=3, planned={"0": 3, "1": 2})
    found = compare(whole, all_of(cell_of(whole, "0", "ppp"), cell_of(whole, "1", "pp")))
    assert [cell.trials for cell in found.cells] == [3, 2]
    assert found.status == "finished"
