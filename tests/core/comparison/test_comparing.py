"""What a comparison finds, number by number, against plain loops over the same trials; and what changes nothing."""

import time
from collections import Counter
from importlib import import_module
from itertools import combinations, pairwise, product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.core.comparison.compared import Cell, Compared
from runner.core.comparison.comparing import compare
from runner.core.comparison.design import Expected
from runner.core.finding import Verdict
from runner.core.statistics.paired import stratified
from runner.core.statistics.significance import Block, label_permutation
from runner.core.transcript import Transcript
from tests.experiment import Labelled, all_of, cell_of, expected, refused, trial
from tests.played import verdict

NUMPY = import_module("numpy")
MANY = import_module("statsmodels.stats.multitest")

WORDS = ["ja", "nein", "gut", "schlecht", "warum", "nicht", "tea", "coffee"]


def random_trials(whole: Expected, seed: int, turns: int = 3) -> list[Labelled]:
    """Every planned trial, with replies of a few words and checks of chance; later turns fail more often."""
    chance, made = Random(seed), []
    for place, (label, _) in enumerate(whole.cells):
        most = whole.repeats * (2 if whole.twin and label == whole.base else 1)
        for item, repeat in product(range(len(whole.items)), range(1, most + 1)):
            says = [" ".join(chance.choices(WORDS[: 2 + 3 * place], k=2 + turn)) for turn in range(turns)]
            checks = ["".join(chance.choices("pfn", [6, 1 + turn + place, 1], k=2)) for turn in range(turns)]
            foot = (verdict("passed"),) if chance.random() < 0.8 else (verdict("failed"),)
            made.append(
                trial(whole, label, repeat, says, checks, item, cost_usd=0.001 * repeat, verdicts=foot)
            )
    return made


def the(found: Compared, label: str, role: str | None = None) -> Cell:
    """A cell."""
    [cell] = [each for each in found.cells if each.label == label and role in {None, each.role}]
    return cell


def indel(one: str, other: str) -> float:
    """The normalized Indel similarity, by the plain table of longest common subsequences."""
    row = [0] * (len(other) + 1)
    for letter in one:
        before, row = row, [0]
        for at, beside in enumerate(other):
            row.append(before[at] + 1 if letter == beside else max(before[at + 1], row[at]))
    return 2 * row[-1] / (len(one) + len(other)) if one or other else 1.0


def mean(numbers: Any) -> float:
    known = [float(number) for number in numbers]
    return sum(known) / len(known)


def said(transcripts: list[Transcript], turn: int) -> list[str]:
    """What was replied to a turn."""
    places = [each.turns[turn].exchanges[0].message or 0 for each in transcripts]
    return [str(each.messages[place]["content"]) for each, place in zip(transcripts, places, strict=True)]


@pytest.fixture(scope="module")
def played() -> tuple[Expected, list[Labelled], Compared]:
    """Three temperatures on two items of two scenarios, five repeats and a twin."""
    whole = expected((0, 0.7, 1.5), items=2, repeats=5, scenarios=2, twin=True)
    trials = random_trials(whole, seed=11)
    return whole, trials, compare(whole, trials)


def by_item(whole: Expected, trials: list[Labelled], label: str, role: str) -> list[list[Transcript]]:
    """The transcripts of a cell, item by item."""
    groups = []
    for item in whole.items:
        of = [each for name, each in trials if name == label and each.case == item.case]
        is_twin = role == "twin"
        groups.append([each for each in of if (each.repeat > whole.repeats) == is_twin])
    return groups


CELLS = [("0", "base"), ("0", "twin"), ("0.7", "treatment"), ("1.5", "treatment")]


def test_cells_stand_in_order(played: Any) -> None:
    """The base first, its twin second, then the others as they were written; the twin has the later repeats."""
    _, _, found = played
    assert [(cell.label, cell.role) for cell in found.cells] == CELLS
    assert [cell.trials for cell in found.cells] == [10] * 4
    assert [cell.value for cell in found.cells] == [0, 0, 0.7, 1.5]
    assert (found.items, found.repeats, found.seed, found.base) == (2, 5, 7, "0")
    assert found.status == "finished"


