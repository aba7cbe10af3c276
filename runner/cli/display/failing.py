"""What went wrong in a conversation: where it stands, what was expected, what came, what plays it again; it judges nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runner.cli.display.layout import Flow
from runner.cli.display.page import Page
from runner.cli.display.typed import command
from runner.core.assessment import Red
from runner.core.expected import specs_of
from runner.core.gates.outcome import unsaid
from runner.core.harmless import harmless_line
from runner.core.places import spelled
from runner.core.reds import reds_of
from runner.core.transcript import Transcript
from runner.core.trial import Script
from runner.core.value import Json, canonical
from runner.operations.stage import Asked
from runner.reports.telling import address, facts_of

LONGEST: Final = 800
"""Characters of a text that are told here; `show RUN TRIAL` tells the whole."""
_BAD: Final = {"failed", "broken"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a run came from, as far as it is known."""

    reference: tuple[str, ...]
    """The words by which the run is found again."""
    scripts: Mapping[str, Script]
    """What was planned, by the variants' ids."""
    asked: Asked | None
    """What was asked for; None where the run cannot be played again by `play`."""
    path: str
    """What stands before the scenarios' paths, seen from here; empty where that is nothing."""


def is_bad(transcript: Transcript) -> bool:
    """Whether a trial is unanswered, one of its checks failed or broke, or a turn of it could not be said."""
    bad = any(verdict.outcome in _BAD for verdict in transcript.all_verdicts)
    return bad or transcript.status == "unanswered" or unsaid(transcript) is not None


def tell_failing(transcript: Transcript, page: Page, origin: Origin) -> None:
    """Write what went wrong in a conversation."""
    specs = specs_of(origin.scripts.get(transcript.id.rpartition("#")[0]))
    page.write(page.screen.paint(harmless_line(transcript.id), "bold") + "\n")
    reds = [red for _, red in reds_of(transcript, specs)]
    for red in sorted(reds, key=lambda red: len(transcript.turns) if red.turn is None else red.turn):
        _tell_red(red, page)
    # Commands are written as they are typed: one that is wrapped cannot be copied.
    page.write(f"\nread it: {command('show', *origin.reference, transcript.id)}\n")
    if (again := play_again(transcript, origin)) is not None:
        page.write(f"play it again: {again}\n")
    page.write("\n")


def _tell_red(red: Red, page: Page) -> None:
    """Write one thing that went wrong: where, what was said, what was expected, what came."""
    sign = page.screen.paint(page.screen.signs["broken" if red.outcome == "broken" else "failed"], "red")
    about = "the conversation as a whole" if red.turn is None else f"turn {red.turn + 1}"
    page.write(f"\n{sign} {', '.join(part for part in (about, address(red.path, red.line)) if part)}\n")
    for label, text in facts_of(red, LONGEST):
        if red.outcome == "unanswered" and label == "reason":
            _tell(page, "got", f"unanswered: {harmless_line(red.check)}: {text}")
        else:
            _tell(page, label, text)


def _tell(page: Page, label: str, text: str) -> None:
    """Write a text, which is harmless, beside its label."""
    label += ":" * (page.indent <= len(label))
    gap = max(1, page.indent - len(label))
    page.write(page.screen.paint(label, "dim") + " " * gap)
    flow = Flow(page.write, page.screen.width, page.indent, len(label) + gap)
    flow.feed(text)
    flow.end()


def play_again(transcript: Transcript, origin: Origin) -> str | None:
    """The command that plays a trial again as it was played; None where no scenario file says how."""
    if origin.asked is None or not transcript.path:
        return None
    words = [f"{origin.path}{transcript.path}", "--only", transcript.scenario]
    for axis, value in transcript.variant.items():
        words += ["--where", f"{axis}={spelled(value)}"]
    if transcript.case is not None:
        words += ["--case", transcript.case]
    asked = origin.asked
    if asked.design is not None:  # the twin of a comparison's base has more repeats than any scenario says
        most = max(asked.changes.repeat or 1, transcript.repeat)
        asked = asked.model_copy(update={"changes": asked.changes.model_copy(update={"repeat": most})})
    return command("play", *words, "--trial", str(transcript.repeat), *_options(asked, origin.path))


def _options(asked: Asked, path: str) -> Iterator[str]:
    """What changed the scenarios, and where the same replies are found again, as it is typed."""
    changes = asked.changes
    for option, value in (
        ("--provider", changes.provider),
        ("--model", changes.model),
        ("--repeat", asked.until_decided or changes.repeat),
    ):
        if value is not None:
            yield from (option, str(value))
    for axis, values in changes.axes.items():
        yield from ("--axis", f"{axis}={','.join(values)}")
    yield from _sets("params", changes.params.items())
    yield from _sets("vars", changes.vars.items())
    if asked.cassettes is not None:  # whatever was done with them, they replay what was said
        yield from (
            "--cassettes",
            asked.cassettes if Path(asked.cassettes).is_absolute() else f"{path}{asked.cassettes}",
        )
    if asked.reproduce:
        yield "--reproduce"


def _sets(kind: str, fields: Iterable[tuple[str, Json]]) -> Iterator[str]:
    """Values that were set, as they are typed."""
    for name, value in fields:
        text = value if isinstance(value, str) else canonical(value).decode()
        yield from ("--set", f"{kind}.{name}={text}")
