"""Checking: scenarios are played, gated, held against their baselines, and told in one assessment.

Law: whatever would make a green result mean nothing is found before anything is sent, as far as that is possible.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runner.core.assessing import assess_block, assessment_of, find_flaky, tally
from runner.core.assessment import Assessment, Comparison
from runner.core.baselines.baseline import Baseline, Cell
from runner.core.baselines.pairing import compare_baseline, compare_inside, discordance_in, foresee
from runner.core.measuring import Measured
from runner.core.places import spelled
from runner.core.reds import Again
from runner.core.run import Run
from runner.core.scenario import Scenario
from runner.core.wording import unknown
from runner.errors import Problem, ProblemsError, StoreError, UsageError
from runner.operations.gates import curtailing, gate_problems, gates_by_scenario
from runner.operations.measured import Part, measure_run, planned_blocks
from runner.operations.play import Played
from runner.operations.stage import Stage
from runner.store.baselines import read_baseline


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What a run is held against, and how strictly."""

    baselines: Path | None = Path("baselines")
    """The folder of baselines; None where none counts."""
    named: bool = False
    """Whether somebody named that folder, so that it has to hold some."""
    against: tuple[str, str] | None = None
    """An axis and one of its values, against which the other values are held."""
    alpha: float = 0.05
    """How often two runs that do not differ may be called a regression."""
    gate_blocks: bool = False
    """Whether single blocks gate as well, by Holm."""


@dataclass(frozen=True, slots=True)
class Checking:
    """All that is known before anything is played."""

    stage: Stage
    yardstick: Yardstick
    parts: Mapping[str, Part]
    """What is planned, by block."""
    baselines: Mapping[str, Baseline] = field(default_factory=dict)
    """By scenario."""

    @property
    def foreseen(self) -> str:
        """The smallest drop that could be seen, in a sentence; empty where chance has no part, or nothing is compared."""
        asked = self.stage.asked
        if self.yardstick.against is not None:
            axis, value = self.yardstick.against
            paired = [
                part
                for part in self.parts.values()
                if axis in part.planned.variant and spelled(part.planned.variant[axis]) != value
            ]
            return "" if all(map(self._is_fixed, self.parts.values())) else _foreseen(paired, None)
        paired = [
            part
            for name, part in self.parts.items()
            if (base := self.baselines.get(part.planned.scenario)) is not None and name in base.cells
        ]
        if not paired and self.baselines:
            return "none of these variants is in the baseline: there is nothing to hold them against"
        cells = {part.planned.id: self._cell(part) for part in paired}
        drawn = [part for part in paired if not (self._is_fixed(part) and cells[part.planned.id].is_fixed)]
        if asked.until_decided is not None or not drawn:
            return ""
        fewest = min(cells[part.planned.id].measured for part in drawn)
        return _foreseen(drawn, discordance_in(self.baselines.values()), fewest)

    def _cell(self, part: Part) -> Cell:
        """The cell of the baseline that a block is held against."""
        return self.baselines[part.planned.scenario].cells[part.planned.id]

    def _is_fixed(self, part: Part) -> bool:
        """Whether a block will say the same whenever it is asked: replayed, or once at temperature 0."""
        asked, script = self.stage.asked, part.script
        if asked.cassettes is not None and asked.mode == "replay":
            return True
        turns = (turn for turn, line in enumerate(script.turns) if line.role == "user")
        is_cold = all(script.params_of(turn).get("temperature") == 0 for turn in turns)
        return is_cold and len(part.planned.trials) == 1


def open_check(stage: Stage, yardstick: Yardstick) -> Checking:
    """What will be checked; raises RunnerError with all that would make its result mean nothing."""
    curtailing(stage, Run())  # raises where trials cannot be stopped early
    problems = [*gate_problems(stage), *_unchecked(stage)]
    if problems:
        raise ProblemsError(problems)
    if yardstick.against is not None:
        _require_axis(stage, *yardstick.against)
    checking = Checking(stage, yardstick, planned_blocks(stage), _baselines(stage, yardstick))
    if not any(part.planned.gate is not None for part in checking.parts.values()):
        raise UsageError("no variant that is chosen is gated: `only` of every gate leaves out all of them")
    return checking


def assess(
    checking: Checking, played: Played, began: float, again: Again, command: str, started_at: str | None
) -> Assessment:
    """What a run that was played comes to."""
    had = {
        name: {int(turn) - 1: heard.sample for turn, heard in cell.replies.items()}
        for baseline in checking.baselines.values()
        for name, cell in baseline.cells.items()
    }
    measured, reds = measure_run(played.folder, checking.parts, again, had)
    curtailed = checking.stage.asked.until_decided is not None
    blocks = [
        assess_block(
            part.planned, measured.get(name), reds.get(name), curtailed=curtailed and not _stopped(played)
        )
        for name, part in checking.parts.items()
    ]
    most = sum(len(part.planned.trials) for part in checking.parts.values())
    costs = played.run.totals().cost_usd
    return assessment_of(
        played.folder.name,
        blocks,
        _comparisons(checking, measured),
        tally(blocks, measured),
        stopped=_stopped(played),
        flaky=find_flaky(blocks, measured),
        seconds=round(time.monotonic() - began, 3),
        cost_usd=costs,
        saved=most - len(played.run.trials) if curtailed else None,
        subset=_subset(checking.stage),
        command=command,
        started_at=started_at,
    )


