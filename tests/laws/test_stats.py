"""The laws of numbers: bounds hold what was seen, nothing depends on which run is called which, stopping is harmless."""

from fractions import Fraction
from importlib import import_module
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.core.statistics.deciding import curtailed_mean, decide, fails_at, passes_needed, settled
from runner.core.statistics.paired import regression, stratified
from runner.core.statistics.rates import (
    at_least,
    clopper_pearson,
    hodges_lehmann,
    lower_bound,
    pass_at,
    pass_hat,
    percentile,
    upper_bound,
    wilson,
)
from runner.core.statistics.sequential import enumerate_sprt, sprt
from runner.core.statistics.significance import (
    Alternative,
    Block,
    benjamini_hochberg,
    holm,
    label_permutation,
    mcnemar,
    mcnemar_worse,
    sign_flip,
)

SCIPY = import_module("scipy.stats")

counts = st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
few = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
shares = st.floats(0.001, 0.999)
rates = st.integers(0, 100).map(lambda percent: percent / 100)
confidences = st.none() | st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])
block = st.tuples(few, few).map(lambda two: Block(*two[0], *two[1]))
even = st.integers(1, 8).flatmap(
    lambda n: st.tuples(st.integers(0, n), st.integers(0, n)).map(lambda two: Block(two[0], n, two[1], n))
)
blocks = st.lists(block, min_size=1, max_size=8) | st.lists(even, min_size=6, max_size=14)
ways = st.sampled_from(["less", "two-sided"])


@given(counts, shares)
def test_intervals_hold_the_rate_that_was_seen(count: tuple[int, int], level: float) -> None:
    """Every interval lies between 0 and 1 and holds the observed rate; the other way round it is mirrored."""
    passed, trials = count
    for interval in (wilson, clopper_pearson):
        low, high = interval(passed, trials, level)
        assert 0 <= low <= high <= 1
        assert low - 1e-12 <= passed / trials <= high + 1e-12
        assert interval(trials - passed, trials, level) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@given(counts, shares)
def test_bounds_rise_with_every_pass(count: tuple[int, int], confidence: float) -> None:
    """One more pass raises both bounds, and each bound is where its tail has what the confidence leaves."""
    passed, trials = count
    low, high = lower_bound(passed, trials, confidence), upper_bound(passed, trials, confidence)
    assert 0 <= low <= 1
    assert 0 <= high <= 1
    if passed < trials:
        assert lower_bound(passed + 1, trials, confidence) > low
        assert upper_bound(passed + 1, trials, confidence) > high
    if passed:
        assert at_least(passed, trials, low) == pytest.approx(1 - confidence, rel=1e-6, abs=1e-9)


@given(few, st.integers(1, 40))
def test_all_of_k_pass_no_more_often_than_any(count: tuple[int, int], k: int) -> None:
    """pass^k is at most the rate, and pass@k at least."""
    passed, trials = count
    k = min(k, trials)
    assert 0 <= pass_hat(passed, trials, k) <= passed / trials + 1e-12
    assert passed / trials - 1e-12 <= pass_at(passed, trials, k) <= 1


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(0, 1))
def test_what_is_typical_lies_among_the_values(values: list[float], share: float) -> None:
    """Percentiles and the typical difference lie between the least and the largest value."""
    for typical in (percentile(values, share), hodges_lehmann(values)):
        assert min(values) - 1e-9 <= typical <= max(values) + 1e-9


@given(st.integers(1, 300), rates, confidences)
def test_more_passes_never_turn_a_verdict_for_the_worse(
    trials: int, rate: float, confidence: float | None
) -> None:
    """Failed, undecided, passed come in this order as passes grow, and no two overlap."""
    needed, failing = passes_needed(trials, rate, confidence), fails_at(trials, rate, confidence)
    assert needed is None or failing is None or failing < needed
    order = ["failed", "undecided", "passed"]
    said = [order.index(decide(passed, trials, rate, confidence)) for passed in range(trials + 1)]
    assert said == sorted(said)
    if confidence is None:
        assert said == [0 if Fraction(c, trials) < Fraction(str(rate)) else 2 for c in range(trials + 1)]


@given(st.lists(st.booleans(), min_size=1, max_size=80), rates, confidences)
def test_stopping_a_settled_block_never_changes_its_verdict(
    trials: list[bool], rate: float, confidence: float | None
) -> None:
    """Whenever a block is settled it says what all its trials say in the end, and it goes on saying it."""
    planned = len(trials)
    verdict = decide(sum(trials), planned, rate, confidence)
    said = [settled(sum(trials[:at]), at, planned, rate, confidence) for at in range(planned + 1)]
    first = next(at for at, each in enumerate(said) if each)
    assert set(said[first:]) == {verdict}


