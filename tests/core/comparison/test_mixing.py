"""The order of a comparison: mixed by its seed, each trial knowing its place in the plan."""

from collections import Counter

from runner.core.comparison.mixing import MOST_KEPT, Mixed, Plot, mix
from runner.core.trials import Trials
from tests.stage import script_of


def scripts(names: str) -> Trials:
    return Trials([([script_of("u", variant=name)], range(1, 5)) for name in names])


def test_the_order_is_that_of_the_seed() -> None:
    """These are the places of two items of three cells for the seed 1, on every machine and in every version."""
    plots = [Plot([0, 10, 20], 2), Plot([30, 40, 50], 1)]
    assert mix(plots, 1).tolist() == [40, 30, 50, 20, 0, 10, 1, 21, 11]
    assert mix(plots, 2) != mix(plots, 1)
    assert mix([], 1).tolist() == []


def test_a_mixed_trial_knows_its_place_in_the_plan() -> None:
    """Trials come in the order of play; their places are those of the plan, in which transcripts stand."""
    mixed = Mixed(scripts("ab"), [5, 0, 7])
    assert [trial.id for trial in mixed] == ["b#2", "a#1", "b#4"]
    assert [trial.place for trial in mixed] == [5, 0, 7]
    assert len(mixed) == 3
    assert [trial.id for trial in mixed[1:]] == ["a#1", "b#4"]
    assert [trial.id for trial in mixed.unmixed()] == ["a#1", "b#2", "b#4"]


def test_a_script_is_made_once_though_its_trials_are_spread() -> None:
    """Round after round the same variants come again; of more than are kept, some are made anew."""

    class Counted(list[object]):
        def __init__(self) -> None:
            super().__init__(script_of("u", variant=f"v{number}") for number in range(MOST_KEPT + 1))
            self.made: Counter[int] = Counter()

        def __getitem__(self, index: int) -> object:  # type: ignore[override]
            self.made[index] += 1
            return super().__getitem__(index)

    made = Counted()
    trials = Trials([(made, [1, 2, 3])])  # type: ignore[list-item]
    few = Mixed(trials, [3 * number + round_ for round_ in range(3) for number in range(MOST_KEPT)])
    assert len({trial.id for trial in few}) == 3 * MOST_KEPT
    assert set(made.made.values()) == {1}
    assert len(few._scripts) == MOST_KEPT
    assert Mixed(trials, range(len(trials)))[-1].id == f"v{MOST_KEPT}#3"
