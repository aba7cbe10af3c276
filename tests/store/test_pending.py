"""What is recorded and not put away yet: programs that are killed, and several at once."""

import multiprocessing
import os
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from runner.store.shelf import Shelf
from tests.recorded import answer, asked, heard, record


def _record_and_die(folder: str, texts: Sequence[str]) -> None:
    shelf = Shelf(Path(folder), ["talk"], writes=True)
    for text in texts:
        shelf.keep(asked(text), answer(text))
    os._exit(9)


def _record_well(folder: str, texts: Sequence[str]) -> None:
    record(Path(folder), *map(asked, texts))


def start(target: object, folder: Path, texts: Sequence[str]) -> "multiprocessing.process.BaseProcess":
    process = multiprocessing.get_context("spawn").Process(target=target, args=(str(folder), texts))  # type: ignore[arg-type]
    process.start()
    return process


def test_a_program_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    """What it had recorded is played at once, and put into the cassette by the next one that records."""
    start(_record_and_die, tmp_path, ["one", "two"]).join(30)
    assert not (tmp_path / "talk.jsonl").exists()
    assert heard(tmp_path, asked("two")) == "two"
    record(tmp_path, asked("three"))
    assert len((tmp_path / "talk.jsonl").read_text(encoding="utf-8").splitlines()) == 4
    assert [path.name for path in tmp_path.glob(".recording-*")] == []
    assert heard(tmp_path, asked("two")) == "two"


def test_a_torn_last_line_was_never_recorded(tmp_path: Path) -> None:
    """What stands before it is."""
    start(_record_and_die, tmp_path, ["one", "two"]).join(30)
    (log,) = tmp_path.glob(".recording-*.jsonl")
    whole = log.read_bytes()
    for size in range(len(whole)):
        log.write_bytes(whole[:size])
        expected = whole[:size].count(b"\n") - 1
        found = [heard(tmp_path, asked(text)) for text in ("one", "two")]
        assert found == ["one" if expected >= 1 else None, "two" if expected >= 2 else None]


def test_a_log_that_is_still_written_is_left_to_its_program(tmp_path: Path) -> None:
    """It is played, and put away by whoever writes it."""
    shelf = Shelf(tmp_path, ["talk"], writes=True)
    shelf.keep(asked("one"), answer())
    record(tmp_path, asked("two"))
    assert len(list(tmp_path.glob(".recording-*.jsonl"))) == 1
    assert heard(tmp_path, asked("one")) == "well"
    shelf.keep(asked("three"), answer())
    shelf.close()
    for text in ("one", "two", "three"):
        assert heard(tmp_path, asked(text)) == "well"
    assert list(tmp_path.glob(".recording-*")) == []


def test_programs_that_record_at_once_lose_nothing(tmp_path: Path) -> None:
    """Whoever puts its recordings away takes in what others have put there meanwhile."""
    texts = [[f"{number}-{text}" for text in range(20)] for number in range(3)]
    processes = [start(_record_well, tmp_path, each) for each in texts]
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    for text in chain.from_iterable(texts):
        assert heard(tmp_path, asked(text)) == "well"