@pytest.mark.parametrize(("label", "role"), CELLS)
def test_pass_rates_are_means_over_items(played: Any, label: str, role: str) -> None:
    """A trial passes where no check failed and one passed; the rate is the mean of the items' rates."""
    whole, trials, found = played
    rates, passed = [], 0
    for group in by_item(whole, trials, label, role):
        outcomes = [{each.outcome for each in transcript.all_verdicts} for transcript in group]
        good = sum("failed" not in each for each in outcomes)
        passed += good
        rates.append(good / len(group))
    cell = the(found, label, role)
    assert cell.pass_rate is not None
    assert cell.pass_rate.value == pytest.approx(mean(rates))
    assert (cell.passed, cell.measured, cell.pass_rate.n, cell.finished) == (passed, 10, 10, 10)
    assert cell.pass_rate.low is not None
    assert cell.pass_rate.high is not None
    assert cell.pass_rate.low <= mean(rates) <= cell.pass_rate.high


@pytest.mark.parametrize(("label", "role"), CELLS)
def test_agreement_is_that_of_plain_loops(played: Any, label: str, role: str) -> None:
    """TARr, TARa, the share of equal pairs within and across, and where repeats part."""
    whole, trials, found = played
    groups, others = (
        by_item(whole, trials, label, role),
        by_item(whole, trials, "0", "twin" if role == "base" else "base"),
    )
    total, pairs, across, answers, firsts = [], [], [], [], []
    for group, other in zip(groups, others, strict=True):
        parted = []
        for turn in range(3):
            texts, beside = said(group, turn), said(other, turn)
            total.append(all(text == texts[0] for text in texts))
            pairs.append(mean(one == two for one, two in combinations(texts, 2)))
            across.append(mean(one == two for one, two in product(texts, beside)))
            answers.append(
                len({tuple(each.outcome for each in one.turns[turn].verdicts) for one in group}) == 1
            )
            if len(set(texts)) > 1:
                parted.append(turn + 1)
        answers.append(len({one.verdicts[0].outcome for one in group}) == 1)
        firsts.append(min(parted, default=None))
    agreement = the(found, label, role).agreement
    assert agreement.same_replies.value == pytest.approx(mean(total))
    assert agreement.same_replies.n == 6
    assert agreement.pairs.value == pytest.approx(mean(pairs))
    assert agreement.pairs.n == 60
    assert agreement.with_base.value == pytest.approx(mean(across))
    assert agreement.with_base.n == 150
    assert agreement.same_verdicts is not None
    assert agreement.same_verdicts.value == pytest.approx(mean(answers))
    assert agreement.same_verdicts.n == 8
    known = [first for first in firsts if first is not None]
    assert agreement.diverges_at == (float(NUMPY.median(known)) if known else None)
    assert agreement.never.value == pytest.approx(1 - len(known) / 2)


@pytest.mark.parametrize(("label", "role"), CELLS)
def test_diversity_is_that_of_plain_loops(played: Any, label: str, role: str) -> None:
    """Distinct replies, words and neighbouring words as shares, and the mean likeness of all pairs."""
    whole, trials, found = played
    unique, first, second, alike = [], [], [], []
    for group in by_item(whole, trials, label, role):
        for turn in range(3):
            texts = said(group, turn)
            words = [text.lower().split() for text in texts]
            single = [word for each in words for word in each]
            double = [pair for each in words for pair in pairwise(each)]
            unique.append(len(set(texts)) / len(texts))
            first.append(len(set(single)) / len(single))
            second.append(len(set(double)) / len(double))
            alike.append(mean(indel(one, other) for one, other in combinations(texts, 2)))
    diversity = the(found, label, role).diversity
    assert diversity.unique.value == pytest.approx(mean(unique))
    assert diversity.distinct_1.value == pytest.approx(mean(first))
    assert diversity.distinct_2.value == pytest.approx(mean(second))
    assert diversity.similarity.value == pytest.approx(mean(alike))
    assert (diversity.unique.n, diversity.similarity.n) == (30, 60)
    assert (diversity.distinct_1.n, diversity.distinct_2.n) == (90, 60)


