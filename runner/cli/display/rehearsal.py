"""What would be played, told without playing it: for people a table, for programs JSON."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from runner.cli.display.columns import room
from runner.cli.display.headline import headline
from runner.cli.display.layout import Cell, shortened, table
from runner.cli.display.screen import Screen
from runner.core.comparison.mixing import Mixed
from runner.core.harmless import harmless_line
from runner.core.trial import Script
from runner.core.value import Json
from runner.core.wording import count
from runner.operations.cassettes import needs_of_stage
from runner.operations.stage import Stage

SCHEMA: Final = "runner.rehearsal/1"
MOST_ROWS: Final = 30
"""How many variants are listed for people."""


@dataclass(slots=True)
class Part:
    """One variant of what would be played."""

    variant: str
    trials: int
    requests: int
    on: str
    """Provider and model."""


def tell_rehearsal(stage: Stage, screen: Screen, *, as_json: bool) -> None:
    """Tell what would be played; nothing is sent."""
    if isinstance(stage.trials, Mixed):  # each variant once, however its trials are spread
        stage = replace(stage, trials=stage.trials.unmixed())
    if as_json:
        screen.tell(json.dumps({**_document(stage), **_comparison(stage), **_recordings(stage)}, indent=2))
        return
    screen.tell(headline(stage, "would play"))
    parts = list(islice(_parts(stage), MOST_ROWS + 1))
    head = [Cell("", "dim"), *(Cell(title, "dim") for title in ("trials", "requests", "on"))]
    rows = [
        [
            Cell(harmless_line(part.variant)),
            Cell(f"{part.trials:,}"),
            Cell(f"{part.requests:,}"),
            Cell(part.on),
        ]
        for part in parts[:MOST_ROWS]
    ]
    cut = screen.signs["cut"]
    lines = table([head, *rows], room(screen), screen.paint, cut)
    if lines is None:  # the providers stand in the first line already
        lines = table([each[:-1] for each in (head, *rows)], room(screen), screen.paint, cut)
    for line in lines or (shortened(row[0].text, screen.width, cut) for row in rows):
        screen.tell(line)
    if len(parts) > MOST_ROWS:
        screen.tell("... and further variants")
    if stage.asked.cassettes is not None:
        from runner.cli.display.recordings import needs_lines

        needs = needs_of_stage(stage)
        for line in ("all of it is recorded",) if needs is None else needs_lines(needs, screen):
            screen.tell(line)
    screen.tell(f"nothing was sent: {count(len(stage.trials), 'trial')}, {count(stage.requests, 'request')}")


def _comparison(stage: Stage) -> dict[str, Json]:
    """What would be compared, for programs; nothing where nothing is."""
    if (expected := stage.expected) is None:
        return {}
    from runner.operations.compare import foresee
    from runner.operations.estimating import about_cost

    return {
        "comparison": {
            "by": expected.by,
            "base": expected.base,
            "values": [label for label, _ in expected.cells],
            "items": len(expected.items),
            "repeats": expected.repeats,
            "twin": expected.twin,
            "seed": expected.seed,
            "detectable": foresee(stage).smallest,
            "cost_usd": about_cost(stage),
        }
    }


def _recordings(stage: Stage) -> dict[str, Json]:
    """What is not recorded, for programs; nothing where nothing is recorded or replayed."""
    if stage.asked.cassettes is None:
        return {}
    from runner.cli.display.recordings import needs_document

    return {"needs": needs_document(needs_of_stage(stage))}


def _parts(stage: Stage) -> Iterator[Part]:
    """The variants in plan order; repeats of one variant stand side by side there."""
    part: Part | None = None
    script: Script | None = None
    for trial in stage.trials:
        if part is None or trial.script is not script:
            if part is not None:
                yield part
            script = trial.script
            on = harmless_line(f"{script.provider} ({script.model})")
            part = Part(script.variant, 0, 0, on)
        part.trials += 1
        part.requests += sum(line.role == "user" for line in trial.script.turns)
    if part is not None:
        yield part


def _document(stage: Stage) -> dict[str, Json]:
    """What would be played, for programs."""
    return {
        "schema": SCHEMA,
        "scenarios": len(stage.scenarios),
        "trials": len(stage.trials),
        "left_out": stage.left_out,
        "requests": stage.requests,
        "variants": [
            {"id": part.variant, "trials": part.trials, "requests": part.requests, "on": part.on}
            for part in _parts(stage)
        ],
    }
