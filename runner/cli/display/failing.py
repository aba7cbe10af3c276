"""What went wrong in a conversation: where it stands, what was expected, what came, what plays it again; it judges nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runner.cli.display.layout import Flow
from runner.cli.display.page import Page
from runner.cli.display.typed import command
from runner.core.finding import Verdict
from runner.core.gates.outcome import UNSAID, unsaid
from runner.core.harmless import harmless, harmless_line
from runner.core.places import spelled
from runner.core.spoken import Spoken, spoken, text_of
from runner.core.transcript import Transcript
from runner.core.trial import Posed, Script
from runner.core.value import Json, canonical, encode_readable
from runner.operations.read import posed_in
from runner.operations.stage import Asked

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
    expected = _expected(origin.scripts.get(transcript.id.rpartition("#")[0]))
    page.write(page.screen.paint(harmless_line(transcript.id), "bold") + "\n")
    for said in spoken(transcript):
        if said.turn.status == "unanswered":
            _tell_unanswered(transcript, said, page)
        for verdict in said.turn.verdicts:
            if verdict.outcome in _BAD:
                _tell_verdict(transcript, verdict, said, page, expected)
    if (turn := unsaid(transcript)) is not None:
        _begin(page, "failed", f"turn {turn.turn + 1}", _address(transcript, turn.path, turn.line))
        _tell(page, "expected", "the turn is said")
        _tell(page, "reason", UNSAID)
    for verdict in transcript.verdicts:
        if verdict.outcome in _BAD:
            _tell_verdict(transcript, verdict, None, page, expected)
    # Commands are written as they are typed: one that is wrapped cannot be copied.
    page.write(f"\nread it: {command('show', *origin.reference, transcript.id)}\n")
    if (again := play_again(transcript, origin)) is not None:
        page.write(f"play it again: {again}\n")
    page.write("\n")


def _tell_unanswered(transcript: Transcript, said: Spoken, page: Page) -> None:
    """Write why a turn has no reply."""
    error = transcript.error or {}
    _begin(page, "failed", f"turn {said.turn.turn + 1}", _address(transcript, said.turn.path, said.turn.line))
    _tell_line(page, said)
    _tell(page, "expected", "a reply")
    _tell(page, "got", f"unanswered: {error.get('kind')}: {error.get('message')}")


def _tell_verdict(
    transcript: Transcript,
    verdict: Verdict,
    said: Spoken | None,
    page: Page,
    expected: Mapping[bytes, Posed],
) -> None:
    """Write what a check found."""
    about = "the conversation as a whole" if said is None else f"turn {said.turn.turn + 1}"
    _begin(page, verdict.outcome, about, _address(transcript, verdict.path, verdict.line))
    if said is not None:
        _tell_line(page, said)
    posed = expected.get(_key(verdict))
    _tell(page, "expected", _spelled_check(verdict, None if posed is None else posed.spec))
    if said is not None and said.reply is not None:
        _tell(page, "got", _bounded(text_of(said.reply)))
    _tell(page, "broke" if verdict.outcome == "broken" else "reason", verdict.reason)


def _begin(page: Page, outcome: str, about: str, address: str) -> None:
    """Write what the next lines are about."""
    sign = page.screen.paint(page.screen.signs[outcome], "red")
    page.write(f"\n{sign} {harmless_line(', '.join(part for part in (about, address) if part))}\n")


def _tell_line(page: Page, said: Spoken) -> None:
    """Write what the user said."""
    if said.line is not None:
        _tell(page, str(said.line.get("role", "user")), _bounded(text_of(said.line)))


def _tell(page: Page, label: str, text: str) -> None:
    """Write a text beside its label."""
    label = harmless_line(label) + ":" * (page.indent <= len(label))
    gap = max(1, page.indent - len(label))
    page.write(page.screen.paint(label, "dim") + " " * gap)
    flow = Flow(page.write, page.screen.width, page.indent, len(label) + gap)
    flow.feed(harmless(text))
    flow.end()


def _bounded(text: str) -> str:
    """The text, its beginning where it is long."""
    left = len(text) - LONGEST
    return text if left <= 0 else f"{text[:LONGEST]}... ({left:,} characters more)"


def _address(transcript: Transcript, path: str | None, line: int) -> str:
    """Where something stands in the YAML."""
    named = path or transcript.path
    return f"{named}:{line}" if named and line else named


def _expected(script: Script | None) -> dict[bytes, Posed]:
    """The checks of a script, by what their verdicts say of them."""
    return {
        canonical([posed.check, posed.path or None, posed.line, posed.of]): posed
        for posed in posed_in(script)
    }


def _key(verdict: Verdict) -> bytes:
    """What a verdict says of its check."""
    return canonical([verdict.check, verdict.path, verdict.line, verdict.of])


def _spelled_check(verdict: Verdict, spec: Json) -> str:
    """A check as its author wrote it."""
    name = f"{verdict.of}: {verdict.check}" if verdict.of else verdict.check
    if spec is None:
        return name
    text = spec if isinstance(spec, str) else encode_readable(spec).decode()
    return f"{name}: {_bounded(text)}"


def play_again(transcript: Transcript, origin: Origin) -> str | None:
    """The command that plays a trial again as it was played; None where no scenario file says how."""
    if origin.asked is None or not transcript.path:
        return None
    words = [f"{origin.path}{transcript.path}", "--only", transcript.scenario]
    for axis, value in transcript.variant.items():
        words += ["--where", f"{axis}={spelled(value)}"]
    if transcript.case is not None:
        words += ["--case", transcript.case]
    return command("play", *words, "--trial", str(transcript.repeat), *_options(origin.asked, origin.path))


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
