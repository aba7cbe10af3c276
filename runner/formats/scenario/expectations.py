"""What is expected of replies: a map or a list of checks under a turn, or at the foot with what each speaks of."""

from typing import Final

from runner.checks import build, check_class, is_check, names
from runner.core.places import variable_complaint
from runner.core.scenario import Expectation
from runner.core.template import NAME, is_templated
from runner.core.trial import CAPTURE
from runner.core.wording import quoted, unknown
from runner.formats.scenario.reader import Reader, bounded, named
from runner.formats.source.nodes import ListNode, MapNode, Node, TextNode

WHOLE: Final = ("every", "any", "last", "conversation")
"""Of what a check at the foot may speak, beside a turn's id."""

SPEAKING: Final = "`every`, `any`, `last`, `conversation` or a turn's id"
"""The same in words."""

NAMED: Final = "name"
"""What stands beside a check where its author gives it a name."""


def expectations(reader: Reader, node: Node, key: str, of: str | None = None) -> list[Expectation]:
    """The checks under `expect`, in order; all of them must hold."""
    found = reader.resolved(node, key)
    match found:
        case None:
            return []
        case ListNode():
            if not found.items:
                reader.say(found, key, "an empty list checks nothing: leave it out, or write a check")
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
            title = reader.word(found.entries.get(NAMED), f"{key}.{NAMED}")
            places = [(name, place) for name, place in found.keys.items() if name != NAMED]
            if not places:
                reader.say(
                    found,
                    key,
                    "expected a check, found an empty map" if title is None else "a name without a check",
                )
            posed = [
                each for name, place in places for each in _check(reader, place, found.entries[name], key, of)
            ]
            return posed if title is None else [each.model_copy(update={"name": title}) for each in posed]


def _bare(reader: Reader, node: TextNode, key: str, of: str | None) -> list[Expectation]:
    """A check's name without a value."""
    word = reader.word(node, key, "a check")
    if word is None:
        return []
    first = word.split(maxsplit=1)[0].partition(":")[0]
    if is_check(word) and _takes_nothing(word):
        return _posed(reader, node, word, True, key, of)  # noqa: FBT003 - `is-json` means `is-json: true`
    if is_check(word):
        reader.say(node, key, f"{quoted(word)} needs a value: expected `{word}: ..`")
    elif is_check(first):
        reader.say(node, key, f"a colon and a space are missing: expected `{first}: ..`")
    else:
        reader.say(node, key, unknown("check", word, names()))
    return []


def _unknown(name: str) -> str:
    """The sentence about a name that is no check's; some are written so for other tools."""
    if name in {"type", "value", "threshold"}:
        return "a check is written by its name: `contains: receipt`"
    return unknown("check", name, names())


def _takes_nothing(name: str) -> bool:
    """Whether a check's name says all; one of another package that cannot be loaded is complained about when it is built."""
    try:
        return bool(check_class(name).form() == {"const": True})
    except ValueError:
        return True


def _check(reader: Reader, place: TextNode, node: Node, key: str, of: str | None) -> list[Expectation]:
    """One check of a map; a list under it means that all must hold, and each is a check of its own."""
    name = place.text
    if not is_check(name):
        misplaced = of is None and name in WHOLE
        why = f"{quoted(name)} belongs at the foot of the scenario: here the turn is meant already"
        reader.say(place, bounded(f"{key}.{name}"), why if misplaced else _unknown(name))
        return []
    key = f"{key}.{name}"
    try:
        found_class = check_class(name)
    except ValueError as error:
        reader.say(place, key, str(error))
        return []
    if of == "conversation" and not found_class.takes_whole:
        why = f"{quoted(name)} is about one reply: say of which by `every`, `any`, `last` or a turn's id"
        reader.say(place, key, why)
        return []
    found = reader.resolved(node, key)
    if found is None:
        return []
    if not isinstance(found, ListNode) or (found_class.takes_list and found.items):
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
    return [
        Expectation(check=name, spec=spec, of=of, key=key, path=source, line=place.line, column=place.column)
    ]


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
                f"expected {SPEAKING} with checks, found {named(found)}",
            )
            return []
        case ListNode():
            posed = []
            if not found.items:
                reader.say(found, "expect", "an empty list checks nothing: leave it out, or write a check")
            for number, item in enumerate(found.items):
                key = f"expect[{number}]"
                table = reader.table(item, key, f"{SPEAKING} with checks")
                posed += [] if table is None else _speaking(reader, table, key)
            return posed


def _speaking(reader: Reader, node: MapNode, key: str) -> list[tuple[Expectation, TextNode]]:
    """The checks of one map at the foot."""
    posed = []
    for name, place in node.keys.items():
        if is_check(name):
            why = f"at the foot a check says of what it speaks: `last: {{{name}: ..}}`, or {SPEAKING}"
            reader.say(place, f"{key}.{name}", why)
            continue
        below = expectations(reader, node.entries[name], bounded(f"{key}.{name}"), name)
        posed += [(each, place) for each in below]
    return posed


def captures(reader: Reader, node: Node, key: str) -> list[Expectation]:
    """What is taken out of a reply, by the names that later texts use."""
    table = reader.table(node, key, "a map of names, each with where its value is found")
    posed = []
    for name, place in table.keys.items() if table is not None else ():
        assert table is not None
        below = bounded(f"{key}.{name}")
        if not NAME.match(name):
            reader.say(place, below, variable_complaint(name))
            continue
        found = reader.table(table.entries[name], below, "`{regex: ..}` or `{json-path: ..}`")
        if found is None:
            continue
        before = len(reader.problems)
        spec = {"name": name, **reader.spec(found, below)} if found.entries else {"name": name}
        if len(reader.problems) == before:
            posed += [
                each.model_copy(update={"name": name})
                for each in _posed(reader, place, CAPTURE, spec, below, None)
            ]
    return posed