@given(st.integers(1, 40), rates, st.floats(0, 1), confidences)
def test_a_curtailed_block_is_never_longer(
    trials: int, rate: float, true_rate: float, confidence: float | None
) -> None:
    """Its mean number of trials lies between none and all."""
    assert -1e-9 <= curtailed_mean(rate, trials, true_rate, confidence) <= trials + 1e-9


@given(st.floats(0.05, 0.9), st.floats(0.05, 0.9), st.floats(0.01, 0.3), st.floats(0.01, 0.3))
def test_a_sequential_test_keeps_its_errors(one: float, other: float, alpha: float, beta: float) -> None:
    """Both errors stay within Wald's bounds, and not both can be above what was allowed."""
    bad, good = sorted((one, other + 0.09))
    if good - bad < 0.05:
        return
    found = enumerate_sprt(good, bad, alpha, beta)
    assert found.alpha <= alpha / (1 - beta) + 1e-9
    assert found.beta <= beta / (1 - alpha) + 1e-9
    assert found.alpha + found.beta <= alpha + beta + 1e-9
    assert sprt(good, bad, alpha, beta).verdict(0, 0) is None


@given(blocks)
def test_a_comparison_turned_round_changes_signs_alone(played: list[Block]) -> None:
    """With the runs swapped the difference and its ends turn round; the two-sided p, the unit and the rest stay."""
    found, turned = (
        regression(played, resamples=50),
        regression([each.swap() for each in played], resamples=50),
    )
    assert turned.difference == -found.difference
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=1e-12)
    assert turned.p_two_sided == pytest.approx(found.p_two_sided, rel=1e-9)
    assert (turned.unit, turned.blocks, turned.detectable) == (found.unit, found.blocks, found.detectable)
    assert found.p + turned.p >= 1 - 1e-9
    assert 0 < found.p <= 1
    assert 0 < found.p_two_sided <= 1
    assert -1 <= found.low <= found.difference + 1e-12
    assert found.difference - 1e-12 <= found.high <= 1
    assert found.low <= stratified(played).low
    assert stratified(played).high <= found.high


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_flipping_signs_of_single_trials_is_mcnemars_test(b: int, c: int, same: int) -> None:
    """Where each block is one trial a side, sign-flip is the exact test of the pairs that disagree."""
    differences = [-1] * b + [1] * c + [0] * same
    assert sign_flip(differences) == pytest.approx(mcnemar_worse(b, c), rel=1e-12)
    assert sign_flip(differences, alternative="two-sided") == pytest.approx(mcnemar(b, c).p, rel=1e-12)
    assert 0 < mcnemar(b, c).mid_p <= mcnemar(b, c).p <= 1


@given(block, ways)
def test_permuting_one_block_is_fishers_exact_test(played: Block, way: Alternative) -> None:
    """Of one block, labels permuted give scipy's Fisher."""
    passed_base, n_base, passed_now, n_now = played
    table = [[passed_now, n_now - passed_now], [passed_base, n_base - passed_base]]
    theirs = SCIPY.fisher_exact(table, alternative=way).pvalue
    assert label_permutation([played], way) == pytest.approx(theirs, rel=1e-8)


@given(st.lists(st.floats(0, 1), max_size=30))
def test_adjusted_ps_are_never_smaller(ps: list[float]) -> None:
    """Holm raises most, Benjamini and Hochberg less, neither changes the order, and one alone stays."""
    for p, lenient, strict in zip(ps, benjamini_hochberg(ps), holm(ps), strict=True):
        assert p - 1e-12 <= lenient <= strict + 1e-12 <= 1 + 1e-11
    for adjust in (holm, benjamini_hochberg):
        by_p = [adjusted for _, adjusted in sorted(zip(ps, adjust(ps), strict=True))]
        assert by_p == sorted(by_p)


@pytest.mark.parametrize(("count", "repeats"), [(12, 5), (40, 1), (3, 10)])
def test_the_same_run_twice_is_seldom_called_worse(count: int, repeats: int) -> None:
    """Of 2,000 pairs of runs that do not differ no more are called worse than alpha, by the upper end of 95 %."""
    chance, alarms, pairs = Random(10), 0, 2_000
    for _ in range(pairs):
        blocks = []
        for _ in range(count):
            rate = chance.choice((0.2, 0.6, 0.9, 1))
            first, second = (sum(chance.random() < rate for _ in range(repeats)) for _ in range(2))
            blocks.append(Block(first, repeats, second, repeats))
        alarms += regression(blocks, resamples=1).is_worse
    assert clopper_pearson(alarms, pairs).high <= 0.05 + 0.01
