"""A scenario that goes on from another: params, vars, gate and matrix merge, tags and expect append, the rest replaces."""

from typing import Final

from runner.core.request_fields import REQUEST_FIELDS
from runner.core.wording import nearest, quoted
from runner.formats.scenario.keys import SCENARIO
from runner.formats.scenario.reader import Reader
from runner.formats.source.files import UnreadableError, beside
from runner.formats.source.nodes import ListNode, MapNode, Node, TextNode

MERGED: Final = ("params", "vars", "gate", "matrix")
APPENDED: Final = ("tags", "expect")
OWN: Final = ("name", "extends")
"""What a scenario never has from another."""

_HINTS: Final = {
    **{name: f"{quoted(name)} is a request field: it goes under `params:`" for name in REQUEST_FIELDS},
    **dict.fromkeys(("user", "assistant"), "who speaks is said among the `turns:`, each after `- `"),
    "assert": "checks stand under `expect:`",
    "tests": "rows of values stand under `cases:`",
    "prompts": "prompts that are held against each other stand under `matrix: {system: {name: ..}}`",
    "messages": "the messages are written as `system:` and `turns:`",
}


def extended(reader: Reader, node: MapNode, chain: tuple[str, ...] = ()) -> MapNode | None:
    """The keys of a scenario with those of the file that it extends; None, and a complaint, where that cannot be."""
    reader.known(node, "", SCENARIO, {**_near_fields(node), **_HINTS})
    place = node.entries.get("extends")
    if place is None:
        return node
    named = reader.word(place, "extends", "a path")
    if named is None:
        return None
    path = beside(node.source, named)
    chain = (*(chain or (node.source.path,)), path)
    if path in chain[:-1]:
        reader.say(place, "extends", f"extends itself: {' -> '.join(quoted(each) for each in chain)}")
        return None
    base = _base(reader, place, path)
    base = None if base is None else extended(reader, base, chain)
    return None if base is None else _merged(reader, base, node)


def _near_fields(node: MapNode) -> dict[str, str]:
    """What is said about keys that are no scenario's but nearly a request field."""
    strange = [name for name in node.keys if name not in SCENARIO and nearest(name, SCENARIO) is None]
    return {
        name: f"unknown key {quoted(name)}; did you mean the request field {quoted(near)}? it goes under `params:`"
        for name in strange
        if (near := nearest(name, REQUEST_FIELDS)) is not None
    }


def _base(reader: Reader, place: Node, path: str) -> MapNode | None:
    """The scenario that another extends."""
    try:
        documents = reader.files.documents(path)
    except UnreadableError as error:
        reader.say(place, "extends", f"the file {quoted(path)} {error}")
        return None
    if len(documents) != 1:
        if documents:
            reader.say(place, "extends", f"{quoted(path)} holds several scenarios: expected one")
        return None
    found = reader.table(documents[0], "", "a scenario, which is a map of keys")
    if found is not None and "turns" not in found.entries:
        reader.files.use(path)
    return found


def _merged(reader: Reader, base: MapNode, own: MapNode) -> MapNode:
    """Two maps of keys as one."""
    result = MapNode(
        own.source, own.line, own.column, start=own.start, end=own.end, size=base.size + own.size
    )
    replaced = {"system", "developer"} if own.entries.keys() & {"system", "developer"} else set()
    for name, value in base.entries.items():
        if name not in OWN and name not in replaced:
            result.entries[name] = value
            result.keys[name] = base.keys[name]
    for name, value in own.entries.items():
        result.entries[name] = _joined(reader, result.entries.get(name), value, name)
        result.keys[name] = own.keys[name]
    return result


def _joined(reader: Reader, base: Node | None, own: Node, key: str) -> Node:
    """What stands under a key that both files have."""
    if base is not None and key in MERGED:
        return _merged_map(reader, base, own, key)
    if base is not None and key in APPENDED:
        return _appended(reader, base, own, key)
    return own


def _merged_map(reader: Reader, base: Node, own: Node, key: str) -> Node:
    """Two maps as one, key by key; where one is no map, the second, which is complained about later."""
    first, second = reader.resolved(base, key), reader.resolved(own, key)
    if not isinstance(first, MapNode) or not isinstance(second, MapNode):
        return own
    entries, keys = {**first.entries, **second.entries}, {**first.keys, **second.keys}
    return MapNode(second.source, second.line, second.column, entries, keys, size=first.size + second.size)


def _appended(reader: Reader, base: Node, own: Node, key: str) -> Node:
    """Two lists as one; a map of checks counts as a list of one."""
    items: list[Node] = []
    for node in (base, own):
        found = reader.resolved(node, key)
        if isinstance(found, TextNode):
            return own
        items += [] if found is None else found.items if isinstance(found, ListNode) else [found]
    return ListNode(own.source, own.line, own.column, items, size=base.size + own.size)
