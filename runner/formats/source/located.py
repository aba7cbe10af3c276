"""YAML text to data with addresses: every value keeps its source spelling and its place; nothing is interpreted here.

Law: work is bounded by the size of the file. Nodes are made from the parser's events, without recursion, and what
an alias would expand to is counted before anything walks it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from runner.core.wording import excerpt, quoted
from runner.errors import Problem
from runner.formats.source.nodes import ListNode, MapNode, Node, TextNode
from runner.formats.source.syntax import Source, syntax_problem

DEEPEST: Final = 100
"""How deep lists and maps may be nested."""

MOST_NODES: Final = 250_000
"""How many values a file may hold, those that aliases repeat counted each time."""

MOST_PROBLEMS: Final = 100
"""How many complaints about one file are worth reading."""

_STRING: Final = "tag:yaml.org,2002:str"
_HARMLESS: Final = frozenset({None, _STRING, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


Complain = Callable[[Problem], None]


class _StopError(Exception):
    """The file is hostile or endless: nothing more of it is read."""


@dataclass(slots=True)
class _Frame:
    """A list or a map that is still open, with the anchor it will have."""

    node: ListNode | MapNode
    anchor: str | None
    key: TextNode | None = None
    expects_key: bool = True
    merged: "list[Node]" = field(default_factory=list)


def compose(source: Source, complain: Complain) -> list[Node] | None:
    """The documents of a YAML text; None, and complaints, where it is not YAML that can be used."""
    composer = _Composer(source)
    try:
        composer.run(_Loader(source.text).get_event)
    except _StopError:
        pass
    except yaml.YAMLError as error:
        found = syntax_problem(source, error)
        if found.line not in {problem.line for problem in composer.problems}:
            composer.problems.append(found)
    for problem in composer.problems:
        complain(problem)
    return None if composer.problems else composer.documents


class _Composer:
    """Builds nodes from events."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.documents: list[Node] = []
        self.problems: list[Problem] = []
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Node] = {}
        self._unused: dict[str, TextNode] = {}
        self._count = 0

    def run(self, next_event: Callable[[], Any]) -> None:
        """Take every event in turn."""
        take: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open_map,
            yaml.SequenceStartEvent: self._open_list,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentEndEvent: self._end_document,
        }
        while (event := next_event()) is not None:
            if (method := take.get(type(event))) is not None:
                method(event)

    def _scalar(self, event: Any) -> None:
        """A scalar with its spelling."""
        mark = event.start_mark
        node = TextNode(
            self.source,
            mark.line + 1,
            mark.column + 1,
            event.value,
            plain=not event.style and event.tag is None,
            start=mark.index,
            end=event.end_mark.index,
            size=1 + len(event.value) // 100,
        )
        if event.tag is not None:
            self._tag(event, node)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
            self._unused[event.anchor] = node
        self._place(node)

    def _open_map(self, event: Any) -> None:
        """A map begins."""
        mark = event.start_mark
        self._open(event, MapNode(self.source, mark.line + 1, mark.column + 1, start=mark.index))

    def _open_list(self, event: Any) -> None:
        """A list begins."""
        mark = event.start_mark
        self._open(event, ListNode(self.source, mark.line + 1, mark.column + 1, start=mark.index))

    def _open(self, event: Any, node: ListNode | MapNode) -> None:
        """A list or a map begins."""
        if event.tag is not None:
            self._tag(event, node)
        if len(self._stack) >= DEEPEST:
            self._stop(node, f"nested deeper than {DEEPEST} lists and maps")
        self._stack.append(_Frame(node, event.anchor))

    def _close(self, event: Any) -> None:
        """A list or a map ends: merge keys are filled in, and what it would expand to is counted."""
        frame = self._stack.pop()
        node = frame.node
        node.end = event.end_mark.index
        for base in frame.merged:
            self._merge(node, base)
        if node.size > MOST_NODES:
            self._stop(node, "aliases make this expand without bound")
        if frame.anchor is not None:
            self._anchors[frame.anchor] = node
        self._place(node)

    def _alias(self, event: Any) -> None:
        """A node that stands elsewhere too."""
        name, mark = event.anchor, event.start_mark
        self._unused.pop(name, None)
        node = self._anchors.get(name)
        if node is None:
            text = self.source.text[mark.index : event.end_mark.index]
            node = TextNode(
                self.source, mark.line + 1, mark.column + 1, text, start=mark.index, end=event.end_mark.index
            )
            within = any(frame.anchor == name for frame in self._stack)
            why = (
                f"{quoted(text)} stands within what it stands for"
                if within
                else f"{quoted(text)} is an alias, and no `&{name}` stands before it; a text that begins with `*` needs quotes"
            )
            self._say(node, why)
        self._place(node)

    def _place(self, node: Node) -> None:
        """Put a finished node where it belongs."""
        self._count += 1
        if self._count > MOST_NODES:
            self._stop(
                node, f"more than {MOST_NODES:,} values in one file: keep rows of cases in a .csv file"
            )
        if not self._stack:
            self.documents.append(node)
            return
        frame = self._stack[-1]
        outer = frame.node
        outer.size += node.size
        if isinstance(outer, ListNode):
            outer.items.append(node)
        elif frame.expects_key:
            frame.key = self._key(node)
            frame.expects_key = False
        else:
            frame.expects_key = True
            self._entry(frame, outer, node)

    def _key(self, node: Node) -> TextNode | None:
        """A map's key, which must be a text."""
        if isinstance(node, TextNode):
            return node
        outer = self._stack[-1].node
        text = self.source.text[outer.start : outer.start + 2]
        if isinstance(node, MapNode) and text == "{{":
            self._say(
                outer, '`{{` without quotes is a map to YAML: put the whole text in quotes, "{{ name }}"'
            )
        else:
            self._say(
                node, "a list or a map cannot be a key; a text that begins with `[`, `{` or `?` needs quotes"
            )
        return None

    def _entry(self, frame: _Frame, table: MapNode, node: Node) -> None:
        """One entry of a map; the first of two with the same key stays."""
        key = frame.key
        if key is None:
            return
        if key.text == "<<" and key.plain:
            frame.merged.append(node)
        elif key.text in table.entries:
            first = table.keys[key.text].line
            self._say(key, f"the key {quoted(key.text)} stands twice in one map, first on line {first}")
        else:
            table.entries[key.text] = node
            table.keys[key.text] = key

    def _merge(self, node: ListNode | MapNode, base: Node) -> None:
        """Fill in what a merge key brings; what stands there already wins."""
        assert isinstance(node, MapNode)
        bases = base.items if isinstance(base, ListNode) else [base]
        for each in bases:
            if not isinstance(each, MapNode):
                self._say(each, "`<<` merges a map, or a list of maps")
                continue
            node.size += len(each.entries)
            self._count += len(each.entries)
            if self._count > MOST_NODES:
                self._stop(node, "merge keys make this expand without bound")
            for name, value in each.entries.items():
                node.entries.setdefault(name, value)
                node.keys.setdefault(name, each.keys[name])

    def _tag(self, event: Any, node: Node) -> None:
        """Refuse a tag: it would change what the text means."""
        if event.tag not in _HARMLESS:
            spelled = self.source.text[node.start : node.start + 60].split(maxsplit=1)[0]
            why = f"{excerpt(spelled, 40)} is a YAML tag, and none is used here; a text that begins with `!` needs quotes"
            self._say(node, why)

    def _end_document(self, _: Any) -> None:
        """Anchors that nothing refers to were meant as text."""
        for name, node in self._unused.items():
            why = f"`&{name}` is read as an anchor and left out; a text that begins with `&` needs quotes"
            self._say(node, why)
        self._anchors.clear()
        self._unused.clear()

    def _say(self, node: Node, message: str) -> None:
        """Complain at a node; a file with many faults is read no further."""
        if len(self.problems) >= MOST_PROBLEMS:
            raise _StopError
        self.problems.append(Problem(self.source.path, node.line, node.column, "", message))

    def _stop(self, node: Node, message: str) -> None:
        """Complain, and read no more."""
        self._say(node, message)
        raise _StopError
