"""What is kept of a run that others are held against."""

import pytest
from pydantic import ValidationError

from runner.core.baselines.baseline import Baseline, Cell, Heard
from runner.core.measuring import Replies, digest_of
from runner.core.value import Json
from tests.blocks import ASKED, CHECK, baseline, block


def cell(letters: str, **how: bool) -> Cell:
    return Cell.of(block(letters, **how), "sent", ASKED)  # type: ignore[arg-type]


def test_a_cell_holds_counts_digests_lengths_and_one_sample() -> None:
    """Not the replies: how often each was said, how long they were, and one of them."""
    found = cell("pfpu")
    assert found.trials == {"failed": 1, "passed": 2, "unanswered": 1}
    assert (found.passed, found.measured) == (2, 3)
    assert found.failing == {"2": [CHECK]}
    assert found.replies == {
        "1": Heard(digests={digest_of("well"): 3}, characters=[4.0, 4, 4], sample="well")
    }
    assert (found.plays, found.asked) == ("sent", ASKED)
    assert (found.replayed, found.cold) == (False, False)
    assert cell("p", replayed=True).replayed
    assert cell("p", cold=True).cold


def test_lengths_are_the_mean_the_fewest_and_the_most() -> None:
    """Rounded to a tenth of a character, so that a diff shows what changed."""
    replies = Replies()
    for text in ("", "abcd", "abcdef"):
        replies.add(text, is_good=True)
    assert Heard.of(replies).characters == [3.3, 0, 6]
    assert Heard.of(Replies()) == Heard()


def test_money_and_tokens_are_means_and_known_only_where_all_of_them_are() -> None:
    """Null stands for what is not known, never zero."""
    measured = block("pp")
    measured.costs, measured.tokens = [0.001, 0.002], [10, 15]
    found = Cell.of(measured, "", {})
    assert (found.mean_cost_usd, found.mean_tokens) == (0.0015, 12.5)
    measured.costs, measured.tokens = [0.001, None], []
    found = Cell.of(measured, "", {})
    assert (found.mean_cost_usd, found.mean_tokens) == (None, None)


def test_all_that_is_kept_is_sorted() -> None:
    """By name, and repeats by their number, so that the same run gives the same bytes whatever came first."""
    letters = "f" * 12
    found = Cell.of(block(letters, fails={2: ("b", "a")}), "", {"z": "1", "a": "2"})
    assert list(found.failing) == [str(number) for number in range(1, 13)]
    assert found.failing["2"] == ["a", "b"]
    assert list(found.asked) == ["a", "z"]
    assert list(baseline(block("p", "b"), block("p", "a")).with_cells("r", {"0": cell("p")}).cells) == [
        "0",
        "a",
        "b",
    ]


def test_accepting_the_same_again_changes_nothing() -> None:
    """The very same baseline, its run included; other cells take the place of their own alone, or of all."""
    before = Baseline(scenario="talk", run="one", cells={"a": cell("pp"), "b": cell("pf")})
    assert before.with_cells("two", {"a": cell("pp")}) is before
    assert before.with_cells("two", {"a": cell("pp"), "b": cell("pf")}, alone=True) is before
    after = before.with_cells("two", {"a": cell("ff")})
    assert (after.run, after.cells["b"]) == ("two", before.cells["b"])
    assert after.cells["a"].passed == 0
    assert list(before.with_cells("two", {"a": cell("pp")}, alone=True).cells) == ["a"]


def test_what_does_not_add_up_is_refused() -> None:
    """As many trials have their checks named as failed: two baselines that were merged by hand, say."""
    data = cell("pff").dump()
    with pytest.raises(ValidationError, match="2 trials failed, and the checks that failed are named of 1"):
        Cell.model_validate({**data, "failing": {"2": [CHECK]}})
    faults: list[dict[str, Json]] = [
        {"trials": {"passed": -1}},
        {"failing": {"0": []}},
        {"replies": {"first": {}}},
    ]
    for wrong in faults:
        with pytest.raises(ValidationError):
            Cell.model_validate({**cell("p").dump(), **wrong})


def test_a_baseline_that_is_read_back_is_the_same() -> None:
    """What is written is all there is."""
    before = baseline(block("pfu"))
    assert Baseline.model_validate(before.dump()) == before
