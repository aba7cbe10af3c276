"""Cases and the matrix out of nodes: every row and every value of an axis becomes a setup laid over the scenario."""

from collections.abc import Iterable

from runner.core.places import WHOLE, Place, place, variable_complaint
from runner.core.request_fields import SETTABLE
from runner.core.scenario import Axis, Case, Opening, Point, Setup
from runner.core.template import NAME
from runner.core.value import Json
from runner.core.wording import nearest, quoted
from runner.formats.scenario.keys import SETUP
from runner.formats.scenario.params import field, opening, params
from runner.formats.scenario.reader import Reader, bounded, named
from runner.formats.source.nodes import ListNode, MapNode, Node, TextNode


class Names:
    """The variables that are known when cases and axes are read: those with a value, and those that a text names."""

    def __init__(self, declared: Iterable[str], used: Iterable[str] = ()) -> None:
        """Keep both as one."""
        self.known = frozenset((*declared, *used))

    def place(self, name: str) -> Place:
        """What the name of an axis stands for; raises `ValueError` with a sentence."""
        if name == "case":
            raise ValueError("`case` in an id is the case's own: write `vars.case`")
        return place(name, self.known)

    def column(self, name: str) -> Place:
        """What a case's name stands for: whatever is no field is a variable, unless it looks like a slip."""
        if name in self.known or name in SETTABLE or name in WHOLE or "." in name:
            return place(name, self.known)
        if not NAME.match(name):
            raise ValueError(variable_complaint(name))
        near = nearest(name, {*self.known, *SETTABLE}, 0.85)
        if near is not None:
            raise ValueError(
                f"no text uses {quoted(name)}; did you mean {quoted(near)}? "
                "A column that is for people alone is declared under `vars:`"
            )
        return Place("vars", name)


def cases(reader: Reader, node: Node, names: Names) -> list[Case]:
    """The rows of a list of cases; those without an id are called by their number, if no row has one."""
    rows: list[tuple[str | None, Setup, Node]] = []
    items = reader.items(node, "cases", "a list of cases")
    if items is not None and not items:
        reader.say(node, "cases", "an empty list: no case would be played")
    for number, item in enumerate(items or ()):
        key = f"cases[{number}]"
        if (table := reader.table(item, key, "a map of values")) is not None:
            rows.append(_row(reader, table, key, names))
    given = [identifier for identifier, _, _ in rows if identifier is not None]
    found = []
    for number, (identifier, row, where) in enumerate(rows, 1):
        if identifier is None and given:
            reader.say(where, f"cases[{number - 1}]", "has no `id`, and other cases have one")
        name = identifier or str(number)
        setup = row.model_copy(update={"vars": {"id": name, **row.vars}})
        found.append(Case(id=name, setup=setup, path=where.source.path, line=where.line, column=where.column))
    return found


def _row(reader: Reader, table: MapNode, key: str, names: Names) -> tuple[str | None, Setup, Node]:
    """One case: its id, what it sets, and where it stands."""
    identifier: str | None = None
    setup = Setup()
    for name, node in table.entries.items():
        below = bounded(f"{key}.{name}")
        if name == "id":
            identifier = reader.word(node, below)
            continue
        try:
            where = names.column(name)
        except ValueError as error:
            reader.say(table.keys[name], below, str(error))
            continue
        if where.kind == "setup":
            reader.say(table.keys[name], below, "`setup` is an axis of the matrix, and no part of a case")
        elif where.kind == "vars" or not _blank(reader, node, below):
            setup = _joined(setup, _setting(reader, where, node, below))
    return identifier, setup, table


def _blank(reader: Reader, node: Node, key: str) -> bool:
    """Whether a cell of a table is left empty: what it would set stays as it is."""
    found = reader.resolved(node, key)
    return isinstance(found, TextNode) and found.plain and not found.text


def _joined(setup: Setup, other: Setup | None) -> Setup:
    """Two setups as one."""
    if other is None:
        return setup
    return Setup(
        provider=setup.provider if other.provider is None else other.provider,
        model=setup.model if other.model is None else other.model,
        opening=setup.opening if other.opening is None else other.opening,
        params={**setup.params, **other.params},
        vars={**setup.vars, **other.vars},
    )


