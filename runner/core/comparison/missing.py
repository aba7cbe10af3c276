"""What a comparison lacks: values that a model refuses, cells without replies, trials that are missing; it imputes nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from runner.core.assessment import TrialOutcome
from runner.core.comparison.compared import CellStatus
from runner.core.comparison.contrasting import left_out
from runner.core.comparison.design import Expected
from runner.core.comparison.observing import CellKey, Observed, Tried, refuses
from runner.core.comparison.phrasing import is_even, name_of
from runner.core.comparison.summing import Side
from runner.core.wording import listed

MOST_NAMED: Final = 3
"""How many items are named in a note."""
LONGEST_REASON: Final = 200
"""Characters of a server's words."""
WORDS: Final[dict[TrialOutcome, str]] = {
    "unanswered": "without a reply",
    "broken": "with a check that broke",
    "unmeasured": "to which no check applied",
    "unfinished": "not finished",
}
"""What trials come to that neither passed nor failed."""


def status_of(by: str, trials: Sequence[Tried]) -> tuple[CellStatus, str]:
    """What became of a cell, with the reason where there are no replies."""
    if any(tried.replies for tried in trials):
        return "played", ""
    failed = [tried for tried in trials if tried.status == "unanswered"]
    if not failed:
        return "unplayed", ""
    reason = _most_frequent(failed)
    return ("unsupported" if all(refuses(by, tried) for tried in failed) else "unanswered"), reason


def _most_frequent(failed: Sequence[Tried]) -> str:
    """What the servers said most often, shortened."""
    said = Counter(str((tried.error or {}).get("message") or "no reply came") for tried in failed)
    reason = min(said, key=lambda words: (-said[words], words))
    return reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 3]}..."


def notes_of(
    expected: Expected, seen: Observed, sides: Mapping[CellKey, Side], statuses: Mapping[CellKey, CellStatus]
) -> Iterator[str]:
    """What a reader has to know: trials that are missing, items left out, likeness of samples, trials not mixed."""
    if expected.seed is None:
        yield "the trials were not mixed: what else changed while they were played may show as a difference"
    if not expected.twin:
        yield "the base was not played twice, so there is no A/A pair to tell what chance alone does"
    for key in seen.trials:
        yield from _missing(expected, seen, key, statuses[key])
    base = sides[expected.base, "base"]
    for key, side in sides.items():
        outside = [] if key[1] == "base" or statuses[key] != "played" else left_out(base.trials, side.trials)
        if outside:
            which = f"{_named(outside)} {'is' if len(outside) == 1 else 'are'}"
            yield f"{which} left out where {name_of(*key)} is held against the base: only one of them was measured there"
    each = {name_of(*key): _replies_each(side) for key, side in sides.items() if _replies_each(side)}
    if not is_even(list(each.values())):
        told = ", ".join(f"{number:.1f} at {name}" for name, number in each.items())
        yield (
            f"repeats of a turn differ in number ({told}): the more there are, the more of them differ, so that distinct replies "
            "and words, TARr and where repeats part are not to be held against each other; shares of pairs are"
        )
    sampled = sum(unit.is_sampled for side in sides.values() for unit in side.units.values())
    if sampled:
        units = sum(len(side.units) for side in sides.values())
        yield f"likeness is of a sample of replies, or of their beginnings, in {sampled:,} of {units:,} turns: they are many or long"
    if seen.strangers:
        labels = listed(sorted(seen.strangers)[:MOST_NAMED])
        yield f"{_trials(seen.strangers.total())} of {labels} {_are(seen.strangers.total())} of no item here, and not counted"


def _replies_each(side: Side) -> float:
    """How many replies a turn of an item has, on average, of those that have several; 0 without any."""
    several = [unit.n for unit in side.units.values() if unit.n > 1]
    return sum(several) / len(several) if several else 0.0


def planned_of(expected: Expected, label: str) -> int:
    """How many trials a cell was to have."""
    return expected.planned.get(label, len(expected.items) * expected.repeats)


def _missing(expected: Expected, seen: Observed, key: CellKey, status: CellStatus) -> Iterator[str]:
    """What a cell lacks; of one without replies its status says it all."""
    trials = list(seen.of(key))
    if status != "played":
        return
    planned = planned_of(expected, key[0])
    lost = Counter(tried.outcome for tried in trials)
    has_checks = any(each.is_measured for cell in seen.trials for each in seen.of(cell))
    facts = [
        f"{lost[outcome]:,} {words}"
        for outcome, words in WORDS.items()
        if lost[outcome] and (has_checks or outcome != "unmeasured")
    ]
    facts += [f"{planned - len(trials):,} not begun"] if len(trials) < planned else []
    if facts:
        yield f"{name_of(*key)}: of {_trials(planned)} {', '.join(facts)}"
    refused = sorted(
        item
        for item, each in seen.trials[key].items()
        if each and all(refuses(expected.by, one) for one in each)
    )
    if refused:
        yield f"{name_of(*key)}: the value is refused in {_named(refused)}"


def _named(items: Sequence[str]) -> str:
    """Some items by name, the rest by their number."""
    more = len(items) - MOST_NAMED
    return f"{', '.join(items[:MOST_NAMED])} and {more:,} more" if more > 0 else listed(items)


def _trials(number: int) -> str:
    """So many trials."""
    return "1 trial" if number == 1 else f"{number:,} trials"


def _are(number: int) -> str:
    """The verb of so many."""
    return "is" if number == 1 else "are"


def ending(
    expected: Expected, seen: Observed, statuses: Mapping[CellKey, CellStatus]
) -> Literal["finished", "stopped", "incomplete", "nothing"]:
    """How the comparison ended: what is refused is a result, what is lost or not reached is none."""
    if "played" not in statuses.values():
        return "nothing"
    trials = {
        key: [tried for tried in seen.of(key) if not refuses(expected.by, tried)] for key in seen.trials
    }
    lost = any(tried.outcome in {"unanswered", "broken"} for each in trials.values() for tried in each)
    if lost:
        return "incomplete"
    stopped = any(tried.outcome == "unfinished" for each in trials.values() for tried in each)
    for key, status in statuses.items():
        if status != "unsupported":
            stopped = stopped or len(list(seen.of(key))) < planned_of(expected, key[0])
    return "stopped" if stopped else "finished"
