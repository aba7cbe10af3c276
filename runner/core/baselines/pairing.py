"""A run beside its baseline, or one value of an axis beside the others: which blocks belong together; it tests nothing.

Law: nothing is paired by guess. A block without a partner is named, and is neither a failure nor a pass.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from runner.core.assessment import Comparison
from runner.core.baselines.baseline import Baseline, Cell
from runner.core.baselines.regression import Couple, Side, conclude, hold
from runner.core.measuring import Measured
from runner.core.places import spelled
from runner.core.statistics.paired import detectable, discordance_of
from runner.core.value import Json
from runner.core.wording import quoted

MOST_NAMED: Final = 5
"""How many checks are named in a sentence."""


def side_of(block: Measured, checks: Iterable[str] | None = None) -> Side:
    """A block that was measured; only some of its checks count, where that is said."""
    counted = None if checks is None else set(checks)
    failing, passed = _failing(
        {int(trial.rpartition("#")[2]): keys for trial, keys in block.failing.items()}, counted
    )
    return Side(
        id=block.id,
        passed=block.passed + passed,
        trials=block.measured,
        failing=failing,
        replies={turn: frozenset(each.digests) for turn, each in block.replies.items()},
        is_fixed=block.is_replayed or (block.is_cold and len(block.trials) == 1),
        repeats=len(block.trials),
    )


def _side_of_cell(name: str, cell: Cell, checks: Iterable[str] | None) -> Side:
    """A cell of a baseline; only some of its checks count, where that is said."""
    counted = None if checks is None else set(checks)
    failing, passed = _failing({int(repeat): keys for repeat, keys in cell.failing.items()}, counted)
    return Side(
        id=name,
        passed=cell.passed + passed,
        trials=cell.measured,
        failing=failing,
        replies={int(turn) - 1: frozenset(heard.digests) for turn, heard in cell.replies.items()},
        is_fixed=cell.is_fixed,
        repeats=sum(cell.trials.values()),
    )


def _failing(failed: Mapping[int, Sequence[str]], counted: set[str] | None) -> tuple[frozenset[int], int]:
    """The repeats that failed a check which counts, and how many of those that failed did not."""
    if counted is None:
        return frozenset(failed), 0
    kept = frozenset(repeat for repeat, keys in failed.items() if not keys or counted & set(keys))
    return kept, len(failed) - len(kept)


def compare_baseline(
    blocks: Mapping[str, Measured],
    asked: Mapping[str, Mapping[str, str]],
    baselines: Mapping[str, Baseline],
    *,
    alpha: float,
    gate_blocks: bool,
    is_whole: bool = True,
    plays: Mapping[str, str] | None = None,
) -> Comparison:
    """A run beside its baselines; `asked` has the checks of each block as they are now, by its id.

    Of a run that `is_whole`, what the baseline has and the run has not is told as well; where `plays` has the digests of
    what each block sends, so is what is sent in other words.
    """
    couples: list[Couple] = []
    unpaired: dict[str, None] = {}
    if is_whole:
        unpaired |= dict.fromkeys(_gone(blocks, asked, baselines))
    if plays:
        unpaired |= dict.fromkeys(_reworded(plays, baselines))
    for name, block in blocks.items():
        baseline = baselines.get(block.scenario)
        cell = None if baseline is None else baseline.cells.get(name)
        if cell is None:
            unpaired[_unpaired(block, baseline)] = None
            continue
        common = None
        if cell.asked != (now := asked.get(name, {})):
            common = {key for key, digest in now.items() if cell.asked.get(key) == digest}
            unpaired |= dict.fromkeys(_changed_checks(block.scenario, now, cell.asked, common))
            if not common:
                unpaired[f"unpaired: {name}: none of its checks is in the baseline"] = None
                continue
        if cell.models and block.models and set(cell.models).isdisjoint(block.models):
            was, is_now = ", ".join(cell.models), ", ".join(sorted(block.models))
            unpaired[f"{block.scenario}: the baseline was answered by {was}, this run by {is_now}"] = None
        couple = Couple(side_of(block, common), _side_of_cell(name, cell, common))
        if couple.now.trials and couple.base.trials:
            couples.append(couple)
        else:
            unpaired[f"unpaired: {name}: nothing was measured on one of the two sides"] = None
    title = "against the baseline"
    [found] = conclude([hold(title, couples, tuple(unpaired), alpha=alpha, gate_blocks=gate_blocks)])
    return found


def compare_inside(
    blocks: Mapping[str, Measured], axis: str, value: str, *, alpha: float, gate_blocks: bool
) -> list[Comparison]:
    """Every other value of an axis beside one value of it, inside one run; gates by Holm over the values."""
    base = {_rest(block, axis): block for block in blocks.values() if _is_at(block, axis, value)}
    others: dict[str, list[Measured]] = {}
    for block in blocks.values():
        if axis in block.variant and not _is_at(block, axis, value):
            others.setdefault(spelled(block.variant[axis]), []).append(block)
    held = []
    for other, members in others.items():
        couples, unpaired = [], []
        for block in members:
            partner = base.get(_rest(block, axis))
            if partner is None or not partner.measured or not block.measured:
                unpaired.append(f"unpaired: {block.id} has nothing measured beside it at {axis}={value}")
            else:
                couples.append(Couple(side_of(block), side_of(partner)))
        title = f"{axis}={other} against {axis}={value}"
        held.append(hold(title, couples, tuple(unpaired), alpha=alpha, gate_blocks=gate_blocks))
    return conclude(held)


def foresee(blocks: int, trials: int, discordance: float | None = None) -> str:
    """The smallest drop that a design can see, in a sentence; how often trials disagree is assumed where it is not known."""
    if not blocks or not trials:
        return ""
    known = discordance is not None
    drop = (
        detectable(blocks * trials, discordance) if discordance is not None else detectable(blocks * trials)
    )
    if drop >= 1:
        return f"with {blocks} block{'s' * (blocks != 1)} of {trials} trial{'s' * (trials != 1)}, no drop could be seen for sure"
    each = f"{blocks} block{'s' * (blocks != 1)} of {trials} trial{'s' * (trials != 1)}"
    how = "as often as they did for the baseline" if known else "in one of five"
    return (
        f"with {each}, a drop of about {round(100 * drop)} points in every block would be seen four times of five, "
        f"where trials disagree {how}"
    )


def discordance_in(baselines: Iterable[Baseline]) -> float | None:
    """How often two trials of the same words disagreed when they were accepted; None where that is not known."""
    counts = [
        (cell.passed, cell.measured)
        for each in baselines
        for cell in each.cells.values()
        if cell.measured > 1
    ]
    return discordance_of(counts) if counts else None


def _gone(
    blocks: Mapping[str, Measured], planned: Collection[str], baselines: Mapping[str, Baseline]
) -> Iterator[str]:
    """What baselines have and the run has not, a sentence each; what was planned and not played is not gone."""
    for baseline in baselines.values():
        members = [block for block in blocks.values() if block.scenario == baseline.scenario]
        cases = {block.case for block in members}
        axes = {axis for block in members for axis in block.variant}
        for name, cell in baseline.cells.items():
            if not members or name in planned or cell.variant.keys() != axes:
                continue
            is_case = cell.case is not None and cell.case not in cases
            what = f"case {cell.case} of {baseline.scenario}" if is_case else name
            yield f"gone: {what} is in the baseline, and is not played any more"


def _reworded(plays: Mapping[str, str], baselines: Mapping[str, Baseline]) -> Iterator[str]:
    """The scenarios of which other words are sent than those that were accepted, a sentence each."""
    for baseline in baselines.values():
        paired = [name for name in baseline.cells if name in plays]
        changed = sum(baseline.cells[name].plays != plays[name] for name in paired)
        if changed:
            of = f" of {len(paired)} blocks" if len(paired) > 1 else " block"
            yield f"{baseline.scenario}: prompt, turns, params or model are not what was accepted, in {changed}{of}"


def _changed_checks(
    scenario: str, now: Mapping[str, str], before: Mapping[str, str], common: Collection[str]
) -> Iterator[str]:
    """Which checks are held against nothing, a sentence each."""
    for what, there, other in (("new or changed", now, before), ("gone or changed", before, now)):
        if names := sorted(key for key in there if key not in common):
            named = ", ".join(map(quoted, names[:MOST_NAMED]))
            more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
            if what == "new or changed" or any(key not in other for key in names):
                yield f"{scenario}: not compared, since {what}: {named}{more}"


def _unpaired(block: Measured, baseline: Baseline | None) -> str:
    """Why a block has no partner."""
    if baseline is None:
        return f"unpaired: {block.scenario} has no baseline yet"
    known = {axis for cell in baseline.cells.values() for axis in cell.variant}
    for axis in block.variant:
        if axis not in known:
            return f"unpaired: axis {axis} is new in {block.scenario}"
    if gone := sorted(known - block.variant.keys()):
        return f"unpaired: axis {gone[0]} of the baseline is gone in {block.scenario}"
    cases = {cell.case for cell in baseline.cells.values()}
    if block.case not in cases:
        return f"unpaired: case {block.case} is new in {block.scenario}"
    return f"unpaired: {block.id} is new"


def _is_at(block: Measured, axis: str, value: str) -> bool:
    """Whether a block has a value of an axis."""
    return axis in block.variant and spelled(block.variant[axis]) == value


def _rest(block: Measured, axis: str) -> tuple[str, str | None, tuple[tuple[str, str], ...]]:
    """What a block has in common with its partners."""
    rest: dict[str, Json] = {name: value for name, value in block.variant.items() if name != axis}
    return block.scenario, block.case, tuple(sorted((name, spelled(value)) for name, value in rest.items()))