def _setting(reader: Reader, where: Place, node: Node, key: str) -> Setup | None:
    """What a value sets, given what its name stands for."""
    match where.kind:
        case "params":
            value = field(reader, where.name, node, key)
            return None if value is None else Setup(params={where.name: value[0]})
        case "vars":
            text = reader.text(node, key)
            return None if text is None else Setup(vars={where.name: text.text})
        case "model":
            word = reader.word(node, key, "a model's name")
            return None if word is None else Setup(model=word)
        case "provider":
            word = reader.word(node, key, "a provider's name")
            return None if word is None else Setup(provider=word)
        case "system" | "developer":
            found = _opening(reader, where, node, key)
            return None if found is None else Setup(opening=found)
        case "setup":
            return _bundle(reader, node, key)


def _opening(reader: Reader, where: Place, node: Node, key: str) -> tuple[Opening, ...] | None:
    """Another opening message, or none at all where null says so."""
    found = reader.resolved(node, key)
    if isinstance(found, TextNode) and found.plain and found.text in {"null", "~"}:
        return ()
    message = opening(reader, "developer" if where.kind == "developer" else "system", node, key)
    return None if message is None else (message,)


def _bundle(reader: Reader, node: Node, key: str) -> Setup | None:
    """A bundle of settings."""
    outer = reader.table(node, key, "`{set: {..}}`")
    if outer is None:
        return None
    reader.known(outer, key, ("set",))
    inner = reader.table(outer.entries.get("set"), f"{key}.set", "a map of settings")
    if inner is None:
        if "set" not in outer.entries:
            reader.say(outer, key, "expected `{set: {..}}`")
        return None
    reader.known(inner, f"{key}.set", SETUP)
    setup = Setup()
    for name, value in inner.entries.items():
        below = f"{key}.set.{name}"
        if name == "params":
            setup = _joined(setup, Setup(params=params(reader, value, below)))
        elif name == "vars":
            setup = _joined(setup, Setup(vars=_texts(reader, value, below)))
        elif name in SETUP:
            setup = _joined(setup, _setting(reader, Place(WHOLE[name], name), value, below))
    return setup


def _texts(reader: Reader, node: Node, key: str) -> dict[str, str]:
    """Values of variables."""
    table = reader.table(node, key, "a map of variables")
    found = {}
    for name, value in (table.entries if table is not None else {}).items():
        if (text := reader.text(value, bounded(f"{key}.{name}"))) is not None:
            found[name] = text.text
    return found


def axes(reader: Reader, node: Node, names: Names) -> list[Axis]:
    """The axes of a matrix."""
    table = reader.table(node, "matrix", "a map of axes")
    found = []
    for name, value in (table.entries if table is not None else {}).items():
        assert table is not None
        try:
            where = names.place(name)
        except ValueError as error:
            reader.say(table.keys[name], bounded(f"matrix.{name}"), str(error))
            continue
        axis = _axis(reader, name, where, value, table.keys[name])
        if axis is not None:
            found.append(axis)
    return found


def _axis(reader: Reader, name: str, where: Place, node: Node, place: TextNode) -> Axis | None:
    """One axis; None, and a complaint, where none of its values can be used."""
    found = reader.resolved(node, f"matrix.{name}")
    points = None if found is None else _points(reader, name, where, found)
    if found is None or points is None or (not points and found.size > 1):
        return None
    return Axis(
        name=name,
        points=tuple(points),
        named=isinstance(found, MapNode),
        path=place.source.path,
        line=place.line,
        column=place.column,
    )


def _points(reader: Reader, name: str, where: Place, node: Node) -> list[Point] | None:
    """The values of an axis: a list, or a map of values that have names."""
    key = f"matrix.{name}"
    match node:
        case MapNode():
            named_setups = (
                (label, _setting(reader, where, value, bounded(f"{key}.{label}")))
                for label, value in node.entries.items()
            )
            return [Point(label=label, setup=setup) for label, setup in named_setups if setup is not None]
        case ListNode() if where.kind in {"system", "developer", "setup"}:
            reader.say(node, key, "these need names: `{name: value, ..}`")
            return None
        case ListNode():
            places = enumerate(node.items)
            setups = (_setting(reader, where, item, f"{key}[{number}]") for number, item in places)
            return [Point(label=_label(setup, where), setup=setup) for setup in setups if setup is not None]
        case TextNode():
            reader.say(node, key, f"expected a list of values, or a map of named ones, found {named(node)}")
            return None


def _label(setup: Setup, where: Place) -> Json:
    """The value of an axis, as ids and transcripts show it."""
    match where.kind:
        case "params":
            return setup.params[where.name]
        case "vars":
            return setup.vars[where.name]
        case "model":
            return setup.model
        case "provider":
            return setup.provider
        case "system" | "developer" | "setup":
            raise AssertionError(where.kind)
