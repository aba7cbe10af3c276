"""What a comparison says in words: what was found, what was not, how sure it is, and on how many trials it stands."""

from typing import Any

from runner.core.comparison.compared import Agreement, Cell, Compared, Estimate, Paired
from runner.core.comparison.comparing import compare
from runner.core.comparison.telling import tell
from tests.compared import about, cell, compared, contrast
from tests.experiment import all_of, cell_of, expected, refused, trial
from tests.played import verdict


def words(found: Compared) -> str:
    """All sentences in one text."""
    return "\n".join(tell(found))


def with_cell(found: Compared, place: int, **fields: Any) -> Compared:
    """The comparison with something else known of one cell."""
    cells = [*found.cells]
    cells[place] = cells[place].model_copy(update=fields)
    return found.model_copy(update={"cells": tuple(cells)})


def test_no_difference_has_its_bound_and_its_trials() -> None:
    """Forty trials each, of which two fail here and three there: how far apart they may still be is said in whole points."""
    whole = expected((0, 0.7), repeats=40)
    found = compare(
        whole, all_of(cell_of(whole, "0", "p" * 37 + "fff"), cell_of(whole, "0.7", "p" * 38 + "ff"))
    )
    held = found.cells[1].contrast
    assert held is not None
    bound = int(100 * max(-held.low, held.high)) + 1
    assert found.sentences[0] == held.words
    assert held.words.startswith(
        f"No difference between 0.7 and 0 was shown: 0.7 and 0 differ by less than {bound} points with 95 % confidence "
        f"(+2 points, {100 * held.low:+.0f} to {100 * held.high:+.0f}; 40 trials each, p = 1)"
    )
    assert "so many trials show at best a difference of about" in held.words


def test_a_difference_is_told_with_both_rates() -> None:
    """Which value passes less often, how much, between which ends, on how many trials, how sure."""
    whole = expected((0, 1), repeats=20)
    found = compare(whole, all_of(cell_of(whole, "0", "p" * 20), cell_of(whole, "1", "p" * 8 + "f" * 12)))
    assert found.sentences[0].startswith(
        "1 passes less often than 0, 40 % against 100 % (-60 points, -78 to -33; 20 trials each"
    )
    assert "All of this is said of this scenario alone: 6 or more would" in words(found)


def test_equivalence_is_told_within_its_margin() -> None:
    """What does not matter is said so, and within which margin; so is that it was not shown."""
    whole = expected((0, 1), repeats=60, margin=0.1)
    same = compare(whole, all_of(cell_of(whole, "0", "p" * 60), cell_of(whole, "1", "p" * 60)))
    assert same.sentences[0].startswith("1 does not matter: 1 and 0 differ by less than 7 points")
    assert "within the margin of 10 points" in same.sentences[0]
    few = expected((0, 1), repeats=5, margin=0.1)
    found = compare(few, all_of(cell_of(few, "0", "p" * 5), cell_of(few, "1", "p" * 5)))
    assert "Nor was it shown that they differ by no more than 10 points." in found.sentences[0]


def test_several_values_are_summed_up_first() -> None:
    """One sentence says how many of the values differ, and which."""
    told = list(tell(compared()))
    assert told[0] == "Temperature matters for the checks: 1 of 2 values differs from 0: 1.5."
    none = with_cell(compared(), 3, contrast=contrast(-0.1, 0.4))
    assert words(none).startswith(
        "No value of temperature was shown to pass more or less often than 0, of 2 that were tried."
    )


def test_a_base_that_differs_from_itself_comes_before_all() -> None:
    """If the A/A pair differs, the reader is told to be slow to trust the rest."""
    found = with_cell(compared(), 1, contrast=contrast(-0.3, 0.01, words="0 again passes less often."))
    assert next(iter(tell(found))).startswith(
        "The base differs from itself: 0 again passes less often. Something other than temperature"
    )


