"""Comparing what was played: runs against each other, or the values of an axis in them; nothing is sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from runner.core.comparison.compared import Compared
from runner.core.comparison.comparing import compare
from runner.core.comparison.design import Design, Expected, Item
from runner.core.places import spelled
from runner.core.transcript import Transcript
from runner.core.value import Json, canonical
from runner.core.wording import listed, unknown
from runner.errors import NothingToPlayError, RunnerError, UsageError
from runner.operations.compare import by_axis, design_of, timed, trials, typed_again
from runner.operations.designing import spelled_as
from runner.operations.read import transcripts_of
from runner.operations.stage import Asked, stage
from runner.store.folder import RunFolder
from runner.store.manifest import Manifest

RUNS: Final = "run"
"""What is compared where whole runs are."""
MOST_NAMED: Final = 3
"""How many variants are named in a note."""
ALPHA: Final = 0.05
"""How often what does not differ may be called different, where nobody says otherwise."""


def compare_runs(
    folders: Sequence[RunFolder],
    by: str | None,
    base: str | None,
    *,
    margin: float | None,
    alpha: float | None,
) -> Compared:
    """What runs that were played say beside each other, or the values of an axis in them; nothing is sent."""
    manifests = [folder.read_manifest() for folder in folders]
    for folder, manifest in zip(folders, manifests, strict=True):
        if manifest.kind == "chat":
            raise UsageError(f"{folder.name} is a chat, and has no repeats to compare")
    _require_different(folders)
    design = design_of(manifests[0]) if len(folders) == 1 else None
    if design is not None and by in {None, design.by} and base in {None, design.base}:
        found = _again(folders[0], manifests[0], design, margin=margin, alpha=alpha)
    elif by is None and len(folders) > 1:
        found = _beside(folders, base, margin=margin, alpha=alpha)
    else:
        found = _inside(
            folders, by or (None if design is None else design.by), base, design, margin=margin, alpha=alpha
        )
    return timed(found, manifests[0]) if len(folders) == 1 else found


def _require_different(folders: Sequence[RunFolder]) -> None:
    """Raise UsageError where a run is named twice."""
    seen: set[Path] = set()
    for folder in folders:
        if folder.path.resolve() in seen:
            raise UsageError(f"{folder.name} is named twice: a run is held against other runs")
        seen.add(folder.path.resolve())


def _again(
    folder: RunFolder, manifest: Manifest, design: Design, *, margin: float | None, alpha: float | None
) -> Compared:
    """What a run that was played as a comparison found, once more."""
    expected = _staged_again(manifest)
    notes: list[str] = []
    if expected is None:
        gathered = _gather([folder], design.by)
        expected = gathered.expected(design.base, replace_repeats=design.repeats)
        expected = replace(expected, twin=design.twin, seed=design.seed, planned={})
        notes.append(
            "the scenarios are not as they were when this was played: of trials that did not begin nothing is known"
        )
    expected = replace(
        expected,
        margin=design.margin if margin is None else margin,
        alpha=design.alpha if alpha is None else alpha,
        runs=(folder.name,),
        command=typed_again(manifest),
    )
    return _noted(compare(expected, by_axis(expected, [folder])), notes)


def _staged_again(manifest: Manifest) -> Expected | None:
    """What a run compared; None where its scenarios are not there any more as they were."""
    folder = Path(manifest.folder)
    for path, digest in manifest.digests.items():
        file = folder / path
        if not file.is_file() or sha256(file.read_bytes()).hexdigest() != digest:
            return None
    try:
        return stage(Asked.load(manifest.asked), folder, {}, needs_secrets=False).expected
    except (RunnerError, ValidationError):
        return None


@dataclass(slots=True)
class _Gathered:
    """What runs hold, cell by cell."""

    by: str
    values: dict[str, Json] = field(default_factory=dict)
    """By label."""
    items: dict[bytes, Item] = field(default_factory=dict)
    counts: dict[str, dict[bytes, int]] = field(default_factory=dict)
    """Trials of each cell on each item."""
    strangers: int = 0
    """Trials without the axis."""

    def add(self, label: str, value: Json, item: Item) -> None:
        """Take in a trial."""
        key = canonical([item.scenario, item.case, item.variant])
        self.values.setdefault(label, value)
        self.items.setdefault(key, item)
        counts = self.counts.setdefault(label, {})
        counts[key] = counts.get(key, 0) + 1

    def shared(self) -> list[bytes]:
        """The items that are in every cell."""
        return [key for key in self.items if all(key in counts for counts in self.counts.values())]

    def expected(self, base: str | None, *, replace_repeats: int | None = None) -> Expected:
        """What is held against what, as if all that is there had been planned; raises UsageError where there is nothing."""
        label = next(iter(self.values), "") if base is None else base
        label = label if label in self.values else spelled_as(label)
        if label not in self.values:
            raise UsageError(f"--base {base}: {unknown('value', base or '', self.values)}")
        most = max((many for counts in self.counts.values() for many in counts.values()), default=0)
        return Expected(
            by=self.by,
            base=label,
            cells=tuple(self.values.items()),
            items=tuple(self.items.values()),
            repeats=replace_repeats or most,
            twin=False,
            seed=None,
            planned={name: sum(counts.values()) for name, counts in self.counts.items()},
        )


def _gather(folders: Sequence[RunFolder], by: str) -> _Gathered:
    """The values of an axis in runs, and what each was tried on."""
    found = _Gathered(by)
    for folder in folders:
        for transcript in transcripts_of(folder):
            if by in transcript.variant:
                value = transcript.variant[by]
                found.add(spelled(value), value, _item(transcript, by))
            else:
                found.strangers += 1
    return found


def _item(transcript: Transcript, by: str | None) -> Item:
    """What a value, or a run, was tried on."""
    variant = {axis: value for axis, value in transcript.variant.items() if axis != by}
    parts = [] if transcript.case is None else [f"case={transcript.case}"]
    parts += [f"{axis}={spelled(variant[axis])}" for axis in sorted(variant)]
    name = f"{transcript.scenario}[{','.join(parts)}]" if parts else transcript.scenario
    return Item(id=name, scenario=transcript.scenario, case=transcript.case, variant=variant)


def _inside(
    folders: Sequence[RunFolder],
    by: str | None,
    base: str | None,
    design: Design | None,
    *,
    margin: float | None,
    alpha: float | None,
) -> Compared:
    """The values of an axis in runs that were not played for that."""
    by = by or _varied(folders)
    found = _gather(folders, by)
    if not found.values:
        raise UsageError(f"--by {by}: {unknown('axis', by, _axes(folders))}")
    if len(found.values) == 1:
        raise UsageError(f"{by} has one value there, {next(iter(found.values))}: nothing is held against it")
    most = None if design is None else design.repeats
    expected = replace(
        found.expected(base, replace_repeats=most),
        seed=None if design is None else design.seed,
        margin=margin,
        alpha=ALPHA if alpha is None else alpha,
        runs=tuple(folder.name for folder in folders),
    )
    notes = []
    if most is not None:  # the twin's trials are left out, so that all values have as many
        expected = replace(expected, planned={})
    if found.strangers:
        notes.append(f"{trials(found.strangers)} without the axis {by} {_are(found.strangers)} left out")
    return _noted(compare(expected, by_axis(expected, folders, most)), notes)


def _varied(folders: Sequence[RunFolder]) -> str:
    """The one axis that runs vary; raises UsageError where it is none, or several."""
    axes = [name for name, values in _axes(folders).items() if len(values) > 1]
    if len(axes) == 1:
        return axes[0]
    names = " and ".join(folder.name for folder in folders)
    if not axes:
        raise UsageError(f"{names} varies no axis: name a second run to hold it against")
    raise UsageError(f"{names} varies {listed(axes)}: name the one that is compared, e.g. --by {axes[0]}")


def _axes(folders: Sequence[RunFolder]) -> dict[str, set[str]]:
    """The axes of runs with their values."""
    axes: dict[str, set[str]] = {}
    for folder in folders:
        for transcript in transcripts_of(folder):
            for name, value in transcript.variant.items():
                axes.setdefault(name, set()).add(spelled(value))
    return axes


def _beside(
    folders: Sequence[RunFolder], base: str | None, *, margin: float | None, alpha: float | None
) -> Compared:
    """Whole runs against the first, over the variants that are in all of them."""
    names = [folder.name for folder in folders]
    labels = names if len(set(names)) == len(names) else [str(folder.path) for folder in folders]
    found = _Gathered(RUNS)
    for label, folder in zip(labels, folders, strict=True):
        for transcript in transcripts_of(folder):
            found.add(label, label, _item(transcript, None))
        if label not in found.values:
            raise NothingToPlayError(f"no trial of {folder.name} has begun: there is nothing to compare")
    shared = found.shared()
    if not shared:
        first, second = (next(iter(found.counts[label])) for label in labels[:2])
        raise UsageError(
            f"no variant is in all of these runs: {labels[0]} has {found.items[first].id}, {labels[1]} has "
            f"{found.items[second].id}; name an axis that they differ in by --by"
        )
    left = [item.id for key, item in found.items.items() if key not in set(shared)]
    found.items = {key: found.items[key] for key in shared}
    found.counts = {label: {key: counts[key] for key in shared} for label, counts in found.counts.items()}
    expected = replace(
        found.expected(base), margin=margin, alpha=ALPHA if alpha is None else alpha, runs=tuple(names)
    )
    kept = {item.id for item in found.items.values()}

    def labelled() -> Iterator[tuple[str, Transcript]]:
        for label, folder in zip(labels, folders, strict=True):
            for transcript in transcripts_of(folder):
                if _item(transcript, None).id in kept:
                    yield label, transcript

    notes = [_left_out(left)] if left else []
    return _noted(compare(expected, labelled()), notes)


def _left_out(names: Sequence[str]) -> str:
    """The sentence about variants that are not in all runs."""
    more = len(names) - MOST_NAMED
    told = ", ".join(names[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
    return f"not in all of the runs, and left out: {told}"


def _noted(found: Compared, notes: Sequence[str]) -> Compared:
    """A comparison with more to know of its numbers."""
    return found.model_copy(update={"notes": (*found.notes, *notes)}) if notes else found


def _are(number: int) -> str:
    """The verb of so many."""
    return "is" if number == 1 else "are"
