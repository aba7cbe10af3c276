"""Turns out of nodes: what is said, by whom, and what is asked of the reply; includes are filled in here."""

import re
from typing import Any, Final

from runner.core.places import label_complaint
from runner.core.request_fields import SETTABLE
from runner.core.scenario import Expectation, Turn
from runner.core.wording import listed, quoted, unknown
from runner.formats.scenario.expectations import WHOLE, captures, expectations
from runner.formats.scenario.keys import TURN
from runner.formats.scenario.params import params
from runner.formats.scenario.parts import content, said
from runner.formats.scenario.reader import Reader
from runner.formats.source.files import UnreadableError, beside
from runner.formats.source.nodes import ListNode, MapNode, Node, TextNode

SPEAKERS: Final = ("user", "assistant", "include")

LONGEST_TEXT: Final = 40
"""A longer text is not repeated in a complaint."""

_LABELLED: Final = re.compile(r"(?P<key>user|assistant|system|developer|include)(?P<rest>:\S|\s+\S)")
"""A plain text that looks like a key whose colon, or the space after it, was forgotten."""


def turns(reader: Reader, node: Node, key: str, within: tuple[str, ...] = ()) -> list[Turn]:
    """The turns of a list, those of included files among them."""
    found = reader.resolved(node, key)
    if isinstance(found, TextNode):
        reader.say(
            found,
            key,
            "expected a list of turns, found one text: begin each turn with `- ` on a line of its own",
        )
        return []
    if isinstance(found, MapNode):
        reader.say(node, key, "expected a list of turns, found a map: begin each turn with `- `")
        return []
    items = found.items if found is not None else []
    if found is not None and not items:
        reader.say(node, key, "an empty list: expected at least one turn")
    return [
        each for number, item in enumerate(items) for each in _turn(reader, item, f"{key}[{number}]", within)
    ]


def _turn(reader: Reader, node: Node, key: str, within: tuple[str, ...]) -> list[Turn]:
    """One item of the list of turns."""
    found = reader.resolved(node, key)
    match found:
        case None:
            return []
        case TextNode():
            return _plain(reader, found, key, node)
        case ListNode():
            reader.say(
                found, key, "expected a turn, found a list; a text that begins with `[` or `- ` needs quotes"
            )
            return []
        case MapNode():
            return _mapped(reader, found, key, within)


def _plain(reader: Reader, node: TextNode, key: str, place: Node) -> list[Turn]:
    """A turn that is a text: the user says it."""
    label = _LABELLED.match(node.text) if node.plain else None
    if label is not None:
        word, gap = (
            label["key"],
            "a space is missing after" if label["rest"][0] == ":" else "a colon is missing after",
        )
        why = (
            f"{gap} `{word}{':' if label['rest'][0] == ':' else ''}`; if the user says this, put it in quotes"
        )
        reader.say(node, key, why)
        return []
    found = said(reader, node, key)
    if found is None:
        return []
    return [Turn(content=found.text, template=found.template, path=place.source.path, line=place.line)]


def _mapped(reader: Reader, node: MapNode, key: str, within: tuple[str, ...]) -> list[Turn]:
    """A turn that is a map."""
    speakers = [name for name in SPEAKERS if name in node.entries]
    if len(speakers) > 1:
        reader.say(
            node.keys[speakers[1]],
            key,
            f"two speakers in one turn, {listed(speakers)}: begin the second with `- `",
        )
        return []
    known = (
        {*TURN, "content"} if "role" in node.entries else TURN
    )  # what is said of the one is said of the other
    reader.known(node, key, known, _hints(node))
    if not speakers:
        if all(name in TURN for name in node.entries):
            reader.say(node, key, "nobody speaks: expected `user`, `assistant` or `include`")
        return []
    if speakers == ["include"]:
        for name in node.entries.keys() & (TURN.keys() - {"include"}):
            reader.say(
                node.keys[name], f"{key}.{name}", "an include stands alone: what it brings has its own"
            )
        return _included(reader, node, key, within)
    role: Any = speakers[0]
    when = _condition(reader, node, key)
    words = content(reader, node.entries[role], f"{key}.{role}", role)
    identifier = _identifier(reader, node.entries.get("id"), f"{key}.id")
    asked = _asked(reader, node, key, role)
    if words is None:
        return []
    place = node.source.path
    return [
        Turn(
            role=role,
            content=words[0],
            template=words[1],
            id=identifier,
            when=when,
            path=place,
            line=node.line,
            **asked,
        )
    ]


