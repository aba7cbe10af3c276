"""Whether blocks that belong together got worse."""

from collections.abc import Sequence

import pytest

from runner.core.assessment import Comparison
from runner.core.baselines.regression import Couple, Side, conclude, hold
from runner.core.statistics.significance import label_permutation


def side(letters: str, name: str = "b", *, fixed: bool = False, said: str = "well") -> Side:
    failing = frozenset(at for at, letter in enumerate(letters, start=1) if letter == "f")
    passed = letters.count("p")
    return Side(name, passed, passed + len(failing), failing, {0: frozenset({said})}, fixed, len(letters))


def couple(now: str, base: str, name: str = "b", *, fixed: tuple[bool, bool] = (False, False)) -> Couple:
    return Couple(side(now, name, fixed=fixed[0]), side(base, name, fixed=fixed[1]))


def judged(*groups: Sequence[Couple], alpha: float = 0.05, gate_blocks: bool = False) -> list[Comparison]:
    """Comparisons that are made of one base, called 0, 1, ..."""
    held = [
        hold(str(number), group, (), alpha=alpha, gate_blocks=gate_blocks)
        for number, group in enumerate(groups)
    ]
    return conclude(held)


FIXED = (True, True)


def test_both_sides_have_to_repeat_themselves() -> None:
    """Then a trial counts by its number: another one that passes instead does not make up for it."""
    assert couple("fp", "pf", fixed=FIXED).drops == {1}
    assert couple("fp", "pf", fixed=FIXED).change == "newly failing"
    assert couple("fp", "pf").change == "still failing"
    [found] = judged([couple("fp", "pf", fixed=FIXED)])
    assert (found.verdict, found.rule, found.difference) == ("failed", "replayed", 0)
    [drawn] = judged([couple("fp", "pf", fixed=(True, False))])
    assert (drawn.verdict, drawn.rule) == ("passed", "test")


def test_a_repeat_that_was_never_played_before_did_not_get_worse() -> None:
    """More repeats of what is replayed: those that the baseline has are held, the others are counted."""
    more = couple("ppff", "pp", fixed=FIXED)
    assert (more.drops, more.change) == (frozenset(), "still failing")
    [found] = judged([more])
    assert (found.verdict, found.reason) == (
        "passed",
        "no trial is newly failing (2 further trials had nothing to be held against)",
    )
    assert couple("fpp", "pp", fixed=FIXED).change == "newly failing"
    assert couple("ppf", "pf", fixed=FIXED).change == "newly passing"
    assert judged([couple("fpp", "pp", fixed=FIXED)])[0].verdict == "failed"


def test_what_fails_as_before_is_no_regression() -> None:
    """A recording in which the same trials fail is what it was."""
    [found] = judged([couple("fp", "fp", fixed=FIXED)])
    assert (found.verdict, found.reason, found.pairs[0].change) == (
        "passed",
        "no trial is newly failing",
        "still failing",
    )


def test_nothing_paired_is_undecided() -> None:
    """No couple, no verdict."""
    [found] = judged([])
    assert (found.verdict, found.p, found.difference) == ("undecided", None, None)


@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_where_blocks_gate_both_ways_to_fail_share_alpha(alpha: float) -> None:
    """Of several blocks each way has half; of one block it is the same test, at all of it."""
    [one] = judged([couple("pf", "pp")], alpha=alpha, gate_blocks=True)
    [two] = judged([couple("pf", "pp"), couple("pf", "pp", "c")], alpha=alpha, gate_blocks=True)
    assert (one.alpha, two.alpha) == (alpha, alpha / 2)


def test_blocks_that_gate_count_with_those_of_other_comparisons() -> None:
    """Each value of an axis is one more chance to err: a block's p counts as often as there are values."""
    drop, rise = couple("pppppfffff", "p" * 10), couple("p" * 10, "pppppfffff", "c")
    p = label_permutation([drop.counts])
    assert judged([drop, rise], alpha=4.1 * p, gate_blocks=True)[0].reason == "1 block got worse"
    beside = judged([drop, rise], [rise, rise], alpha=4.1 * p, gate_blocks=True)
    assert [each.verdict for each in beside] == ["passed", "passed"]


def test_comparisons_in_which_chance_has_no_part_do_not_count_among_the_tests() -> None:
    """Holm is over what was tested."""
    drop = couple("ppppppffff", "p" * 10)
    p = label_permutation([drop.counts])
    found = judged([drop], [couple("p", "p", fixed=FIXED)], alpha=1.1 * p)
    assert [each.verdict for each in found] == ["failed", "passed"]


def test_the_sentence_speaks_of_both_kinds() -> None:
    """Numbers and nouns agree, in blocks that repeat themselves and in those that do not."""
    one = judged([couple("f", "p", fixed=FIXED), couple("pf", "pp", "c")])[0].reason
    assert (
        one
        == "1 newly failing trial in 1 block that repeats itself; no regression was found in the other one"
    )
    several = judged(
        [
            couple("ff", "pp", fixed=FIXED),
            couple("p", "p", "c", fixed=FIXED),
            couple("f" * 10, "p" * 10, "d"),
            couple("f" * 10, "p" * 10, "e"),
        ]
    )[0].reason
    assert (
        several == "2 newly failing trials in 2 blocks that repeat themselves; it got worse in the 2 others"
    )