@pytest.mark.parametrize(("label", "role"), CELLS)
def test_scores_range_over_repeats(played: Any, label: str, role: str) -> None:
    """A90 and A10 are numpy's percentiles of the shares of passed checks, mean over items."""
    whole, trials, found = played
    high, low, middle = [], [], []
    for group in by_item(whole, trials, label, role):
        scores = []
        for each in group:
            outcomes = Counter(one.outcome for one in each.all_verdicts)
            scores.append(outcomes["passed"] / (outcomes["passed"] + outcomes["failed"]))
        high.append(NUMPY.percentile(scores, 90))
        low.append(NUMPY.percentile(scores, 10))
        middle.append(mean(scores))
    stability = the(found, label, role).stability
    assert stability is not None
    assert (stability.mean, stability.a90, stability.a10) == pytest.approx(
        (mean(middle), mean(high), mean(low))
    )
    assert stability.unreliability == pytest.approx(mean(high) - mean(low))
    assert stability.n == 10


def test_turns_have_their_own_numbers(played: Any) -> None:
    """A turn passes where all of its checks that applied passed; without one that applied it is not counted."""
    whole, trials, found = played
    cell = the(found, "1.5")
    assert [turn.turn for turn in cell.turns] == [0, 1, 2]
    for turn in cell.turns:
        rates, counted, lengths = [], 0, []
        for group in by_item(whole, trials, "1.5", "treatment"):
            outcomes = [
                {each.outcome for each in one.turns[turn.turn].verdicts} - {"not-applicable"} for one in group
            ]
            applied = [each for each in outcomes if each]
            rates.append(mean("failed" not in each for each in applied))
            counted += len(applied)
            lengths += [len(text.split()) for text in said(group, turn.turn)]
        assert turn.pass_rate is not None
        assert turn.pass_rate.value == pytest.approx(mean(rates))
        assert turn.pass_rate.n == counted
        assert (turn.words.value, turn.words.n, turn.replies) == (NUMPY.median(lengths), 10, 10)
        assert turn.same_replies.n == 20


def test_the_contrast_is_of_these_items_alone(played: Any) -> None:
    """With two items the labels are permuted within them, Holm over the treatments; the twin's p is its own."""
    _, _, found = played
    blocks = {}
    for cell in found.cells[1:]:
        blocks[cell.label, cell.role] = [
            Block(base.passed, base.measured, here.passed, here.measured)
            for row in found.by_item
            for base, here in [
                (row.places[0], next(p for p in row.places if (p.label, p.role) == (cell.label, cell.role)))
            ]
        ]
    ps = {key: label_permutation(each, "two-sided") for key, each in blocks.items()}
    _, adjusted, *_ = MANY.multipletests([ps[key] for key in CELLS[2:]], method="holm")
    assert [the(found, *key).contrast.p_adjusted for key in CELLS[2:]] == pytest.approx(list(adjusted))  # type: ignore[union-attr]
    for key, each in blocks.items():
        held = the(found, *key).contrast
        assert held is not None
        assert held.p == pytest.approx(ps[key])
        assert (held.low, held.high) == pytest.approx(stratified(each))
        assert (held.unit, held.items, held.trials, held.base_trials) == ("repeat", 2, 10, 10)
    twin = the(found, "0", "twin").contrast
    assert twin is not None
    assert twin.p_adjusted == twin.p
    assert the(found, "0", "base").contrast is None


