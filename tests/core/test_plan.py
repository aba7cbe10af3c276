"""Which trial comes next."""

from collections.abc import Sequence
from dataclasses import replace
from typing import overload

import pytest

from runner.core.event import Answered, Begun, Event, Finished, Skipped, Stopped, Unanswered
from runner.core.message import Answer
from runner.core.plan import CACHED_CHARACTERS, Plan, Wait
from runner.core.trial import Script, Trial
from runner.core.trials import Trials
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
    while isinstance(trial := plan.next(), Trial):
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


def opened(characters: int, said: str = "hi", variant: str = "v") -> Script:
    script = script_of("uu", variant=variant, opening=({"role": "system", "content": "x" * characters},))
    line = script.turns[0].model_copy(update={"message": {"role": "user", "content": said}})
    return script.model_copy(update={"turns": (line, *script.turns[1:])})


def grouped(*scripts: Script, repeats: int = 3) -> Plan:
    """A plan in which each script's repeats begin alike."""
    trials = Trials([([script], range(1, repeats + 1)) for script in scripts])
    return Plan(trials, groups=trials.groups)


def begin(plan: Plan) -> tuple[Plan, str]:
    trial = plan.next()
    assert isinstance(trial, Trial)
    return plan.after(Begun(trial=trial.id)), trial.id


def answered(trial: str) -> Answered:
    return Answered(trial=trial, slot="turns[0]", purpose="turn", key="k", answer=Answer())


@pytest.mark.parametrize("script", [opened(CACHED_CHARACTERS), opened(9, "y" * CACHED_CHARACTERS)])
def test_the_first_of_a_group_goes_ahead_and_its_reply_lets_the_others_go(script: Script) -> None:
    """With a long opening or a long first line, the repeats wait for the first reply, and for no later one."""
    plan, first = begin(grouped(script))
    assert plan.next() == Wait(reason="for the first reply to what begins alike")
    plan = plan.after(answered(first))
    assert taken(plan) == ["v#2", "v#3"]


@pytest.mark.parametrize(
    "ending",
    [
        Unanswered(trial="v#1", turn=0, kind="server_error"),
        Finished(trial="v#1"),
        Skipped(trial="v#1", turn=0, reason="stop"),
    ],
)
def test_a_first_that_ends_without_a_reply_lets_the_others_go(ending: Event) -> None:
    """Whatever becomes of it, nobody waits for what will not come."""
    plan, _ = begin(grouped(opened(CACHED_CHARACTERS)))
    assert taken(plan.after(ending)) == ["v#2", "v#3"]


def test_what_is_short_or_alone_waits_for_nobody() -> None:
    """Below the least that servers keep there is nothing to wait for; nor is there where nobody shares it."""
    assert taken(grouped(opened(CACHED_CHARACTERS - 3), repeats=2)) == ["v#1", "v#2"]
    plan, _ = begin(grouped(opened(CACHED_CHARACTERS), repeats=1))
    assert not plan.ahead


def test_other_groups_go_on_meanwhile_and_the_first_comes_back() -> None:
    """While one group waits the next one begins; once it need not wait, it comes before what stands behind it."""
    plan, first = begin(
        grouped(*(opened(CACHED_CHARACTERS, variant=name) for name in "ab"), opened(1, variant="c"))
    )
    plan, second = begin(plan)
    plan, third = begin(plan)
    assert (first, second, third) == ("a#1", "b#1", "c#1")
    assert taken(plan.after(answered("a#1"))) == ["a#2", "a#3", "c#2", "c#3"]


def test_of_a_run_that_goes_on_the_first_that_is_left_goes_ahead() -> None:
    """What an earlier part of the run ended is no first any more: a cache does not last that long."""
    plan, first = begin(replace(grouped(opened(CACHED_CHARACTERS), repeats=4), over={"v#1", "v#3"}))
    assert first == "v#2"
    assert isinstance(plan.next(), Wait)
    assert taken(plan.after(answered("v#2"))) == ["v#4"]


def test_a_trial_may_begin_out_of_turn() -> None:
    """Whatever order the events come in, what is left is what has not begun."""
    plan = grouped(opened(1)).after(Begun(trial="v#2"))
    assert taken(plan) == ["v#1", "v#3"]
    with pytest.raises(IndexError):
        plan.after(Begun(trial="v#2"))


def test_a_group_of_any_size_costs_nothing() -> None:
    """A million that wait are passed over without being made."""
    variants = Variants(1_000_000)
    trials = Trials([([opened(CACHED_CHARACTERS)], range(1, 1_000_001)), (variants, [1])])
    plan = Plan(trials, groups=trials.groups)
    for wanted in ("v#1", "v[0]#1", "v[1]#1"):
        plan, name = begin(plan)
        assert name == wanted
    assert variants.made <= 2
    assert begin(plan.after(answered("v#1")))[1] == "v#2"
