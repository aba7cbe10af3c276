"""What a check asks for, found again by what its verdict says and spelled as its author would write it; it judges nothing.

Law: what is spelled is one line of YAML that says the same again, plain wherever nothing in it could be misread.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from runner.core.finding import Span, Verdict
from runner.core.transcript import Transcript
from runner.core.trial import CAPTURE, Posed, Script
from runner.core.value import Json, encode_readable
from runner.core.wording import excerpt

Key = tuple[int | None, str, str | None, int, str | None]
"""Where a check stands and what it is called: its turn, its name, its file and line, of what it speaks."""
Specs = Mapping[Key, Sequence[Posed]]
"""The checks of a script, those in one place in the order in which they are judged."""

_BEGINNING: Final = re.compile(r"[^\W\d]|[\\(^/$]|[0-9]+ [^\W\d_]{2}")
"""What a plain text may begin with: nothing that YAML obeys, and nothing that could become a number or a date."""
_READ_OTHERWISE: Final = {"true", "false", "null"}
_OF_FLOW: Final = frozenset(",[]{}?")
"""What ends a plain text within brackets."""
_SHOWN: Final = (100, 140)
"""Characters of a reply in a reason, where it is the whole of it and where it is a piece."""
_STRETCH: Final = 60
"""Characters of a reply that are told from where it stops being JSON; from its beginning they are told already."""


def specs_of(script: Script | None) -> dict[Key, list[Posed]]:
    """The checks of a script by what their verdicts say of them; several of one kind may stand on one line."""
    specs: dict[Key, list[Posed]] = {}
    if script is None:
        return specs
    groups = [*((turn, line.checks) for turn, line in enumerate(script.turns)), (None, script.checks)]
    for turn, checks in groups:
        for posed in checks:
            key = turn, posed.check, posed.path or None, posed.line, posed.of
            specs.setdefault(key, []).append(posed)
    return specs


def asked(transcript: Transcript, specs: Specs) -> Iterator[tuple[int | None, Verdict, Posed | None]]:
    """Every verdict, its turn first, with the check it answers: the n-th of those alike; None where that is not known."""
    seen: Counter[Key] = Counter()
    groups = [*((turn.turn, turn.verdicts) for turn in transcript.turns), (None, transcript.verdicts)]
    for turn, verdicts in groups:
        for verdict in verdicts:
            key = turn, verdict.check, verdict.path, verdict.line, verdict.of
            alike = specs.get(key, ())
            yield turn, verdict, alike[seen[key]] if seen[key] < len(alike) else None
            seen[key] += 1


def spelled_check(verdict: Verdict, posed: Posed | None) -> str:
    """A check on one line of YAML; its name alone where no more is known, or where there is no more to it."""
    spec = None if posed is None else posed.spec
    if verdict.check == CAPTURE and isinstance(spec, dict) and "name" in spec:
        spec = {spec["name"]: {key: value for key, value in spec.items() if key != "name"}}
    if verdict.of is None:
        return verdict.check if spec is None else f"{verdict.check}: {_spell(spec, within=False)}"
    return f"{verdict.of}: {verdict.check if spec is None else _spell({verdict.check: spec}, within=True)}"


def shown(text: str) -> str:
    """How a whole reply is shown in a reason."""
    return f"the reply is {excerpt(text, _SHOWN[0])}" if text else "the reply has no text"


def without_reply(reason: str, reply: str, spans: Sequence[Span] = ()) -> str:
    """A reason for where the reply stands beside it with its finds marked, none of which is said twice."""
    if not reply:
        return reason
    for joint in ("; ", ", "):
        reason = reason.replace(joint + shown(reply), "", 1)
    for longest in _SHOWN:
        reason = reason.removesuffix(f": {excerpt(reply, longest)}")
    reason = reason.replace(f", at {excerpt(reply[:_STRETCH])}", "", 1)
    before, joint, piece = reason.rpartition(': "')
    is_found = bool(joint and spans) and reply[slice(*spans[0])] in piece
    return before if is_found and piece.removesuffix('"').strip(".") in reply else reason


def _spell(data: Json, *, within: bool) -> str:
    """JSON data on one line of YAML; `within` brackets fewer texts can be plain."""
    match data:
        case str():
            return _spell_text(data, within=within)
        case list():
            return f"[{', '.join(_spell(item, within=True) for item in data)}]"
        case dict():
            pairs = (
                f"{_spell_text(str(name), within=True)}: {_spell(value, within=True)}"
                for name, value in data.items()
            )
            return f"{{{', '.join(pairs)}}}"
        case _:
            return encode_readable(data).decode()


def _spell_text(text: str, *, within: bool) -> str:
    """A text as it is, else in single quotes where double ones would double its backslashes, else in double ones."""
    if _is_plain(text) and not (within and _OF_FLOW & set(text)):
        return text
    if text.isprintable() and ("\\" in text or '"' in text):
        doubled = text.replace("'", "''")
        return f"'{doubled}'"
    return encode_readable(text).decode()


def _is_plain(text: str) -> bool:
    """Whether YAML reads a text without quotes as that text."""
    if _BEGINNING.match(text) is None or not text.isprintable() or text.lower() in _READ_OTHERWISE:
        return False
    return not (text.endswith((" ", ":")) or ": " in text or " #" in text)
