"""An assessment as annotations that GitHub shows beside the lines of the YAML; it writes nothing and reads no environment.

Law: a command is one line, and whatever a model said is data within it. What makes the exit code other than 0 is an error;
what a gate allows is a warning; what could not be compared is a notice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from runner.core.assessment import Assessment, Block, Comparison, Red
from runner.core.wording import count
from runner.reports.comparing import figures_of, ordered, rates_of
from runner.reports.telling import (
    came,
    check_of,
    facts_of,
    headline,
    is_about_checks,
    line_of,
    ruled,
    sentence_of,
)

MOST: Final = 10
"""How many annotations of a kind GitHub shows for a step."""
LONGEST_TITLE: Final = 200
LONGEST_MESSAGE: Final = 8000
LONGEST_TEXT: Final = 400
"""Characters of what was said, in a message."""
MOST_NAMED: Final = 5
"""How many further blocks are named where one check went wrong in many."""

Kind = Literal["error", "warning", "notice"]
_EXPLAINED: Final = {"failed", "broken", "unanswered"}
"""Verdicts of blocks that a red of the same outcome explains."""


@dataclass(frozen=True, slots=True)
class _Note:
    """One annotation."""

    kind: Kind
    title: str
    message: str
    path: str = ""
    line: int = 0


def annotations(assessment: Assessment, *, place: Callable[[str], str] = str) -> Iterator[str]:
    """GitHub's commands, a line each without its end, ten of a kind; `place` spells a path from the repository's root."""
    notes = list(_notes(assessment))
    if assessment.exit_code and not any(note.kind == "error" for note in notes):
        notes.append(
            _Note("error", f"runner check: {assessment.verdict}", line_of(assessment.sentence, 1000))
        )
    for kind in ("error", "warning", "notice"):
        alike = [note for note in notes if note.kind == kind]
        for number, note in enumerate(alike[:MOST], start=1):
            more = len(alike) - MOST if number == MOST else 0
            yield _command(note, more, place)


def paused(token: str) -> str:
    """The command after which GitHub takes every line as text, until the same token is resumed; nobody may foresee it."""
    return f"::stop-commands::{token}"


def resumed(token: str) -> str:
    """The command after which GitHub obeys commands again."""
    return f"::{token}::"


def _notes(assessment: Assessment) -> Iterator[_Note]:
    """All that there is to say, what matters most first."""
    places = {block.id: block for block in assessment.blocks}
    for comparison in assessment.comparisons:
        if comparison.verdict == "failed":
            yield _regression(comparison, places)
    flaky = {each.block for each in assessment.flaky}
    yield from _of_checks(
        block for block in assessment.blocks if block.verdict != "passed" or block.id not in flaky
    )
    for block in assessment.blocks:
        if block.gated and block.verdict != "passed" and (why := _unexplained(block)) is not None:
            title = f"{block.verdict}: {line_of(block.id, 150)}"
            yield _Note("error", title, why, block.path, block.line)
    yield from _flaky(assessment, places)
    for comparison in assessment.comparisons:
        if comparison.verdict == "undecided" or comparison.unpaired:
            yield _uncompared(comparison)


def _of_checks(blocks: Iterable[Block]) -> Iterator[_Note]:
    """A note for each check that went wrong, however many blocks it did so in; those that turn the gate first."""
    groups: dict[tuple[object, ...], list[tuple[Block, Red]]] = {}
    for block in blocks:
        seen: Counter[tuple[object, ...]] = Counter()  # several of one kind may stand on one line
        for red in block.reds if block.gated else ():
            key = (red.path, red.line, red.turn, red.of, red.check, red.name, red.outcome)
            groups.setdefault((*key, seen[key]), []).append((block, red))
            seen[key] += 1
    for group in groups.values():
        group.sort(key=lambda pair: not _turns(pair[0]))  # the first is the one that is told
    ranked = sorted(groups.values(), key=lambda group: not _turns(group[0][0]))
    return (_of_check(group) for group in ranked)


def _turns(block: Block) -> bool:
    """Whether a block's reds are why it did not pass."""
    return block.verdict in _EXPLAINED


