"""The end of a run."""

from pathlib import Path

import pytest

from tests.cli.front import Front

TWO = """\
name: two
turns:
  - user: Hello
    expect: {contains: teapot}
matrix: {seed: [1, 2, 3]}
"""


def test_a_resumed_run_is_told_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reasons and latencies of what was played before are read from the transcripts."""
    front = Front(tmp_path, monkeypatch)
    front.write("two.yaml", TWO)
    whole = front.type("play", "two.yaml", "--in-flight", "1").out
    journal = front.run_folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if b'"finished"' in line)
    journal.write_bytes(b"".join(lines[: first + 1]))
    resumed = front.type("play", "--resume", "latest").out
    assert resumed.count('✗ two[seed=1]#1, turn 1: contains: "teapot" is not in the reply') == 1
    assert "a check" not in resumed
    told = [text.rpartition("finished:")[0] for text in (whole, resumed)]
    assert told[0] == told[1]
