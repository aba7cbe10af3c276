"""Closeness of meaning: a text and a reply as vectors of a provider's embeddings, and the angle between them; pure."""

import math
from collections.abc import Sequence
from typing import Final, Self

from runner.checks.fields import map_of, name_in, share_in
from runner.checks.text import text_of
from runner.core.check import Check, Judge, Question, Subject, Surroundings
from runner.core.finding import Finding
from runner.core.message import EMBEDDINGS, Answer
from runner.core.value import Json
from runner.core.wording import excerpt, quoted

LEAST: Final = 0.8
"""The cosine similarity that will do where nobody says another."""

_KEYS: Final = ("to", "min", "provider", "model")
_EXAMPLE: Final = '{to: "Please send the receipt", min: 0.8}'
_PLAIN: Final = {"encoding_format": "float"}
"""Vectors as numbers: a client would ask for base64, which no recording could be read by."""


class Similar(Check):
    """Whether the reply means about what a text means: by the cosine similarity of their embeddings."""

    to: str
    """What the reply should mean."""
    min: float = LEAST
    """The least cosine similarity that will do, from -1 to 1; models differ in what they call close."""
    provider: str | None = None
    """Whose embeddings are taken; absent where the settings say so."""
    model: str | None = None
    """The model of the embeddings; absent where the settings say so."""
    params: dict[str, Json] = {}
    """Request fields that the settings add."""

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a text, or for a map that holds one."""
        if not isinstance(spec, dict):
            return cls(to=_text(spec, "similar"))
        fields = map_of(spec, "similar", _KEYS, "to", _EXAMPLE)
        least = share_in(fields, "min", -1, 1)
        return cls(
            to=_text(fields["to"], "to"),
            min=LEAST if least is None else least,
            provider=name_in(fields, "provider"),
            model=name_in(fields, "model"),
        )

    @classmethod
    def form(cls) -> Json:
        """A text, or a map that holds one."""
        text = {"type": "string", "minLength": 1}
        forms: dict[str, Json] = {
            **dict.fromkeys(("to", "provider", "model"), text),
            "min": {
                "anyOf": [
                    {"type": "number", "minimum": -1, "maximum": 1},
                    {"type": "string", "pattern": r"\{\{|^-?[0-9.]+$"},
                ]
            },
        }
        properties = {
            name: {**forms[name], "description": cls.model_fields[name].description} for name in _KEYS
        }
        table = {
            "type": "object",
            "properties": properties,
            "required": ["to"],
            "additionalProperties": False,
        }
        return {"anyOf": [{"type": ["string", "number", "boolean"]}, table]}

    def settle(self, surroundings: Surroundings) -> Self:
        """The check with the provider and model that it measures by."""
        by = surroundings.embedder(self.provider, self.model)
        return self.model_copy(update={"provider": by.provider, "model": by.model, "params": by.params})

    def asks(self) -> tuple[Judge, ...]:
        """The model whose embeddings are taken; nobody before it is settled."""
        if self.provider is None or self.model is None:
            return ()
        return (Judge(self.provider, self.model, self.params),)

    def questions(self, subject: Subject) -> tuple[Question, ...]:
        """One request for the vectors of both texts; none where the reply has no text, which no server measures."""
        if not subject.reply.text.strip():
            return ()
        assert self.provider is not None, "a check that asks is settled before it is posed"
        assert self.model is not None
        texts = (_sayable(self.to), _sayable(subject.reply.text))
        return (Question(self.provider, self.model, {**_PLAIN, **self.params}, texts, path=EMBEDDINGS),)

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:
        """Passed where the two are close enough; broken where there is nothing to measure by."""
        if not subject.reply.text.strip():
            return Finding(outcome="failed", reason="the reply has no text")
        try:
            likeness = _likeness(answers)
        except ValueError as error:
            return Finding(outcome="broken", reason=f"no closeness by {quoted(str(self.model))}: {error}")
        close = likeness >= self.min
        shown = _shown(likeness, self.min)
        than = f"at least {self.min:g} asked for" if close else f"less than {self.min:g}"
        reason = f"the similarity to {excerpt(self.to)} is {shown}, {than}"
        return Finding(outcome="passed" if close else "failed", reason=reason)


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """The cosine of the angle between two vectors; raises `ValueError` where there is none."""
    if len(one) != len(other):
        raise ValueError(f"the vectors have {len(one)} and {len(other)} numbers")
    # Scaled by its largest number, a vector of any length has a square that is a number.
    first, second = _scaled(one), _scaled(other)
    product = math.fsum(a * b for a, b in zip(first, second, strict=True))
    return max(-1.0, min(1.0, product / (math.hypot(*first) * math.hypot(*second))))


def _scaled(vector: Sequence[float]) -> list[float]:
    """A vector of the same direction whose largest number is 1."""
    largest = max(map(abs, vector), default=0.0)
    if not largest or not math.isfinite(largest):
        raise ValueError("a vector has no direction")
    return [number / largest for number in vector]


def _likeness(answers: Sequence[Answer]) -> float:
    """The cosine of the two vectors in an answer; raises `ValueError` with a part of a sentence."""
    answer = answers[0] if answers else Answer()
    if answer.reply is None:
        raise ValueError(answer.failure.message if answer.failure is not None else "nothing came")
    vectors = answer.reply.embeddings
    if not isinstance(vectors, list) or len(vectors) != 2:
        raise ValueError("the answer does not hold two vectors")
    if not all(isinstance(vector, list) and all(map(_is_number, vector)) for vector in vectors):
        raise ValueError("the vectors of the answer are no lists of numbers")
    one, other = ([float(number) for number in vector] for vector in vectors)
    return cosine(one, other)


def _is_number(value: Json) -> bool:
    """Whether a value is a number that a vector can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e300


def _text(spec: Json, name: str) -> str:
    """A text that says something."""
    text = text_of(spec, name)
    if not text.strip():
        raise ValueError(f"{quoted(name)} needs a text; one of spaces means nothing")
    return text


def _sayable(text: str) -> str:
    """The text without lone surrogates, which every server refuses."""
    return text.encode("utf-8", "replace").decode()


def _shown(likeness: float, least: float) -> str:
    """A similarity with as many digits as tell it from what was asked for."""
    short = f"{likeness:.3g}"
    return short if (float(short) >= least) == (likeness >= least) else f"{likeness:.9g}"
