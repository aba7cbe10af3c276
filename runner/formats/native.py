"""Scenario files to scenarios: all problems of all files at once, each at its address, before anything is sent."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any, Final

from runner.checks import build
from runner.core.matrix import faults, rehearse
from runner.core.places import label_complaint, variable_complaint
from runner.core.scenario import Scenario
from runner.core.template import NAME, TemplateError, check, names
from runner.core.wording import listed, quoted, unknown
from runner.errors import NothingToPlayError, Problem, ProblemsError
from runner.formats.expectations import WHOLE, foot
from runner.formats.extending import extended
from runner.formats.files import Files, UnreadableError
from runner.formats.keys import ENVIRONMENT
from runner.formats.located import ListNode, MapNode, Node, TextNode
from runner.formats.params import opening, params
from runner.formats.reader import Reader, bounded
from runner.formats.turns import turns
from runner.formats.variation import Names, axes, cases

MOST_REPEATS: Final = 1_000_000
LONGEST_NAME: Final = 120
"""A scenario's name is part of every id."""


def load(paths: Iterable[str | os.PathLike[str]], environ: Mapping[str, str]) -> list[Scenario]:
    """The scenarios of files and folders, in order; raises `ProblemsError` with everything that is wrong with them.

    In a folder every .yaml and .yml file is read, at any depth, except those whose names begin with `_`
    (bases and fragments) and those that another file includes or reads. Raises `NothingToPlayError` where there is none.
    """
    loading = _Loading(environ)
    for path in paths:
        loading.add(PurePath(path).as_posix())
    return loading.scenarios()


class _Loading:
    """What has been read so far, file by file."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.problems: list[Problem] = []
        self.files = Files(self.problems.append)
        self.environ = environ
        self.found: dict[str, tuple[list[Scenario], list[Problem]]] = {}
        """By real path: what a file holds, and what is wrong with it."""
        self.walked: set[str] = set()
        """Real paths of files that nobody named: they came with their folder."""
        self.empty: list[str] = []

    def add(self, path: str) -> None:
        """Read a file, or all scenarios of a folder."""
        if not Path(path).is_dir():
            self._read(path)
            self.walked.discard(os.path.realpath(path))
            return
        inside = list(_scenario_files(path))
        if not inside:
            self.empty.append(path)
        for each in inside:
            if self._read(each):
                self.walked.add(os.path.realpath(each))

    def _read(self, path: str) -> bool:
        """Read one file; False where it has been read before."""
        real = os.path.realpath(path)
        if real in self.found:
            return False
        problems: list[Problem] = []
        scenarios: list[Scenario] = []
        outer = len(self.problems)
        try:
            documents = self.files.documents(path)
        except UnreadableError as error:
            problems.append(Problem(path, 0, 0, "", str(error)))
            documents = []
        for number, node in enumerate(documents):
            reader = Reader(self.files, self.environ)
            scenario = _scenario(reader, node, path, alone=number == 0)
            problems += reader.problems
            if scenario is not None and not reader.problems:
                scenarios.append(scenario)
        problems += self.problems[outer:]
        del self.problems[outer:]
        self.found[real] = (scenarios, problems)
        return True

    def scenarios(self) -> list[Scenario]:
        """All that was read, or everything that is wrong with it."""
        scenarios: list[Scenario] = []
        problems: list[Problem] = []
        for real, (found, wrong) in self.found.items():
            if real in self.walked and real in self.files.used:
                continue
            scenarios += found
            problems += wrong
        problems += _twins(scenarios)
        if not scenarios and not problems:
            where = listed(self.empty) if self.empty else "the files named"
            raise NothingToPlayError(
                f"no scenario in {where}: expected *.yaml files whose names do not begin with `_`"
            )
        problems += [
            Problem(path, 0, 0, "", "holds no scenario: expected *.yaml files") for path in self.empty
        ]
        if problems:
            raise ProblemsError(problems)
        return scenarios


def _scenario_files(folder: str) -> Iterator[str]:
    """The scenario files of a folder, at any depth, in the order of their names."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in sorted(files):
            if name.endswith((".yaml", ".yml")) and not name.startswith((".", "_")):
                yield (PurePath(place) / name).as_posix()


