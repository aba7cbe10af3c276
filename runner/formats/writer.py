"""Scenarios to YAML that our own reader reads back to the same conversation, whatever its texts hold.

Law: text is written in double quotes, or as a literal block where nothing in it could be lost; never plain.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from runner.core.scenario import Axis, Case, Content, Expectation, Opening, Scenario, Setup, Turn
from runner.core.template import escape
from runner.core.value import Json
from runner.formats.scenario.reader import FILE
from runner.formats.scenario.variation import Names

_PLAIN_KEY: Final = re.compile(r"(?!(?:true|false|null|yes|no|on|off)\Z)[A-Za-z_][A-Za-z0-9_.-]*\Z")
_ESCAPED: Final = re.compile('["\\\\\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]')
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_REFERENCE: Final = re.compile(r"(?:data:[^;,]*|base64);sha256,([0-9a-f]{64})\Z")
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def write_scenario(scenario: Scenario) -> str:
    """The scenario as a YAML document; raises `ValueError` where a name or a param holds half a surrogate pair."""
    text = "\n".join(_lines(scenario)) + "\n"
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("half a surrogate pair can only be written in a text that is a template") from None
    return text


def _lines(scenario: Scenario) -> Iterator[str]:
    """The document's lines."""
    yield f"name: {word(scenario.name)}"
    if scenario.description:
        yield f"description: {text(scenario.description, 0)}"
    if scenario.tags:
        yield f"tags: {flow(list(scenario.tags))}"
    for key, value in (("provider", scenario.provider), ("model", scenario.model)):
        if value is not None:
            yield f"{key}: {word(value)}"
    if scenario.opening is not None:
        yield f"{scenario.opening.role}: {text(_opened(scenario.opening), 0)}"
    yield from _map("params", scenario.params)
    yield from _map("judge", scenario.judge)
    variables: dict[str, Json] = {**scenario.vars}
    variables |= {name: {"env": variable, "secret": True} for name, variable in scenario.secrets.items()}
    yield from _map("vars", variables)
    yield "turns:"
    for turn in scenario.turns:
        yield from _turn(turn, scenario.files)
    yield from _items("expect", [f"{word(each.of or '')}: {{{_check(each)}}}" for each in scenario.checks])
    yield from _items("cases", [flow(_row(case, scenario)) for case in scenario.cases])
    yield from _map("matrix", {axis.name: _points(axis) for axis in scenario.axes})
    if scenario.repeat != 1:
        yield f"repeat: {scenario.repeat}"
    if scenario.on_failed_check != "continue":
        yield f"on_failed_check: {scenario.on_failed_check}"
    yield from _map("gate", scenario.gate or {})


def _items(key: str, items: list[str]) -> Iterator[str]:
    """A list with a line for each of its items."""
    if items:
        yield f"{key}:"
        yield from (f"  - {item}" for item in items)


def _map(key: str, values: Mapping[str, Json]) -> Iterator[str]:
    """A map with a line for each of its keys."""
    if values:
        yield f"{key}:"
        yield from (f"  {word(name)}: {flow(value)}" for name, value in values.items())


def _turn(turn: Turn, files: Mapping[str, str]) -> Iterator[str]:
    """One turn; a user's line with nothing else to it is a plain item."""
    said = _said(turn.content, files, template=turn.template)
    more = turn.id or turn.params or turn.checks or turn.when or turn.captures
    if turn.role == "user" and isinstance(said, str) and not more:
        yield f"  - {text(said, 2)}"
        return
    yield f"  - {turn.role}: {text(said, 4) if isinstance(said, str) else flow(said)}"
    if turn.id is not None:
        yield f"    id: {word(turn.id)}"
    if turn.params:
        yield f"    params: {flow(turn.params)}"
    if turn.when:
        yield "    when:"
        yield from (f"      - {_item(each)}" for each in turn.when)
    if turn.captures:
        yield "    capture:"
        yield from (f"      {word(str(each.name))}: {flow(_source(each.spec))}" for each in turn.captures)
    if turn.checks:
        yield "    expect:"
        yield from (f"      - {_item(each)}" for each in turn.checks)


def _said(content: Content, files: Mapping[str, str], *, template: bool) -> Content:
    """What a turn says as a template, with files named again."""
    if isinstance(content, str):
        return _template(content, template=template)
    found = _parts(content, files, template=template)
    assert isinstance(found, list)
    return found


def _parts(data: Json, files: Mapping[str, str], *, template: bool) -> Json:
    """Content parts as they are written."""
    match data:
        case str():
            found = _REFERENCE.match(data)
            if found is not None and found[1] in files:
                return {FILE: files[found[1]]}
            return _template(data, template=template)
        case list():
            return [_parts(item, files, template=template) for item in data]
        case dict():
            return {name: _parts(item, files, template=template) for name, item in data.items()}
        case _:
            return data


