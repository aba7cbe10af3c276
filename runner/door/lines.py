"""A run's transcripts as a sequence that reads them when they are looked at; it holds their places, not their texts."""

from array import array
from collections.abc import Iterator, Sequence
from typing import overload

from runner.core.wording import unknown
from runner.door.transcript import Transcript
from runner.store.folder import RunFolder
from runner.store.transcripts import load_line, open_transcripts, read_transcripts


class Transcripts(Sequence[Transcript]):
    """A run's transcripts in the order of its plan; `[0]`, `[-1]` and `[1:3]` as of a list, `["id"]` by a trial's id."""

    def __init__(self, folder: RunFolder) -> None:
        """Take the run; nothing is read yet."""
        self._folder = folder
        self._state: tuple[int, int] | None = None
        self._places = array("Q")
        self._ids: dict[str, int] = {}

    def __len__(self) -> int:
        """How many trials began."""
        return len(self._found())

    def __iter__(self) -> Iterator[Transcript]:
        """Each transcript, read as it comes."""
        for transcript in read_transcripts(self._folder):
            yield Transcript.of(transcript)

    @overload
    def __getitem__(self, index: int | str) -> Transcript: ...
    @overload
    def __getitem__(self, index: slice) -> list[Transcript]: ...
    def __getitem__(self, index: int | str | slice) -> Transcript | list[Transcript]:
        """The transcript at a place or of an id; raises IndexError or KeyError where there is none."""
        places = self._found()
        if isinstance(index, slice):
            return [self._read(place) for place in range(len(places))[index]]
        if isinstance(index, str):
            return self._read(self._place(index))
        return self._read(range(len(places))[index])

    def __repr__(self) -> str:
        """How many there are."""
        return f"<{len(self)} transcripts of {self._folder.name}>"

    def _place(self, name: str) -> int:
        """The place of an id; where each has but one trial, the name of a variant or scenario is enough."""
        if name in self._ids:
            return self._ids[name]
        meant = [place for known, place in self._ids.items() if name in _names(known)]
        if len(meant) == 1:
            return meant[0]
        if meant:
            raise KeyError(f"{name} has {len(meant)} trials; name one of them: {name}#1")
        raise KeyError(unknown("trial", name, self._ids))

    def _found(self) -> "array[int]":
        """Where each line begins, found anew where the file is another one by now."""
        with open_transcripts(self._folder) as file:
            state = self._stamp()
            if state is None or state != self._state:
                places, ids, place = array("Q"), {}, 0
                for number, line in enumerate(file, start=1):
                    ids[load_line(self._folder.transcripts, number, line).id] = len(places)
                    places.append(place)
                    place += len(line)
                self._state, self._places, self._ids = state, places, ids
        return self._places

    def _read(self, place: int) -> Transcript:
        """The transcript in a line."""
        with open_transcripts(self._folder) as file:
            file.seek(self._places[place])
            return Transcript.of(load_line(self._folder.transcripts, place + 1, file.readline()))

    def _stamp(self) -> tuple[int, int] | None:
        """What tells the file's states apart; None where there is no file."""
        try:
            state = self._folder.transcripts.stat()
        except OSError:
            return None
        return state.st_mtime_ns, state.st_size


def _names(trial: str) -> tuple[str, str]:
    """The names of a trial's variant and scenario."""
    variant = trial.rpartition("#")[0]
    return variant, variant.partition("[")[0]