def test_scenarios_and_items_are_rows_of_cells(played: Any) -> None:
    """Each row has every cell; p values are Benjamini-Hochberg's over rows and treatments."""
    _, _, found = played
    assert [row.id for row in found.by_scenario] == ["s0", "s1"]
    assert [(row.id, row.scenario, row.case) for row in found.by_item] == [
        ("s0[case=c0]", "s0", "c0"),
        ("s1[case=c1]", "s1", "c1"),
    ]
    treated = [(row.places[0], place) for row in found.by_scenario for place in row.places[2:]]
    ps = [label_permutation([(b.passed, b.measured, p.passed, p.measured)], "two-sided") for b, p in treated]
    _, adjusted, *_ = MANY.multipletests(ps, method="fdr_bh")
    assert [place.p_adjusted for _, place in treated] == pytest.approx(list(adjusted))
    for row in found.by_scenario:
        assert [(place.label, place.role) for place in row.places] == CELLS
        assert row.places[0].difference is None
        for place in row.places[1:]:
            assert place.difference == pytest.approx(place.passed / 5 - row.places[0].passed / 5)


def test_what_it_cost_and_took(played: Any) -> None:
    """Tokens, money and time are medians of trials and replies; the sum is what all trials cost."""
    _, _, found = played
    cell = the(found, "0.7")
    assert cell.cost_usd == pytest.approx(0.03)
    assert (cell.cost_each.value, cell.cost_each.n) == (0.003, 10)
    assert (cell.prompt_tokens.value, cell.completion_tokens.value, cell.completion_tokens.n) == (30, 6, 10)
    assert (cell.latency_s.value, cell.latency_s.low, cell.latency_s.n) == (0.5, None, 30)
    assert cell.finish_reasons == {"stop": 30}
    assert (cell.refusals.value, cell.refusals.n) == (0, 30)
    assert (cell.words.value, cell.words.n) == (3, 30)
    assert found.cost_usd == pytest.approx(sum(each.cost_usd for _, each in played[1]))


def test_shifts_are_hodges_lehmann_s(played: Any) -> None:
    """The typical difference of items; with fewer than six it has no interval, but a p of its own trials."""
    whole, trials, found = played
    cell = the(found, "1.5")
    apart = []
    for here, base in zip(
        by_item(whole, trials, "1.5", "treatment"), by_item(whole, trials, "0", "base"), strict=True
    ):
        alike = [
            mean(mean(indel(*pair) for pair in combinations(said(group, turn), 2)) for turn in range(3))
            for group in (here, base)
        ]
        apart.append(alike[0] - alike[1])
    shift = cell.shifts["similarity"]
    assert shift.value == pytest.approx(mean(apart))
    assert (shift.low, shift.high, shift.items) == (None, None, 2)
    assert shift.p_adjusted is not None
    assert cell.shifts["words"].value == 0
    assert cell.shifts["words"].p_adjusted == 1
    assert set(cell.shifts) == {
        "words",
        "completion_tokens",
        "cost_usd",
        "latency_s",
        "similarity",
        "same_replies",
    }


def test_six_items_stand_for_others() -> None:
    """With six items or more, each played equally often, the item is the unit, and quantities have intervals over items."""
    whole = expected((0, 1), items=7, repeats=3, twin=True)
    found = compare(whole, random_trials(whole, seed=2))
    cell = the(found, "1")
    assert cell.contrast is not None
    assert (cell.contrast.unit, cell.contrast.items) == ("item", 7)
    for shift in (cell.shifts["similarity"], cell.shifts["same_replies"]):
        assert shift.low is not None
        assert shift.high is not None
        assert shift.low <= shift.value <= shift.high
    for estimate in (
        cell.diversity.distinct_1,
        cell.diversity.similarity,
        cell.latency_s,
    ):
        assert estimate.value is not None
        assert estimate.low is not None
        assert estimate.high is not None
        assert estimate.low <= estimate.value <= estimate.high


