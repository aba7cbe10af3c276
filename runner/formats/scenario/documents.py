"""One YAML document to one scenario: its keys in the order in which they need each other, then a look at the whole."""

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, Final

from runner.checks import build
from runner.core.faults import faults
from runner.core.matrix import rehearse
from runner.core.places import label_complaint
from runner.core.scenario import Scenario
from runner.core.template import TemplateError, check, names
from runner.core.wording import quoted, unknown
from runner.errors import Problem
from runner.formats.scenario.expectations import WHOLE, foot
from runner.formats.scenario.extending import extended
from runner.formats.scenario.gating import confine, gate
from runner.formats.scenario.judging import judge
from runner.formats.scenario.keys import SCENARIO
from runner.formats.scenario.params import opening, params
from runner.formats.scenario.reader import Reader
from runner.formats.scenario.turns import turns
from runner.formats.scenario.variables import variables
from runner.formats.scenario.variation import Names, axes, cases
from runner.formats.source.nodes import ListNode, MapNode, Node, TextNode

MOST_REPEATS: Final = 1_000_000

LONGEST_NAME: Final = 120
"""A scenario's name is part of every id."""


def scenario(reader: Reader, node: Node, path: str, *, first: bool) -> Scenario | None:
    """One document as a scenario; None, and complaints, where it is none."""
    table = _table(reader, node)
    if table is None:
        return None
    fields = _fields(reader, table)
    fields.setdefault("name", "")
    if "name" not in table.entries:
        fields["name"] = _default_name(reader, node, path, first=first)
    sent = {digest: str((reader.files.folder / named).absolute()) for digest, named in reader.sent.items()}
    found = Scenario(path=path, line=node.line, files=sent, **fields)
    turns = table.entries.get("turns")
    if turns is None and table.entries.keys() <= SCENARIO.keys():
        reader.say(node, "turns", "is missing: a scenario needs turns")
    elif turns is not None and not reader.problems and all(turn.role == "assistant" for turn in found.turns):
        reader.say(turns, "turns", "no user turn: nothing would be asked")
    _look_over(reader, found)
    if "gate" in table.entries:
        confine(reader, table.entries["gate"], found)
    return found


def _table(reader: Reader, node: Node) -> MapNode | None:
    """A document's keys, with those of the file that it extends."""
    if isinstance(node, ListNode):
        why = "a list is no scenario: put it under `turns:`, or begin the file's name with `_`"
        reader.say(node, "", why)
        return None
    if isinstance(node, TextNode) and node.plain and (word := node.text.partition(" ")[0]) in SCENARIO:
        reader.say(node, "", f"a colon is missing after {quoted(word)}: expected `{word}: ..`")
        return None
    table = reader.table(node, "", "a scenario, which is a map of keys such as `turns:`")
    return None if table is None else extended(reader, table)


def _default_name(reader: Reader, node: Node, path: str, *, first: bool) -> str:
    """The name of a scenario that has none of its own: that of its file."""
    if not first:
        reader.say(node, "name", "several scenarios in one file: each after the first needs a name")
    name = PurePath(path).stem
    if (complaint := label_complaint(name, LONGEST_NAME)) is not None:
        reader.say(node, "name", f"the file's name makes no name: {complaint}; write one under `name:`")
    return name


def _look_over(reader: Reader, scenario: Scenario) -> None:
    """What can only be seen once everything is read: unknown variables, clashes, ids that are not clear."""
    known = scenario.variables()
    for node, key, captured in reader.templates:
        try:
            check(node.text, {*known, *captured})
        except TemplateError as error:
            _misnamed(reader, node, key, error, scenario)
    reader.problems += faults(scenario)
    reader.problems += _unconditioned(scenario)
    if not reader.problems:
        reader.problems += rehearse(scenario, build)


def _unconditioned(scenario: Scenario) -> Iterator[Problem]:
    """Conditions without a reply to look at, and names that are given twice."""
    replied = False
    for number, turn in enumerate(scenario.turns):
        if turn.when and not replied:
            why = "there is no reply before this turn that is there whatever happens: a condition looks at the last reply"
            first = turn.when[0]
            yield Problem(first.path, first.line, first.column, f"turns[{number}].when", why)
        replied = replied or (turn.role == "user" and not turn.when)
        for each in turn.captures:
            if each.name in scenario.mentioned():
                why = f"{quoted(each.name)} is a variable already: give what is captured another name"
                yield Problem(each.path, each.line, each.column, f"turns[{number}].capture", why)


