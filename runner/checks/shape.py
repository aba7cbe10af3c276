"""Checks of a reply's shape: whether it is what a program could read."""

import json
from collections.abc import Sequence
from typing import NoReturn, Self

from runner.core.check import Check, Finding, Subject
from runner.core.message import Answer
from runner.core.value import Json
from runner.core.wording import excerpt


class IsJson(Check):
    """Whether the whole reply is one JSON value, with nothing before or after it."""

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check; it takes `true` and nothing else."""
        if spec is not True:
            raise ValueError(
                "`is-json` takes `true` and nothing else; for its opposite write `not-is-json: true`"
            )
        return cls()

    @classmethod
    def form(cls) -> Json:
        """True."""
        return {"const": True}

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        """Passed where the reply parses as it stands; broken where it is nested too deep to be read."""
        text = subject.reply.text
        if not text:
            return Finding(outcome="failed", reason="the reply has no text")
        try:
            # Numbers stay text: one of many digits is valid JSON, and Python refuses to convert it.
            json.loads(text, parse_constant=_no_number, parse_int=str, parse_float=str)
        except json.JSONDecodeError as error:
            return Finding(outcome="failed", reason=_why(text, error))
        except _NoNumberError as error:
            return Finding(outcome="failed", reason=f"the reply is not JSON: {error} is not a JSON value")
        except RecursionError:
            return Finding(outcome="broken", reason="the reply is nested too deep to be read")
        return Finding(outcome="passed", reason=f"the reply is JSON: {excerpt(text, 100)}")


class _NoNumberError(ValueError):
    """NaN or an infinity, which Python reads and JSON does not have."""


def _no_number(name: str) -> NoReturn:
    """Refuse what JSON does not have."""
    raise _NoNumberError(name)


def _why(text: str, error: json.JSONDecodeError) -> str:
    """The sentence about where a reply stops being JSON."""
    where = f"line {error.lineno} column {error.colno}"
    fence = "; it stands in a code fence" if text.lstrip().startswith("```") else ""
    rest = excerpt(text[error.pos : error.pos + 60]) if error.pos < len(text) else "the end of the reply"
    return f"the reply is not JSON: {error.msg} at {where}, at {rest}{fence}"