def _stopped(played: Played) -> str | None:
    """Why a run was ended before its end; None where it was not."""
    return played.run.stopped if played.run.status(played.trials) == "stopped" else None


def _drawn_down(stage: Stage) -> str | None:
    """Why the rates of a run say nothing beside others: its trials were stopped, or chosen, by how they came out."""
    if stage.asked.until_decided is not None:
        return "a run that stops early is held against no baseline, since that draws its rates down"
    if stage.asked.selection.unpassed_in is not None:
        return "trials that were chosen since they did not pass are held against no baseline"
    return None


def _comparisons(checking: Checking, measured: Mapping[str, Measured]) -> list[Comparison]:
    """The run beside what it is held against."""
    yardstick = checking.yardstick
    title = "against the baseline" if yardstick.against is None else f"against {'='.join(yardstick.against)}"
    if (yardstick.against is not None or checking.baselines) and (why := _drawn_down(checking.stage)):
        return [Comparison(title=title, verdict="undecided", rule="test", reason=why)]
    if yardstick.against is not None:
        axis, value = yardstick.against
        return compare_inside(measured, axis, value, alpha=yardstick.alpha, gate_blocks=yardstick.gate_blocks)
    if not checking.baselines:
        return []
    found = compare_baseline(
        measured,
        {name: part.planned.asked for name, part in checking.parts.items()},
        checking.baselines,
        alpha=yardstick.alpha,
        gate_blocks=yardstick.gate_blocks,
        is_whole=not checking.stage.left_out,
        plays={name: part.planned.plays for name, part in checking.parts.items()},
    )
    return [found]


def _baselines(stage: Stage, yardstick: Yardstick) -> dict[str, Baseline]:
    """The baselines of what is played; raises StoreError where a folder was named that holds none of them."""
    if yardstick.baselines is None or yardstick.against is not None:
        return {}
    folder = stage.folder / yardstick.baselines
    found = {scenario.name: read_baseline(folder, scenario.name) for scenario in stage.scenarios}
    known = {name: baseline for name, baseline in found.items() if baseline is not None}
    there = sorted(path.stem for path in folder.glob("*.json")) if folder.is_dir() else []
    if not known and (yardstick.named or there):
        others = f"; it holds those of other scenarios: {', '.join(there[:5])}" if there else ""
        raise StoreError(
            f"{yardstick.baselines} holds no baseline of what is checked{others}; "
            "make one by `runner baseline accept RUN`, or say --no-baseline"
        )
    return known


def _unchecked(stage: Stage) -> Iterator[Problem]:
    """Scenarios that nothing could fail: without a check, and without a gate on time or money."""
    gates = gates_by_scenario(stage)
    for scenario in stage.scenarios:
        if not _has_checks(scenario) and not any(gate.pooled for gate in gates[scenario.name]):
            why = (
                f"{scenario.name} has no check, so nothing in it could fail: write some under `expect:`, or leave it out "
                "by --only or --skip-tag"
            )
            yield Problem(scenario.path, scenario.line, 0, "expect", why)


def _has_checks(scenario: Scenario) -> bool:
    """Whether anything is expected of a scenario."""
    return bool(scenario.checks) or any(turn.checks or turn.captures for turn in scenario.turns)


def _require_axis(stage: Stage, axis: str, value: str) -> None:
    """Raise UsageError where no scenario has an axis, or that value of it."""
    axes = [each for scenario in stage.scenarios for each in scenario.axes]
    names = {each.name for each in axes}
    chosen = stage.asked.selection.where.get(axis)
    if chosen is not None and (value not in chosen or len(chosen) == 1):
        raise UsageError(
            f"--against {axis}={value} and --where {axis}={chosen[0]}: one of the two sides is not played"
        )
    if axis not in names:
        raise UsageError(f"--against {axis}={value}: {unknown('axis', axis, names)}")
    values = {spelled(point.label) for each in axes if each.name == axis for point in each.points}
    if value not in values:
        raise UsageError(f"--against {axis}={value}: {unknown('value', value, values)}")
    if len(values) == 1:
        raise UsageError(f"--against {axis}={value}: there is no other value of {axis} to hold against it")


def _foreseen(parts: Sequence[Part], discordance: float | None, most: int | None = None) -> str:
    """What so many blocks could show, where the other side has `most` trials of each."""
    fewest = min((len(part.planned.trials) for part in parts), default=0)
    return foresee(len(parts), fewest if most is None else min(fewest, most), discordance)


def _subset(stage: Stage) -> str | None:
    """What was left out, in words."""
    whole = len(stage.trials) + stage.left_out
    return f"{len(stage.trials):,} of {whole:,} trials were chosen" if stage.left_out else None
