"""Transcripts made from a journal, and made again where they are not what it says."""

import os
from pathlib import Path

import pytest

from runner.core.event import Event, Planned
from runner.core.trial import Trial
from runner.errors import StoreError
from runner.store.folder import RunFolder
from runner.store.journal import Journal, read_journal
from runner.store.transcripts import Index, load_transcripts, read_transcripts, write_transcripts
from tests.stage import begun, drive, script_of


def journalled(path: Path, repeats: list[int]) -> RunFolder:
    """A run whose trials ended in this order."""
    folder = RunFolder(path)
    script = script_of("uu")
    events: list[Event] = [Planned(script=script, plays=script.plays, judges=script.judges)]
    for repeat in repeats:
        start, first = begun(Trial(script, repeat))
        events += [first, *drive(start)[1]]
    with Journal(folder.journal, folder.name) as journal:
        for event in events:
            journal.append(event)
    return folder


def test_lines_stand_in_plan_order_whatever_ended_first(tmp_path: Path) -> None:
    """One line per trial that began, by number, though the third ended before the first."""
    folder = journalled(tmp_path, [3, 1, 2])
    write_transcripts(folder)
    assert [transcript.id for transcript in load_transcripts(folder.transcripts)] == ["v#1", "v#2", "v#3"]


def test_an_index_made_while_writing_is_the_one_that_reading_makes(tmp_path: Path) -> None:
    """Transcripts come out the same, byte for byte, whether the journal is read for its index or was indexed in passing."""
    folder = journalled(tmp_path, [3, 1, 2])
    write_transcripts(folder)
    read = folder.transcripts.read_bytes()
    events = list(read_journal(folder.journal))
    folder.journal.unlink()
    index = Index(folder.journal)
    with Journal(folder.journal, folder.name) as journal:
        for event in events:
            index.add(event, journal.append(event))
    write_transcripts(folder, index)
    assert folder.transcripts.read_bytes() == read


def test_missing_or_stale_transcripts_are_made_again(tmp_path: Path) -> None:
    """A reader sees what the journal holds, also where an older set was put in place after it."""
    folder = journalled(tmp_path, [1])
    assert len(list(read_transcripts(folder))) == 1
    old = folder.transcripts.read_bytes()
    journalled(tmp_path, [2])
    assert len(list(read_transcripts(folder))) == 2
    folder.transcripts.write_bytes(old)
    os.utime(folder.transcripts, (2e9, 2e9))
    assert len(list(read_transcripts(folder))) == 2


def test_a_line_that_is_no_transcript_is_an_error_with_its_number(tmp_path: Path) -> None:
    """Broken JSON, another shape and a newer schema each name the file and the line."""
    folder = journalled(tmp_path, [1])
    write_transcripts(folder)
    good = folder.transcripts.read_bytes()
    for bad in (
        b"{\n",
        b"[]\n",
        b'{"schema": "runner.transcript/1"}\n',
        good.replace(b"transcript/1", b"transcript/2"),
    ):
        folder.transcripts.write_bytes(good + bad)
        with pytest.raises(StoreError, match=r"transcripts\.jsonl:2: "):
            list(load_transcripts(folder.transcripts))


def test_an_id_with_a_hash_in_its_scenario_is_told_apart(tmp_path: Path) -> None:
    """The repeat is what follows the last hash."""
    folder = RunFolder(tmp_path)
    script = script_of("u", variant="a#b")
    start, first = begun(Trial(script))
    with Journal(folder.journal, folder.name) as journal:
        for event in [Planned(script=script, plays="", judges=""), first, *drive(start)[1]]:
            journal.append(event)
    assert [transcript.id for transcript in read_transcripts(folder)] == ["a#b#1"]
