"""A gate held against one block: a ruling for each of its rules, each with the evidence in a sentence; pure.

Law: what is missing counts both ways. A rule is passed only if it would be whatever the missing trials and numbers were,
and failed only if it would be whatever they were; a rate never stands without the number of its trials.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import ceil
from typing import Final

from runner.core.assessment import BlockVerdict, Ruling, TrialOutcome
from runner.core.gates.course import course_of
from runner.core.gates.evidence import Evidence, Standing, percent
from runner.core.gates.gate import EVERY, Gate
from runner.core.gates.outcome import Counts
from runner.core.gates.rule import BEYOND, AllOf, AnyOf, Enough, PassRate, Pooled, Quantity, Rule, Sequential
from runner.core.statistics.deciding import more_to_decide
from runner.core.statistics.rates import pass_at, pass_hat

WORST_FIRST: Final[tuple[BlockVerdict, ...]] = ("failed", "unanswered", "broken", "undecided", "passed")
"""A rule that fails is not hidden by what is missing elsewhere."""


def judge_block(
    gate: Gate,
    outcomes: Sequence[TrialOutcome],
    values: Mapping[Quantity, Sequence[float | None]],
    *,
    planned: int,
    replayed: bool = False,
    curtailed: bool = False,
    has_checks: bool = True,
) -> tuple[Ruling, ...]:
    """What each rule says of a block whose trials came out so, in the order of their numbers, of so many planned ones.

    The values are the latencies and the times to the first token of all replies, in seconds, and the cost of each trial
    that came to its end, in US dollars; None where one is not known. Of a run that is `replayed` altogether they mean
    nothing and are left out (`left_out` names them). `curtailed`: trials were stopped once the verdict could not change. Where there are no checks at all
    (`has_checks`), limits on time and money are all that is asked.
    """
    block = Evidence(outcomes, max(planned, len(outcomes)), curtailed=curtailed)
    rules = _measuring(gate, replayed=replayed, has_checks=has_checks)
    rulings: list[Ruling] = []
    for rule in rules:
        match rule:
            case Pooled():
                rulings.append(_pooled(rule, block, values.get(rule.quantity, ())))
            case Enough():
                rulings.append(_enough(rule, block))
            case Sequential():
                rulings.append(_sequential(rule, block))
            case _:
                rulings.append(_on_passes(rule, block))
    return tuple(rulings)


def verdict_of(rulings: Iterable[Ruling]) -> BlockVerdict:
    """The verdict of a block: the worst of its rulings; undecided where nothing was ruled."""
    return min((ruling.verdict for ruling in rulings), key=WORST_FIRST.index, default="undecided")


def left_out(gate: Gate, *, replayed: bool) -> str | None:
    """What of a gate is not measured, in words; None where all of it is."""
    if not replayed or not gate.pooled:
        return None
    return f"not measured in a replay: {', '.join(dict.fromkeys(rule.text for rule in gate.pooled))}"


def _measuring(gate: Gate, *, replayed: bool, has_checks: bool) -> list[Rule]:
    """The rules that can say something: where nothing is checked, what goes without saying asks nothing.

    One rule is always left, so that what measured nothing is seen not to have passed.
    """
    rules = [rule for rule in gate.asked if not (replayed and isinstance(rule, Pooled))]
    if not has_checks and any(isinstance(rule, Pooled) for rule in rules):
        rules = [rule for rule in rules if rule != EVERY]
    return rules or [EVERY]


def _on_passes(rule: PassRate | AllOf | AnyOf, block: Evidence) -> Ruling:
    """What a rule about passes says."""
    standing = block.standing(rule.needed(block.planned), rule.failing(block.planned))
    verdict = block.verdict(standing)
    more = None
    if verdict == "undecided":
        more = (
            more_to_decide(block.counts.passed, block.counts.measured, rule.rate, rule.confidence) or None
            if isinstance(rule, PassRate) and rule.confidence is not None and not block.missing
            else course_of(Gate((rule,)), block.planned).fewest(block.counts) or None
        )
    if isinstance(rule, PassRate):
        return block.ruling(rule.text, verdict, block.said(_asked(rule, standing, more, block)), more)
    if block.counts.measured < rule.k:
        drawn, observed = f"{rule.k} trials are drawn, and there are {block.counts.measured}", None
    else:
        chance = pass_hat if isinstance(rule, AllOf) else pass_at
        observed = chance(block.counts.passed, block.counts.measured, rule.k)
        which = "all" if isinstance(rule, AllOf) else "one at least"
        drawn = f"of {rule.k} drawn {which} pass with {percent(observed)}, asked for {percent(rule.rate)}"
    said = block.said(drawn, _open(standing))
    ruling = block.ruling(rule.text, verdict, said, more)
    return ruling.model_copy(update={"observed": observed, "low": None, "high": None, "level": None})


def _asked(rule: PassRate, standing: Standing, more: int | None, block: Evidence) -> str:
    """What was asked of the rate, beside what was seen."""
    if standing == "open":
        return _open(standing)
    if rule.by_default:
        return "every trial has to pass" if standing == "failed" else ""
    share = percent(rule.rate)
    if rule.confidence is None:
        return f"asked for {share}"
    sure = f"with {percent(rule.confidence)} confidence"
    match standing:
        case "passed":
            return f"that shows {share} {sure}"
        case "failed":
            return f"that is below {share} {sure}"
        case "undecided":
            return f"{_too_few(more, block)} {share} {sure}, or to rule it out{_least(more)}"


def _too_few(more: int | None, block: Evidence) -> str:
    """That a rate cannot be told, by what was played or by what may be played at most."""
    if more is None and block.curtailed:
        return f"{block.planned} trials can no longer be enough to show"
    return "too few to show"


def _least(more: int | None) -> str:
    """How many more trials could decide it."""
    trials = "1 more trial" if more == 1 else f"{more} more trials"
    return "" if more is None else f": {trials} could, at the least"


def _open(standing: Standing) -> str:
    """That what is missing could change a verdict."""
    return "what is missing could change the verdict" if standing == "open" else ""


def _enough(rule: Enough, block: Evidence) -> Ruling:
    """Whether enough trials were measured."""
    lacking = rule.least - block.counts.measured
    verdict: BlockVerdict = "passed" if lacking <= 0 else "undecided"
    if lacking > 0 and block.counts.measured + block.missing >= rule.least:
        verdict = block.counts.unclear
    trials = "1 trial was" if block.counts.measured == 1 else f"{block.counts.measured} trials were"
    reason = f"{trials} measured, asked for at least {rule.least}"
    return Ruling(
        rule=rule.text,
        verdict=verdict,
        curtailed=block.curtailed,
        more=lacking if verdict == "undecided" else None,
        reason="; ".join(part for part in (reason, block.absent() if lacking > 0 else "") if part),
    )


def _sequential(rule: Sequential, block: Evidence) -> Ruling:
    """What the sequential test says, at the first trial after which it says anything; what is lost counts both ways."""
    counts = Counts()
    for outcome in block.outcomes:
        counts = counts.plus("unmeasured" if outcome == "unfinished" else outcome)
        rates = percent(rule.good), percent(rule.bad)
        at = f"after {counts.ended} of {block.planned} the rate is rather "
        if rule.says(counts.passed, counts.ended) == "passed":
            return block.ruling(rule.text, "passed", block.said(f"{at}{rates[0]} than {rates[1]}"))
        if rule.says(counts.passed + counts.lost, counts.ended) == "failed":
            return block.ruling(rule.text, "failed", block.said(f"{at}{rates[1]} than {rates[0]}"))
    more = course_of(Gate((rule,)), 2 * block.planned + 1000).fewest(block.counts) or None
    least = f": {more} more could, at the least" if more is not None else ""
    between = f"between {percent(rule.bad)} and {percent(rule.good)}, and too few to tell{least}"
    return block.ruling(rule.text, block.counts.unclear, block.said(between), more)


def _pooled(rule: Pooled, block: Evidence, values: Collection[float | None]) -> Ruling:
    """What a rule about time or money says; each number that is missing may be nothing, or beyond all bounds."""
    known = [value for value in values if value is not None]
    lost = block.counts.unanswered + block.unplayed
    ended = max(1, block.planned - lost)
    missing = len(values) - len(known) + lost * max(1, ceil(len(values) / ended))
    verdict: BlockVerdict = "undecided"
    if known or missing:
        if rule.of([*known, *[BEYOND] * missing]) <= rule.limit:
            verdict = "passed"
        elif rule.of([*known, *[0.0] * missing]) > rule.limit:
            verdict = "failed"
        elif lost:
            verdict = block.counts.unclear
    observed = rule.of(known) if known else None
    return Ruling(
        rule=rule.text,
        verdict=verdict,
        observed=observed,
        curtailed=block.curtailed,
        reason="; ".join(_told(rule, block, values, observed)),
    )


def _told(
    rule: Pooled, block: Evidence, values: Collection[float | None], observed: float | None
) -> Iterable[str]:
    """What was seen of time or money, and what is not known of it."""
    noun = "trial" if rule.quantity == "cost" else "reply"
    number = sum(value is not None for value in values)
    if observed is None:
        yield f"the {_NAMES[rule.quantity]} of no {noun} is known"
    else:
        nouns = noun if number == 1 else {"trial": "trials", "reply": "replies"}[noun]
        of = f"{rule.statistic} of {number} {nouns}: {_amount(rule, observed)}"
        yield f"{of}, asked for {_amount(rule, rule.limit)} at most"
    if observed is not None and number < len(values):
        yield f"of {len(values) - number} it is not known"
    if absent := block.absent():
        yield absent


_NAMES: Final = {"latency": "latency", "ttft": "time to the first token", "cost": "cost"}


def _amount(rule: Pooled, value: float) -> str:
    """Seconds or dollars, for people."""
    return f"${value:.4g}" if rule.quantity == "cost" else f"{value:.3g} s"
