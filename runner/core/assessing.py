"""What was measured, held against gates and baselines: an assessment with its verdict, sentence and exit code; pure.

Law: what measured nothing is never green. The worst wins: a proven regression is not hidden by a lost trial.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from runner.core.assessment import (
    Assessment,
    Block,
    Comparison,
    Flaky,
    RunVerdict,
    Tally,
    TrialOutcome,
)
from runner.core.gates.gate import Gate
from runner.core.gates.gating import judge_block, left_out, verdict_of
from runner.core.measuring import Measured
from runner.core.reds import Reds
from runner.core.run import FINE, GATE_FAILED, INCOMPLETE, INTERRUPTED, NOTHING, UNDECIDED, worst
from runner.core.value import Json


@dataclass(frozen=True, slots=True)
class Planned:
    """What is planned of a block, before anything of it is played."""

    id: str
    scenario: str
    path: str
    line: int
    case: str | None
    variant: dict[str, Json]
    tags: tuple[str, ...]
    trials: tuple[str, ...]
    """The ids of its trials; of a run that plays no more than verdicts need, the most that there may be."""
    gate: Gate | None
    """What is asked of it; None where it is not gated."""
    plays: str
    judges: str
    asked: Mapping[str, str]
    """The checks that it has, by their keys, each with a digest of what it asks."""


def assess_block(planned: Planned, measured: Measured | None, reds: Reds | None, *, curtailed: bool) -> Block:
    """One block, gated."""
    outcomes = _outcomes(planned, measured, curtailed=curtailed)
    replayed = measured is not None and measured.is_replayed
    rulings = (
        ()
        if planned.gate is None
        else judge_block(
            planned.gate,
            list(outcomes.values()),
            {}
            if measured is None
            else {"latency": measured.latencies, "ttft": measured.ttfts, "cost": measured.costs},
            planned=len(planned.trials),
            replayed=replayed,
            curtailed=curtailed,
            has_checks=bool(planned.asked),
        )
    )
    note = None if planned.gate is None else left_out(planned.gate, replayed=replayed)
    costs = [] if measured is None else measured.costs
    known = [cost for cost in costs if cost is not None]
    return Block(
        id=planned.id,
        scenario=planned.scenario,
        path=planned.path,
        line=planned.line,
        case=planned.case,
        variant=planned.variant,
        tags=planned.tags,
        trials=outcomes,
        seconds=measured.seconds if measured is not None and measured.seconds_known else None,
        cost_usd=sum(known) if known and len(known) == len(costs) else None,
        verdict=verdict_of(rulings) if planned.gate is not None else "passed",
        rulings=rulings,
        gated=planned.gate is not None,
        notes=() if note is None else (note,),
        reds=() if reds is None else reds.close(),
    )


def _outcomes(planned: Planned, measured: Measured | None, *, curtailed: bool) -> dict[str, TrialOutcome]:
    """Each trial with what came of it; those that nobody played are unfinished, unless they were not needed."""
    known = {} if measured is None else measured.trials
    if curtailed:
        return {trial: known[trial] for trial in planned.trials if trial in known}
    return {trial: known.get(trial, "unfinished") for trial in planned.trials}


def find_flaky(blocks: Iterable[Block], measured: Mapping[str, Measured]) -> tuple[Flaky, ...]:
    """The blocks whose trials disagree though nothing differs between them but chance."""
    found = []
    for block in blocks:
        passed, failed = block.count("passed"), block.count("failed")
        if passed and failed:
            failing = measured[block.id].failing.values()
            checks = Counter(key for keys in failing for key in keys)
            found.append(
                Flaky(
                    block=block.id, passed=passed, trials=passed + failed, checks=dict(checks.most_common(10))
                )
            )
    return tuple(sorted(found, key=lambda each: abs(each.passed / each.trials - 0.5)))


def tally(blocks: Iterable[Block], measured: Mapping[str, Measured]) -> Tally:
    """The trials of all blocks by what came of them."""
    counts: Counter[str] = Counter(outcome for block in blocks for outcome in block.trials.values())
    return Tally(
        trials=sum(counts.values()),
        passed=counts["passed"],
        failed=counts["failed"],
        broken=counts["broken"],
        unanswered=counts["unanswered"],
        unmeasured=counts["unmeasured"],
        unfinished=counts["unfinished"],
        needs_recording=sum(each.unrecorded for each in measured.values()),
    )


def conclude(
    blocks: Sequence[Block], comparisons: Sequence[Comparison], tallied: Tally, *, stopped: str | None
) -> tuple[RunVerdict, int, str]:
    """The verdict, the exit code and the sentence."""
    codes = {FINE}
    gated = [block for block in blocks if block.gated]
    verdicts: Counter[str] = Counter(block.verdict for block in gated)
    regressed = sum(each.verdict == "failed" for each in comparisons)
    lost = tallied.unanswered + tallied.broken + tallied.unfinished
    if verdicts["failed"] or regressed:
        codes.add(GATE_FAILED)
    if lost or verdicts["unanswered"] or verdicts["broken"]:
        codes.add(INCOMPLETE)
    if stopped is not None:
        codes.add(INTERRUPTED if stopped == "interrupted" else INCOMPLETE)
    blank = [block for block in gated if _is_blank(block)]
    if verdicts["undecided"] > sum(block.verdict == "undecided" for block in blank):
        codes.add(UNDECIDED)
    if not gated or blank:
        codes.add(NOTHING)
    code = worst(codes)
    words: dict[int, RunVerdict] = {
        FINE: "passed",
        GATE_FAILED: "failed",
        UNDECIDED: "undecided",
        NOTHING: "nothing",
    }
    sentence = _sentence(code, len(gated), len(blank), verdicts, comparisons, tallied, stopped)
    return words.get(code, "incomplete"), code, sentence


def assessment_of(
    run: str, blocks: Sequence[Block], comparisons: Sequence[Comparison], tallied: Tally, **said: Json
) -> Assessment:
    """All of it, with the verdict that follows; what else is said of the run is taken as it is."""
    stopped = said.pop("stopped", None)
    verdict, code, sentence = conclude(blocks, comparisons, tallied, stopped=stopped)
    return Assessment(
        run=run,
        verdict=verdict,
        exit_code=code,
        sentence=sentence,
        tally=tallied,
        blocks=tuple(blocks),
        comparisons=tuple(comparisons),
        **said,
    )


def _sentence(
    code: int,
    gated: int,
    blank: int,
    verdicts: Mapping[str, int],
    comparisons: Sequence[Comparison],
    tallied: Tally,
    stopped: str | None,
) -> str:
    """The verdict in a sentence."""
    parts = []
    if verdicts["failed"]:
        parts.append(f"{verdicts['failed']} of {_blocks(gated)} failed the gate")
    parts += [f"{each.title}: {each.reason}" for each in comparisons if each.verdict == "failed"]
    parts += _lost(tallied)
    if stopped is not None:
        parts.append(f"the run was stopped: {stopped}")
    if (undecided := verdicts["undecided"] - blank) > 0:
        parts.append(f"{undecided} of {_blocks(gated)} undecided: more trials are needed")
    if blank:
        parts.append(f"no check applied in any trial of {blank} of {_blocks(gated)}")
    if not gated:
        parts.append("nothing was gated")
    parts += [f"{each.title}: {each.reason}" for each in comparisons if each.verdict == "undecided"]
    if code == FINE:
        compared = (
            f", {'; '.join(f'{each.title}: {each.reason}' for each in comparisons)}" if comparisons else ""
        )
        beside = f", {tallied.unmeasured} without checks" if tallied.unmeasured else ""
        return f"passed: {_blocks(gated)}, {tallied.passed} of {tallied.trials} trials{beside}{compared}"
    word = {GATE_FAILED: "failed", UNDECIDED: "undecided", NOTHING: "nothing measured"}.get(
        code, "incomplete"
    )
    return f"{word}: {'; '.join(parts)}"


def _is_blank(block: Block) -> bool:
    """Whether every trial of a block came to its end, and none of its rules had anything to measure."""
    measured = block.count("passed") + block.count("failed")
    return block.verdict == "undecided" and not measured and block.count("unmeasured") == len(block.trials)


def _lost(tallied: Tally) -> list[str]:
    """What is missing, in words."""
    silent = tallied.unanswered - tallied.needs_recording
    asked = tallied.trials - tallied.unfinished
    parts = []
    if tallied.unanswered and tallied.unanswered == asked and not tallied.needs_recording:
        parts.append(f"no trial got all of its replies ({tallied.unanswered} unanswered)")
    elif silent > 0:
        parts.append(f"{silent} of {tallied.trials} trials unanswered")
    if tallied.needs_recording:
        parts.append(f"{tallied.needs_recording} of {tallied.trials} trials need recording")
    if tallied.broken:
        parts.append(f"a check broke in {tallied.broken} of {tallied.trials} trials")
    if tallied.unfinished:
        parts.append(f"{tallied.unfinished} of {tallied.trials} trials were not played to their end")
    return parts


def _blocks(number: int) -> str:
    """A number of blocks."""
    return "1 block" if number == 1 else f"{number} blocks"
