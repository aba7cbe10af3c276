"""How far shares of pairs could waver, against leaving each trial out and counting everything anew."""

from collections.abc import Callable
from itertools import combinations, product
from math import sqrt
from random import Random

import pytest

from runner.core.comparison.comparing import compare
from runner.core.comparison.design import Expected
from tests.experiment import Labelled, expected, trial

Said = dict[tuple[int, int], list[str]]
"""By item and repeat what was said, turn by turn."""
Z = 1.959963984540054


def made(whole: Expected, label: str, chance: Random) -> tuple[list[Labelled], Said]:
    """Trials of two items; some of them end after the first turn."""
    trials, told = [], {}
    for item, repeat in product(range(len(whole.items)), range(1, whole.repeats + 1)):
        says = chance.choices("abc", [5, 2, 1], k=2 if repeat > 1 else 1)
        trials.append(trial(whole, label, repeat, says, "", item))
        told[item, repeat] = says
    return trials, told


def units(said: Said) -> list[list[str]]:
    """What was said to each turn of each item."""
    items = sorted({item for item, _ in said})
    found = [
        [says[turn] for (of, _), says in said.items() if of == item and len(says) > turn]
        for item in items
        for turn in (0, 1)
    ]
    return [each for each in found if each]


def same(said: Said) -> float:
    """The share of equal pairs, mean over turns."""
    shares = [[one == other for one, other in combinations(each, 2)] for each in units(said)]
    return sum(sum(each) / len(each) for each in shares) / len(shares)


def jackknife(said: Said, number: Callable[[Said], float]) -> float:
    """The variance of a number, each trial left out once, item by item."""
    total = 0.0
    for item in {item for item, _ in said}:
        own = [key for key in said if key[0] == item]
        without = [number({key: says for key, says in said.items() if key != left}) for left in own]
        mean = sum(without) / len(own)
        total += (len(own) - 1) / len(own) * sum((each - mean) ** 2 for each in without)
    return total


def scatter(shares: list[list[bool]]) -> float:
    """What independent pairs would add, the turns of each of two items together."""
    parts = []
    for each in shares:
        share = sum(each) / len(each)
        parts.append(sqrt(share * (1 - share) / len(each)))
    return sum(parts[:2]) ** 2 + sum(parts[2:]) ** 2


def test_each_trial_is_left_out_once() -> None:
    """The interval about the share of equal pairs is that of a plain jackknife over whole trials, with the scatter of pairs."""
    whole = expected((0, 1), items=2, repeats=6)
    chance = Random(4)
    base, there = made(whole, "0", chance)
    cell, here = made(whole, "1", chance)
    found = compare(whole, [*base, *cell]).cells[1].agreement
    pairs = [[one == other for one, other in combinations(each, 2)] for each in units(here)]
    reach = Z * sqrt(jackknife(here, same) + scatter(pairs) / 16)
    assert found.pairs.value == pytest.approx(same(here))
    assert (found.pairs.low, found.pairs.high) == pytest.approx(
        (max(0, same(here) - reach), min(1, same(here) + reach))
    )

    def across(one: Said, other: Said) -> float:
        shares = [
            [a == b for a in mine for b in yours]
            for mine, yours in zip(units(one), units(other), strict=True)
        ]
        return sum(sum(each) / len(each) for each in shares) / len(shares)

    middle = across(here, there)
    pairs = [
        [a == b for a in mine for b in yours] for mine, yours in zip(units(here), units(there), strict=True)
    ]
    both = (
        scatter(pairs) / 16
        + jackknife(here, lambda said: across(said, there))
        + jackknife(there, lambda said: across(here, said))
    )
    assert found.with_base.value == pytest.approx(middle)
    assert (found.with_base.low, found.with_base.high) == pytest.approx(
        (max(0, middle - Z * sqrt(both)), min(1, middle + Z * sqrt(both)))
    )


def test_what_did_not_waver_has_no_interval() -> None:
    """Where all repeats agree, or there are only two, nothing is known of how far they could differ."""
    whole = expected((0, 1), repeats=5)
    trials = [trial(whole, "0", repeat, "same") for repeat in range(1, 6)]
    trials += [trial(whole, "1", repeat, text) for repeat, text in enumerate("ab", 1)]
    for cell in compare(whole, trials).cells:
        assert cell.agreement.pairs.value is not None
        assert (cell.agreement.pairs.low, cell.agreement.pairs.high) == (None, None)


def test_the_interval_covers_the_truth_nearly_always() -> None:
    """Over many drawn cells of one item and ten trials the true share lies within the ends about as often as it says."""
    whole = expected((0,), repeats=10)
    weights = [5, 3, 2]
    truth = sum((weight / 10) ** 2 for weight in weights)
    chance, hits, told = Random(8), 0, 200
    for _ in range(told):
        says = chance.choices("abc", weights, k=10)
        pairs = (
            compare(whole, [trial(whole, "0", at, text, "") for at, text in enumerate(says, 1)])
            .cells[0]
            .agreement.pairs
        )
        hits += pairs.low is not None and pairs.high is not None and pairs.low <= truth <= pairs.high
    assert hits / told > 0.9
