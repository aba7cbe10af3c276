"""Laws of going ahead: nobody is left out or begins twice, no long beginning is sent twice before it is cached, nothing stands still."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from runner.core.event import Answered, Begun, Event, Finished, Stopped, Unanswered
from runner.core.message import Answer, Failure
from runner.core.plan import CACHED_CHARACTERS, Plan, Wait
from runner.core.trial import Script, Trial
from tests.stage import script_of

LONG, SHORT = "x" * CACHED_CHARACTERS, "x"


@dataclass
class Asked:
    """Trials with what they begin with: an opening, and a first line."""

    openings: Sequence[tuple[bool, Sequence[tuple[bool, int]]]]
    """Of each opening whether it is long, with each first line below it: whether that is long, and how many trials."""
    trials: list[Trial] = field(default_factory=list)
    spans: list[tuple[range, range]] = field(default_factory=list)
    long: list[list[range]] = field(default_factory=list)
    """Of each trial the groups that it shares something long with."""

    def __post_init__(self) -> None:
        for number, (is_long, firsts) in enumerate(self.openings):
            start = len(self.trials)
            opening = range(start, start + sum(count for _, count in firsts))
            for says_long, count in firsts:
                first = range(len(self.trials), len(self.trials) + count)
                for _ in first:
                    self._add(number, is_long, says_long)
                    self.spans.append((opening, first))
                    self.long.append([*([opening] if is_long else []), *([first] if says_long else [])])

    def _add(self, number: int, is_long: bool, says_long: bool) -> None:
        name = f"v{len(self.trials)}"
        script: Script = script_of("uu", variant=name)
        line = script.turns[0].model_copy(
            update={"message": {"role": "user", "content": LONG if says_long else SHORT}}
        )
        script = script.model_copy(update={"provider": "pq"[number % 2]})
        opening = ({"role": "system", "content": f"{number}{LONG if is_long else SHORT}"},)
        self.trials.append(
            Trial(script.model_copy(update={"opening": opening, "turns": (line, *script.turns[1:])}))
        )

    def groups(self, place: int) -> tuple[range, range]:
        return self.spans[place]


asked = st.lists(
    st.tuples(st.booleans(), st.lists(st.tuples(st.booleans(), st.integers(1, 5)), min_size=1, max_size=4)),
    min_size=1,
    max_size=5,
).map(Asked)


def answered(trial: str, failed: bool) -> Answered:
    answer = Answer(failure=Failure(kind="server_error", message="500")) if failed else Answer()
    return Answered(trial=trial, slot="turns[0]", purpose="turn", key="k", answer=answer)


class Played:
    """A plan played by so many workers, whose conversations take two replies each and end in any order."""

    def __init__(self, plan: Plan, width: int) -> None:
        self.plan, self.width = plan, width
        self.begun: list[str] = []
        self.heard: dict[str, int] = {}
        """How many replies each conversation under way has."""
        self.replied: set[str] = set()

    def fill(self) -> Trial | Wait | None:
        """Begin what may begin; what the plan said last."""
        while self.begin():
            pass
        return self.plan.next()

    def begin(self) -> bool:
        """Begin what comes next; whether anything may."""
        coming = self.plan.next()
        if not isinstance(coming, Trial) or len(self.heard) == self.width:
            return False
        self.begun.append(coming.id)
        self.heard[coming.id] = 0
        self.plan = self.plan.after(Begun(trial=coming.id))
        return True

    def go_on(self, trial: str, failed: bool) -> None:
        """One more reply, or the end of a conversation."""
        events: list[Event] = [answered(trial, failed)]
        self.replied.add(trial)
        self.heard[trial] += 1
        if failed:
            events.append(Unanswered(trial=trial, turn=0, kind="server_error"))
        elif self.heard[trial] == 2:
            events.append(Finished(trial=trial))
        if len(events) > 1:
            del self.heard[trial]
        for event in events:
            self.plan = self.plan.after(event)


@given(asked, st.integers(1, 12), st.data())
def test_each_trial_begins_once_and_a_long_beginning_is_asked_once_before_its_reply(
    asked: Asked, width: int, data: st.DataObject
) -> None:
    """However many play and however replies come: all are played, one goes ahead of its group, nobody else is kept waiting."""
    over = data.draw(st.sets(st.sampled_from([trial.id for trial in asked.trials])))
    room = data.draw(st.sampled_from([{}, {"p": 1, "q": 1}, {"p": 3, "q": 2}]))
    played = Played(Plan(asked.trials, over=over, groups=asked.groups, room=room), width)
    place = {trial.id: number for number, trial in enumerate(asked.trials)}
    while True:
        coming = played.fill()
        waiting = [played_id for played_id in played.heard if played_id not in played.replied]
        groups = [group for name in waiting for group in asked.long[place[name]]]
        for group in groups:
            inside = [name for name in played.begun if place[name] in group]
            warm = any(name in played.replied for name in inside)
            assert warm or len(inside) == 1
        if isinstance(coming, Wait):
            assert waiting, "somebody went ahead, whose reply lets the others go"
            left = {trial.id for trial in asked.trials} - set(played.begun) - over
            assert all(any(place[name] in group for group in groups) for name in left)
        if not played.heard:
            break
        name = data.draw(st.sampled_from(sorted(played.heard)))
        played.go_on(name, data.draw(st.booleans()))
    assert sorted(played.begun) == sorted({trial.id for trial in asked.trials} - over)
    assert not played.plan.ahead
    assert not played.plan.busy
    assert played.plan.next() is None


@given(asked)
def test_one_at_a_time_goes_in_the_order_of_the_plan(asked: Asked) -> None:
    """With one conversation after the other nothing is passed over, whoever would go ahead."""
    played = Played(Plan(asked.trials, groups=asked.groups), 1)
    while played.fill() is not None or played.heard:
        played.go_on(next(iter(played.heard)), failed=False)
    assert played.begun == [trial.id for trial in asked.trials]


@given(asked, st.integers(2, 12))
def test_without_groups_the_order_is_that_of_the_plan(asked: Asked, width: int) -> None:
    """Where nobody goes ahead, trials begin as they stand."""
    played = Played(Plan(asked.trials), width)
    while played.fill() is not None or played.heard:
        played.go_on(max(played.heard), failed=False)
    assert played.begun == [trial.id for trial in asked.trials]


@given(asked, st.integers(1, 12))
def test_what_stops_lets_nobody_wait(asked: Asked, width: int) -> None:
    """A plan that is stopped says that there is none, also to those who waited for a first reply."""
    played = Played(Plan(asked.trials, groups=asked.groups), width)
    played.fill()
    assert played.plan.after(Stopped(reason="interrupted")).next() is None


@given(asked, st.integers(1, 12), st.data())
def test_a_plan_is_the_fold_of_its_events(asked: Asked, width: int, data: st.DataObject) -> None:
    """The same events make the same plan, and none of them changes the plan that it came to."""
    start = Plan(asked.trials, groups=asked.groups)
    played, events = Played(start, width), list[Event]()
    after: Callable[[Plan, Event], Plan] = Plan.after
    for _ in range(data.draw(st.integers(0, 10))):
        begun = len(played.begun)
        played.fill()
        events += [Begun(trial=name) for name in played.begun[begun:]]
        if played.heard:
            name = data.draw(st.sampled_from(sorted(played.heard)))
            played.go_on(name, failed=False)
            events.append(answered(name, failed=False))
    folded = start
    for event in events:
        folded = after(folded, event)
    assert (folded.left, folded.ahead, folded.cached) == (
        played.plan.left,
        played.plan.ahead,
        played.plan.cached,
    )
    assert (start.left, start.ahead) == (None, {})


@given(asked, st.integers(1, 3), st.integers(1, 3))
def test_no_provider_is_passed_over_for_a_busy_one(asked: Asked, one: int, other: int) -> None:
    """A conversation begins on a provider that has all it can do only where there is nothing to begin on another one."""
    room = {"p": one, "q": other}
    on = {trial.id: trial.script.provider for trial in asked.trials}
    played = Played(Plan(asked.trials, groups=asked.groups, room=room), one + other)
    while True:
        under_way = Counter(on[name] for name in played.heard)
        waiting = [name for name in played.heard if name not in played.replied]
        held = [group for name in waiting for group in asked.long[int(name[1:-2])]]
        left = {
            trial.script.provider
            for place, trial in enumerate(asked.trials)
            if trial.id not in played.begun and not any(place in group for group in held)
        }
        coming = played.plan.next()
        if isinstance(coming, Trial) and under_way[on[coming.id]] >= room[on[coming.id]]:
            assert all(under_way[name] >= room[name] for name in left)
        if not played.begin():
            if not played.heard:
                break
            played.go_on(min(played.heard), failed=False)