def _hints(node: MapNode) -> dict[str, str]:
    """What is said about keys that are no turn's but look like something."""
    hints = {}
    for name, place in node.keys.items():
        if name in {"system", "developer"}:
            hints[name] = f"{quoted(name)} stands at the top of the scenario, not among the turns"
        elif name == "assert":
            hints[name] = "checks stand under `expect:`"
        elif name == "if":
            hints[name] = "a turn's condition stands under `when:`"
        elif name in {"role", "content"}:
            hints[name] = _as_message(node)
        elif name in SETTABLE and name not in TURN:
            hints[name] = (
                f"a request field stands under `params`: write `params: {{{name}: {_short(node, name)}}}`"
            )
        elif len(node.entries) == 1 and place.plain and name not in TURN:
            near = unknown("key", name, TURN)
            hints[name] = f"{near}; if the user says this, put the whole line in quotes"
    return hints


def _as_message(node: MapNode) -> str:
    """What is said about a turn that is written as the API has a message."""
    role = _short(node, "role")
    if role in {"system", "developer"}:
        return (
            f"{quoted(role)} stands at the top of the scenario, not among the turns: write `{role}: ..` there"
        )
    speaker = role if role in SPEAKERS else "user"
    return f"what is said stands under who says it: write `{speaker}: {_short(node, 'content')}`"


def _short(node: MapNode, name: str) -> str:
    """The text under a key where it is short enough to be repeated."""
    found = node.entries.get(name)
    is_short = isinstance(found, TextNode) and len(found.text) <= LONGEST_TEXT and found.text.isprintable()
    return found.text if isinstance(found, TextNode) and is_short and found.text else ".."


def _asked(reader: Reader, node: MapNode, key: str, role: str) -> dict[str, Any]:
    """What goes with a user's line: params, what is taken out of the reply, and checks of it."""
    asked: dict[str, Any] = {}
    for name in ("expect", "params", "capture"):
        if name in node.entries and role == "assistant":
            why = "an assistant's line is put into the history as it stands: nothing is asked, and there is no reply"
            reader.say(node.keys[name], f"{key}.{name}", why)
            return {}
    if "params" in node.entries:
        asked["params"] = params(reader, node.entries["params"], f"{key}.params")
    if "capture" in node.entries:
        taken = captures(reader, node.entries["capture"], f"{key}.capture")
        asked["captures"] = tuple(taken)
        reader.captured = (*reader.captured, *(each.name for each in taken if each.name is not None))
    if "expect" in node.entries:
        checks: list[Expectation] = expectations(reader, node.entries["expect"], f"{key}.expect")
        asked["checks"] = tuple(checks)
    return asked


def _condition(reader: Reader, node: MapNode, key: str) -> tuple[Expectation, ...]:
    """The checks on the last reply that decide whether a turn is taken."""
    if "when" not in node.entries:
        return ()
    return tuple(expectations(reader, node.entries["when"], f"{key}.when"))


def _identifier(reader: Reader, node: Node | None, key: str) -> str | None:
    """A turn's name."""
    found = reader.word(node, key)
    if found is None or node is None:
        return None
    if found in WHOLE:
        reader.say(
            node, key, f"{quoted(found)} has a meaning of its own at the foot: give the turn another name"
        )
    elif (complaint := label_complaint(found)) is not None:
        reader.say(node, key, complaint)
    elif (first := reader.turn_ids.setdefault(found, node)) is not node:
        reader.say(node, key, f"the turn id {quoted(found)} stands twice, first on line {first.line}")
    return found


def _included(reader: Reader, node: MapNode, key: str, within: tuple[str, ...]) -> list[Turn]:
    """The turns of another file."""
    place = node.entries["include"]
    named = reader.word(place, f"{key}.include", "a path")
    if named is None:
        return []
    path = beside(node.source, named)
    chain = (*(within or (node.source.path,)), path)
    if path in chain[:-1]:
        reader.say(place, f"{key}.include", f"includes itself: {' -> '.join(quoted(each) for each in chain)}")
        return []
    try:
        documents = reader.files.documents(path)
    except UnreadableError as error:
        reader.say(place, f"{key}.include", f"the file {quoted(path)} {error}")
        return []
    reader.files.use(path)
    if len(documents) != 1:
        if documents:
            reader.say(place, f"{key}.include", f"{quoted(path)} holds several documents: expected one")
        return []
    found = documents[0]
    if isinstance(found, MapNode) and "turns" in found.entries:
        found = found.entries["turns"]
    elif isinstance(found, MapNode):
        reader.say(place, f"{key}.include", f"{quoted(path)} holds no `turns`")
        return []
    return turns(reader, found, "turns", chain)
