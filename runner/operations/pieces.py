"""The runs that are parts of one plan: whether they belong together, and are whole; they are read, and never changed."""

import shlex
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from runner.core.event import Begun, Planned, Reopened, Stopped
from runner.core.run import Run
from runner.core.shard import Shard
from runner.errors import StoreError, UsageError
from runner.operations.stage import Asked
from runner.store.folder import RunFolder
from runner.store.journal import read_places
from runner.store.manifest import Manifest

_SAME: Final = {"digests": "scenario files", "plan": "what is sent or expected", "settings": "settings"}
"""What the manifests of parts that belong together have in common, beside what was asked, and what that is called."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One of the runs that are put together."""

    folder: RunFolder
    manifest: Manifest
    asked: Asked
    shard: Shard
    events: "dict[str, array[int]]" = field(default_factory=dict)
    """By trial: where in the journal its events stand, each script that it is told over before those that it holds for."""
    places: dict[str, int | None] = field(default_factory=dict)
    """By variant: where it stands in the whole plan; None where that is not told."""
    names: set[str] = field(default_factory=set)
    """The scenarios that are played."""


def open_piece(folder: RunFolder) -> Piece:
    """A run with what was asked of it; raises UsageError where it is no part of a plan."""
    manifest = folder.read_manifest()
    shard = Asked.load(manifest.asked).selection.shard if manifest.kind == "play" else None
    if shard is None:
        raise UsageError(f"{folder.name} was not played with --shard, so it is not one of several parts")
    return Piece(folder, manifest, Asked.load(manifest.asked), shard)


def require_together(pieces: Sequence[Piece]) -> None:
    """Raise UsageError where two runs are not parts of the same plan."""
    if not pieces:
        raise UsageError("name the runs of the parts, e.g. `runner merge RUN RUN`")
    first, *rest = pieces
    for piece in rest:
        one, other = f"{first.folder.name} and {piece.folder.name}", f"{first.shard} and {piece.shard}"
        if piece.shard.of != first.shard.of:
            raise UsageError(f"{one} are the parts {other}: expected parts of as many")
        differs = [
            words
            for name, words in _SAME.items()
            if getattr(piece.manifest, name) != getattr(first.manifest, name)
        ][:1]
        if _unparted(piece.asked) != _unparted(first.asked):
            differs.append("what was asked")
        if differs:
            raise UsageError(f"{one} are not parts of one plan: they differ in {' and '.join(differs)}")


def _unparted(asked: Asked) -> Asked:
    """What was asked, but for the part and for what changes nothing that is sent."""
    selection = asked.selection.model_copy(update={"shard": None})
    own = {"in_flight": None, "reproduce": False, "stream": False, "max_cost": None, "max_tokens_total": None}
    return asked.model_copy(update={"selection": selection, **own})


def require_complete(pieces: Sequence[Piece]) -> None:
    """Raise UsageError where parts are missing, come twice, or were not played to their end; with all that is wrong."""
    problems: list[str] = []
    named = Counter(piece.folder.path.resolve() for piece in pieces)
    problems += [
        f"{path.name} is named {count} times: name it once" for path, count in named.items() if count > 1
    ]
    by_number: dict[int, dict[Path, Piece]] = {}
    for piece in pieces:
        by_number.setdefault(piece.shard.number, {})[piece.folder.path.resolve()] = piece
    for same in by_number.values():
        if len(same) > 1:
            names = " and ".join(path.name for path in same)
            problems.append(f"{names} are the same part, {next(iter(same.values())).shard}: name one of them")
    of = pieces[0].shard.of
    if missing := [f"{number}/{of}" for number in range(1, of + 1) if number not in by_number]:
        shown = ", ".join(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
        what = "the part {} is" if len(missing) == 1 else "the parts {} are"
        problems.append(
            f"{what.format(shown)} missing: name the run of each part; --shard {missing[0]} plays one"
        )
    problems += [_unended(piece) for piece in pieces if piece.manifest.status in {"playing", "stopped"}]
    if problems:
        raise UsageError("\n".join(dict.fromkeys(problems)))


def _unended(piece: Piece) -> str:
    """What is said of a part that was not played to its end."""
    why = "is still being played, or was killed" if piece.manifest.status == "playing" else "was stopped"
    return (
        f"{piece.folder.name}, the part {piece.shard}, {why}: go on with it first, by "
        f"`runner play --resume {shlex.quote(str(piece.folder.path))}`"
    )


def survey(piece: Piece) -> None:
    """Note where a part's events stand; raises StoreError where they are not those of the part."""
    run = Run()
    planned: dict[str, int] = {}
    for place, event in read_places(piece.folder.journal):
        run.add(event)
        match event:
            case Planned():
                planned[event.script.variant] = place
                piece.places.setdefault(event.script.variant, event.place)
                piece.names.add(event.script.scenario)
            case Stopped():
                pass
            case _:
                if not piece.shard.takes(event.trial):
                    raise StoreError(
                        f"{piece.folder.journal} holds {event.trial}, which is not of the part {piece.shard}: "
                        "the files of two runs were mixed up; copy the run again, or play the part again"
                    )
                places = piece.events.setdefault(event.trial, array("Q"))
                if isinstance(event, Begun | Reopened):
                    places.append(planned[event.trial.rpartition("#")[0]])
                places.append(place)
    if (ended := sum(1 for _ in run.ended())) != piece.manifest.trials:
        raise StoreError(
            f"{piece.folder.journal} holds {ended} of the {piece.manifest.trials} conversations that run.json tells "
            "of: it is not whole; copy the run again, or play the part again"
        )
