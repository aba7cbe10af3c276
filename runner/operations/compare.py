"""Comparing: what is compared is known and told before anything is sent; what was played is read back and measured."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from runner.core.comparison.compared import Compared
from runner.core.comparison.comparing import compare
from runner.core.comparison.design import Design, Expected
from runner.core.places import spelled
from runner.core.run import FINE, INCOMPLETE, INTERRUPTED, INTERRUPTION
from runner.core.scenario import Scenario
from runner.core.statistics.power import USUAL, detectable_rates, fewest_blocks, smallest_p
from runner.core.transcript import Transcript
from runner.core.wording import listed
from runner.errors import UsageError
from runner.operations.designing import own_turns
from runner.operations.play import Played
from runner.operations.read import transcripts_of
from runner.operations.stage import Asked, Stage, stage
from runner.store.folder import RunFolder
from runner.store.manifest import Manifest


def open_comparison(
    asked: Asked, by: str | None, design: Design, folder: Path, environ: Mapping[str, str]
) -> Stage:
    """What will be compared; raises RunnerError with everything that is wrong, before anything is sent."""
    by = by or _typed_axis(asked) or _only_axis(stage(asked, folder, environ))
    return stage(asked.model_copy(update={"design": design.model_copy(update={"by": by})}), folder, environ)


def _typed_axis(asked: Asked) -> str | None:
    """The axis that is varied on the command line, if it is one."""
    axes = list(asked.changes.axes)
    if len(axes) > 1:
        raise UsageError(f"{listed(axes)} are varied: name the one that is compared, e.g. --by {axes[0]}")
    return axes[0] if axes else None


def _only_axis(plain: Stage) -> str:
    """The one axis that scenarios vary themselves."""
    narrowed = [plain.asked.selection.narrows(scenario) for scenario in plain.scenarios]
    axes = dict.fromkeys(axis.name for scenario in narrowed for axis in scenario.axes if len(axis.points) > 1)
    if len(axes) == 1:
        return next(iter(axes))
    if not axes:
        raise UsageError(
            "there is nothing to compare: give the values of an axis, e.g. --temperature 0,0.7,1 or --axis top_p=0.5,1"
        )
    raise UsageError(
        f"{listed(axes)} are varied: name the one that is compared, e.g. --by {next(iter(axes))}"
    )


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a comparison could show."""

    smallest: float | None
    """The smallest difference of pass rates that it could see, about; None where nothing is checked."""
    said: tuple[str, ...]
    """That, and what it cannot show at all, in sentences."""


def foresee(ready: Stage) -> Foreseen:
    """What a comparison could show, before it is played."""
    expected = _expected(ready)
    is_checked = any(map(_has_checks, ready.scenarios))
    smallest = _smallest(expected) if is_checked else None
    return Foreseen(smallest, tuple(_foreseen(ready, expected, smallest, is_checked=is_checked)))


def _smallest(expected: Expected) -> float | None:
    """The smallest difference of pass rates that is seen four times of five; None where not even the largest is."""
    values, pairs, items = len(expected.cells) - 1, expected.planned[expected.base], len(expected.items)
    each = max(1, pairs // items)
    by_block = items >= fewest_blocks(expected.alpha, values)
    if smallest_p([(each, each)] * items, by_block=by_block) * values > expected.alpha:
        return None
    return detectable_rates([USUAL], pairs, 1 - expected.alpha / values)


def _foreseen(ready: Stage, expected: Expected, smallest: float | None, *, is_checked: bool) -> Iterator[str]:
    """What a comparison could show, and what it could not, in sentences."""
    pairs = expected.planned[expected.base]
    if not is_checked:
        yield "the scenarios have no check: their replies are compared, pass rates are not"
    elif smallest is None:
        yield f"with {trials(pairs)} of each value no difference of pass rates can be shown, however large: give more by --repeat"
    else:
        yield (
            f"a difference of pass rates of about {round(100 * smallest)} points or more, the same in every item, would be seen "
            "four times of five, where nine of ten pass"
        )
    for scenario in ready.scenarios:
        if own := own_turns(scenario, expected.by):
            turns = " and ".join(str(turn + 1) for turn in own)
            yield (
                f"turn{'s' * (len(own) > 1)} {turns} of {scenario.name} set{'s' * (len(own) == 1)} {expected.by} as "
                "written there, whatever is compared"
            )
    if expected.repeats == 1:
        yield "with one trial each, how repeats of a value agree and vary is not seen: give --repeat 2 or more"
    elif any("seed" in each.params for each in ready.scenarios):
        yield "a `seed` is sent with every repeat, so that they may all be the same: what chance does is then not seen"


def _has_checks(scenario: Scenario) -> bool:
    """Whether anything is expected of a scenario."""
    return bool(scenario.checks) or any(turn.checks or turn.captures for turn in scenario.turns)


def _expected(ready: Stage) -> Expected:
    """What a stage compares."""
    assert ready.expected is not None, "a comparison is staged as one"
    return ready.expected


def compare_played(ready: Stage, folder: RunFolder) -> Compared:
    """What a comparison found that was played as one."""
    manifest = folder.read_manifest()
    expected = replace(_expected(ready), runs=(folder.name,), command=typed_again(manifest))
    return timed(compare(expected, by_axis(expected, [folder])), manifest)


def exit_code(found: Compared, played: Played | None = None) -> int:
    """The code that a comparison ends with: it gates nothing, and says where it has not all that it compares."""
    if played is not None and played.run.status(played.trials) == "stopped":
        return INTERRUPTED if played.run.stopped == INTERRUPTION else INCOMPLETE
    return FINE if found.status == "finished" and not unheld(found) else INCOMPLETE


def unheld(found: Compared) -> str:
    """Why nothing was held against anything, in a sentence; empty where something was."""
    roles = {cell.role for cell in found.cells if cell.status == "played"}
    if "base" not in roles:
        return f"nothing is compared: {found.base}, which the others are held against, has no replies; name another --base"
    return (
        "" if "treatment" in roles else f"nothing is compared: no other value than {found.base} has replies"
    )


def require_designed(folder: RunFolder) -> None:
    """Raise UsageError where a run that is to go on was not played as a comparison."""
    manifest = folder.read_manifest()
    if design_of(manifest) is None:
        raise UsageError(
            f"{folder.name} was not played by `runner compare`: compare it as it is, by `runner compare {folder.name}`"
        )


def design_of(manifest: Manifest) -> Design | None:
    """The comparison that a run was played as; None where it was none, or where that cannot be read any more."""
    try:
        return Design.load(manifest.asked["design"]) if manifest.asked.get("design") else None
    except ValidationError:
        return None


def by_axis(
    expected: Expected, folders: Sequence[RunFolder], most: int | None = None
) -> Iterator[tuple[str, Transcript]]:
    """Transcripts with the value of the axis that is compared, up to a number of repeats."""
    for folder in folders:
        for transcript in transcripts_of(folder):
            if expected.by in transcript.variant and (most is None or transcript.repeat <= most):
                yield spelled(transcript.variant[expected.by]), transcript


def timed(found: Compared, manifest: Manifest) -> Compared:
    """A comparison with the time from the beginning of its run to its end, where that is known."""
    if manifest.ended_at is None:
        return found
    began, ended = map(datetime.fromisoformat, (manifest.started_at, manifest.ended_at))
    return found.model_copy(update={"seconds": round((ended - began).total_seconds(), 3)})


def typed_again(manifest: Manifest) -> str:
    """What was typed to play a run."""
    return shlex.join(manifest.command)


def trials(number: int) -> str:
    """So many trials."""
    return "1 trial" if number == 1 else f"{number:,} trials"