def test_a_twin_that_equals_the_base_differs_in_nothing() -> None:
    """The same trials once more: every difference is 0, p is 1, and pairs agree as the base's own do."""
    whole = expected((0,), items=2, repeats=4, twin=True)
    base = [each for each in random_trials(whole, 5) if each[1].repeat <= 4]
    again = [(label, each.model_copy(update={"repeat": each.repeat + 4})) for label, each in base]
    found = compare(whole, base + again)
    twin = the(found, "0", "twin")
    assert twin.contrast is not None
    assert (twin.contrast.difference, twin.contrast.p) == pytest.approx((0, 1))
    for shift in twin.shifts.values():
        assert (shift.value, shift.p_adjusted) == (0, 1)
    one, other = the(found, "0", "base").model_dump(), twin.model_dump()
    for name in ("pass_rate", "diversity", "stability", "words", "turns", "agreement"):
        assert one[name] == other[name]


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), items=st.sampled_from([1, 2, 6]), repeats=st.integers(1, 3))
def test_turning_it_round_changes_signs_alone(seed: int, items: int, repeats: int) -> None:
    """With the treatment as the base, differences and their ends change signs, p values stay."""
    whole = expected((0, 1), items=items, repeats=repeats)
    trials = random_trials(whole, seed, turns=2)
    one = the(compare(whole, trials), "1")
    other = the(compare(expected((0, 1), items=items, repeats=repeats, base="1"), trials), "0")
    assert one.contrast is not None
    assert other.contrast is not None
    assert other.contrast.difference == pytest.approx(-one.contrast.difference)
    assert (other.contrast.low, other.contrast.high) == pytest.approx((-one.contrast.high, -one.contrast.low))
    assert other.contrast.p == pytest.approx(one.contrast.p)
    assert other.contrast.verdict == one.contrast.verdict
    assert set(other.shifts) == set(one.shifts)
    for name, shift in one.shifts.items():
        turned = other.shifts[name]
        assert turned.value == pytest.approx(-shift.value)
        assert turned.p_adjusted == pytest.approx(shift.p_adjusted)
        if shift.low is not None and shift.high is not None:
            assert (turned.low, turned.high) == pytest.approx((-shift.high, -shift.low))
    assert one.agreement.with_base == other.agreement.with_base


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), items=st.integers(1, 3))
def test_the_order_of_transcripts_does_not_matter(seed: int, items: int) -> None:
    """However they come, the same is found, to the last digit and word."""
    whole = expected((0, 1), items=items, repeats=3, twin=True)
    trials = random_trials(whole, seed, turns=2)
    shuffled = trials.copy()
    Random(seed).shuffle(shuffled)
    assert compare(whole, trials) == compare(whole, shuffled)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_lost_trial_changes_no_other_cell(seed: int) -> None:
    """One more trial without a reply is counted in its cell, and leaves the numbers of all others as they are."""
    whole = expected((0, 1, 2), items=2, repeats=3)
    trials = [
        each for each in random_trials(whole, seed, turns=2) if not (each[0] == "2" and each[1].repeat == 3)
    ]
    before = compare(whole, trials)
    after = compare(whole, [*trials, trial(whole, "2", 3, None, "")])
    assert [cell for cell in before.cells if cell.label != "2"] == [
        cell for cell in after.cells if cell.label != "2"
    ]
    assert (the(before, "2").unanswered, the(after, "2").unanswered) == (0, 1)
    held = the(after, "2").answered
    assert held is not None
    assert held.verdict == "undecided"
    same = {"unanswered", "answered", "cost_usd"}  # a request that timed out may have cost something
    assert the(before, "2").model_dump(exclude=same) == the(after, "2").model_dump(exclude=same)
    assert after.status == "incomplete"


