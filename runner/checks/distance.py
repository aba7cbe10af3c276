"""Closeness of letters: how many characters must be changed to make one text of another (Levenshtein's distance)."""

from collections.abc import Sequence
from typing import Final, Self

from runner.checks.fields import map_of, share_in, whole_in
from runner.checks.text import TEXT, text_of
from runner.core.check import Check, Subject
from runner.core.expected import shown
from runner.core.finding import Finding
from runner.core.message import Answer
from runner.core.value import Json
from runner.core.wording import excerpt

MOST_WORK: Final = 10_000_000_000
"""Pairs of characters that are compared, about half a second of them; beyond it the check is broken."""

_KEYS: Final = ("to", "min", "max")
_EXAMPLE: Final = '{to: "Your refund is on its way.", min: 0.9}'
_EITHER: Final = "`levenshtein` takes `min`, a share of the letters from 0 to 1, or `max`, a number of edits"


class Levenshtein(Check):
    """Whether the reply is spelled about like a text: at most `max` edits away, or alike by a share of at least `min`."""

    to: str
    """What the reply should be like, letter by letter."""
    min: float | None = None
    """The least share that is alike, from 0 to 1: 1 less the edits divided by the length of the longer text."""
    max: int | None = None
    """The most characters that may be put in, left out or replaced."""

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a map of a text and one bound."""
        if not isinstance(spec, dict):
            raise ValueError(f"`levenshtein` takes a map: {_EXAMPLE}")  # noqa: TRY004 - data, not a type of ours
        fields = map_of(spec, "levenshtein", _KEYS, "to", _EXAMPLE)
        least, most = share_in(fields, "min", 0, 1), whole_in(fields, "max", 0)
        if (least is None) == (most is None):
            raise ValueError(f"{_EITHER}, and not both" if most is not None else f"{_EITHER}: {_EXAMPLE}")
        if least == 0:
            raise ValueError("`min: 0` holds for every reply")
        return cls(to=text_of(fields["to"], "to"), min=least, max=most)

    @classmethod
    def form(cls) -> Json:
        """A map of a text and one bound; a bound in a template is text."""
        spelled = {"type": "string", "pattern": r"\{\{|^[0-9.]+$"}
        forms: dict[str, Json] = {
            "to": TEXT,
            "min": {"anyOf": [{"type": "number", "exclusiveMinimum": 0, "maximum": 1}, spelled]},
            "max": {"anyOf": [{"type": "integer", "minimum": 0}, spelled]},
        }
        properties = {
            name: {**form, "description": cls.model_fields[name].description} for name, form in forms.items()
        }
        return {
            "type": "object",
            "properties": properties,
            "required": ["to"],
            "oneOf": [{"required": ["min"]}, {"required": ["max"]}],
            "additionalProperties": False,
        }

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where the reply is close enough; broken where both are too long to be compared."""
        text = subject.reply.text
        edits = edit_distance(text, self.to)
        if edits is None:
            sizes = f"{len(text)} and {len(self.to)} characters"
            return Finding(outcome="broken", reason=f"texts of {sizes} are too long to be compared")
        if self.max is not None:
            close = edits <= self.max
            than = f"at most {self.max} asked for" if close else f"more than {self.max}"
            found = f"the reply is {edits} {'edit' if edits == 1 else 'edits'} away from {excerpt(self.to)}, {than}"
        else:
            assert self.min is not None
            longer = max(len(text), len(self.to))
            close = longer - edits >= self.min * longer - 1e-9
            than = f"at least {self.min:g} asked for" if close else f"less than {self.min:g}"
            found = f"the reply is alike by {_share(longer - edits, longer, self.min)} to {excerpt(self.to)}, {than}"
        if close:
            return Finding(outcome="passed", reason=found, spans=((0, len(text)),) if text else ())
        return Finding(outcome="failed", reason=f"{found}; {shown(text)}")


def edit_distance(one: str, other: str) -> int | None:
    """How many characters must be put in, left out or replaced; None where finding out would take too long."""
    from rapidfuzz.distance import Levenshtein as Distance  # noqa: PLC0415 - needed by this check alone

    one, other = _uncommon(one, other)
    return None if len(one) * len(other) > MOST_WORK else int(Distance.distance(one, other))


def _uncommon(one: str, other: str) -> tuple[str, str]:
    """Two texts without what they begin and end with alike, which no edit touches."""
    start, shorter = 0, min(len(one), len(other))
    while start < shorter and one[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[start : len(one) - end], other[start : len(other) - end]


def _share(alike: int, longer: int, least: float) -> str:
    """A share with as many digits as tell it from what was asked for."""
    share = alike / longer if longer else 1.0
    short = f"{share:.3g}"
    return short if (float(short) >= least) == (share >= least) else f"{share:.9g}"
