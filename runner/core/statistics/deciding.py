"""A pass rate held against the one that is asked: how many passes decide, and when more trials change nothing; pure.

Without a confidence it is counted: passed where the observed share reaches the rate, failed otherwise. With one the
exact bounds decide: passed where the lower one reaches the rate, failed where the upper one stays below, undecided
between. Law: whoever stops once `settled` says so has the verdict that all planned trials would have given.
"""

from collections.abc import Callable
from fractions import Fraction
from math import ceil, log
from typing import Final, Literal

from runner.core.statistics.rates import at_least, check_count, check_share

Decision = Literal["passed", "failed", "undecided"]
"""What a rule says of a block."""

Rate = float | Fraction
"""A share from 0 to 1; a float stands for the decimal it is written as, so that 4 of 5 reach .8."""

_TIE: Final = 1e-9
"""Probabilities nearer to each other than this share of them are equal: floats miss a tie by their last digits."""


def passes_needed(trials: int, rate: Rate, confidence: float | None = None) -> int | None:
    """The fewest passes of so many trials with which they pass; None where not even all would do."""
    asked = exact(rate)
    if trials < 1:
        return None  # nothing measured is never a pass
    if confidence is None:
        return ceil(asked * trials)
    return _first(trials + 1, lambda passed: _proves(passed, trials, asked, confidence))


def fails_at(trials: int, rate: Rate, confidence: float | None = None) -> int | None:
    """The most passes of so many trials with which they fail; None where not even none would do."""
    asked = exact(rate)
    if trials < 1:
        return None
    if confidence is None:
        most = ceil(asked * trials) - 1
    else:
        first = _first(trials + 1, lambda passed: not _refutes(passed, trials, asked, confidence))
        most = trials if first is None else first - 1
    return None if most < 0 else most


def decide(passed: int, trials: int, rate: Rate, confidence: float | None = None) -> Decision:
    """What so many passes of so many trials say of the rate asked; without trials nothing is decided."""
    check_count(passed, trials)
    return settled(passed, trials, trials, rate, confidence) or "undecided"


def settled(
    passed: int, played: int, trials: int, rate: Rate, confidence: float | None = None
) -> Decision | None:
    """What all planned trials will say, once those still to come cannot change it; None as long as they can."""
    check_count(passed, played)
    check_count(played, trials)
    ends = passes_needed(trials, rate, confidence), fails_at(trials, rate, confidence)
    return _settle(passed, trials - played, *ends)


def least_all_pass(rate: Rate, confidence: float) -> int | None:
    """How many trials must all pass so that the lower bound reaches the rate; None where no number does (rate 1).

    The least n with rate^n <= 1 - confidence; one trial at least, since nothing measured is never a pass.
    """
    asked, left = exact(rate), 1 - check_share(confidence)
    if asked == 1:
        return None
    guess = 1 if not asked else max(1, ceil(log(left) / log(asked)) - 1)
    return guess if _proves(guess, guess, asked, confidence) else guess + 1


def more_to_pass(passed: int, trials: int, rate: Rate, confidence: float) -> int | None:
    """How many further trials pass the block if all of them pass: 0 where it has passed, None where no number does."""
    check_count(passed, trials)
    asked = exact(rate)
    if asked == 1:
        return None
    return _least(lambda more: _proves(passed + more, trials + more, asked, confidence), int(not trials))


def more_to_fail(passed: int, trials: int, rate: Rate, confidence: float) -> int | None:
    """How many further trials fail the block if all of them fail: 0 where it has failed, None where no number does."""
    check_count(passed, trials)
    asked = exact(rate)
    if asked == 0:
        return None
    return _least(lambda more: _refutes(passed, trials + more, asked, confidence), int(not trials))


def more_to_decide(passed: int, trials: int, rate: Rate, confidence: float) -> int | None:
    """How many further trials could decide, all passing or all failing, whichever are fewer; 0 where it is decided."""
    ways = (more_to_pass, more_to_fail)
    counts = [way(passed, trials, rate, confidence) for way in ways]
    return min((count for count in counts if count is not None), default=None)


def curtailed_mean(rate: Rate, trials: int, true_rate: float, confidence: float | None = None) -> float:
    """How many trials a block takes on average that is stopped once its verdict cannot change, counted exactly.

    `rate` is asked, `true_rate` is what each trial passes with; takes as many steps as the square of the trials.
    """
    ends = passes_needed(trials, rate, confidence), fails_at(trials, rate, confidence)
    mean, playing = 0.0, {0: 1.0}
    for rest in range(trials, 0, -1):
        playing = {passed: share for passed, share in playing.items() if not _settle(passed, rest, *ends)}
        mean += sum(playing.values())
        playing = after_one(playing, true_rate)
    return mean


def after_one(playing: dict[int, float], true_rate: float) -> dict[int, float]:
    """The probabilities of having passed so often, by count, after one more trial."""
    counts = sorted(playing.keys() | {passed + 1 for passed in playing})
    return {
        passed: playing.get(passed, 0.0) * (1 - true_rate) + playing.get(passed - 1, 0.0) * true_rate
        for passed in counts
    }


def exact(rate: Rate) -> Fraction:
    """The rate as the decimal it is written as; raises ValueError where it is none from 0 to 1."""
    if not 0 <= rate <= 1:
        raise ValueError(f"{rate!r} is no rate from 0 to 1")
    return Fraction(str(rate))


def _settle(passed: int, rest: int, needed: int | None, failing: int | None) -> Decision | None:
    """What so many passes come to, whatever becomes of the rest; None where that depends on it."""
    if needed is not None and passed >= needed:
        return "passed"
    if failing is not None and passed + rest <= failing:
        return "failed"
    can_pass = needed is not None and passed + rest >= needed
    can_fail = failing is not None and passed <= failing
    return None if can_pass or can_fail else "undecided"


def _proves(passed: int, trials: int, asked: Fraction, confidence: float) -> bool:
    """Whether the lower bound reaches what is asked: at that rate as many passes are rare enough."""
    return not asked or at_least(passed, trials, float(asked)) <= (1 - check_share(confidence)) * (1 + _TIE)


def _refutes(passed: int, trials: int, asked: Fraction, confidence: float) -> bool:
    """Whether the upper bound stays below what is asked: at that rate as few passes are too rare."""
    few = at_least(trials - passed, trials, float(1 - asked))
    return asked > 0 and few < (1 - check_share(confidence)) * (1 - _TIE)


def _first(count: int, holds: Callable[[int], bool], start: int = 0) -> int | None:
    """The first number from `start` and below `count` from which on something holds; None where it never does."""
    low, high = start, count
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return None if low == count else low


def _least(holds: Callable[[int], bool], start: int) -> int | None:
    """The least number from `start` on from which on something holds, which it does in the end."""
    if holds(start):
        return start
    high = start + 1
    while not holds(high):
        high *= 2
    return _first(high + 1, holds, high // 2)
