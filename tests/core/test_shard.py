"""Parts of a plan: together they are all of it, and each is the same wherever it is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.core.shard import Shard
from runner.core.trials import Part, Trials
from tests.stage import script_of


@given(st.lists(st.text(), unique=True, max_size=40), st.integers(1, 9))
def test_every_trial_falls_into_one_part(ids: list[str], parts: int) -> None:
    """Whatever ids are called, the parts are the whole and share nothing."""
    shards = [Shard(number=number, of=parts) for number in range(1, parts + 1)]
    for name in ids:
        assert sum(shard.takes(name) for shard in shards) == 1


def test_a_part_does_not_depend_on_the_machine() -> None:
    """These are the parts that all versions make: runs of different ones can be put together."""
    ids = [f"talk[temperature={number}]#{repeat}" for number in range(4) for repeat in (1, 2)]
    assert [next(n for n in (1, 2, 3) if Shard(number=n, of=3).takes(name)) for name in ids] == [
        2,
        1,
        3,
        3,
        1,
        3,
        3,
        2,
    ]


@pytest.mark.parametrize("text", ["", "0/3", "4/3", "1", "1/0", "a/b", "-1/3", "1/3/5", "1/9999999"])
def test_what_is_no_part_is_refused(text: str) -> None:
    """With a sentence that says what was expected."""
    with pytest.raises(ValueError, match="expected I/N"):
        Shard.read(text)


def test_a_part_of_the_trials_keeps_their_order() -> None:
    """Places, slices and lengths are those of a sequence."""
    trials = Trials([([script_of("u")], [1, 2, 3])])
    part = Part(trials, [0, 2])
    assert [trial.repeat for trial in part] == [1, 3]
    assert [trial.repeat for trial in part[1:]] == [3]
    assert str(Shard.read(" 2/3 ")) == "2/3"
