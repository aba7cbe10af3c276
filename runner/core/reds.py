"""What went wrong in the trials of one block, each kind of it once, with all that is needed to read it; it gates nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from runner.core.assessment import Red
from runner.core.finding import Span, Verdict
from runner.core.gates.outcome import UNSAID, unsaid
from runner.core.measuring import keyed
from runner.core.message import Message
from runner.core.spoken import Spoken, spoken, text_of
from runner.core.transcript import Transcript
from runner.core.trial import Posed, Script
from runner.core.value import Json, canonical, encode_readable

MOST: Final = 20
"""How many kinds of a block are kept."""
LONGEST: Final = 4_000
"""Characters of a reply that are kept, around what was found in it."""

Again = Callable[[Transcript], str]
"""The command that plays a trial again; empty where no file says how."""


@dataclass(slots=True)
class Reds:
    """The things that went wrong in one block."""

    specs: Mapping[bytes, Posed]
    """Its checks, by what their verdicts say of them."""
    again: Again
    had: Mapping[int, str] = field(default_factory=dict)
    """By turn: what the baseline had."""
    found: dict[str, Red] = field(default_factory=dict)
    trials: int = 0
    """Those that came to their end."""

    def add(self, transcript: Transcript) -> None:
        """Take in one trial."""
        self.trials += transcript.status in {"finished", "unanswered"}
        for key, red in self._of(transcript):
            if key in self.found:
                alike = self.found[key].alike + 1
                self.found[key] = self.found[key].model_copy(update={"alike": alike})
            elif len(self.found) < MOST:
                self.found[key] = red

    def close(self) -> tuple[Red, ...]:
        """All of them, with how many trials there were."""
        return tuple(red.model_copy(update={"of_trials": self.trials}) for red in self.found.values())

    def _of(self, transcript: Transcript) -> Iterator[tuple[str, Red]]:
        """What went wrong in one trial, each with what tells its kind."""
        said = list(spoken(transcript))
        for each in said:
            if each.turn.status == "unanswered":
                error = transcript.error or {}
                path, line = each.turn.path or transcript.path, each.turn.line
                kind = str(error.get("kind"))
                yield (
                    f"{each.turn.turn}: {kind}",
                    Red(
                        trial=transcript.id,
                        outcome="unanswered",
                        turn=each.turn.turn,
                        path=path or None,
                        line=line,
                        check=kind,
                        user=_bounded(_text(each.line)),
                        expected="a reply",
                        reason=_bounded(str(error.get("message") or kind)) or kind,
                        again=self.again(transcript),
                    ),
                )
        if (red := self._cut(transcript)) is not None:
            yield "cut", red
        places: dict[int, int | None] = {}
        for each in said:
            places |= {id(verdict): each.turn.turn for verdict in each.turn.verdicts}
        for key, verdict in keyed(transcript):
            if verdict.outcome in {"failed", "broken"}:
                turn = places.get(id(verdict))
                about = _spoken_of(verdict, said) if turn is None else said[turn]
                outcome: Literal["failed", "broken"] = "failed" if verdict.outcome == "failed" else "broken"
                yield f"{outcome} {key}", self._red(transcript, verdict, turn, about, outcome)

    def _cut(self, transcript: Transcript) -> Red | None:
        """The turn that was not said, for want of what no reply gave; None where no turn was left out for that."""
        turn = unsaid(transcript)
        if turn is None:
            return None
        return Red(
            trial=transcript.id,
            outcome="failed",
            turn=turn.turn,
            path=turn.path or transcript.path or None,
            line=turn.line,
            check="turn",
            expected="the turn is said",
            reason=UNSAID,
            again=self.again(transcript),
        )

    def _red(
        self,
        transcript: Transcript,
        verdict: Verdict,
        turn: int | None,
        about: Spoken | None,
        outcome: Literal["failed", "broken"],
    ) -> Red:
        """A verdict with what it is about."""
        line, reply = (None, None) if about is None else (about.line, about.reply)
        got, spans = _around(_text(reply), verdict.spans)
        posed = self.specs.get(told_of(verdict.check, verdict.path, verdict.line, verdict.of))
        return Red(
            trial=transcript.id,
            outcome=outcome,
            turn=turn,
            path=verdict.path or transcript.path or None,
            line=verdict.line,
            check=verdict.check,
            name=verdict.name,
            of=verdict.of,
            user=_bounded(_text(line)),
            expected=_bounded(_spelled(verdict, None if posed is None else posed.spec)) or "",
            got=got,
            spans=spans,
            reason=_bounded(verdict.reason) or "",
            had=None if about is None else self.had.get(about.turn.turn),
            again=self.again(transcript),
        )


def specs_of(script: Script) -> dict[bytes, Posed]:
    """The checks of a script, by what their verdicts say of them."""
    posed = (*(each for line in script.turns for each in (*line.checks, *line.when)), *script.checks)
    return {told_of(each.check, each.path or None, each.line, each.of): each for each in posed}


def told_of(check: str, path: str | None, line: int, of: str | None) -> bytes:
    """What a verdict says of its check."""
    return canonical([check, path, line, of])


def _text(message: Message | None) -> str | None:
    """What a message says; None where there is none."""
    return None if message is None else text_of(message)


def _bounded(text: str | None) -> str | None:
    """The text, its beginning where it is long."""
    if text is None or len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}..."


def _spoken_of(verdict: Verdict, said: Sequence[Spoken]) -> Spoken | None:
    """The turn that a check at the foot speaks of, where that is one: `last`, or a turn's id."""
    heard = [each for each in said if each.reply is not None]
    if verdict.of == "last":
        return heard[-1] if heard else None
    return next((each for each in heard if verdict.of is not None and each.turn.id == verdict.of), None)


def _around(text: str | None, spans: tuple[Span, ...]) -> tuple[str | None, tuple[Span, ...]]:
    """A reply's text with what was found in it; of a long one what stands around the first find."""
    if text is None or len(text) <= LONGEST:
        return text, spans
    first = min((span[0] for span in spans), default=0)
    begin = max(0, min(first - LONGEST // 4, len(text) - LONGEST))
    end = begin + LONGEST
    before, after = "..." if begin else "", "..." if end < len(text) else ""
    shift = len(before) - begin
    moved = tuple(
        (max(left, begin) + shift, min(right, end) + shift)
        for left, right in spans
        if right > begin and left < end
    )
    return f"{before}{text[begin:end]}{after}", moved


def _spelled(verdict: Verdict, spec: Json) -> str:
    """A check as its author wrote it."""
    name = f"{verdict.of}: {verdict.check}" if verdict.of else verdict.check
    if spec is None:
        return name
    return f"{name}: {spec if isinstance(spec, str) else encode_readable(spec).decode()}"
