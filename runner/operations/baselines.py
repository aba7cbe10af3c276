"""Making a run the yardstick: its cells go into `baselines/<scenario>.json`; it plays nothing, and takes no part of a block.

Law: a cell holds all trials of its block. Those that were chosen for how they came out, or stopped for it, say nothing of it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from runner.core.baselines.baseline import Baseline, Cell
from runner.core.event import Planned
from runner.core.measuring import Measured, asked_of, measure
from runner.core.wording import unknown
from runner.errors import UsageError
from runner.operations.read import transcripts_of
from runner.operations.stage import Asked
from runner.store.baselines import baseline_path, read_baseline, write_baseline
from runner.store.folder import RunFolder
from runner.store.journal import read_journal
from runner.store.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Accepted:
    """What accepting a run did to one scenario's baseline."""

    scenario: str
    path: Path
    added: int
    """Cells that were not there."""
    changed: int
    same: int
    kept: int
    """Cells of other variants, which the run was not asked to play."""
    removed: int
    """Cells of variants that the scenario has no more."""
    passed: int
    trials: int
    """Trials of the accepted cells that passed, and all that passed or failed."""


def accept(folder: RunFolder, baselines: Path, only: Collection[str] = ()) -> list[Accepted]:
    """Hold later runs against this one; raises UsageError where it is not whole, since a hole would be the yardstick."""
    asked = _require_whole(folder, folder.read_manifest())
    digests = _digests(folder)
    blocks = measure(transcripts_of(folder))
    _require_all_trials(folder.name, blocks)
    names = {block.scenario for block in blocks.values()}
    for name in only:
        if name not in names:
            raise UsageError(f"--only {name}: {unknown('scenario', name, names)}")
    chosen = {
        scenario: {name: block for name, block in blocks.items() if block.scenario == scenario}
        for scenario in sorted(names & set(only) if only else names)
    }
    for scenario, members in chosen.items():
        if not any(block.measured for block in members.values()):
            raise UsageError(
                f"no check applied in any trial of {scenario} in {folder.name}, so nothing could get worse than it: "
                "write checks, or name other scenarios by --only"
            )
    # What was chosen, or varied on the command line, says nothing of the cells that it leaves out.
    is_part = bool(asked.selection.where or asked.selection.cases or asked.changes.axes)
    befores = {
        scenario: read_baseline(baselines, scenario) for scenario in chosen
    }  # all, before any is written
    accepted = []
    for scenario, members in chosen.items():
        before = befores[scenario] or Baseline(scenario=scenario)
        cells = {name: Cell.of(block, *digests[name]) for name, block in members.items()}
        accepted.append(_accept(baselines, before, folder.name, cells, is_part=is_part))
    return accepted


def _require_whole(folder: RunFolder, manifest: Manifest) -> Asked:
    """What was asked of a run; raises UsageError where the run has holes, or was cut by how its trials came out."""
    if manifest.kind == "chat":
        raise UsageError(f"{folder.name} is a chat, and no baseline: play a scenario")
    asked = Asked.load(manifest.asked)
    if asked.until_decided is not None:
        raise UsageError(
            f"{folder.name} stopped once its gates were decided, which draws its rates down: play it without --until-decided"
        )
    if asked.selection.shard is not None:
        raise UsageError(
            f"{folder.name} is one part of a plan: put the parts together by `runner merge`, and accept that"
        )
    broken, unanswered = (int(manifest.totals.get(name) or 0) for name in ("broken", "unanswered"))
    if manifest.status == "incomplete" and broken and not unanswered:
        times = "once" if broken == 1 else f"{broken} times"
        raise UsageError(
            f"{folder.name} cannot be a baseline: a check broke {times}. Mend it and judge again by `runner judge "
            f"{folder.name}`, then accept that run; or play the other scenarios alone"
        )
    if asked.selection.unpassed_in is not None or asked.selection.repeats:
        which = "--trial" if asked.selection.repeats else "--unpassed-in"
        raise UsageError(
            f"{folder.name} has only the trials that {which} chose, and cannot be a baseline: play all of them"
        )
    if manifest.status != "finished":
        retry = " --retry-unanswered" if manifest.status == "incomplete" else ""
        raise UsageError(
            f"{folder.name} is {manifest.status}, and cannot be a baseline: go on with it by "
            f"`runner play --resume {folder.name}{retry}`, or play it again"
        )
    return asked


def _require_all_trials(run: str, blocks: Mapping[str, Measured]) -> None:
    """Raise UsageError where a block was played in part: of one scenario, every block has the trials 1 to as many."""
    most: dict[str, int] = {}
    for block in blocks.values():
        most[block.scenario] = max(most.get(block.scenario, 0), len(block.trials))
    for name, block in blocks.items():
        repeats = sorted(int(trial.rpartition("#")[2]) for trial in block.trials)
        if repeats != list(range(1, most[block.scenario] + 1)):
            raise UsageError(
                f"{run} has not all trials of {name}, and cannot be a baseline: play all of them"
            )


def _accept(
    baselines: Path, before: Baseline, run: str, cells: Mapping[str, Cell], *, is_part: bool
) -> Accepted:
    """Put cells into a scenario's baseline, and take out those that the scenario has no more."""
    same = sum(before.cells.get(name) == cell for name, cell in cells.items())
    write_baseline(baselines, before.with_cells(run, cells, alone=not is_part))
    left = len(before.cells.keys() - cells.keys())
    return Accepted(
        scenario=before.scenario,
        path=baseline_path(baselines, before.scenario),
        added=len(cells.keys() - before.cells.keys()),
        changed=len(cells.keys() & before.cells.keys()) - same,
        same=same,
        kept=left if is_part else 0,
        removed=0 if is_part else left,
        passed=sum(cell.passed for cell in cells.values()),
        trials=sum(cell.measured for cell in cells.values()),
    )


def _digests(folder: RunFolder) -> dict[str, tuple[str, dict[str, str]]]:
    """By variant: the digest of what was sent, and its checks."""
    events = (event for event in read_journal(folder.journal) if isinstance(event, Planned))
    return {event.script.variant: (event.plays, asked_of(event.script)) for event in events}