def _twins(scenarios: Iterable[Scenario]) -> Iterator[Problem]:
    """Scenarios of one name: results could not be told apart."""
    first: dict[str, Scenario] = {}
    for scenario in scenarios:
        other = first.setdefault(scenario.name, scenario)
        if other is not scenario:
            why = f"the name {quoted(scenario.name)} is taken already, by {other.path}:{other.line}"
            yield Problem(scenario.path, scenario.line, 0, "name", why)


def _scenario(reader: Reader, node: Node, path: str, *, alone: bool) -> Scenario | None:
    """One document as a scenario; None, and complaints, where it is none."""
    if isinstance(node, ListNode):
        reader.say(
            node, "", "a list is no scenario: put it under `turns:`, or begin the file's name with `_`"
        )
        return None
    table = reader.table(node, "", "a scenario, which is a map of keys such as `turns:`")
    if table is None:
        return None
    table = extended(reader, table)
    if table is None:
        return None
    fields = _fields(reader, table)
    if "name" not in fields:
        if not alone:
            reader.say(node, "name", "several scenarios in one file: each after the first needs a name")
        fields["name"] = PurePath(path).stem
        if (complaint := label_complaint(fields["name"], LONGEST_NAME)) is not None:
            reader.say(node, "name", f"the file's name makes no name: {complaint}; write one under `name:`")
    sent = {digest: str(Path(named).absolute()) for digest, named in reader.sent.items()}
    scenario = Scenario(path=path, line=node.line, files=sent, **fields)
    if "turns" not in table.entries:
        reader.say(node, "turns", "is missing: a scenario needs turns")
    elif not reader.problems and all(turn.role == "assistant" for turn in scenario.turns):
        reader.say(table.entries["turns"], "turns", "no user turn: nothing would be asked")
    _look_over(reader, scenario)
    return scenario


def _look_over(reader: Reader, scenario: Scenario) -> None:
    """What can only be seen once everything is read: unknown variables, clashes, ids that are not clear."""
    known = scenario.variables()
    for node, key in reader.templates:
        try:
            check(node.text, known)
        except TemplateError as error:
            _misnamed(reader, node, key, error, scenario)
    if reader.problems:
        return
    reader.problems += faults(scenario)
    if not reader.problems:
        reader.problems += rehearse(scenario, build)


def _misnamed(reader: Reader, node: TextNode, key: str, error: TemplateError, scenario: Scenario) -> None:
    """Complain about a template at the line that it stands on."""
    why = str(error)
    lost = [name for name in _names(error.form) if name in scenario.mentioned()]
    if lost:
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
    if "vars" in entries:
        fields["vars"], fields["secrets"] = _variables(reader, entries["vars"])
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
    return {name for node, _ in reader.templates for name in _safe_names(node.text)}


def _safe_names(text: str) -> list[str]:
    """The variables that a text names; none where it is malformed, which is complained about elsewhere."""
    try:
        return names(text)
    except TemplateError:
        return []


def _variables(reader: Reader, node: Node) -> tuple[dict[str, str], dict[str, str]]:
    """The variables with their values, and the secret ones with where their values are."""
    table = reader.table(node, "vars", "a map of variables")
    values: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for name, value in (table.entries if table is not None else {}).items():
        assert table is not None
        key = bounded(f"vars.{name}")
        if not NAME.match(name):
            reader.say(table.keys[name], key, variable_complaint(name))
        elif isinstance(value, MapNode) and "env" in value.entries:
            _from_environment(reader, name, value, values, secrets)
        elif (text := reader.text(value, key)) is not None:
            values[name] = text.text
    return values, secrets


def _from_environment(
    reader: Reader, name: str, node: MapNode, values: dict[str, str], secrets: dict[str, str]
) -> None:
    """A variable that the environment holds; of a secret one only the place is kept."""
    key = f"vars.{name}"
    reader.known(node, key, ENVIRONMENT)
    variable = reader.word(node.entries["env"], f"{key}.env", "the name of an environment variable")
    secret = None
    if "secret" in node.entries:
        secret = reader.choice(node.entries["secret"], f"{key}.secret", ("true", "false"))
    if variable is None:
        return
    if variable not in reader.environ:
        reader.say(
            node.entries["env"], f"{key}.env", f"the environment variable {quoted(variable)} is not set"
        )
    elif secret == "true":
        secrets[name] = variable
    else:
        values[name] = reader.environ[variable]
