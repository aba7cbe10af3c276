"""Transcripts as the data that a page's script shows: texts made harmless, finds marked, each verdict beside its turn; pure."""

from collections.abc import Sequence
from typing import Final

from runner.core.finding import Span, Verdict
from runner.core.gates.outcome import outcome_of
from runner.core.harmless import harmless
from runner.core.places import spelled
from runner.core.spoken import LEFT_OUT, Spoken, early_end, opening_of, spoken, text_of
from runner.core.transcript import Exchange, Transcript, sum_known
from runner.core.value import Json
from runner.reports.marked import pieces

WORDS: Final = {"unanswered": "no reply", **LEFT_OUT}
"""Statuses of turns that people are told, in words."""


def conversation_data(transcript: Transcript) -> dict[str, Json]:
    """One conversation; its names are harmless as well, since they stand in addresses, which hold no half characters."""
    data: dict[str, Json] = {
        "id": harmless(transcript.id),
        "scenario": harmless(transcript.scenario),
        "case": transcript.case and harmless(transcript.case),
        "variant": {harmless(axis): harmless(spelled(value)) for axis, value in transcript.variant.items()},
        "repeat": transcript.repeat,
        "tags": [harmless(tag) for tag in transcript.tags],
        "outcome": outcome_of(transcript),
        "facts": _facts(transcript),
        "opening": [_message(str(each.get("role")), text_of(each)) for each in opening_of(transcript)],
        "turns": [_turn(said, transcript) for said in spoken(transcript)],
        "checks": [_check(verdict, transcript) for verdict in transcript.verdicts],
    }
    if transcript.error is not None:
        kind, message = transcript.error.get("kind"), transcript.error.get("message")
        data["error"] = harmless(f"{kind}: {message}")
    return {name: value for name, value in data.items() if value not in (None, [], {})}


def _facts(transcript: Transcript) -> str:
    """What the conversation was played on, and what it took."""
    usage = transcript.usage
    facts = [f"{transcript.provider} ({transcript.model})"]
    if usage.prompt_tokens is not None and usage.completion_tokens is not None:
        facts.append(f"{usage.prompt_tokens:,} tokens in, {usage.completion_tokens:,} out")
    if transcript.cost_usd:
        facts.append(f"${transcript.cost_usd:.2g}")
    if transcript.duration_s is not None:
        facts.append(f"{transcript.duration_s:.1f} s")
    return harmless(", ".join(facts))


def _message(role: str, text: str, spans: Sequence[Span] = ()) -> dict[str, Json]:
    """A message; its text in pieces, those that a check found in a list of their own."""
    parts: list[Json] = [
        [harmless(piece)] if found else harmless(piece) for piece, found in pieces(text, spans)
    ]
    return {"role": harmless(role), "text": parts}


def _turn(said: Spoken, transcript: Transcript) -> dict[str, Json]:
    """A turn: what was said, what was answered, what its checks found, what it took."""
    turn = said.turn
    exchange = turn.exchanges[-1] if turn.exchanges else None
    data: dict[str, Json] = {"n": turn.turn + 1, "id": turn.id and harmless(turn.id)}
    if said.line is not None:
        role = str(said.line.get("role"))
        data["line"] = _message(
            f"{role}, written by the author" if turn.status == "given" else role, text_of(said.line)
        )
    if said.reply is not None:
        spans = [span for verdict in turn.verdicts for span in verdict.spans]
        data["reply"] = _message("assistant", text_of(said.reply), spans)
    notes = [WORDS[turn.status]] if turn.status in WORDS else []
    if turn.when is not None and turn.status == "not-taken":
        notes.append(turn.when.reason)
    if exchange is not None:
        notes += filter(None, [early_end(exchange.finish_reason)])
        if exchange.error is not None:
            notes.append(f"{exchange.error.get('kind')}: {exchange.error.get('message')}")
        data["facts"] = _spent(turn.exchanges)
    data["notes"] = [harmless(note) for note in notes]
    data["checks"] = [_check(verdict, transcript) for verdict in turn.verdicts]
    return {name: value for name, value in data.items() if value not in (None, [], "")}


def _spent(exchanges: Sequence[Exchange]) -> str:
    """Tokens, seconds, money, and how the reply ended."""
    facts = []
    last = exchanges[-1]
    if last.usage is not None and last.usage.completion_tokens is not None:
        facts.append(f"{last.usage.prompt_tokens or 0:,} tokens in, {last.usage.completion_tokens:,} out")
    if last.replayed:
        facts.append("replayed")
    elif (latency := sum_known([each.latency_s for each in exchanges])) is not None:
        facts.append(f"{latency:.2f} s")
    if cost := sum_known([each.cost_usd for each in exchanges]):
        facts.append(f"${cost:.2g}")
    if last.finish_reason:
        facts.append(str(last.finish_reason))
    if len(last.attempts) > 1:
        facts.append(f"{len(last.attempts)} tries")
    return harmless(", ".join(facts))


def _check(verdict: Verdict, transcript: Transcript) -> dict[str, Json]:
    """What a check found, with its place in the YAML."""
    where = f"{verdict.path or transcript.path}:{verdict.line}" if verdict.line else ""
    data = {
        "outcome": verdict.outcome,
        "check": harmless(verdict.title),
        "why": harmless(verdict.reason),
        "at": harmless(where),
    }
    return {name: value for name, value in data.items() if value}