def test_agreement_stands_beside_the_a_a_pair() -> None:
    """Shares of equal pairs, their numbers, and whether that is beyond what the base does with itself."""
    again = {"same_replies": Paired(value=-0.02, items=2, p_adjusted=0.7)}
    shift = {"same_replies": Paired(value=-0.6, items=2, p_adjusted=0.004)}
    found = with_cell(with_cell(compared(), 1, shifts=again), 3, shifts=shift)
    assert (
        "Two repeats of a turn agree word for word in 31 % of 180 pairs at 0.7 and 2 % of 180 pairs at 1.5 "
        "(beyond the A/A pair, p = 0.004), against 90 % of 180 pairs at 0 and 88 % of 180 pairs at 0 again (A/A)."
    ) in words(found)
    shift = {"same_replies": Paired(value=-0.6, items=2, p_adjusted=0.4)}
    assert "(not shown to be beyond the A/A pair, p = 0.4)" in words(with_cell(found, 3, shifts=shift))
    assert (
        "Held against 0, replies to the same turn are equal in 28 % of 400 pairs at 0.7 and 2 % of 400 pairs at 1.5, against "
        "81 % of 400 pairs in the A/A pair."
    ) in words(found)


def test_diversity_stands_beside_the_a_a_pair() -> None:
    """How alike repeats are in each cell, and how much of what they say is different."""
    shift = {"similarity": Paired(value=-0.4, items=2, p_adjusted=0.004)}
    again = {"similarity": Paired(value=-0.02, items=2, p_adjusted=0.7)}
    told = words(with_cell(with_cell(compared(), 1, shifts=again), 3, shifts=shift))
    assert (
        "Repeats are alike, letter by letter, by 56 % at 0.7 and 41 % at 1.5 (beyond the A/A pair, p = 0.004), against 85 % at 0 "
        "and 84 % at 0 again (A/A) (180 pairs there)."
    ) in told
    assert (
        "Different among all that repeats say (120 replies): replies 55 % at 0, 84 % at 0.7, 99 % at 1.5; words 50 % at 0"
        in told
    )


def test_an_interval_beside_a_test_that_does_not_agree() -> None:
    """Where the interval excludes 0 and the test shows nothing, neither is kept back, and no bound is made of it."""
    whole = expected((0, 1), repeats=6)
    found = compare(whole, all_of(cell_of(whole, "0", "pppppp"), cell_of(whole, "1", "ppffff")))
    assert found.sentences[0].startswith(
        "Whether 1 differs from 0 stays open: it passed less often, 33 % against 100 % (-67 points, -90 to -13; 6 trials each, "
        "p = 0.061). The interval takes that for more than chance and the test does not: more trials would tell."
    )


def test_one_repeat_each_still_says_how_replies_differ() -> None:
    """Of single replies nothing is said of repeats, but of those that equal the base's."""
    alone = Agreement(with_base=about(0.25, 4))
    cells = tuple(
        each.model_copy(update={"agreement": alone}) for each in compared().cells if each.role != "twin"
    )
    told = words(compared().model_copy(update={"cells": cells}))
    assert (
        "Held against 0, replies to the same turn are equal in 25 % of 4 pairs at 0.7 and 25 % of 4 pairs at 1.5."
        in told
    )
    assert "Two repeats" not in told


def test_where_repeats_part_is_told_of_every_cell() -> None:
    """The median turn, and in how many items they never do."""
    assert "Where repeats part, median over items: 0 at turn 2 (never in 30 % of 2 items)" in words(
        compared()
    )
    never = with_cell(compared(), 0, agreement=Agreement(pairs=about(1, 4), never=about(1, 2)))
    assert "Where repeats part, median over items: 0 never, 0 again (A/A) at turn 2" in words(never)


