"""JSON and CSV as nodes, so that they may stand wherever a value may; every number keeps its spelling."""

import csv
import json
from typing import Any, Final

from runner.core.wording import quoted
from runner.errors import Problem
from runner.formats.source.located import Complain
from runner.formats.source.nodes import ListNode, MapNode, Node, TextNode
from runner.formats.source.syntax import Source

LARGEST: Final = 20 * 1024 * 1024
"""How many bytes a file may have: beyond that it is no scenario, and no API takes it."""


def json_node(path: str, text: str, complain: Complain) -> Node | None:
    """JSON as nodes; its values have the file's name for an address."""
    source = Source(path, "")

    def table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            complain(Problem(path, 0, 0, "", f"the key {quoted(twice)} stands twice in one map"))
        return found

    def number(spelled: str) -> TextNode:
        return TextNode(source, 0, 0, spelled, plain=True)

    try:
        data = json.loads(
            text,
            object_pairs_hook=table,
            parse_int=number,
            parse_float=number,
            parse_constant=_not_finite,
        )
        return _nodes(source, data)
    except json.JSONDecodeError as error:
        complain(Problem(path, error.lineno, error.colno, "", f"is not JSON: {error.msg}"))
    except (ValueError, RecursionError) as error:
        why = "nested too deep" if isinstance(error, RecursionError) else str(error)
        complain(Problem(path, 0, 0, "", f"is not JSON that can be sent: {why}"))
    return None


def csv_node(path: str, text: str, complain: Complain) -> Node | None:
    """A table as a list of maps, one a row, under the names of its first line."""
    source = Source(path, "")
    table = ListNode(source, 1, 1)
    limit = csv.field_size_limit(LARGEST)
    rows = csv.reader(_lines(text), strict=True)
    try:
        header = next(rows, [])
        if not header or not all(name.strip() for name in header) or len(set(header)) < len(header):
            complain(Problem(path, 1, 0, "", "the first line names the columns, each once, parted by commas"))
            return None
        line = rows.line_num + 1
        for row in rows:
            if row:
                _row(complain, table, header, row, line)
            line = rows.line_num + 1
    except csv.Error as error:
        complain(Problem(path, rows.line_num, 0, "", f"is not CSV: {error}"))
        return None
    finally:
        csv.field_size_limit(limit)
    return table


def _row(complain: Complain, table: ListNode, header: list[str], row: list[str], line: int) -> None:
    """One row of a table."""
    source = table.source
    if len(row) != len(header):
        why = f"{len(row)} values under {len(header)} columns"
        complain(Problem(source.path, line, 0, "", why))
        return
    node = MapNode(source, line, 0)
    for name, cell in zip(header, row, strict=True):
        node.keys[name.strip()] = TextNode(source, 1, 0, name.strip())
        node.entries[name.strip()] = TextNode(source, line, 0, cell, plain=True)
    table.items.append(node)


def _lines(text: str) -> list[str]:
    """The lines of a text with their ends, parted at LF alone."""
    return [f"{line}\n" for line in text.split("\n")]


def _not_finite(name: str) -> Any:
    """Refuse what JSON does not have."""
    raise ValueError(f"{name} is not a JSON value")


def _nodes(source: Source, data: Any) -> Node:
    """Parsed JSON as nodes."""
    match data:
        case TextNode():
            return data
        case str():
            return TextNode(source, 0, 0, data)
        case list():
            return ListNode(source, 0, 0, [_nodes(source, item) for item in data])
        case dict():
            keys = {name: TextNode(source, 0, 0, name) for name in data}
            return MapNode(source, 0, 0, {name: _nodes(source, item) for name, item in data.items()}, keys)
        case _:
            return TextNode(source, 0, 0, {True: "true", False: "false", None: "null"}[data], plain=True)
