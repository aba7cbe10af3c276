"""A comparison made of what was expected and of its transcripts: every number of every cell; pure, it prints nothing.

Law: with the base and another cell the other way round, differences change their signs alone; the order of transcripts
changes nothing; a trial that is lost changes no other cell.
"""

from collections.abc import Iterable, Mapping

from runner.core.comparison.compared import Cell, CellStatus, Compared, Contrast, Estimate
from runner.core.comparison.concluding import answered_verdict, verdict_of
from runner.core.comparison.contrasting import (
    LEVEL,
    answered_against,
    by_item,
    by_scenario,
    contrasts_of,
    fewest_of,
)
from runner.core.comparison.design import Expected
from runner.core.comparison.missing import ending, notes_of, planned_of, status_of
from runner.core.comparison.observing import CellKey, observe
from runner.core.comparison.shifting import shifts_of
from runner.core.comparison.summing import (
    Side,
    agreement_of,
    diversity_of,
    finish_reasons,
    latency_of,
    median_of,
    rate_of,
    sides_of,
    stability_of,
    turns_of,
)
from runner.core.comparison.telling import tell
from runner.core.transcript import Transcript, sum_known
from runner.core.value import Json


def compare(expected: Expected, transcripts: Iterable[tuple[str, Transcript]]) -> Compared:
    """What a comparison found, from its transcripts, each with the label of its cell."""
    seen = observe(expected, transcripts)
    sides = sides_of(seen)
    found = {key: status_of(expected.by, list(seen.of(key))) for key in seen.trials}
    statuses = {key: status for key, (status, _) in found.items()}
    contrasts, answered = contrasts_of(expected, sides), answered_against(expected, sides)
    gappy = _gappy((expected.base, "base"), answered)
    shifts = shifts_of(sides, fewest_of(expected))
    values = dict(expected.cells)
    cells = tuple(
        _cell(expected, key, values.get(key[0]), side, found[key]).model_copy(
            update={
                "contrast": contrasts.get(key),
                "answered": answered.get(key),
                "is_gappy": key in gappy,
                "shifts": shifts.get(key, {}),
            }
        )
        for key, side in sides.items()
    )
    known = [held.detectable for key, held in contrasts.items() if key[1] == "treatment"]
    shown = [each for each in known if each is not None]
    whole = Compared(
        by=expected.by,
        base=expected.base,
        runs=expected.runs,
        items=len(expected.items),
        repeats=expected.repeats,
        seed=expected.seed,
        level=LEVEL,
        alpha=expected.alpha,
        margin=expected.margin,
        detectable=max(shown) if shown and len(shown) == len(known) else None,
        cells=cells,
        by_scenario=by_scenario(expected, sides),
        by_item=by_item(expected, sides),
        notes=tuple(notes_of(expected, seen, sides, statuses)),
        status=ending(expected, seen, statuses),
        cost_usd=sum_known([tried.spent for key in seen.trials for tried in seen.of(key)]),
        command=expected.command,
    )
    worded = tuple(_worded(cell, whole) for cell in cells)
    whole = whole.model_copy(update={"cells": worded})
    return whole.model_copy(update={"sentences": tuple(tell(whole))})


def _gappy(base: CellKey, answered: Mapping[CellKey, Contrast]) -> set[CellKey]:
    """The cells whose trials stay unanswered more often than those that they are held against; the base, than any other's."""
    differs = {key: held.difference for key, held in answered.items() if held.verdict == "differs"}
    found = {key for key, difference in differs.items() if difference < 0}
    return found | {base} if any(difference > 0 for difference in differs.values()) else found


def _worded(cell: Cell, whole: Compared) -> Cell:
    """A cell whose contrasts say their verdicts in words."""
    said = {
        name: held.model_copy(update={"words": tell_of(cell, held, whole)})
        for name, held, tell_of in (
            ("contrast", cell.contrast, verdict_of),
            ("answered", cell.answered, answered_verdict),
        )
        if held is not None
    }
    return cell.model_copy(update=said)


def _cell(expected: Expected, key: CellKey, value: Json, side: Side, found: tuple[CellStatus, str]) -> Cell:
    """A cell by itself."""
    trials, units = side.all, list(side.units.values())
    outcomes = [tried.outcome for tried in trials]
    replies = sum(len(tried.replies) for tried in trials)
    said = [side.texts[digest] for tried in trials for digest in tried.replies.values()]
    refused = sum(tried.refusals for tried in trials)
    return Cell(
        label=key[0],
        value=value,
        role=key[1],
        status=found[0],
        reason=found[1],
        trials=planned_of(expected, key[0]),
        finished=sum(tried.status == "finished" for tried in trials),
        unanswered=sum(tried.status == "unanswered" for tried in trials),
        broken=outcomes.count("broken"),
        measured=outcomes.count("passed") + outcomes.count("failed"),
        passed=outcomes.count("passed"),
        pass_rate=rate_of(side.trials),
        agreement=agreement_of(side),
        stability=stability_of(side.trials),
        diversity=diversity_of(side.trials, units),
        words=median_of([float(text.words) for text in said]),
        characters=median_of([float(text.characters) for text in said]),
        finish_reasons=finish_reasons(trials),
        refusals=Estimate(value=refused / replies if replies else None, n=replies),
        prompt_tokens=median_of([tried.prompt_tokens for tried in trials if tried.prompt_tokens is not None]),
        completion_tokens=median_of(
            [tried.completion_tokens for tried in trials if tried.completion_tokens is not None]
        ),
        cost_usd=sum_known([tried.spent for tried in trials]),
        cost_each=median_of([tried.cost for tried in trials if tried.cost is not None]),
        latency_s=latency_of(side.trials),
        turns=turns_of(side),
    )  # fmt: skip
