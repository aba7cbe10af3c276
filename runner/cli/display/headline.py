"""The first line of a run: what is played, how much of it, and on what; it looks at the stage and at nothing else."""

from runner.cli.display.typed import typed
from runner.cli.display.wording import listed
from runner.core.harmless import harmless_line
from runner.core.run import Run
from runner.core.selection import Selection
from runner.core.wording import count
from runner.operations.stage import Stage


def headline(stage: Stage, verb: str = "playing") -> str:
    """What a stage plays: `playing 5 scenarios, 12 trials, 30 requests on local (SmolLM2-135M-Instruct)`."""
    line = f"{verb} {sizes(stage)}" + (f" on {played_on(stage)}" if stage.providers else "")
    if stage.asked.cassettes is None:
        return line
    how = {"replay": "replayed from", "fill": "what is missing recorded in", "record": "recorded anew in"}
    return f"{line}, {how[stage.asked.mode]} {harmless_line(stage.asked.cassettes)}"


def sizes(stage: Stage) -> str:
    """How much a stage plays, and which part of the whole that is: `3 scenarios, 12 trials, 48 requests`."""
    trials = count(len(stage.trials), "trial")
    if stage.left_out:
        whole = len(stage.trials) + stage.left_out
        chosen = f"those of {stage.recalled.run}" if stage.recalled else _chosen(stage.asked.selection)
        trials = f"{len(stage.trials):,} of {count(whole, 'trial')} ({chosen})"
    parts = [count(len(stage.scenarios), "scenario"), trials]
    if stage.recalled is None:
        parts.append(count(stage.requests, "request"))
    if stage.questions:
        parts.append(f"{count(stage.questions, 'question')} to judges")
    return ", ".join(parts)


def headline_again(stage: Stage, run: Run, name: str) -> str:
    """How a run goes on that holds something already."""
    over = sum(run.counts.values())
    if run.counts["finished"] == len(stage.trials):
        return f"going on with {harmless_line(name)}: nothing is left to play"
    return f"going on with {harmless_line(name)}, {over:,} of {count(len(stage.trials), 'trial')} done; {headline(stage)}"


def played_on(stage: Stage) -> str:
    """Each provider with its models: `local (SmolLM2-135M-Instruct)`."""
    models: dict[str, list[str]] = {}
    for provider, model in stage.providers:
        models.setdefault(provider, []).append(harmless_line(model))
    return listed([f"{harmless_line(provider)} ({listed(names)})" for provider, names in models.items()])


def _chosen(selection: Selection) -> str:
    """The options that chose a part: `--tag smoke --trial 1`."""
    words: list[str] = []
    for option, values in (
        ("--tag", selection.tags),
        ("--skip-tag", selection.skip_tags),
        ("--only", selection.only),
        ("--where", [f"{axis}={label}" for axis, labels in selection.where.items() for label in labels]),
        ("--case", selection.cases),
        ("--trial", [str(number) for number in selection.repeats]),
        ("--unpassed-in", [] if selection.unpassed_in is None else [selection.unpassed_in]),
        ("--shard", [] if selection.shard is None else [str(selection.shard)]),
    ):
        for value in values:
            words += [option, value]
    return typed(*words)
