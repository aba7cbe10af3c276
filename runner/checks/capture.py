"""What is taken out of a reply under a name: what a pattern matches, what stands at a path, or the whole text."""

from collections.abc import Sequence
from typing import Final, Literal, Self, cast

from runner.checks.json_path import found_in, path_of
from runner.checks.pattern import pattern_of, search, too_slow
from runner.checks.reading import UnreadableError, as_text, place_of
from runner.checks.text import TEXT
from runner.core.check import Check, Subject
from runner.core.expected import shown
from runner.core.finding import Finding, Span
from runner.core.message import Answer
from runner.core.value import Json
from runner.core.wording import excerpt, quoted, unknown

By = Literal["regex", "json-path", "text"]

_SOURCES: Final = {
    "regex": "A pattern: its first group is taken, or all that it matches where it has none.",
    "json-path": "A path in a reply that is JSON: what it finds is taken, the first where it finds several.",
    "text": "`true`: the whole reply is taken.",
}
_EXAMPLE: Final = "`{regex: 'RMA-([0-9]+)'}`, `{json-path: $.id}` or `{text: true}`"


class Capture(Check):
    """What is taken out of the reply for later turns and checks; nothing to take is a failed check."""

    name: str
    """What it is called in later texts."""
    by: By
    """How it is found."""
    source: str = ""
    """The pattern or the path."""

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The capture for a map of a name and one way to find it."""
        if not isinstance(spec, dict) or not isinstance(spec.get("name"), str):
            raise ValueError(f"a capture is {_EXAMPLE}")  # noqa: TRY004 - data, not a type of ours
        ways = {key: value for key, value in spec.items() if key != "name"}
        for key in ways:
            if key not in _SOURCES:
                raise ValueError(unknown("way to capture", key, _SOURCES))
        if len(ways) != 1:
            raise ValueError(f"a capture says one way to find it: {_EXAMPLE}")
        [(by, source)] = ways.items()
        if by == "text" and source is not True:
            raise ValueError("`text` takes `true`: the whole reply is captured")
        text = pattern_of(source, by) if by == "regex" else path_of(source) if by == "json-path" else ""
        return cls(name=spec["name"], by=cast("By", by), source=text)

    @classmethod
    def form(cls) -> Json:
        """A map of one way to find it."""
        forms: dict[str, Json] = {
            "regex": TEXT,
            "json-path": {"type": "string", "pattern": r"^\$|\{\{"},
            "text": {"const": True},
        }
        properties = {name: {**form, "description": _SOURCES[name]} for name, form in forms.items()}
        return {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed with what was found; failed where nothing was, since nothing can stand for it in later texts."""
        text = subject.reply.text
        try:
            return self._found(text)
        except TimeoutError:
            return too_slow(self.source)
        except UnreadableError as error:
            return error.finding

    def _found(self, text: str) -> Finding:
        """What there is to take, or why there is nothing."""
        match self.by:
            case "regex":
                return self._matched(text)
            case "json-path":
                return self._led_to(text)
            case "text":
                return self._took(text, (0, len(text)))

    def _matched(self, text: str) -> Finding:
        """What the pattern matches."""
        found = search(self.source, text)
        if found is None:
            return self._nothing(f"{excerpt(self.source)} does not match; {shown(text)}")
        group = 1 if found.re.groups else 0
        taken = found.group(group)
        if taken is None:
            return self._nothing(f"the first group of {excerpt(self.source)} is not part of what it matches")
        return self._took(taken, found.span(group))

    def _led_to(self, text: str) -> Finding:
        """What stands at the path."""
        found = found_in(self.source, text)
        if not found:
            return self._nothing(f"nothing is at {quoted(self.source)} in {excerpt(text, 100)}")
        parts, value = found[0]
        span = place_of(text, parts)
        if value is None:
            return self._nothing(f"null is at {quoted(self.source)}", span)
        finding = self._took(as_text(value), span)
        more = f", the first of {len(found)} at {quoted(self.source)}" if len(found) > 1 else ""
        return finding.model_copy(update={"reason": f"{finding.reason}{more}"})

    def _took(self, taken: str, span: Span) -> Finding:
        """The finding about what there is to take."""
        if not taken.strip():
            return self._nothing("what was found is empty" if self.by != "text" else "the reply has no text")
        reason = f"{quoted(self.name)} is {excerpt(taken)}"
        return Finding(outcome="passed", reason=reason, captured=taken, spans=(span,))

    def _nothing(self, why: str, span: Span | None = None) -> Finding:
        """The finding that there is nothing to take."""
        reason = f"{quoted(self.name)} was not captured: {why}"
        return Finding(outcome="failed", reason=reason, spans=() if span is None else (span,))