def _misnamed(reader: Reader, node: TextNode, key: str, error: TemplateError, scenario: Scenario) -> None:
    """Complain about a template at the line that it stands on."""
    why = str(error)
    named = _names(error.form)
    lost = [name for name in named if name in scenario.mentioned()]
    later = [name for name in named if name in scenario.captured()]
    if later:
        why = f"{quoted(later[0])} is captured from a later reply: only texts after that turn can use it"
    elif lost:
        without = (
            next(case.id for case in scenario.cases if lost[0] not in case.setup.vars)
            if scenario.cases
            else ""
        )
        why = f"{quoted(lost[0])} has no value in every variant" + (
            f": none in the case {quoted(without)}" if without else ""
        )
    start = node.source.text.find(error.form, node.start)
    if start < 0 or (node.end and start > node.end):
        reader.say(node, key, why)
    else:
        reader.problems.append(Problem(node.source.path, *node.source.address(start), key, why))


def _names(form: str) -> list[str]:
    """The variables of a template form; none where it is malformed."""
    try:
        return names(form)
    except TemplateError:
        return []


def _fields(reader: Reader, table: MapNode) -> dict[str, Any]:
    """The fields of a scenario from its keys, in the order in which they need each other."""
    fields: dict[str, Any] = {}
    entries = table.entries
    for key in ("name", "description", "provider", "model"):
        if key in entries and (word := reader.word(entries[key], key)) is not None:
            fields[key] = word
    if "name" in fields and (complaint := label_complaint(fields["name"], LONGEST_NAME)) is not None:
        reader.say(entries["name"], "name", complaint)
    if "tags" in entries:
        items = reader.items(entries["tags"], "tags", "a list of words") or ()
        tags = [reader.word(item, f"tags[{number}]") for number, item in enumerate(items)]
        fields["tags"] = tuple(dict.fromkeys(tag for tag in tags if tag is not None))
    if "repeat" in entries:
        fields["repeat"] = reader.whole(entries["repeat"], "repeat", 1, MOST_REPEATS) or 1
    if "on_failed_check" in entries:
        choice = reader.choice(entries["on_failed_check"], "on_failed_check", ("continue", "stop"))
        fields["on_failed_check"] = choice or "continue"
    if "gate" in entries:
        place = table.keys["gate"]
        fields |= {"gate_path": place.source.path, "gate_line": place.line}
        fields["gate"] = gate(reader, entries["gate"])
    _conversation(reader, table, fields)
    _variation(reader, table, fields)
    return fields


def _conversation(reader: Reader, table: MapNode, fields: dict[str, Any]) -> None:
    """What is said and what is asked of it."""
    entries = table.entries
    if "system" in entries and "developer" in entries:
        reader.say(
            table.keys["developer"],
            "developer",
            "a conversation opens with `system` or with `developer`, not both",
        )
    for role in ("system", "developer"):
        if role in entries:
            fields["opening"] = opening(reader, role, entries[role], role)
    if "params" in entries:
        fields["params"] = params(reader, entries["params"], "params")
    if "turns" in entries:
        fields["turns"] = tuple(turns(reader, entries["turns"], "turns"))
    if "judge" in entries:
        fields["judge"] = judge(reader, entries["judge"])
    if "expect" in entries:
        posed = foot(reader, entries["expect"])
        known = [
            *WHOLE,
            *(turn.id for turn in fields.get("turns", ()) if turn.id is not None and turn.role == "user"),
        ]
        for expectation, place in posed:
            if expectation.of not in known:
                reader.say(place, "expect", unknown("turn id", expectation.of or "", known))
        fields["checks"] = tuple(expectation for expectation, _ in posed)


def _variation(reader: Reader, table: MapNode, fields: dict[str, Any]) -> None:
    """What varies: variables, cases, axes."""
    entries = table.entries
    reader.captured = ()  # what varies is known before anything is said
    if "vars" in entries:
        fields["vars"], fields["secrets"] = variables(reader, entries["vars"])
    declared = {*fields.get("vars", ()), *fields.get("secrets", ())}
    used = _used(reader)
    if "matrix" in entries:
        # A prompt that varies names variables too, and an axis may be one of them: prompts are read first.
        marks = len(reader.problems), len(reader.templates)
        axes(reader, entries["matrix"], Names(declared, used))
        used |= _used(reader)
        del reader.problems[marks[0] :], reader.templates[marks[1] :]
    known = Names(declared, used)
    if "cases" in entries:
        fields["cases"] = tuple(cases(reader, entries["cases"], known))
    if "matrix" in entries:
        fields["axes"] = tuple(axes(reader, entries["matrix"], Names({*declared, *_columns(fields)}, used)))


def _columns(fields: Mapping[str, Any]) -> set[str]:
    """The variables that the cases bring."""
    return {name for case in fields.get("cases", ()) for name in case.setup.vars}


def _used(reader: Reader) -> set[str]:
    """The variables that texts name."""
    return {name for node, _, _ in reader.templates for name in _safe_names(node.text)}


def _safe_names(text: str) -> list[str]:
    """The variables that a text names; none where it is malformed, which is complained about elsewhere."""
    try:
        return names(text)
    except TemplateError:
        return []