def test_what_shifted_is_told_and_what_did_not() -> None:
    """Length, tokens, money, time: what moved with its medians, the rest in one sentence."""
    shifts = {
        "words": Paired(value=12.0, low=3.0, high=20.5, items=7, p_adjusted=0.02),
        "latency_s": Paired(value=0.1, items=7, p_adjusted=0.9),
    }
    found = with_cell(with_cell(compared(), 3, shifts=shifts, words=about(29.0, 40)), 2, shifts={})
    told = words(found)
    assert "Words of a reply: 29 at 1.5, 17 at 0 (medians; typically +12, +3 to +20.5, p = 0.02)." in told
    assert (
        "No shift beyond chance was shown in the seconds of a reply (+0.1 at 1.5), as typical differences from 0."
        in told
    )


def test_endings_and_refusals_are_counted() -> None:
    """Replies that were cut, and those by which the model refused, each of how many."""
    found = with_cell(
        compared(), 3, refusals=about(0.1, 40), finish_reasons={"stop": 38, "content_filter": 2}
    )
    told = words(found)
    assert "2 of 40 at 1.5 (`content_filter`)" in told
    assert "Replies by which the model refused: 4 of 40 at 1.5." in told


def test_scenarios_that_differ_are_named() -> None:
    """With several scenarios it is said where, by Benjamini-Hochberg, or that no single one shows it."""
    whole = expected((0, 1), items=2, scenarios=2, repeats=10)
    base = all_of(cell_of(whole, "0", "p" * 10), cell_of(whole, "0", "p" * 10, item=1))
    found = compare(whole, all_of(base, cell_of(whole, "1", "f" * 10), cell_of(whole, "1", "p" * 10, item=1)))
    told = words(found)
    assert (
        "Where it differs, as far as each alone shows (Benjamini-Hochberg over 2 tests): s0 at 1 (-100 points; 0 of 10 trials passed, p < 0.001)."
        in told
    )
    same = compare(whole, all_of(base, cell_of(whole, "1", "p" * 10), cell_of(whole, "1", "p" * 10, item=1)))
    assert (
        "In no single one of 2 scenarios was a difference shown (Benjamini-Hochberg over 2 tests); with 10 trials of each at most"
        in words(same)
    )


def test_the_turn_where_it_falls_apart_is_named() -> None:
    """Of a cell that differs, the turn at which its checks hold least often, against the base."""
    base, late = compared().cells[0].turns, compared().cells[3].turns
    late = (late[0].model_copy(update={"pass_rate": base[0].pass_rate}), late[1])
    told = words(with_cell(compared(), 3, turns=late))
    assert (
        "Turn by turn 1.5 is furthest from 0 at turn 2: the checks of that turn hold in 40 % of 20 trials, against 90 % of 20."
    ) in told


def test_nothing_played_says_why() -> None:
    """If the model refuses every value, that is what there is to say."""
    whole = expected((0, 1), repeats=1)
    told = compare(whole, [refused(whole, "0", 1), refused(whole, "1", 1)]).sentences
    assert told[0] == "Nothing was compared: the model refuses the values."
    assert told[1].startswith("0 is not supported: the server answered 400: Unsupported value")


def test_a_cell_without_replies_is_named() -> None:
    """Nothing is said of what nobody knows."""
    lost = Cell(label="2", role="treatment", status="unanswered", trials=3, reason="nothing came")
    told = words(compared().model_copy(update={"cells": (*compared().cells, lost)}))
    assert "Nothing is known of 2: no reply came: nothing came." in told


def test_rates_never_stand_alone() -> None:
    """Every sentence with a percentage has the number of what it stands on."""
    for sentence in tell(compared()):
        assert " % " not in sentence or any(
            noun in sentence for noun in ("trial", "pair", "repl", "item", "value", "turn")
        ), sentence


def test_cells_may_know_little() -> None:
    """A cell with replies of which nothing else is known says nothing, and nothing breaks."""
    bare = tuple(
        Cell(label=str(at), role="treatment" if at else "base", status="played", trials=1) for at in range(3)
    )
    told = list(tell(Compared(by="model", base="0", cells=bare)))
    assert len(told) == 1
    assert told[0].startswith(
        "Nothing was measured, since no check applied: what follows is about the replies alone."
    )
    assert Estimate() == bare[0].words
    assert cell("0", "base", 1.0, 1.0, None).contrast is None


