"""Runs of the parts of one plan put together into one run; it plays nothing, and changes none of the parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runner.core.event import Stopped
from runner.core.run import Run
from runner.core.shard import Shard
from runner.errors import StoreError, UsageError
from runner.operations.opening import name_stamp, stamp
from runner.operations.play import Played
from runner.operations.stage import Asked
from runner.store.folder import RunFolder
from runner.store.journal import Journal, read_journal
from runner.store.manifest import Manifest
from runner.store.transcripts import write_transcripts

_SAME: Final = {"digests": "scenario files", "plan": "what is sent or expected", "settings": "settings"}
"""What the manifests of parts that belong together have in common, beside what was asked, and what that is called."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One of the runs that are put together."""

    folder: RunFolder
    manifest: Manifest
    asked: Asked
    shard: Shard


def merge(folders: Sequence[RunFolder], outputs: Path, command: Sequence[str] = ()) -> Played:
    """One run of all parts of a plan; raises UsageError where they do not belong together or are not complete."""
    pieces = [_piece(folder) for folder in folders]
    _require_together(pieces)
    _require_complete(pieces)
    pieces.sort(key=lambda piece: piece.shard.number)
    first = pieces[0]
    selection = first.asked.selection.model_copy(update={"shard": None})
    trials = sum(piece.manifest.trials for piece in pieces)
    what = first.folder.name.split("-", 2)[-1]
    folder = RunFolder.create(outputs, name_stamp(), what)
    with folder.locked():
        run = _join(pieces, folder)
        status = run.status(trials)
        manifest = first.manifest.model_copy(
            update={
                "run": folder.name,
                "command": tuple(command),
                "asked": first.asked.model_copy(update={"selection": selection}).dump(),
                "plan": None,
                "trials": trials,
                "status": status,
                "reason": None,
                "started_at": (now := stamp()),  # so that `latest` is the whole, and none of its parts
                "ended_at": now,
                "totals": run.totals().dump(),
            }
        )
        folder.write_manifest(manifest)
        write_transcripts(folder)
    return Played(folder=folder, run=run, trials=trials)


def _piece(folder: RunFolder) -> Piece:
    """A run with what was asked of it; raises UsageError where it is no part of a plan."""
    manifest = folder.read_manifest()
    shard = Asked.load(manifest.asked).selection.shard if manifest.kind == "play" else None
    if shard is None:
        raise UsageError(f"{folder.name} was not played with --shard, so it is not one of several parts")
    return Piece(folder, manifest, Asked.load(manifest.asked), shard)


def _require_together(pieces: Sequence[Piece]) -> None:
    """Raise UsageError where two runs are not parts of the same plan."""
    if not pieces:
        raise UsageError("name the runs of the parts, e.g. `runner merge RUN RUN`")
    first, *rest = pieces
    for piece in rest:
        differs = [
            words
            for name, words in _SAME.items()
            if getattr(piece.manifest, name) != getattr(first.manifest, name)
        ][:1]
        if _whole(piece) != _whole(first) or piece.shard.of != first.shard.of:
            differs.append("what was asked")
        if differs:
            raise UsageError(
                f"{piece.folder.name} and {first.folder.name} are not parts of one plan: they differ in "
                f"{' and '.join(differs)}"
            )


def _whole(piece: Piece) -> Asked:
    """What was asked, but for the part and for what changes nothing that is sent."""
    selection = piece.asked.selection.model_copy(update={"shard": None})
    return piece.asked.model_copy(update={"selection": selection, "in_flight": None, "stream": False})


def _require_complete(pieces: Sequence[Piece]) -> None:
    """Raise UsageError where a part is missing, comes twice, or was not played to its end."""
    numbers = [piece.shard.number for piece in pieces]
    of = pieces[0].shard.of
    if twice := sorted({number for number in numbers if numbers.count(number) > 1}):
        raise UsageError(f"the part {twice[0]}/{of} comes twice")
    if missing := sorted(set(range(1, of + 1)) - set(numbers)):
        raise UsageError(f"the parts {', '.join(f'{number}/{of}' for number in missing)} are missing")
    for piece in pieces:
        if piece.manifest.status in {"playing", "stopped"}:
            raise UsageError(
                f"{piece.folder.name} is not complete: go on with it first, by "
                f"`runner play --resume {piece.folder.name}`"
            )


def _join(pieces: Sequence[Piece], folder: RunFolder) -> Run:
    """The run that the events of all parts make, written down one part after the other."""
    run = Run()
    with Journal(folder.journal, folder.name) as journal:
        for piece in pieces:
            for event in read_journal(piece.folder.journal):
                if not isinstance(event, Stopped):
                    journal.append(event)
                    run.add(event)
    for piece in pieces:
        _keep_files(piece.folder, folder)
    return run


def _keep_files(source: RunFolder, folder: RunFolder) -> None:
    """Keep what a part sent."""
    try:
        kept = sorted(source.files.iterdir()) if source.files.is_dir() else []
    except OSError as error:
        raise StoreError(f"cannot read {source.files}: {error.strerror}") from error
    for path in kept:
        folder.keep_file(path.name, path)
