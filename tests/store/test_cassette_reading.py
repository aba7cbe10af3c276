"""Files of recordings are anybody's text."""

from pathlib import Path

import pytest

from runner.errors import ProblemsError
from runner.store.cassettes import load_cassette
from tests.recorded import asked, record


@pytest.mark.parametrize("bound", ["MOST_BYTES", "LONGEST_LINE"])
def test_what_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    """Neither a file nor a line without end."""
    record(tmp_path, asked())
    monkeypatch.setattr(f"runner.store.cassette_reading.{bound}", 100)
    with pytest.raises(ProblemsError, match=r"is larger than|is longer than"):
        load_cassette(tmp_path / "talk.jsonl", "talk.jsonl")
