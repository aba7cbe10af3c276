"""All trials in the order in which they are played."""

from itertools import product

import pytest

from runner.checks import build
from runner.core.matrix import Variants, expand
from runner.core.scenario import Axis, Opening, Point, Scenario, Setup, Turn
from runner.core.trials import Part, Trials
from tests.stage import script_of


def scenario(name: str, systems: tuple[str, ...] = (), seeds: int = 1, said: str = "hi") -> Variants:
    """A scenario with a system message on an axis, below one of seeds."""
    prompts = tuple(Point(label=each, setup=Setup(opening=(Opening(content=each),))) for each in systems)
    axes = [
        Axis(name="seed", points=tuple(Point(label=n, setup=Setup(params={"seed": n})) for n in range(seeds)))
    ]
    if prompts:
        axes.append(Axis(name="system", points=prompts))
    made = Scenario(name=name, turns=(Turn(content=said),), axes=tuple(axes))
    return expand(made, lambda provider, model: (provider or "p", model or "m"), build)


def test_scenarios_that_open_alike_are_next_to_each_other() -> None:
    """All of them with one system message come before any with the next, in the order of the scenarios."""
    trials = Trials(
        [
            (scenario("a", ("v1", "v2")), [1, 2]),
            (scenario("other"), [1]),
            (scenario("b", ("v1", "v2"), 2), [1]),
        ]
    )
    assert [trial.id for trial in trials] == [
        "a[seed=0,system=v1]#1", "a[seed=0,system=v1]#2", "b[seed=0,system=v1]#1", "b[seed=1,system=v1]#1",
        "a[seed=0,system=v2]#1", "a[seed=0,system=v2]#2", "b[seed=0,system=v2]#1", "b[seed=1,system=v2]#1",
        "other[seed=0]#1",
    ]  # fmt: skip
    assert [trial.place for trial in trials] == list(range(9))
    assert trials.groups(0) == (range(4), range(2))
    assert trials.groups(7) == (range(4, 8), range(6, 8))
    assert trials.groups(8) == (range(8, 9), range(8, 9))


def test_a_trial_is_named_without_being_made() -> None:
    """Scenario, variant and repeat of each place are those of the trial there; scenarios without any count on."""
    given = [
        (scenario("a", ("v1", "v2")), [2, 5]),
        (scenario("none"), []),
        (scenario("b", ("v1", "v2"), 3), [1]),
    ]
    trials = Trials(given)
    for place, trial in enumerate(trials):
        number, variant, repeat = trials.named(place)
        assert trial.id == f"{given[number][0].id(variant)}#{repeat}"
    assert len({trial.id for trial in trials}) == len(trials) == 10


def test_a_block_holds_all_trials_of_a_variant() -> None:
    """Wherever scenarios that open alike are parted, the trials of one variant are next to each other."""
    given = [(scenario("a", ("v1", "v2")), [2, 5]), (scenario("b", ("v1", "v2"), 3), [1, 2, 3])]
    trials = Trials(given)
    for place, trial in enumerate(trials):
        block = trials.block(place)
        assert place in block
        same = [other.place for other in trials if other.script.variant == trial.script.variant]
        assert list(block) == same


def test_groups_hold_what_begins_alike() -> None:
    """Trials of one group have the same opening, and the same first request; of scripts at hand, repeats alone do."""
    trials = Trials([(scenario(name, ("v1", "v2"), 2, name), [1, 2]) for name in "abc"])
    for one, other in product(range(len(trials)), repeat=2):
        opens, asks = trials.groups(one)
        left, right = trials[one].script, trials[other].script
        assert (other in opens) == (left.opening == right.opening)
        assert (other in asks) == (
            (left.opening, left.turns[0].message) == (right.opening, right.turns[0].message)
        )
    plain = Trials([([script_of("u", variant="x"), script_of("u", variant="y")], [1, 2])])
    assert plain.groups(3) == (range(2, 4), range(2, 4))


def test_a_matrix_of_any_size_costs_nothing() -> None:
    """Places and groups in the middle of two hundred million trials are found, and one trial is made."""
    wide = tuple(f"v{number}" for number in range(1000))
    trials = Trials([(scenario(name, wide, 1000), range(1, 101)) for name in "ab"])
    assert len(trials) == 2 * 10**8
    assert trials[10**8].id == "a[seed=0,system=v500]#1"
    assert trials.groups(10**8) == (range(10**8, 10**8 + 200_000), range(10**8, 10**8 + 100_000))


def test_the_order_is_the_trials_and_a_part_keeps_it() -> None:
    """A part holds the trials at its places, with the places that they have in the whole, and groups of its own."""
    trials = Trials([(scenario("a", ("v1", "v2")), [1, 2, 3])])
    part = Part(trials, [0, 2, 4])
    assert [trial.id for trial in part] == [trials[place].id for place in (0, 2, 4)]
    assert [trial.place for trial in part] == [0, 2, 4]
    assert [trial.id for trial in part[1:]] == [trials[2].id, trials[4].id]
    assert part.groups(1) == (range(2), range(2))
    assert part.groups(2) == (range(2, 3), range(2, 3))


def test_beyond_the_end_there_is_none() -> None:
    """A place that no trial has is an IndexError, and so is any where there is no trial."""
    with pytest.raises(IndexError):
        _ = Trials([(scenario("a"), [1])])[1]
    with pytest.raises(IndexError):
        _ = Trials([])[0]
