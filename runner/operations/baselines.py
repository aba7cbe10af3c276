"""Making a run the yardstick: its cells go into `baselines/<scenario>.json`, those of other variants stay."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from runner.core.baseline import Baseline, Cell
from runner.core.event import Planned
from runner.core.measuring import asked_of, measure
from runner.core.wording import unknown
from runner.errors import UsageError
from runner.operations.read import transcripts_of
from runner.operations.stage import Asked
from runner.store.baselines import baseline_path, read_baseline, write_baseline
from runner.store.folder import RunFolder
from runner.store.journal import read_journal


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
    """Cells of other variants that the run did not play."""
    passed: int
    trials: int
    """Trials of the accepted cells that passed, and all that passed or failed."""


def accept(folder: RunFolder, baselines: Path, only: Collection[str] = ()) -> list[Accepted]:
    """Hold later runs against this one; raises UsageError where it is not whole, since a hole would be the yardstick."""
    manifest = folder.read_manifest()
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
    if manifest.status != "finished":
        raise UsageError(
            f"{folder.name} is {manifest.status}, and cannot be a baseline: go on with it by "
            f"`runner play --resume {folder.name} --retry-unanswered`, or play it again"
        )
    digests = _digests(folder)
    blocks = measure(transcripts_of(folder))
    names = {block.scenario for block in blocks.values()}
    for name in only:
        if name not in names:
            raise UsageError(f"--only {name}: {unknown('scenario', name, names)}")
    accepted = []
    for scenario in sorted(names & set(only) if only else names):
        cells = {
            name: Cell.of(block, *digests[name])
            for name, block in blocks.items()
            if block.scenario == scenario
        }
        accepted.append(_accept(baselines, scenario, folder.name, cells))
    return accepted


def _accept(baselines: Path, scenario: str, run: str, cells: dict[str, Cell]) -> Accepted:
    """Put cells into a scenario's baseline."""
    before = read_baseline(baselines, scenario) or Baseline(scenario=scenario)
    same = sum(before.cells.get(name) == cell for name, cell in cells.items())
    after = before if same == len(cells) else before.with_cells(run, cells)
    write_baseline(baselines, after)
    return Accepted(
        scenario=scenario,
        path=baseline_path(baselines, scenario),
        added=len(cells.keys() - before.cells.keys()),
        changed=len(cells.keys() & before.cells.keys()) - same,
        same=same,
        kept=len(before.cells.keys() - cells.keys()),
        passed=sum(cell.passed for cell in cells.values()),
        trials=sum(cell.measured for cell in cells.values()),
    )


def _digests(folder: RunFolder) -> dict[str, tuple[str, dict[str, str]]]:
    """By variant: the digest of what was sent, and its checks."""
    events = (event for event in read_journal(folder.journal) if isinstance(event, Planned))
    return {event.script.variant: (event.plays, asked_of(event.script)) for event in events}
