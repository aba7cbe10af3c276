"""Runs of the parts of one plan put together into one run; it plays nothing, and changes none of the parts.

Law: the whole is found when it is whole. It is made in a hidden folder and moved into place; what fails leaves nothing.
"""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from runner.core.event import Event, Planned
from runner.core.run import Run
from runner.errors import StoreError
from runner.operations.opening import name_stamp, stamp
from runner.operations.pieces import Piece, open_piece, require_complete, require_together, survey
from runner.operations.play import Played
from runner.operations.stage import Asked
from runner.store.folder import RunFolder
from runner.store.journal import Journal, read_at
from runner.store.manifest import Manifest
from runner.store.transcripts import write_transcripts

_NUMBER: Final = re.compile(r"(\d+(?:\.\d+)?)")


def merge(folders: Sequence[RunFolder], outputs: Path, command: Sequence[str] = ()) -> Played:
    """One run of all parts of a plan; raises RunnerError where they do not belong together or are not complete."""
    pieces = [open_piece(folder) for folder in folders]
    require_together(pieces)
    require_complete(pieces)
    for piece in pieces:
        survey(piece)
    pieces.sort(key=lambda piece: piece.shard.number)
    order = _order(pieces)
    names = {name for piece in pieces for name in piece.names}
    what = next(iter(names)) if len(names) == 1 else f"{len(names)}-scenarios"
    beside = outputs / f".merging-{os.getpid()}"
    try:
        folder = _create(outputs, beside, what)
        run = _join(pieces, order, folder)
        manifest = pieces[0].manifest.model_copy(
            update={
                "run": folder.name,
                "command": tuple(command),
                "folder": str(_place(pieces[0].manifest)),
                "asked": _whole(pieces).dump(),
                "trials": len(order),
            }
        )
        folder.write_manifest(_ended(manifest, run))
        folder = _move(folder, outputs)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    write_transcripts(folder)
    return Played(folder=folder, run=run, trials=len(order))


def _ended(manifest: Manifest, run: Run) -> Manifest:
    """What the manifest says of the whole: it is newer than its parts, so that `latest` means it and none of them."""
    now = stamp()
    update = {
        "plan": None,
        "status": run.status(manifest.trials),
        "reason": None,
        "started_at": now,
        "ended_at": now,
        "totals": run.totals().dump(),
    }
    return manifest.model_copy(update=update)


def _whole(pieces: Sequence[Piece]) -> Asked:
    """What was asked of all parts together: as much may be spent as all of them might."""
    first = pieces[0].asked
    costs = [piece.asked.max_cost for piece in pieces]
    tokens = [piece.asked.max_tokens_total for piece in pieces]
    known_costs = [cost for cost in costs if cost is not None]
    known_tokens = [each for each in tokens if each is not None]
    return first.model_copy(
        update={
            "selection": first.selection.model_copy(update={"shard": None}),
            "max_cost": sum(known_costs) if len(known_costs) == len(costs) else None,
            "max_tokens_total": sum(known_tokens) if len(known_tokens) == len(tokens) else None,
        }
    )


# -- what was asked, and in which order --------------------------------------------------------------------------------


def _place(manifest: Manifest) -> Path:
    """The working folder of the whole: that of its parts, or this one where they were played on another machine."""
    place = Path(manifest.folder)
    return place if place.is_dir() else Path.cwd()


def _order(pieces: Sequence[Piece]) -> list[tuple[str, Piece]]:
    """All trials as the plan has them, each with its part; by their ids, where a part does not tell its place in the plan."""
    home = [(trial, piece) for piece in pieces for trial in piece.events]
    places: dict[str, int] = {}
    for piece in pieces:
        for variant, place in piece.places.items():
            if place is None:
                return sorted(home, key=lambda found: _spelling(found[0]))
            places[variant] = min(place, places.get(variant, place))

    def place_of(found: tuple[str, Piece]) -> tuple[int, int]:
        variant, _, repeat = found[0].rpartition("#")
        return places[variant], int(repeat)

    return sorted(home, key=place_of)


def _spelling(trial: str) -> tuple[list[str | float], str, int]:
    """What trials are ordered by that no plan orders: their variant, with the numbers in it as numbers; their repeat."""
    variant, _, repeat = trial.rpartition("#")
    pieces = _NUMBER.split(variant)
    return [float(piece) if place % 2 else piece for place, piece in enumerate(pieces)], variant, int(repeat)


# -- one folder --------------------------------------------------------------------------------------------------------


def _create(outputs: Path, beside: Path, what: str) -> RunFolder:
    """A new folder in a hidden one, with a name that is free among the runs."""
    now = name_stamp()
    while (outputs / (folder := RunFolder.create(beside, now, what)).name).exists():
        pass
    return folder


def _move(folder: RunFolder, outputs: Path) -> RunFolder:
    """The folder where runs are found."""
    path = outputs / folder.name
    try:
        folder.path.rename(path)
    except OSError as error:
        raise StoreError(f"cannot move {folder.path} to {path}: {error.strerror}") from error
    return RunFolder(path)


def _join(pieces: Sequence[Piece], order: Sequence[tuple[str, Piece]], folder: RunFolder) -> Run:
    """The run that the events of all parts make, written down one conversation after the other."""
    run = Run()
    latest: dict[str, tuple[str, str]] = {}
    with Journal(folder.journal, folder.name) as journal:
        for trial, piece in order:
            for event in _events(piece, trial):
                if isinstance(event, Planned):
                    told = (event.plays, event.judges)
                    if latest.get(event.script.variant) == told:
                        continue
                    latest[event.script.variant] = told
                    event = event.model_copy(update={"place": None})  # noqa: PLW2901 - in the order written here
                journal.append(event)
                run.add(event)
    for piece in pieces:
        _keep_files(piece.folder, folder)
    return run


def _events(piece: Piece, trial: str) -> Iterator[Event]:
    """What a part says of a trial."""
    try:
        with piece.folder.journal.open("rb") as file:
            for place in piece.events[trial]:
                yield read_at(file, place)
    except OSError as error:
        raise StoreError(f"cannot read {piece.folder.journal}: {error.strerror}") from error


def _keep_files(source: RunFolder, folder: RunFolder) -> None:
    """Keep what a part sent."""
    try:
        kept = sorted(source.files.iterdir()) if source.files.is_dir() else []
    except OSError as error:
        raise StoreError(f"cannot read {source.files}: {error.strerror}") from error
    for path in kept:
        folder.keep_file(path.name, path)