def _of_check(group: list[tuple[Block, Red]]) -> _Note:
    """One check that went wrong, as it did in the first of its blocks; the others are named."""
    block, red = group[0]
    lines = [f"{line_of(block.id)}: {headline(red)}"]
    if not _turns(block):
        lines.append(f"the gate: {sentence_of(block)}")
    lines += [f"{label}: {text}" for label, text in facts_of(red, LONGEST_TEXT)]
    names = dict.fromkeys(other.id for other, _ in group[1:] if other.id != block.id)
    if names:
        named = ", ".join(line_of(name, 150) for name in list(names)[:MOST_NAMED])
        more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
        lines.append(f"also in {named}{more}")
    others = f" in {count(len(names) + 1, 'block')}" if names else f": {line_of(block.id, 100)}"
    title = f"{check_of(red)} {came(red)}{others}"
    kind: Kind = "error" if _turns(block) else "warning"
    return _Note(kind, title, "\n".join(lines), red.path or block.path, red.line or block.line)


def _unexplained(block: Block) -> str | None:
    """Why a block did not pass, where no check that went wrong says so."""
    explained = _turns(block) and any(red.outcome == block.verdict for red in block.reds)
    against = [ruling for ruling in block.rulings if ruling.verdict != "passed"]
    if explained:
        against = [ruling for ruling in against if not is_about_checks(ruling)]
        return "\n".join(ruled(ruling) for ruling in against) if against else None
    return "\n".join(ruled(ruling) for ruling in against) or sentence_of(block)


def _flaky(assessment: Assessment, places: dict[str, Block]) -> Iterator[_Note]:
    """Blocks whose gates hold though their trials disagree, each at the first check that some trials failed."""
    for each in assessment.flaky:
        block = places.get(each.block)
        if block is None or not block.gated or block.verdict != "passed":
            continue
        lines = [
            f"{each.passed:,} of {count(each.trials, 'trial')} passed, though nothing differs but chance"
        ]
        checks = list(each.checks.items())
        lines += [f"{line_of(name, 150)}: failed in {number:,}" for name, number in checks[:MOST_NAMED]]
        path, line = block.path, block.line
        if block.reds:
            red = block.reds[0]
            path, line = red.path or path, red.line or line
            lines += [f"{label}: {text}" for label, text in facts_of(red, LONGEST_TEXT)]
        yield _Note("warning", f"flaky: {line_of(each.block, 150)}", "\n".join(lines), path, line)


def _regression(comparison: Comparison, places: dict[str, Block]) -> _Note:
    """A comparison that found a regression, at the first block that fails now."""
    pairs = [pair for pair in ordered(comparison) if pair.change == "newly failing"]
    lines = [line_of(comparison.reason, 1000), figures_of(comparison)]
    lines += [f"{pair.change}: {line_of(pair.block)}: {rates_of(pair)}" for pair in pairs[:MOST_NAMED]]
    if len(pairs) > MOST_NAMED:
        lines.append(f"and {len(pairs) - MOST_NAMED:,} more")
    block = next((places[pair.block] for pair in pairs if pair.block in places), None)
    path, line = (block.path, block.line) if block is not None else ("", 0)
    message = "\n".join(each for each in lines if each)
    return _Note("error", f"regression {line_of(comparison.title, 150)}", message, path, line)


def _uncompared(comparison: Comparison) -> _Note:
    """What of a comparison could not be compared, and why."""
    sentences = [comparison.reason] if comparison.verdict == "undecided" else []
    sentences += comparison.unpaired[:MOST_NAMED]
    lines = [line_of(sentence) for sentence in sentences if sentence]
    if (more := len(comparison.unpaired) - MOST_NAMED) > 0:
        lines.append(f"and {more:,} more")
    return _Note("notice", f"not compared {line_of(comparison.title, 150)}", "\n".join(lines))


def _command(note: _Note, more: int, place: Callable[[str], str]) -> str:
    """A note as GitHub's command."""
    properties = {"title": line_of(note.title, LONGEST_TITLE)}
    if note.path:
        properties = {"file": line_of(place(note.path), 1000), "line": str(max(1, note.line)), **properties}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = note.message[:LONGEST_MESSAGE] or note.title
    if more:
        message += f"\n({more:,} more of this kind are not shown here: GitHub shows {MOST} for a step)"
    return f"::{note.kind} {written}::{_data(message)}"


def _data(text: str) -> str:
    """A message within a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A value of a property within a command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
