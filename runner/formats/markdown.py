"""Transcripts as a Markdown document for people: a heading, facts, and what was said, turn by turn.

Law: what a model or a scenario said stands in fences and code spans that are longer than any run of backticks in it,
so that none of it becomes a heading, a link, an image, HTML or a mention.
"""

from collections.abc import Iterable, Iterator

from runner.core.finding import Verdict
from runner.core.spoken import LEFT_OUT, Spoken, early_end, opening_of, spoken, text_of
from runner.core.transcript import Transcript
from runner.core.value import Json, canonical
from runner.formats.backticks import code, fenced
from runner.formats.exporting import Export


def write(export: Export) -> Iterator[bytes]:
    """The document, piece by piece."""
    yield f"# {code(export.run)}\n".encode()
    for _, transcript in export.lines:
        yield "".join(_conversation(transcript)).encode()


def _conversation(transcript: Transcript) -> Iterator[str]:
    """One conversation."""
    yield f"\n## {code(transcript.id)}\n\n"
    for name, value in _facts(transcript):
        yield f"- {name}: {code(value)}\n"
    for message in opening_of(transcript):
        yield f"\n### {_role(message)}\n\n{fenced(text_of(message))}"
    for said in spoken(transcript):
        yield from _turn(said)
    if transcript.error is not None:
        yield f"\nunanswered: {code(_error(transcript.error))}\n"
    if transcript.verdicts:
        yield "\n### the conversation as a whole\n\n"
        yield from _verdicts(transcript.verdicts)


def _facts(transcript: Transcript) -> Iterator[tuple[str, str]]:
    """What is said of a conversation before it begins."""
    yield "scenario", transcript.scenario
    if transcript.path:
        yield "file", transcript.path
    yield "provider", transcript.provider
    yield "model", transcript.model
    if transcript.params:
        yield "params", canonical(transcript.params).decode()
    yield "status", transcript.status
    usage = transcript.usage
    if usage.prompt_tokens is not None and usage.completion_tokens is not None:
        yield "tokens", f"{usage.prompt_tokens:,} in, {usage.completion_tokens:,} out"
    if transcript.cost_usd:
        yield "cost", f"${transcript.cost_usd:.6f}"
    if transcript.started_at is not None:
        yield "started", transcript.started_at


def _turn(said: Spoken) -> Iterator[str]:
    """One turn: its line, the reply, what the checks found."""
    number = said.turn.turn + 1
    if said.line is None:
        yield f"\n### turn {number}: {LEFT_OUT.get(said.turn.status, said.turn.status)}\n"
        return
    gold = " (gold)" if said.turn.status == "given" else ""
    yield f"\n### turn {number}: {_role(said.line)}{gold}\n\n{fenced(text_of(said.line))}"
    if said.reply is not None:
        yield f"\n### turn {number}: {_role(said.reply)}\n\n{fenced(text_of(said.reply))}"
        if (why := early_end(said.turn.exchanges[-1].finish_reason)) is not None:
            yield f"\n({code(why)})\n"
    if said.turn.verdicts:
        yield "\n"
        yield from _verdicts(said.turn.verdicts)


def _verdicts(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """What checks found, as a list."""
    for verdict in verdicts:
        about = verdict.title
        line = f" (line {verdict.line})" if verdict.outcome in {"failed", "broken"} and verdict.line else ""
        yield f"- **{verdict.outcome}** {code(about)}: {code(verdict.reason)}{line}\n"


def _error(error: dict[str, Json]) -> str:
    """Why there is no reply."""
    return f"{error.get('kind')}: {error.get('message')}"


def _role(message: Json) -> str:
    """A message's role as a heading tells it; a role that is no word is somebody's text."""
    role = str(message.get("role", ""))
    return role if role.isascii() and role.isalpha() else code(role)
