"""A run read back and measured block by block, beside what was planned of it; it gates nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from runner.core.assessing import Planned
from runner.core.expected import specs_of
from runner.core.gates.gate import gate_of
from runner.core.measuring import Measured, asked_of
from runner.core.reds import Again, Reds
from runner.core.trial import Script
from runner.operations.gates import gates_by_scenario
from runner.operations.read import transcripts_of
from runner.operations.stage import Stage
from runner.store.folder import RunFolder


@dataclass(frozen=True, slots=True)
class Part:
    """A block that is planned, with the script that it is played by."""

    planned: Planned
    script: Script


def planned_blocks(stage: Stage) -> dict[str, Part]:
    """What is planned, block by block, in plan order."""
    gates = gates_by_scenario(stage)
    lines = {scenario.name: scenario.line for scenario in stage.scenarios}
    trials: dict[str, list[str]] = {}
    scripts: dict[str, Script] = {}
    for trial in stage.trials:
        trials.setdefault(trial.script.variant, []).append(trial.id)
        scripts[trial.script.variant] = trial.script
    return {
        name: Part(
            Planned(
                id=name,
                scenario=script.scenario,
                path=script.path,
                line=lines[script.scenario],
                case=script.case,
                variant=script.axes,
                tags=script.tags,
                trials=tuple(trials[name]),
                gate=gate_of(gates[script.scenario], script.axes, script.case),
                plays=script.plays,
                judges=script.judges,
                asked=asked_of(script),
            ),
            script,
        )
        for name, script in scripts.items()
    }


def measure_run(
    folder: RunFolder,
    parts: Mapping[str, Part],
    again: Again,
    had: Mapping[str, Mapping[int, str]],
) -> tuple[dict[str, Measured], dict[str, Reds]]:
    """What a run's transcripts come to, by block, and what went wrong in each; read once, one by one."""
    measured: dict[str, Measured] = {}
    reds: dict[str, Reds] = {}
    for transcript in transcripts_of(folder):
        name = transcript.id.rpartition("#")[0]
        if name not in parts:
            continue
        if name not in measured:
            measured[name] = Measured.begin(transcript)
            reds[name] = Reds(specs_of(parts[name].script), again, had.get(name, {}))
        measured[name].add(transcript)
        reds[name].add(transcript)
    return measured, reds
