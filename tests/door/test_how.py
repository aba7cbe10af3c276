"""What changes how a run is played, laid over what was asked for earlier."""

from pathlib import Path

import pytest

from runner.door.how import How
from runner.operations.stage import Asked

NOTHING = How(None, False, None, None, None, None, None)


def test_what_is_not_said_stays() -> None:
    """Only what was said is changed."""
    asked = Asked(paths=("a.yaml",), in_flight=2, max_cost=1, cassettes="tapes", mode="fill")
    assert NOTHING.laid_over(asked) == asked
    changed = How(None, False, None, 0, None, None, "replay").laid_over(asked)
    assert (changed.max_cost, changed.in_flight, changed.cassettes, changed.mode) == (0, 2, "tapes", "replay")


def test_recordings_are_named_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written as typed where the run is played here, and in full where it is played in another folder."""
    monkeypatch.chdir(tmp_path)
    how = How(None, False, None, None, None, Path("tapes"), None)
    assert how.laid_over(Asked(paths=())).cassettes == "tapes"
    assert how.laid_over(Asked(paths=()), Path.cwd()).cassettes == "tapes"
    assert how.laid_over(Asked(paths=()), tmp_path / "other").cassettes == str(tmp_path / "tapes")
