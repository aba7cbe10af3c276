"""What an assessment's blocks, rules and reds are in words, for reports of every kind; it escapes nothing but controls."""

import math
from collections.abc import Iterable, Iterator
from typing import Final

from runner.core.assessment import Block, BlockVerdict, Red, Ruling, TrialOutcome
from runner.core.harmless import harmless_line
from runner.core.message import MISSING
from runner.core.wording import count, percent
from runner.reports.marked import LONGEST, marked
from runner.reports.wording import money

SIGNS: Final[dict[BlockVerdict, str]] = {
    "passed": "✓",
    "failed": "✗",
    "undecided": "?",
    "unanswered": "!",
    "broken": "!",
}
"""What stands before a block's verdict; its word follows always."""
ORDER: Final[tuple[BlockVerdict, ...]] = ("failed", "broken", "unanswered", "undecided", "passed")
"""Verdicts, what is read first before what is read last."""
LONGEST_LINE: Final = 300
"""Characters of a text that is shown on one line."""
LONGEST_COMMAND: Final = 2000
"""Characters of a command; a longer one would not be typed again."""
LONGEST_NAMED: Final = 60
"""Characters of a check's name where several stand beside each other."""
MOST_NAMED: Final = 3
"""How many checks are named beside each other; the rest is counted."""

_BESIDE: Final[tuple[TrialOutcome, ...]] = ("broken", "unanswered", "unmeasured", "unfinished")
"""What trials come to that neither passed nor failed."""


def line_of(text: str, longest: int = LONGEST_LINE) -> str:
    """The text on one line, bounded."""
    left = len(text) - longest
    return (
        harmless_line(text) if left <= 0 else f"{harmless_line(text[:longest])}... ({left:,} characters more)"
    )


def interval_of(ruling: Ruling) -> str:
    """The interval around what was observed; empty where there is none."""
    if ruling.low is None or ruling.high is None:
        return ""
    return f"{percent(ruling.low)} to {percent(ruling.high)} %"


def interval(block: Block) -> str:
    """The interval around a block's share of passed trials; empty where no rule is about a share."""
    return next((told for ruling in block.rulings if (told := interval_of(ruling))), "")


def passed_of(block: Block) -> str:
    """How many of a block's trials passed, and what became of those that neither passed nor failed."""
    return f"{block.count('passed'):,} of {len(block.trials):,}{_beside(block)}"


def passing(block: Block) -> str:
    """The same within a sentence."""
    return f"{block.count('passed'):,} of {count(len(block.trials), 'trial')} passed{_beside(block)}"


def _beside(block: Block) -> str:
    """How many trials neither passed nor failed, in brackets; empty where there are none."""
    beside = [f"{number:,} {outcome}" for outcome in _BESIDE if (number := block.count(outcome))]
    return f" ({', '.join(beside)})" if beside else ""


def ruled(ruling: Ruling) -> str:
    """What one rule says: itself, its verdict, what was observed, and why."""
    return f"{line_of(ruling.rule)}: {ruling_of(ruling)}"


def ruling_of(ruling: Ruling) -> str:
    """What one rule says, without the rule itself."""
    facts: list[str] = [ruling.verdict]
    if ruling.observed is not None:
        facts.append(f"observed {_observed(ruling)}")
    if told := interval_of(ruling):
        level = "" if ruling.level is None else f"{percent(ruling.level)} % "
        facts.append(f"{level}interval {told}")
    if ruling.curtailed:
        facts.append("stopped once nothing could change it, so there is no interval")
    if ruling.more:
        facts.append(f"{count(ruling.more, 'more trial')} could decide it")
    why = f": {line_of(ruling.reason)}" if ruling.reason else ""
    return f"{', '.join(facts)}{why}"


def is_about_checks(ruling: Ruling) -> bool:
    """Whether a rule is about the share of trials whose checks pass, and not about what they took or cost."""
    return not any(word in ruling.rule for word in ("latency", "cost", "ttft", "tokens"))


def _observed(ruling: Ruling) -> str:
    """What was observed, in the rule's unit."""
    assert ruling.observed is not None
    number, rule = ruling.observed, ruling.rule
    if ruling.low is not None or rule.startswith("pass"):
        return f"{percent(number)} %"
    if "latency" in rule or "ttft" in rule:
        return f"{number:.3g} s"
    return money(number) if "cost" in rule and math.isfinite(number) else f"{number:.3g}"


def sentence_of(block: Block) -> str:
    """A block's verdict in a sentence: the reason of the rule that decided it, or how many trials passed."""
    if not block.gated:
        return "not gated: `only` leaves it out"
    for ruling in block.rulings:
        if ruling.verdict == block.verdict and ruling.verdict != "passed":
            return line_of(ruling.reason or f"{ruling.rule} {ruling.verdict}: {passing(block)}")
    return f"{block.verdict}: {passing(block)}"


def check_of(red: Red, longest: int = 100) -> str:
    """The check as a heading names it: of what it speaks, its name, and what its author calls it."""
    check = "a reply" if red.check == MISSING else red.check
    told = f"{red.of}: {check}" if red.of else check or "a reply"
    return line_of(f"{told} ({red.name})" if red.name else told, longest)


def headline(red: Red) -> str:
    """What went wrong: the check, how it came out, where, and how often."""
    where = "the conversation as a whole" if red.turn is None else f"turn {red.turn + 1}"
    return f"{check_of(red)} {came(red)}, {where}, {often(red)}"


def named(reds: Iterable[Red]) -> str:
    """The checks of some reds with how they came out, in a few words; a reply that is missing is no check's."""
    checks = (red for red in reds if red.outcome != "unanswered")
    names = list(dict.fromkeys(f"{check_of(red, LONGEST_NAMED)} {came(red)}" for red in checks))
    more = [f"{len(names) - MOST_NAMED:,} more"] * (len(names) > MOST_NAMED)
    return ", ".join([*names[:MOST_NAMED], *more])


def case_of(red: Red) -> str:
    """Which variant it is about; empty where its scenario has one alone."""
    within = red.trial.partition("[")[2].rpartition("]")[0]
    return line_of(within, 80)


def came(red: Red) -> str:
    """How it came out, in words."""
    return "needs recording" if red.check == MISSING else red.outcome


def often(red: Red) -> str:
    """In how many trials a check went that way."""
    return f"{red.alike:,} of {count(red.of_trials, 'trial')}"


def address(path: str | None, line: int) -> str:
    """Where something stands; empty where that is not known."""
    return harmless_line(f"{path}:{line}" if path and line else path or "")


def facts_of(red: Red, longest: int = LONGEST) -> Iterator[tuple[str, str]]:
    """What is needed to read a red in ten seconds, each under its label; texts keep their lines."""
    if red.user is not None:
        yield "user", marked(red.user, longest=longest)
    if red.expected:
        yield "expected", marked(red.expected, longest=longest)
    if red.got is not None:
        yield "got", marked(red.got, red.spans, longest)
    if red.reason:
        yield "broke" if red.outcome == "broken" else "reason", marked(red.reason, longest=longest)
    if red.had is not None:
        yield "baseline had", marked(red.had, longest=longest)
    if red.again:
        yield "play it again", line_of(red.again, LONGEST_COMMAND)


def written(red: Red, longest: int = LONGEST) -> str:
    """A red as plain text: its headline with its address, then its facts."""
    where = address(red.path, red.line)
    lines = [f"{where}: {headline(red)}" if where else headline(red)]
    for label, text in facts_of(red, longest):
        lines.append(f"  {label}: " + text.replace("\n", "\n    "))
    return "\n".join(lines)
