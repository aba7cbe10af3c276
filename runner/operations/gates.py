"""The gates that hold for what is played: found, and held against what they can reach, before anything is sent."""

from collections.abc import Iterator, Mapping

from runner.core.gates.curtailing import Curtailing, courses
from runner.core.gates.gate import Gate, axes_of, gates_of, only_complaints, unreachable
from runner.core.gates.outcome import remembered
from runner.core.message import Usage
from runner.core.run import Run
from runner.core.scenario import Scenario
from runner.core.trials import Trials
from runner.errors import Problem, UsageError
from runner.operations.stage import Stage
from runner.transports.priced import cost_of


def gates_by_scenario(stage: Stage) -> Mapping[str, tuple[Gate, ...]]:
    """The gates of each scenario that is played, by its name."""
    return {
        scenario.name: gates_of(scenario.gate, scenario.tags, stage.settings.gates)
        for scenario in stage.scenarios
    }


def gate_problems(stage: Stage, *, streams: bool | None = None) -> Iterator[Problem]:
    """Gates that cannot be met, or speak of nothing that is played, each where it stands.

    Whether replies are streamed is not known where nothing is played: `streams` then says so.
    """
    streams = stage.asked.stream if streams is None else streams
    gates = gates_by_scenario(stage)
    for scenario in stage.scenarios:
        for gate in gates[scenario.name]:
            for fault in only_complaints(gate, axes_of(scenario)):
                yield _problem(scenario, gate, stage, ".".join(fault.keys), fault.message)
        repeats = len(stage.asked.selection.repeats_of(stage.asked.until_decided or scenario.repeat))
        why = unreachable(gates[scenario.name], repeats)
        if why is not None:
            yield _problem(scenario, gates[scenario.name][0], stage, "", why)
        if any(gate.weighs("ttft") for gate in gates[scenario.name]) and not streams:
            why = "`ttft` is known of streamed replies alone: give --stream"
            yield _problem(scenario, gates[scenario.name][0], stage, "ttft", why)
        if any(gate.weighs("cost") for gate in gates[scenario.name]) and (model := _unpriced(stage)):
            why = f"what {model} costs is not known: say it in the settings, under `prices` of its provider"
            yield _problem(scenario, gates[scenario.name][0], stage, "cost", why)


def _unpriced(stage: Stage) -> str | None:
    """A model that is asked and has no price; None where all have one, or nothing is sent."""
    if stage.asked.cassettes is not None and stage.asked.mode == "replay":
        return None
    one = Usage(prompt_tokens=1, completion_tokens=1)
    for name, model in stage.endpoints:
        if cost_of(stage.settings.named(name), one, model) is None:
            return model
    return None


def idle_gates(stage: Stage) -> Iterator[str]:
    """The tags that have a gate in the settings, and no scenario."""
    tags = {tag for scenario in stage.scenarios for tag in scenario.tags}
    yield from (tag for tag in sorted(stage.settings.gates) if tag not in tags and not stage.left_out)


def curtailing(stage: Stage, earlier: Run) -> Curtailing | None:
    """What plays no more trials than verdicts need; None where all are played."""
    if stage.asked.until_decided is None:
        return None
    if stage.asked.selection.repeats:
        raise UsageError(
            "--until-decided plays as many trials as it needs, and --trial names some: leave out one"
        )
    if not isinstance(stage.trials, Trials):
        raise UsageError(
            "--until-decided plays whole variants, and goes with neither --shard nor --unpassed-in: leave out one of the two"
        )
    course = courses(gates_by_scenario(stage), stage.repeats)
    return Curtailing(course=course, block=stage.trials.block, earlier=remembered(earlier))


def _problem(scenario: Scenario, gate: Gate, stage: Stage, key: str, why: str) -> Problem:
    """What is wrong with a gate, where it stands: in a scenario, or under its tag in the settings."""
    if gate.source:
        return Problem(stage.settings.path, 0, 0, f"gates.{gate.source}", f"{scenario.name}: {why}")
    path, line = scenario.gate_path or scenario.path, scenario.gate_line or scenario.line
    return Problem(path, line, 0, f"gate.{key}" if key else "gate", why)