def test_trials_that_stay_without_a_reply_come_before_all() -> None:
    """A cell of whose trials most got no reply reads as mild: that it lost them is said first, and nothing sums it up."""
    whole = expected((0, 1, 2), repeats=20)
    found = compare(
        whole,
        all_of(
            cell_of(whole, "0", "p" * 20),
            cell_of(whole, "1", "p" * 19 + "u"),
            cell_of(whole, "2", "p" * 4 + "u" * 16),
        ),
    )
    assert [cell.is_gappy for cell in found.cells] == [False, False, True]
    assert found.sentences[0].startswith(
        "More trials stay without a reply at 2 than at 0 (16 of 20 trials at 2, 0 of 20 at 0; p < 0.001 after Holm)"
    )
    assert "What passes says little of 2, since" in found.sentences[1]
    assert "No value" not in words(found)
    mild = found.cells[1].answered
    assert mild is not None
    assert mild.words.startswith(
        "That 1 loses more or fewer trials than 0 was not shown (1 of 20 trials at 1"
    )


def test_one_of_several_that_chance_alone_could_make() -> None:
    """A value that differs by itself and not among all that were tried is called open, with the reason."""
    whole = expected((0, 1, 2, 3), repeats=8)
    found = compare(
        whole,
        all_of(
            cell_of(whole, "0", "pppppppp"),
            cell_of(whole, "1", "pppfffff"),
            cell_of(whole, "2", "pppppppf"),
            cell_of(whole, "3", "pppppppf"),
        ),
    )
    held = found.cells[1].contrast
    assert held is not None
    assert held.p <= 0.05 < held.p_adjusted
    assert "By itself that would be more than chance, but not as one of several values" in held.words


def test_single_scenarios_beside_no_difference() -> None:
    """Where scenarios go up and down and all together do not move, the one is not told as the other."""
    whole = expected((0, 1), items=2, scenarios=2, repeats=10)
    found = compare(
        whole,
        all_of(
            cell_of(whole, "0", "p" * 10),
            cell_of(whole, "0", "f" * 10, item=1),
            cell_of(whole, "1", "f" * 10),
            cell_of(whole, "1", "p" * 10, item=1),
        ),
    )
    assert "Single scenarios go up or down all the same, as far as each alone shows" in words(found)
    assert "Where it differs" not in words(found)


def test_items_stand_beside_their_trials() -> None:
    """Where items are what was drawn, a verdict says how many there are."""
    whole = expected((0, 1), items=6, repeats=4)
    found = compare(
        whole,
        all_of(*(cell_of(whole, label, "pppf", item=item) for label in ("0", "1") for item in range(6))),
    )
    assert "24 trials each on 6 items" in found.sentences[0]


def test_one_turn_does_not_part() -> None:
    """Scenarios of a single turn have no turn at which repeats part: how far they agree says it all."""
    whole = expected((0, 1), repeats=2)
    found = compare(whole, all_of(cell_of(whole, "0", "pf"), cell_of(whole, "1", "pf")))
    assert "repeats part" not in words(found)


def test_what_the_base_does_by_itself_is_not_the_setting() -> None:
    """A cell no further from the base than its twin is not beyond the A/A pair, whatever its p; and the reader is warned."""
    whole = expected((0, 1), repeats=10, twin=True)
    same = [trial(whole, "0", repeat, "always so") for repeat in range(1, 11)]
    again = [trial(whole, "0", repeat, f"once {repeat}") for repeat in range(11, 21)]
    other = [trial(whole, "1", repeat, f"again {repeat // 3}") for repeat in range(1, 11)]
    found = compare(whole, all_of(same, again, other))
    told = words(found)
    assert "(no further from the base than the A/A pair, p = " in told
    assert "(beyond the A/A pair" not in told
    assert found.sentences[0].startswith("The base differs from itself: it moved in the ")
    assert "agreement of repeats" in found.sentences[0]


