"""A check of what stands at a path in a reply that is JSON: whether anything is there, and what other checks say of it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final, Self

from runner.checks import build, check_class, is_check, names
from runner.checks.reading import UnreadableError, as_text, path_named, place_of, read_json
from runner.checks.text import MOST_MARKED
from runner.core.check import Check, Subject, Surroundings
from runner.core.finding import Finding, Span
from runner.core.matrix import NEGATION
from runner.core.message import Answer
from runner.core.value import Json, Value
from runner.core.wording import excerpt, quoted, unknown

if TYPE_CHECKING:
    from runner.checks.paths import Found

_PATH: Final = "path"
_EXAMPLE: Final = "{path: $.total, equals: 12}"


class Nested(Value):
    """A check of what is found."""

    name: str
    """As it stands in the YAML, its `not-` included."""
    check: Check
    """The check itself, the positive form."""

    def judge(self, subject: Subject, value: Json) -> Finding:
        """What it finds in a value."""
        text = as_text(value)
        wanted = getattr(self.check, "text", None)
        if self.name.endswith("equals") and isinstance(wanted, str) and _same_number(value, wanted):
            text = wanted  # 12 and 12.0 are one number, however they are written
        finding = self.check.judge(subject.saying(text))
        return self.check.negate(finding) if self.name.startswith(NEGATION) else finding


class JsonPath(Check):
    """Whether the reply is JSON with something at a path (RFC 9535), of which all nested checks hold: `{path: $.total, equals: 12}`."""

    path: str
    """Where it stands: `$.items[0].price`."""
    checks: tuple[Nested, ...] = ()
    """What is asked of everything that stands there."""

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a path, or for a map of a path and checks."""
        if isinstance(spec, str):
            return cls(path=path_of(spec))
        if not isinstance(spec, dict) or not isinstance(spec.get(_PATH), str):
            raise ValueError(  # noqa: TRY004 - data, not a type of ours
                f"`json-path` takes a path such as `$.total`, or a map: `{_EXAMPLE}`"
            )
        nested = [each for name, below in spec.items() if name != _PATH for each in _nested(name, below)]
        return cls(path=path_of(spec[_PATH]), checks=tuple(nested))

    @classmethod
    def form(cls) -> Json:
        """A path, or a map of a path and checks."""
        path = {"type": "string", "pattern": r"^\$|\{\{"}
        properties: dict[str, Json] = {
            _PATH: {**path, "description": cls.model_fields[_PATH].description},
            **{name: {"description": "A check of all that stands at the path."} for name in names()},
        }
        table = {
            "type": "object",
            "properties": properties,
            "required": [_PATH],
            "additionalProperties": False,
        }
        return {"anyOf": [path, table]}

    def settle(self, surroundings: Surroundings) -> Self:
        """The check with its nested ones settled."""
        settled = [each.model_copy(update={"check": each.check.settle(surroundings)}) for each in self.checks]
        return self.model_copy(update={"checks": tuple(settled)}) if settled else self

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where something is there and every nested check holds of all of it."""
        text = subject.reply.text
        try:
            found = found_in(self.path, text)
        except UnreadableError as error:
            return error.finding
        if not found:
            reason = f"nothing is at {quoted(self.path)} in {excerpt(text, 100)}"
            return Finding(outcome="failed", reason=reason)
        worst: Finding | None = None
        wrong: list[Found] = []
        for parts, value in found:
            for each in self.checks:
                finding = each.judge(subject, value)
                if finding.outcome == "passed":
                    continue
                wrong.append((parts, value))
                if worst is None or (finding.outcome, worst.outcome) == ("failed", "broken"):
                    which = f", one of {len(found)} values" if len(found) > 1 else ""
                    reason = f"at {path_named(parts)}{which}: {each.name}: {_of_value(finding.reason)}"
                    worst = Finding(outcome=finding.outcome, reason=reason)
        if worst is not None:
            return worst.model_copy(update={"spans": tuple(_places(text, wrong))})
        return Finding(outcome="passed", reason=self._held(found), spans=tuple(_places(text, found)))

    def _held(self, found: "Sequence[Found]") -> str:
        """The sentence about what is there."""
        value = excerpt(as_text(found[0][1]), 60)
        what = (
            f"{value} is at {quoted(self.path)}"
            if len(found) == 1
            else f"{len(found)} values are at {quoted(self.path)}"
        )
        held = ", ".join(each.name for each in self.checks)
        return f"{what}; {held}: passed" if held else what


def path_of(spec: Json) -> str:
    """The path that a check was given; raises `ValueError` where it is none."""
    from runner.checks.paths import compiled  # noqa: PLC0415 - its library is large, and not every scenario has paths

    if not isinstance(spec, str):
        raise ValueError("a path is a text: `$.total`")  # noqa: TRY004 - data, not a type of ours
    compiled(spec)
    return spec


def found_in(path: str, text: str) -> "list[Found]":
    """What stands at a path in a text; raises `UnreadableError` where that is no JSON, or too much of it."""
    from runner.checks.paths import found_by  # noqa: PLC0415 - as above

    return found_by(path, read_json(text, spelled=True))


def _nested(name: str, below: Json) -> Iterator[Nested]:
    """The checks under one name; a list means that all must hold, unless it is one value of the check."""
    if not is_check(name):
        known = [_PATH, *names()]
        raise ValueError(unknown("check", name, known))
    found = check_class(name)
    if found.questions is not Check.questions:
        raise ValueError(
            f"{quoted(name)} asks a model and cannot stand under a path; it takes the whole reply"
        )
    listed = isinstance(below, list) and not found.takes_list
    if listed and not below:
        raise ValueError(f"under {quoted(name)} an empty list checks nothing")
    for each in below if listed else [below]:
        yield Nested(name=name, check=build(name, each))


def _same_number(value: Json, wanted: str) -> bool:
    """Whether a value is the number that a text spells."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return Decimal(as_text(value)) == Decimal(wanted)
    except InvalidOperation:
        return False


def _of_value(reason: str) -> str:
    """A sentence about a reply as one about a value; what is quoted in it stays."""
    pieces = reason.split('"')
    return '"'.join(
        piece if at % 2 else piece.replace("the reply", "the value") for at, piece in enumerate(pieces)
    )


def _places(text: str, found: "Sequence[Found]") -> Iterator[Span]:
    """Where values stand in the reply, the first few, each once."""
    places = dict.fromkeys(parts for parts, _ in found)
    for parts, _ in zip(places, range(MOST_MARKED), strict=False):
        yield place_of(text, parts)