def _template(words: str, *, template: bool) -> str:
    """A text as a template; a literal one has its braces escaped, and either its lone surrogates."""
    if not template:
        return escape(words)
    pieces = re.split("(\\{?[\ud800-\udfff])", words)
    return "".join(escape(piece) if number % 2 else piece for number, piece in enumerate(pieces))


def _opened(opening: Opening) -> str:
    """The opening message as a template."""
    return _template(opening.content, template=opening.template)


def _check(expectation: Expectation) -> str:
    """A check and what stands under it."""
    title = "" if expectation.name is None else f"name: {flow(expectation.name)}, "
    return f"{title}{expectation.check}: {flow(expectation.spec)}"


def _item(expectation: Expectation) -> str:
    """The same as an item of a list."""
    return _check(expectation) if expectation.name is None else f"{{{_check(expectation)}}}"


def _source(spec: Json) -> Json:
    """Where what is captured is found."""
    return {name: value for name, value in spec.items() if name != "name"}


def _row(case: Case, scenario: Scenario) -> dict[str, Json]:
    """A case as a map of values."""
    names = Names({*scenario.vars, *scenario.secrets})
    row: dict[str, Json] = {"id": case.id}
    row |= {key: value for key, value in _setup(case.setup).items() if key not in {"params", "vars"}}
    row |= {_prefixed("params", name, names): value for name, value in case.setup.params.items()}
    row |= {_prefixed("vars", name, names): value for name, value in case.setup.vars.items() if name != "id"}
    return row


def _prefixed(kind: str, name: str, names: Names) -> str:
    """A name alone where that is clear, and with its prefix where it is not."""
    try:
        return name if names.column(name).kind == kind else f"{kind}.{name}"
    except ValueError:
        return f"{kind}.{name}"


def _setup(setup: Setup) -> dict[str, Json]:
    """A bundle of settings."""
    found: dict[str, Json] = {}
    if setup.provider is not None:
        found["provider"] = setup.provider
    if setup.model is not None:
        found["model"] = setup.model
    if setup.opening is not None:
        opening = setup.opening[0] if setup.opening else None
        found["system" if opening is None else opening.role] = None if opening is None else _opened(opening)
    if setup.params:
        found["params"] = setup.params
    if setup.vars:
        found["vars"] = setup.vars
    return found


def _points(axis: Axis) -> Json:
    """The values of an axis, with their names where they have some."""
    if not axis.named:
        return [point.label for point in axis.points]
    if axis.name == "setup":
        return {str(point.label): {"set": _setup(point.setup)} for point in axis.points}
    return {str(point.label): _value(point.setup) for point in axis.points}


def _value(setup: Setup) -> Json:
    """The one thing that a value of an axis sets."""
    found = _setup(setup)
    (value,) = found.values()
    return next(iter(value.values())) if found.keys() & {"params", "vars"} else value


def word(name: str) -> str:
    """A short text on one line, without quotes where it needs none."""
    return name if _PLAIN_KEY.match(name) else quote(name)


def flow(data: Json) -> str:
    """JSON data on one line, in YAML's flow style."""
    match data:
        case str():
            return quote(data)
        case list():
            return f"[{', '.join(flow(item) for item in data)}]"
        case dict():
            return f"{{{', '.join(_pairs(data.items()))}}}"
        case _:
            return json.dumps(data, allow_nan=False)


def _pairs(items: Iterable[tuple[str, Json]]) -> Iterator[str]:
    """The entries of a map in flow style."""
    for name, value in items:
        yield f"{word(name)}: {flow(value)}"


def text(words: str, indent: int) -> str:
    """A text as a literal block below its key, or in double quotes where a block would lose something."""
    if "\n" not in words or not _fits_block(words):
        return quote(words)
    margin = " " * (indent + 2)
    lines = words.removesuffix("\n").split("\n")
    body = "\n".join(f"{margin}{line}" if line else "" for line in lines)
    return f"|{'' if words.endswith(chr(10)) else '-'}\n{body}"


def _fits_block(words: str) -> bool:
    """Whether a literal block keeps every character: no controls, no blank at the start, none alone on a line."""
    lines = words.removesuffix("\n").split("\n")
    if lines[0][:1].strip() == "" or not lines[-1] or _UNFIT.search(words):
        return False
    return all(not line or not line.isspace() for line in lines)


def quote(words: str) -> str:
    """A text in double quotes, with everything escaped that YAML would change or refuse."""
    return f'"{_ESCAPED.sub(_escape, words)}"'


def _escape(found: re.Match[str]) -> str:
    """One character as an escape."""
    short = _SHORT.get(found[0])
    if short is not None:
        return short
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
