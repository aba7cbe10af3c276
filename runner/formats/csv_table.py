"""Transcripts as a table for spreadsheets: a row for each turn, and one for the checks about a conversation as a whole.

RFC 4180 in UTF-8, rows ended by CR LF. A text that a spreadsheet would take for a formula gets a `'` before it, and
controls, which such files cannot hold, are written as escapes, unless the cells are asked for as they are; numbers are
left alone. `turn` is 0-based, as in the transcripts.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from runner.core.finding import Verdict
from runner.core.message import Message
from runner.core.places import spelled
from runner.core.spoken import Spoken, spoken, text_of
from runner.core.transcript import Exchange, Transcript, sum_known, sum_usage
from runner.core.value import Json, canonical
from runner.formats.exporting import Export

_TRIAL: Final = ("run", "id", "scenario", "case")
_TURN: Final = (
    "repeat",
    "provider",
    "model",
    "turn",
    "user",
    "assistant",
    "status",
    "finish_reason",
    "prompt_tokens",
    "completion_tokens",
    "latency_s",
    "cost_usd",
    "checks_passed",
    "checks_failed",
    "checks_broken",
    "failures",
)
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - spreadsheets take the wide ones as well
"""What a spreadsheet takes for the beginning of a formula, or parts cells at."""
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""C0 without tab and line ends, delete, and C1: a spreadsheet ends a cell there, or refuses the file."""


def write(export: Export) -> Iterator[bytes]:
    """The head and the rows."""
    axes = list(dict.fromkeys(axis for _, transcript in export.lines for axis in transcript.variant))
    yield row([*_TRIAL, *(f"variant.{axis}" for axis in axes), *_TURN], raw=export.raw)
    for _, transcript in export.lines:
        values = [_value(transcript.variant.get(axis)) for axis in axes]
        trial = [transcript.run, transcript.id, transcript.scenario, transcript.case or "", *values]
        trial += [transcript.repeat, transcript.provider, transcript.model]
        for cells in _turns(transcript):
            yield row([*trial, *cells], raw=export.raw)


def _turns(transcript: Transcript) -> Iterator[list[Any]]:
    """The cells of each turn, then those of the conversation as a whole where something was checked of it."""
    for said in spoken(transcript):
        exchanges = said.turn.exchanges
        gold = said.turn.status == "given"
        yield [
            said.turn.turn,
            "" if gold else _text(said.line),
            _text(said.line if gold else said.reply),
            said.turn.status,
            (exchanges[-1].finish_reason or "") if exchanges else "",
            *_figures(exchanges),
            *_checks(said.turn.verdicts, said),
        ]
    if transcript.verdicts or not transcript.turns:
        yield ["", "", "", transcript.status, "", "", "", "", "", *_checks(transcript.verdicts)]


def _figures(exchanges: Sequence[Exchange]) -> list[float | str]:
    """Tokens in and out, seconds and US dollars; empty where they are not known."""
    usage = sum_usage([exchange.usage for exchange in exchanges])
    found = (
        usage.prompt_tokens,
        usage.completion_tokens,
        sum_known([exchange.latency_s for exchange in exchanges]),
        sum_known([exchange.cost_usd for exchange in exchanges]),
    )
    return ["" if number is None else number for number in found]


def _checks(verdicts: Iterable[Verdict], said: Spoken | None = None) -> list[int | str]:
    """How many checks passed, failed and broke, and what went wrong."""
    verdicts = tuple(verdicts)
    numbers = [
        sum(verdict.outcome == outcome for verdict in verdicts) for outcome in ("passed", "failed", "broken")
    ]
    reasons = [
        f"{verdict.title}: {verdict.reason}"
        for verdict in verdicts
        if verdict.outcome in {"failed", "broken"}
    ]
    error = said.turn.exchanges[-1].error if said is not None and said.turn.exchanges else None
    if error is not None:
        reasons.insert(0, f"unanswered: {error.get('kind')}: {error.get('message')}")
    return [*numbers, "; ".join(reasons)]


def _text(message: Message | None) -> str:
    """What a message says; empty where there is none."""
    return "" if message is None else text_of(message)


def _value(value: Json) -> str | float:
    """An axis's value in a cell."""
    if value is None or isinstance(value, bool):
        return "" if value is None else spelled(value)
    return value if isinstance(value, str | int | float) else canonical(value).decode()


def row(cells: Iterable[Any], *, raw: bool = False) -> bytes:
    """A row; half characters, which UTF-8 cannot say, are written as escapes."""
    line = io.StringIO(newline="")
    csv.writer(line).writerow(cells if raw else [_defused(cell) for cell in cells])
    return line.getvalue().encode("utf-8", "backslashreplace")


def _defused(cell: Any) -> Any:
    """A cell that no spreadsheet runs, and nothing in which a program obeys."""
    if not isinstance(cell, str):
        return cell
    text = _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", cell)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