def test_without_checks_replies_are_compared_alone() -> None:
    """No pass rate, no contrast, no score; how replies agree is known all the same."""
    whole = expected(repeats=3)
    trials = [
        trial(whole, label, repeat, text, "")
        for label, texts in (("0", "aaa"), ("1", "abc"))
        for repeat, text in enumerate(texts, 1)
    ]
    found = compare(whole, trials)
    cell = the(found, "1")
    assert (cell.pass_rate, cell.contrast, cell.stability, cell.agreement.same_verdicts) == (
        None,
        None,
        None,
        None,
    )
    assert (cell.agreement.pairs.value, the(found, "0").agreement.pairs.value) == (0, 1)
    assert found.detectable is None
    assert found.status == "finished"
    assert cell.turns[0].pass_rate is None
    assert "Nothing was measured" in found.sentences[0]


def test_one_repeat_agrees_with_nothing() -> None:
    """Of a single reply there are no pairs: what needs two is not known, and nothing is guessed."""
    whole = expected(repeats=1)
    found = compare(whole, all_of(cell_of(whole, "0", "p"), cell_of(whole, "1", "f")))
    cell = the(found, "1")
    assert cell.agreement.pairs.value is None
    assert (cell.agreement.same_replies.value, cell.agreement.never.value, cell.agreement.diverges_at) == (
        None,
        None,
        None,
    )
    assert (cell.diversity.unique.value, cell.diversity.similarity.value) == (None, None)
    assert (cell.agreement.with_base.value, cell.agreement.with_base.n) == (0, 1)
    assert cell.contrast is not None
    assert (cell.contrast.difference, cell.contrast.verdict) == (-1, "undecided")
    assert "similarity" not in cell.shifts


def test_nothing_played_is_nothing() -> None:
    """Without a transcript every cell is unplayed, and the words say so."""
    found = compare(expected(twin=True), [])
    assert found.status == "nothing"
    assert {cell.status for cell in found.cells} == {"unplayed"}
    assert found.sentences[0] == "Nothing was compared: nothing was played."
    assert found.cost_usd is None
    assert Compared.load(found.dump()) == found


def test_a_value_that_the_model_refuses_is_a_result_of_its_own() -> None:
    """Its cell is unsupported, with the server's words; the others are compared, and the comparison is finished."""
    whole = expected((0, 1, 2), repeats=2)
    trials = all_of(
        cell_of(whole, "0", "pp"),
        cell_of(whole, "2", "pf"),
        [refused(whole, "1", repeat) for repeat in (1, 2)],
    )
    found = compare(whole, trials)
    cell = the(found, "1")
    assert (cell.status, cell.unanswered, cell.contrast) == ("unsupported", 2, None)
    assert cell.reason == "the server answered 400: Unsupported value: 'temperature' does not support 1."
    assert found.status == "finished"
    assert the(found, "2").contrast is not None
    assert found.notes == (
        "the base was not played twice, so there is no A/A pair to tell what chance alone does",
    )
    assert any("1 is not supported: the server answered 400" in each for each in found.sentences)


def test_lone_surrogates_and_silence_are_replies_too() -> None:
    """What no file can hold is compared like any other text; two empty replies are equal."""
    whole = expected((0, 1), repeats=2)
    trials = [
        trial(whole, "0", 1, "a\ud800"), trial(whole, "0", 2, "a\ud801"), trial(whole, "1", 1, ""), trial(whole, "1", 2, "")
    ]  # fmt: skip
    found = compare(whole, trials)
    assert the(found, "0").diversity.similarity.value == pytest.approx(0.5)
    silent = the(found, "1")
    assert (silent.agreement.pairs.value, silent.diversity.similarity.value) == (1, 1)
    assert (silent.words.value, silent.diversity.distinct_1.value, silent.diversity.distinct_1.n) == (
        0,
        None,
        0,
    )


