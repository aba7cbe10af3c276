"""The journal on disk."""

from pathlib import Path

import pytest

from runner.core.event import Begun, Event, Finished, Heard
from runner.errors import StoreError
from runner.store.journal import Journal, mend, read_at, read_journal, read_places

EVENTS: list[Event] = [Begun(trial="a\u2028b\ud800#1"), Heard(trial="x#1", turn=0), Finished(trial="x#1")]


def write(path: Path, events: list[Event]) -> bytes:
    with Journal(path, "r") as journal:
        for event in events:
            journal.append(event)
    return path.read_bytes()


def test_events_come_back_in_their_order(tmp_path: Path) -> None:
    """What was appended is what is read, odd characters included, and the file is pure ASCII."""
    content = write(tmp_path / "j", EVENTS)
    assert list(read_journal(tmp_path / "j")) == EVENTS
    assert content.isascii()
    assert content.count(b"\n") == len(EVENTS) + 1


def test_each_append_is_on_disk_when_it_returns(tmp_path: Path) -> None:
    """Another reader sees an event at once: killing the writer loses nothing that was appended."""
    journal = Journal(tmp_path / "j", "r")
    for count, event in enumerate(EVENTS, start=1):
        journal.append(event)
        assert len(list(read_journal(tmp_path / "j"))) == count
    journal.close()


def test_cut_at_any_byte_it_is_still_a_journal(tmp_path: Path) -> None:
    """A torn last line was never written; appending after it begins a line of its own."""
    content = write(tmp_path / "j", EVENTS)
    ends = [place + 1 for place, byte in enumerate(content) if byte == 0x0A]
    for cut in range(len(content) + 1):
        path = tmp_path / "cut"
        path.write_bytes(content[:cut])
        whole = max(0, sum(end <= cut for end in ends) - 1)
        assert list(read_journal(path)) == EVENTS[:whole]
        with Journal(path, "r") as journal:
            journal.append(EVENTS[0])
        assert list(read_journal(path)) == [*EVENTS[:whole], EVENTS[0]]


def test_a_long_torn_line_is_cut_off(tmp_path: Path) -> None:
    """Mending looks back as far as it must."""
    path = tmp_path / "j"
    path.write_bytes(b"{}\n" + b"x" * 200_000)
    mend(path)
    assert path.read_bytes() == b"{}\n"


def test_an_event_is_found_by_its_place(tmp_path: Path) -> None:
    """read_places tells the byte at which read_at finds the same event."""
    write(tmp_path / "j", EVENTS)
    places = list(read_places(tmp_path / "j"))
    with (tmp_path / "j").open("rb") as file:
        assert [read_at(file, place) for place, _ in places] == EVENTS


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b'{"schema":"runner.journal/2"}\n', "use a newer runner"),
        (b"[]\n", "use a newer runner"),
        (b'{"schema":"runner.journal/1"}\nnonsense\n', ":2: this line is not JSON"),
        (b'{"schema":"runner.journal/1"}\n{"event":"sung"}\n', ":2: this line is no event"),
    ],
)
def test_what_is_no_journal_is_refused_with_its_line(tmp_path: Path, content: bytes, complaint: str) -> None:
    """A newer major version, a changed line and an unknown event are errors with an address."""
    (tmp_path / "j").write_bytes(content)
    with pytest.raises(StoreError, match=complaint):
        list(read_journal(tmp_path / "j"))


def test_a_folder_that_cannot_be_written_is_a_plain_error(tmp_path: Path) -> None:
    """A journal that cannot be opened says which file and why."""
    with pytest.raises(StoreError, match=r"cannot write .*missing"):
        Journal(tmp_path / "missing" / "j", "r")
