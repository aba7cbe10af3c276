"""Request fields and the opening message, out of nodes; values pass through as the data that was written."""

from typing import Literal

from runner.core.request_fields import refusal
from runner.core.scenario import Opening
from runner.core.value import Json
from runner.core.wording import quoted
from runner.formats.scenario.reader import Reader
from runner.formats.source.nodes import Node, TextNode
from runner.formats.source.scalars import ambiguous


def params(reader: Reader, node: Node, key: str) -> dict[str, Json]:
    """Request fields."""
    table = reader.table(node, key, "a map of request fields")
    found: dict[str, Json] = {}
    for name, place in (table.keys if table is not None else {}).items():
        assert table is not None
        value = field(reader, name, table.entries[name], f"{key}.{name}", place)
        if value is not None:
            found[name] = value[0]
    return found


def field(reader: Reader, name: str, node: Node, key: str, place: Node | None = None) -> tuple[Json] | None:
    """The value of one request field, in a tuple since it may be null; None, and a complaint, where it is refused."""
    found = reader.resolved(node, key)
    if found is None:
        return None
    if isinstance(found, TextNode) and found.plain:
        why = ambiguous(found.text)
        if not found.text:
            why = "has no value: write one, or `null` where that is meant"
        if why is not None:
            reader.say(found, key, why)
            return None
    before = len(reader.problems)
    value = reader.data(found, key)
    if len(reader.problems) > before:
        return None
    if (reason := refusal(name, value)) is not None:
        reader.say(place or found, key, reason)
        return None
    return (value,)


def opening(reader: Reader, role: Literal["system", "developer"], node: Node, key: str) -> Opening | None:
    """The message that a conversation opens with."""
    found = reader.template(node, key)
    if found is None:
        return None
    if found.plain and not found.text:
        reader.say(found, key, f"has no text: leave {quoted(role)} out where none is meant")
        return None
    return Opening(
        role=role, content=found.text, template=found.template, path=node.source.path, line=node.line
    )
