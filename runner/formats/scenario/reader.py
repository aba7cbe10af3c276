"""Typed values out of nodes, with a complaint at the address of each that is not what was expected.

One reader serves one scenario. It gathers what has to be looked at once the whole scenario is known: its templates.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from runner.core.template import escape, is_templated
from runner.core.value import Json
from runner.core.wording import excerpt, listed, quoted, unknown
from runner.errors import Problem
from runner.formats.source.files import Files, UnreadableError, beside
from runner.formats.source.located import MOST_PROBLEMS
from runner.formats.source.nodes import ListNode, MapNode, Node, TextNode, swallowed
from runner.formats.source.scalars import data, lossless

FILE: Final = "$file"

_FILE_KEYS: Final = ("$file", "template")


class TooManyError(Exception):
    """There are so many complaints that reading on would help nobody."""


class Reader:
    """What one scenario is read with: its files, its environment, its complaints."""

    def __init__(self, files: Files, environ: Mapping[str, str], *, needs_secrets: bool = True) -> None:
        """Start without complaints."""
        self.files = files
        self.environ = environ
        self.needs_secrets = needs_secrets
        """Whether a secret has to be set: where nothing is sent, none is."""
        self.problems: list[Problem] = []
        self.captured: tuple[str, ...] = ()
        """The names of what earlier replies were asked for, as far as they are read."""
        self.templates: list[tuple[TextNode, str, tuple[str, ...]]] = []
        """Every text that is rendered, with its key and what of earlier replies it may name."""
        self.turn_ids: dict[str, Node] = {}
        """Each turn's id with its place."""
        self.sent: dict[str, str] = {}
        """The files in content parts: each SHA-256 with the path it was named by."""

    def say(self, node: Node, key: str, message: str) -> None:
        """Complain at a node; raises `TooManyError` where complaining has become endless."""
        if len(self.problems) >= MOST_PROBLEMS:
            raise TooManyError
        self.problems.append(Problem(node.source.path, node.line, node.column, key, message))

    def resolved(self, node: Node, key: str) -> Node | None:
        """The node itself, or what the file holds that it names; None, and a complaint, where it cannot be read."""
        while isinstance(node, MapNode) and FILE in node.entries:
            path = self.path(node, key)
            found = None if path is None else self._opened(node, key, path)
            if found is None:
                return None
            template = node.entries.get("template")
            if template is not None:
                found = self._untemplated(found, template, key)
            node = found
        return node

    def path(self, node: MapNode, key: str) -> str | None:
        """The path that `{$file: path}` names."""
        for name, place in node.keys.items():
            if name not in _FILE_KEYS:
                self.say(place, key, unknown("key", name, _FILE_KEYS))
        named = node.entries[FILE]
        if not isinstance(named, TextNode) or not named.text:
            self.say(named, key, "`$file` takes a path")
            return None
        return beside(node.source, named.text)

    def _opened(self, node: MapNode, key: str, path: str) -> Node | None:
        """What a file holds."""
        place = node.entries[FILE]
        if not self.files.link(node.source.path, path):
            self.say(place, key, f"{quoted(path)} reads itself with `$file`")
            return None
        try:
            return self.files.value(path)
        except UnreadableError as error:
            self.say(place, key, f"the file {quoted(path)} {error}")
            return None

    def _untemplated(self, found: Node, template: Node, key: str) -> Node:
        """A file's text with its braces meant as braces."""
        asked = self.choice(template, f"{key}.template", ("true", "false"))
        if asked != "false":
            return found
        if not isinstance(found, TextNode):
            self.say(template, key, "`template: false` is for a file of text; this one holds data")
            return found
        return TextNode(
            found.source, found.line, found.column, found.text, end=found.end, template=False, size=found.size
        )

    def table(self, node: Node | None, key: str, what: str = "a map") -> MapNode | None:
        """A map; None, and a complaint, where it is none."""
        found = None if node is None else self.resolved(node, key)
        if node is None or found is None:
            return None
        if isinstance(found, MapNode):
            return found
        hint = ""
        if isinstance(found, TextNode) and found.plain and ":" in found.text:
            hint = "; after a key's colon comes a space"
        self.say(node, key, f"expected {what}, found {named(found)}{hint}")
        return None

    def known(
        self, node: MapNode, key: str, names: Collection[str], hints: Mapping[str, str] | None = None
    ) -> None:
        """Complain about every key that is not known."""
        for name, place in node.keys.items():
            if name not in names:
                hint = (hints or {}).get(name)
                dotted = f"{key}.{name}" if key else name
                self.say(place, bounded(dotted), hint or unknown("key", name, names))

    def items(self, node: Node | None, key: str, what: str = "a list") -> list[Node] | None:
        """A list's items; None, and a complaint, where it is none."""
        found = None if node is None else self.resolved(node, key)
        if isinstance(found, ListNode):
            return found.items
        if node is not None and found is not None:
            self.say(node, key, f"expected {what}, found {named(found)}")
        return None

    def text(self, node: Node | None, key: str, what: str = "a text") -> TextNode | None:
        """A text as its author spelled it; None, and a complaint, where it is none or where YAML cut it short."""
        found = None if node is None else self.resolved(node, key)
        if node is None or found is None:
            return None
        if not isinstance(found, TextNode):
            self.say(node, key, f"expected {what}, found {named(found)}{_text_hint(found)}")
            return None
        if (comment := swallowed(found)) is not None:
            why = f"{excerpt(comment, 40)} is read as a comment and left out: put the whole text in quotes"
            self.say(found, key, why)
            return None
        return found

    def word(self, node: Node | None, key: str, what: str = "a text") -> str | None:
        """A text that may not be empty, and is no template."""
        found = self.text(node, key, what)
        if found is not None and not found.text.strip():
            self.say(found, key, f"expected {what}, found nothing")
            return None
        return None if found is None else found.text

    def template(self, node: Node | None, key: str, what: str = "a text") -> TextNode | None:
        """A text that is rendered; its variables are looked at when all are known."""
        found = self.text(node, key, what)
        if found is not None and found.template and is_templated(found.text):
            self.templates.append((found, key, self.captured))
        return found

    def choice(self, node: Node, key: str, names: Collection[str]) -> str | None:
        """One of a few words."""
        found = self.word(node, key, f"one of {listed(names)}")
        if found is None or found in names:
            return found
        self.say(node, key, unknown("value", found, names))
        return None

    def whole(self, node: Node, key: str, least: int, most: int) -> int | None:
        """A whole number within bounds."""
        found = self.resolved(node, key)
        value = lossless(found.text) if isinstance(found, TextNode) and found.plain else None
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.say(node, key, f"expected a whole number from {least} to {most:,}")
        return None

    def data(self, node: Node, key: str) -> Json:
        """JSON data; what cannot be sent is complained about and left out."""
        return self._converted(node, key, data)

    def spec(self, node: Node, key: str) -> Json:
        """What stands under a check: data where nothing of its spelling is lost, text otherwise, templates noted."""
        return self._converted(node, key, lossless, spec=True)

    def _converted(self, node: Node, key: str, convert: Callable[[str], Json], *, spec: bool = False) -> Json:
        """A node and all within it as JSON data."""
        found = self.resolved(node, key)
        match found:
            case None:
                return None
            case TextNode() if spec:
                return self._spec_text(found, key)
            case TextNode():
                try:
                    return convert(found.text) if found.plain else found.text
                except ValueError as error:
                    self.say(found, key, str(error))
                    return None
            case ListNode():
                return [
                    self._converted(item, f"{key}[{number}]", convert, spec=spec)
                    for number, item in enumerate(found.items)
                ]
            case MapNode():
                return {
                    name: self._converted(value, bounded(f"{key}.{name}"), convert, spec=spec)
                    for name, value in found.entries.items()
                }

    def _spec_text(self, node: TextNode, key: str) -> Json:
        """One word of a check's YAML."""
        found = self.template(node, key)
        if found is None or (found.plain and not found.text):
            return None
        if not found.template:
            return escape(found.text)
        return lossless(found.text) if found.plain else found.text


def named(node: Node) -> str:
    """What a node is, in a word for people."""
    match node:
        case TextNode():
            return f"the text {excerpt(node.text, 40)}" if node.text else "nothing"
        case ListNode():
            return "a list"
        case MapNode():
            return "a map"


def bounded(key: str) -> str:
    """A key's place, short enough to be shown and without what a terminal would obey."""
    return key if len(key) <= 120 and key.isprintable() else excerpt(key, 120)[1:-1]


def _text_hint(node: ListNode | MapNode) -> str:
    """What was perhaps meant, where a list or a map stands for a text."""
    if node.source.path.endswith((".json", ".csv")):
        return "; .json and .csv files are read as data: for its text give the file another ending"
    if isinstance(node, ListNode):
        return "; a text that begins with `[` or `- ` needs quotes"
    return "; a text that holds `: ` or begins with `{` needs quotes"