def test_very_long_replies_take_a_bounded_time() -> None:
    """Ten replies of 100,000 characters a cell are held against each other by their beginnings, and that is said."""
    whole = expected((0, 1), repeats=10)
    chance = Random(0)
    texts = ["".join(chance.choices("abcdefgh ", k=100_000)) for _ in range(20)]
    trials = [trial(whole, "01"[place // 10], place % 10 + 1, text) for place, text in enumerate(texts)]
    begins = time.process_time()
    found = compare(whole, trials)
    assert time.process_time() - begins < 3
    assert the(found, "0").characters.value == 100_000
    assert the(found, "0").agreement.pairs.value == 0
    assert any("in 2 of 2 turns" in note for note in found.notes)


def test_conversations_may_end_early() -> None:
    """Turns that were skipped have no reply: what is said of them stands on those that have, and the trial has failed."""
    whole = expected((0, 1), repeats=2)
    early = trial(whole, "1", 2, ["a"], ["f"])[1]
    skipped = early.turns[0].model_copy(
        update={"turn": 1, "status": "skipped", "exchanges": (), "verdicts": ()}
    )
    early = early.model_copy(update={"turns": (*early.turns, skipped)})
    trials = [
        trial(whole, "0", 1, ["a", "b"], "pp"),
        trial(whole, "0", 2, ["a", "b"], "pp"),
        trial(whole, "1", 1, ["a", "b"], "pp"),
    ]
    found = compare(whole, [*trials, ("1", early)])
    cell = the(found, "1")
    assert [turn.replies for turn in cell.turns] == [2, 1]
    assert (cell.passed, cell.measured) == (1, 2)
    assert (cell.agreement.never.value, cell.agreement.same_replies.n) == (1, 1)
    assert cell.stability is not None
    assert cell.stability.mean == 0.5


def test_checks_of_the_whole_conversation_count() -> None:
    """A judged check at the foot passes or fails the trial, though no turn has one; what does not apply does neither."""
    whole = expected((0, 1), repeats=2)

    def judged(label: str, repeat: int, outcome: str) -> Labelled:
        foot = Verdict.model_validate(
            {"check": "llm-rubric", "outcome": outcome, "reason": "so", "line": 9, "of": "conversation"}
        )
        return trial(whole, label, repeat, "well", "n", verdicts=(foot,))

    found = compare(
        whole,
        [
            judged("0", 1, "passed"),
            judged("0", 2, "passed"),
            judged("1", 1, "failed"),
            judged("1", 2, "passed"),
        ],
    )
    assert the(found, "1").contrast is not None
    assert (the(found, "0").passed, the(found, "1").passed) == (2, 1)
    assert the(found, "1").turns[0].pass_rate is None
    agreement = the(found, "1").agreement.same_verdicts
    assert agreement is not None
    assert (agreement.value, agreement.n) == (0.5, 2)


def test_a_margin_can_be_reached() -> None:
    """Where the whole interval lies within the margin, the value does not matter; a difference that was shown comes first."""
    whole = expected((0, 1, 2), repeats=60, margin=0.1)
    trials = all_of(
        cell_of(whole, "0", "p" * 60), cell_of(whole, "1", "p" * 60), cell_of(whole, "2", "p" * 30 + "f" * 30)
    )
    found = compare(whole, trials)
    verdicts = [(cell.label, cell.contrast.verdict) for cell in found.cells if cell.contrast is not None]
    assert verdicts == [("1", "equivalent"), ("2", "differs")]


def test_what_belongs_to_no_cell_is_told() -> None:
    """Transcripts of other items, or of labels that nobody planned, are counted nowhere."""
    whole, other = expected(repeats=1), expected(repeats=1, items=3)
    trials = all_of(
        cell_of(whole, "0", "p"),
        cell_of(whole, "1", "p"),
        cell_of(other, "0", "p", item=2),
        cell_of(whole, "9", "p"),
    )
    found = compare(whole, trials)
    assert [cell.measured for cell in found.cells] == [1, 1]
    assert any("2 trials of `0` and `9`" in note for note in found.notes)
