"""Which trial comes next."""

from collections.abc import Sequence
from typing import overload

from runner.core.event import Begun, Finished, Stopped
from runner.core.plan import Plan, Trials
from runner.core.trial import Script, Trial
from tests.stage import script_of


class Variants(Sequence[Script]):
    """Variants that count how often one is made."""

    def __init__(self, size: int, name: str = "v") -> None:
        self.size, self.name, self.made = size, name, 0

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, index: int) -> Script: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Script]: ...
    def __getitem__(self, index: int | slice) -> Script | Sequence[Script]:
        assert isinstance(index, int)
        self.made += 1
        return script_of("u", variant=f"{self.name}[{index}]")


def taken(plan: Plan) -> list[str]:
    ids = []
    while trial := plan.next():
        ids.append(trial.id)
        plan = plan.after(Begun(trial=trial.id))
    return ids


def test_trials_come_scenario_by_scenario_and_repeat_by_repeat() -> None:
    """Repeats of one variant stand next to each other, so that a server's cache is warm for them."""
    trials = Trials([(Variants(2, "a"), [1, 2]), (Variants(0, "none"), [1]), (Variants(1, "b"), [4])])
    assert taken(Plan(trials)) == ["a[0]#1", "a[0]#2", "a[1]#1", "a[1]#2", "b[0]#4"]
    assert len(trials) == 5


def test_trials_are_made_when_they_are_taken() -> None:
    """A plan of a million trials makes one script for the first of them, and one for all its repeats."""
    variants = Variants(1_000_000)
    plan = Plan(Trials([(variants, range(1, 4))]))
    for _ in range(3):
        trial = plan.next()
        assert isinstance(trial, Trial)
        plan = plan.after(Begun(trial=trial.id))
    assert variants.made == 1


def test_what_is_over_is_not_played_again() -> None:
    """Trials that ended in an earlier part of the run are passed over."""
    assert taken(Plan(Trials([(Variants(1), range(1, 4))]), over={"v[0]#1", "v[0]#3"})) == ["v[0]#2"]


def test_a_stopped_plan_begins_nothing() -> None:
    """After Stopped no trial comes, and events of trials move nothing."""
    plan = (
        Plan(Trials([(Variants(2), [1])]))
        .after(Finished(trial="v[0]#1"))
        .after(Stopped(reason="interrupted"))
    )
    assert plan.next() is None
    assert plan.stopped == "interrupted"
