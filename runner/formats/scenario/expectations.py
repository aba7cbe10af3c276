"""What is expected of replies: a map or a list of checks under a turn, or at the foot with what each speaks of."""

from typing import Final

from runner.checks import build, check_class, is_check, names
from runner.core.scenario import Expectation
from runner.core.template import is_templated
from runner.core.wording import quoted, unknown
from runner.formats.scenario.reader import Reader, bounded, named
from runner.formats.source.nodes import ListNode, MapNode, Node, TextNode

WHOLE: Final = ("every", "any", "last")
"""Of what a check at the foot may speak, beside a turn's id."""


def expectations(reader: Reader, node: Node, key: str, of: str | None = None) -> list[Expectation]:
    """The checks under `expect`, in order; all of them must hold."""
    found = reader.resolved(node, key)
    match found:
        case None:
            return []
        case ListNode():
            places = enumerate(found.items)
            return [each for number, item in places for each in _item(reader, item, f"{key}[{number}]", of)]
        case TextNode() | MapNode():
            return _item(reader, found, key, of)


def _item(reader: Reader, node: Node, key: str, of: str | None) -> list[Expectation]:
    """One item: a map of checks, or the bare name of a check that takes nothing."""
    found = reader.resolved(node, key)
    match found:
        case None:
            return []
        case TextNode():
            return _bare(reader, found, key, of)
        case ListNode():
            reader.say(found, key, "expected a check, found a list")
            return []
        case MapNode():
            if not found.entries:
                reader.say(found, key, "expected a check, found an empty map")
            places = found.keys.items()
            return [
                each for name, place in places for each in _check(reader, place, found.entries[name], key, of)
            ]


def _bare(reader: Reader, node: TextNode, key: str, of: str | None) -> list[Expectation]:
    """A check's name without a value."""
    word = reader.word(node, key, "a check")
    if word is None:
        return []
    first = word.split(maxsplit=1)[0].partition(":")[0]
    if is_check(word) and check_class(word).form() == {"const": True}:
        return _posed(reader, node, word, True, key, of)  # noqa: FBT003 - `is-json` means `is-json: true`
    if is_check(word):
        reader.say(node, key, f"{quoted(word)} needs a value: expected `{word}: ..`")
    elif is_check(first):
        reader.say(node, key, f"a colon and a space are missing: expected `{first}: ..`")
    else:
        reader.say(node, key, unknown("check", word, names()))
    return []


def _check(reader: Reader, place: TextNode, node: Node, key: str, of: str | None) -> list[Expectation]:
    """One check of a map; a list under it means that all must hold, and each is a check of its own."""
    name = place.text
    if not is_check(name):
        misplaced = of is None and name in WHOLE
        why = f"{quoted(name)} belongs at the foot of the scenario: here the turn is meant already"
        reader.say(place, bounded(f"{key}.{name}"), why if misplaced else unknown("check", name, names()))
        return []
    key = f"{key}.{name}"
    found = reader.resolved(node, key)
    if found is None:
        return []
    if not isinstance(found, ListNode):
        return _specified(reader, place, name, found, key, of)
    if not found.items:
        reader.say(found, key, "an empty list checks nothing")
    posed = []
    for number, item in enumerate(found.items):
        posed += _specified(reader, item, name, item, f"{key}[{number}]", of)
    return posed


def _specified(
    reader: Reader, place: Node, name: str, node: Node, key: str, of: str | None
) -> list[Expectation]:
    """A check with what stands under it, if that can be read."""
    before = len(reader.problems)
    spec = reader.spec(node, key)
    return [] if len(reader.problems) > before else _posed(reader, place, name, spec, key, of)


def _posed(
    reader: Reader, place: Node, name: str, spec: object, key: str, of: str | None
) -> list[Expectation]:
    """A check with its address; built once now, where no template is in it, to see that it can be."""
    if not is_templated(spec):
        try:
            build(name, spec)
        except ValueError as error:
            reader.say(place, key, str(error))
            return []
    source = place.source.path
    return [Expectation(check=name, spec=spec, of=of, path=source, line=place.line, column=place.column)]


def foot(reader: Reader, node: Node) -> list[tuple[Expectation, TextNode]]:
    """The checks at the foot, each with the place of the word that says of what it speaks."""
    found = reader.resolved(node, "expect")
    match found:
        case None:
            return []
        case MapNode():
            return _speaking(reader, found, "expect")
        case TextNode():
            reader.say(
                found,
                "expect",
                f"expected `every`, `any`, `last` or a turn's id with checks, found {named(found)}",
            )
            return []
        case ListNode():
            posed = []
            for number, item in enumerate(found.items):
                key = f"expect[{number}]"
                table = reader.table(item, key, "`every`, `any`, `last` or a turn's id with checks")
                posed += [] if table is None else _speaking(reader, table, key)
            return posed


def _speaking(reader: Reader, node: MapNode, key: str) -> list[tuple[Expectation, TextNode]]:
    """The checks of one map at the foot."""
    posed = []
    for name, place in node.keys.items():
        if is_check(name):
            why = f"at the foot a check says of what it speaks: `last: {{{name}: ..}}`, `every`, `any` or a turn's id"
            reader.say(place, f"{key}.{name}", why)
            continue
        below = expectations(reader, node.entries[name], bounded(f"{key}.{name}"), name)
        posed += [(each, place) for each in below]
    return posed
