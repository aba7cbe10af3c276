"""Transcripts as a Markdown document for people: a heading, facts, and what was said, turn by turn.

Law: what a model or a scenario said stands in fences and code spans that are longer than any run of backticks in it,
so that none of it becomes a heading, a link, an image, HTML or a mention.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from runner.core.finding import Verdict
from runner.core.harmless import harmless
from runner.core.spoken import LEFT_OUT, Spoken, early_end, opening_of, spoken, text_of
from runner.core.transcript import Transcript
from runner.core.value import Json, canonical
from runner.formats.exporting import Export

_BACKTICKS: Final = re.compile("`+")


def write(export: Export) -> Iterator[bytes]:
    """The document, piece by piece."""
    yield f"# {_code(export.run)}\n".encode()
    for _, transcript in export.lines:
        yield "".join(_conversation(transcript)).encode()


def _conversation(transcript: Transcript) -> Iterator[str]:
    """One conversation."""
    yield f"\n## {_code(transcript.id)}\n\n"
    for name, value in _facts(transcript):
        yield f"- {name}: {_code(value)}\n"
    for message in opening_of(transcript):
        yield f"\n### {_role(message)}\n\n{_fenced(text_of(message))}"
    for said in spoken(transcript):
        yield from _turn(said)
    if transcript.error is not None:
        yield f"\nunanswered: {_code(_error(transcript.error))}\n"
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
    yield f"\n### turn {number}: {_role(said.line)}{gold}\n\n{_fenced(text_of(said.line))}"
    if said.reply is not None:
        yield f"\n### turn {number}: {_role(said.reply)}\n\n{_fenced(text_of(said.reply))}"
        if (why := early_end(said.turn.exchanges[-1].finish_reason)) is not None:
            yield f"\n({_code(why)})\n"
    if said.turn.verdicts:
        yield "\n"
        yield from _verdicts(said.turn.verdicts)


def _verdicts(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """What checks found, as a list."""
    for verdict in verdicts:
        about = verdict.title
        line = f" (line {verdict.line})" if verdict.outcome in {"failed", "broken"} and verdict.line else ""
        yield f"- **{verdict.outcome}** {_code(about)}: {_code(verdict.reason)}{line}\n"


def _error(error: dict[str, Json]) -> str:
    """Why there is no reply."""
    return f"{error.get('kind')}: {error.get('message')}"


def _role(message: Json) -> str:
    """A message's role as a heading tells it; a role that is no word is somebody's text."""
    role = str(message.get("role", ""))
    return role if role.isascii() and role.isalpha() else _code(role)


def _fenced(text: str) -> str:
    """A text as it stands, between fences that it cannot close."""
    text = harmless(text)
    fence = "`" * max(3, 1 + _longest_run(text))
    return f"{fence}text\n{text}{'' if text.endswith(chr(10)) else chr(10)}{fence}\n"


def _code(text: str) -> str:
    """A text on one line, between backticks that it cannot close."""
    text = " ".join(harmless(text).split("\n")) or " "
    mark = "`" * (1 + _longest_run(text))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{mark}{pad}{text}{pad}{mark}"


def _longest_run(text: str) -> int:
    """How many backticks stand beside each other at most."""
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)