def test_rates_beside_a_verdict_are_of_the_items_that_both_have() -> None:
    """What one of the two lacks is left out of the rates as well: they never say the opposite of the difference."""
    whole = expected((0, 1), items=3, repeats=10)
    found = compare(
        whole,
        all_of(
            cell_of(whole, "0", "p" * 10),
            cell_of(whole, "0", "f" * 10, item=1),
            cell_of(whole, "0", "f" * 10, item=2),
            cell_of(whole, "1", "p" * 5 + "f" * 5),
        ),
    )
    held = found.cells[1].contrast
    assert held is not None
    assert (held.rate, held.base_rate) == (0.5, 1.0)
    assert "passes less often than 0, 50 % against 100 % (-50 points" in held.words


def test_a_base_that_lost_its_replies_is_the_one_that_is_named() -> None:
    """Not the cell that has them all."""
    whole = expected((0, 1), repeats=12)
    found = compare(whole, all_of(cell_of(whole, "0", "ppp" + "u" * 9), cell_of(whole, "1", "p" * 12)))
    assert found.sentences[0].startswith(
        "More trials stay without a reply at 0 than at 1 (0 of 12 trials at 1, 9 of 12 at 0"
    )
    assert "what is said of 0 below" in found.sentences[0]
    assert [cell.is_gappy for cell in found.cells] == [True, False]


def test_broken_checks_are_not_told_as_none() -> None:
    """Where every check broke nothing was measured, and no `expect:` would help."""
    whole = expected((0, 1), repeats=2)
    found = compare(whole, all_of(cell_of(whole, "0", "bb"), cell_of(whole, "1", "bb")))
    assert "checks broke in every trial" in words(found)
    assert "`expect:`" not in words(found)


def test_one_trial_each_has_no_range_and_shows_nothing() -> None:
    """A score does not range over one repeat, and of one trial each no difference can be shown."""
    whole = expected((0, 1), repeats=1)
    found = compare(whole, all_of(cell_of(whole, "0", "p"), cell_of(whole, "1", "f")))
    assert "ranges over" not in words(found)
    assert "so few trials cannot show any" in words(found)
    assert found.detectable is None


def test_the_foot_may_be_what_differs() -> None:
    """Where only checks of the whole conversation fail, no turn is named for it."""
    whole = expected((0, 1), repeats=8)
    trials = [
        (label, each.model_copy(update={"verdicts": (verdict("passed" if label == "0" else "failed"),)}))
        for value in ("0", "1")
        for label, each in (trial(whole, value, repeat, ["a", "b"], ["p", "p"]) for repeat in range(1, 9))
    ]
    told = words(compare(whole, trials))
    assert "No turn's checks tell 1 from 0: those about the conversation as a whole do." in told


def test_verdicts_may_agree_where_words_do_not() -> None:
    """How often all repeats come to the same verdicts stands beside how often they say the same."""
    whole = expected((0, 1), repeats=3)
    trials = [trial(whole, label, repeat, f"{repeat}", "p") for label in ("0", "1") for repeat in (1, 2, 3)]
    found = compare(whole, trials)
    assert (
        "All repeats of a turn come to the same verdicts in 100 % of 1 turn at 0 and 100 % of 1 turn at 1."
        in words(found)
    )
    [turn] = found.cells[1].turns
    assert turn.same_verdicts is not None
    assert (turn.same_verdicts.value, turn.same_replies.value) == (1.0, 0.0)


def test_few_items_that_could_show_nothing_are_tested_by_their_trials() -> None:
    """Six items stand for others where one value is tried; of two values no outcome of six signs would be called different."""
    for values, unit in (((0, 1), "item"), ((0, 1, 2), "repeat")):
        whole = expected(values, items=6, repeats=4)
        trials = [
            cell_of(whole, f"{value}", "ffff" if value else "pppp", item=item)
            for value in values
            for item in range(6)
        ]
        held = compare(whole, all_of(*trials)).cells[1].contrast
        assert held is not None
        assert (held.unit, held.verdict) == (unit, "differs")
