"""What cassettes are called."""

import pytest

from runner.store.cassettes import file_name
from tests.recorded import HARD


@pytest.mark.parametrize("name", ["talk", "refund-policy", "a", "x_1", "0"])
def test_a_plain_name_is_the_files_name(name: str) -> None:
    """What every system can have as a name is left as it is."""
    assert file_name(name) == f"{name}.jsonl"


def test_names_that_files_cannot_have_are_told_apart() -> None:
    """Whatever a scenario is called, its file's name is plain, bounded, and nobody else's, whatever a system folds."""
    names = [file_name(name) for name in (*HARD, "talk", "ta-lk")]
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert name.isascii()
        assert len(name) < 80
        assert not set(name) & set('/\\:*?"<>| \n')
        assert name[0] not in ".-"
        assert not name.endswith(".times.jsonl")
