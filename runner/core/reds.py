"""What went wrong in the trials of one block, each kind of it once, with all that is needed to read it; it gates nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from runner.core.assessment import Red
from runner.core.expected import Specs, asked, spelled_check, without_reply
from runner.core.finding import Span, Verdict
from runner.core.gates.outcome import UNSAID, unsaid
from runner.core.measuring import keyed
from runner.core.message import Message
from runner.core.spoken import Spoken, spoken, text_of
from runner.core.transcript import Transcript
from runner.core.trial import Posed

MOST: Final = 20
"""How many kinds of a block are kept."""
LONGEST: Final = 4_000
"""Characters of a reply that are kept, around what was found in it."""

Again = Callable[[Transcript], str]
"""The command that plays a trial again; empty where no file says how."""


@dataclass(slots=True)
class Reds:
    """The things that went wrong in one block."""

    specs: Specs
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
        for key, red in reds_of(transcript, self.specs, self.had):
            if key in self.found:
                alike = self.found[key].alike + 1
                self.found[key] = self.found[key].model_copy(update={"alike": alike})
            elif len(self.found) < MOST:
                self.found[key] = _kept(red).model_copy(update={"again": self.again(transcript)})

    def close(self) -> tuple[Red, ...]:
        """All of them, with how many trials there were."""
        return tuple(red.model_copy(update={"of_trials": self.trials}) for red in self.found.values())


def reds_of(
    transcript: Transcript, specs: Specs, had: Mapping[int, str] | None = None
) -> Iterator[tuple[str, Red]]:
    """What went wrong in one trial, whole, each with what tells its kind; `had` is by turn what the baseline had."""
    said = list(spoken(transcript))
    for each in said:
        if each.turn.status == "unanswered":
            red = _unanswered(transcript, each)
            yield f"{each.turn.turn}: {red.check}", red
    if (cut := _cut(transcript)) is not None:
        yield "cut", cut
    for (key, verdict), (turn, _, posed) in zip(keyed(transcript), asked(transcript, specs), strict=True):
        if verdict.outcome in {"failed", "broken"}:
            about = _spoken_of(verdict, said) if turn is None else said[turn]
            before = None if about is None else (had or {}).get(about.turn.turn)
            red = _red(transcript, verdict, posed, about)
            yield f"{verdict.outcome} {key}", red.model_copy(update={"turn": turn, "had": before})


def _unanswered(transcript: Transcript, said: Spoken) -> Red:
    """The turn that has no reply."""
    error = transcript.error or {}
    kind = str(error.get("kind"))
    return Red(
        trial=transcript.id,
        outcome="unanswered",
        turn=said.turn.turn,
        path=said.turn.path or transcript.path or None,
        line=said.turn.line,
        check=kind,
        user=_text(said.line),
        expected="a reply",
        reason=str(error.get("message") or kind),
    )


def _cut(transcript: Transcript) -> Red | None:
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
    )


def _red(transcript: Transcript, verdict: Verdict, posed: Posed | None, about: Spoken | None) -> Red:
    """A verdict with what it is about."""
    line, reply = (None, None) if about is None else (about.line, about.reply)
    got = _text(reply)
    return Red(
        trial=transcript.id,
        outcome="failed" if verdict.outcome == "failed" else "broken",
        path=verdict.path or transcript.path or None,
        line=verdict.line,
        check=verdict.check,
        name=verdict.name,
        of=verdict.of,
        user=_text(line),
        expected=spelled_check(verdict, posed),
        got=got,
        spans=() if got is None else verdict.spans,
        reason=verdict.reason if got is None else without_reply(verdict.reason, got, verdict.spans),
    )


def _kept(red: Red) -> Red:
    """A red as it is kept: its texts bounded, a reply around what was found in it."""
    got, spans = _around(red.got, red.spans)
    texts = {"user": red.user, "expected": red.expected, "reason": red.reason}
    bounded = {name: _bounded(text) for name, text in texts.items()}
    return red.model_copy(update={**bounded, "got": got, "spans": spans})


def _text(message: Message | None) -> str | None:
    """What a message says; None where there is none."""
    return None if message is None else text_of(message)


def _bounded(text: str | None) -> str | None:
    """The text, its beginning where it is long."""
    if text is None or len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}..."


def _spoken_of(verdict: Verdict, said: Sequence[Spoken]) -> Spoken | None:
    """The turn that a check at the foot speaks of, where that is one: the one that decided it, `last`, or a turn's id."""
    if verdict.turn is not None:
        return next((each for each in said if each.turn.turn == verdict.turn), None)
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
