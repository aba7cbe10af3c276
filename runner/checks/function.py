"""A check by a function of the author's own: given the reply and what came before, it says whether that will do."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from hashlib import blake2b
from typing import Any, ClassVar, Final, Self

from pydantic import Field

from runner.checks.fields import map_of
from runner.checks.loading import load_function, look_for, parameters_of, where_raised
from runner.checks.source import OFFERED, UnusableError, is_file, look, parted, read_source, told
from runner.core.check import Check, Subject, Surroundings
from runner.core.finding import Finding
from runner.core.message import Answer
from runner.core.spoken import SpokenTranscript
from runner.core.value import Json
from runner.core.wording import excerpt, quoted

_KEYS: Final = ("function", "with")
_EXAMPLE: Final = "{function: checks/polite.py:is_polite, with: {tone: warm}}"
_EXPECTED: Final = "expected True or False, (False, reason), or a Finding"
_LONGEST: Final = 1_000
"""Characters of a function's reason that are kept."""


class Python(Check):
    """What a function says of the reply: `is_polite(reply: str, transcript: runner.Transcript, **with) -> bool`."""

    takes_whole: ClassVar[bool] = True

    function: str
    """A file and the name of a function in it, or an import path: `checks/polite.py:is_polite`, `package.module:name`."""
    given: dict[str, Json] = {}
    """Further arguments, by name."""
    path: str | None = Field(default=None, exclude=True, repr=False)
    """Where the file is; None for an import path, and before the check is settled."""

    @classmethod
    def read(cls, spec: Json) -> Self:
        """The check for a function's name, or for a map that holds one."""
        if not isinstance(spec, str):
            spec = map_of(spec, "python", _KEYS, "function", _EXAMPLE)
        fields = {"function": spec} if isinstance(spec, str) else spec
        if not isinstance(fields["function"], str):
            raise ValueError(f"`function` takes a text: {_EXAMPLE}")  # noqa: TRY004 - data, not a type of ours
        place, name = parted(fields["function"])
        given = fields.get("with") or {}
        if not isinstance(given, dict):
            raise ValueError(f"`with` takes a map of arguments: {_EXAMPLE}")  # noqa: TRY004 - as above
        for argument in given:
            if argument in OFFERED:
                raise ValueError(f"{quoted(argument)} is given anyway: take it out of `with`")
            if not argument.isidentifier():
                raise ValueError(f"{quoted(argument)} is no name of an argument")
        return cls(function=f"{place}:{name}", given=given)

    @classmethod
    def form(cls) -> Json:
        """A function's name, or a map that holds one."""
        properties: dict[str, Json] = {
            "function": {"type": "string", "description": cls.model_fields["function"].description},
            "with": {"type": "object", "description": cls.model_fields["given"].description},
        }
        table = {
            "type": "object",
            "properties": properties,
            "required": ["function"],
            "additionalProperties": False,
        }
        return {"anyOf": [{"type": "string"}, table]}

    def settle(self, surroundings: Surroundings) -> Self:
        """The check with the place of its file, which was looked at but not run."""
        place, name = parted(self.function)
        if not is_file(place):
            look_for(place)
            return self
        path = surroundings.locate(place)
        look(path, place, name, self.given)
        return self.model_copy(update={"path": path})

    def backing(self) -> str | None:
        """A digest of its file; what the file imports, and what an import path names, is not looked at."""
        if self.path is None:
            return None
        return blake2b(read_source(self.path, self.function), digest_size=16).hexdigest()

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it asks nobody
        """What the function finds; broken where it cannot be called, raises, or answers something else."""
        place, name = parted(self.function)
        if is_file(place) and self.path is None:
            return Finding(outcome="broken", reason=f"it is not known where {place} is")
        try:
            function = load_function(self.path, place, name, self.given)
        except UnusableError as error:
            return Finding(outcome="broken", reason=str(error))
        try:
            arguments = _arguments(function, subject, self.given)
        except UnusableError as error:
            return Finding(outcome="broken", reason=f"{quoted(name)} {error}")
        try:
            found = function(**arguments)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - it is an author's, whatever it raises
            own = self.path or getattr(getattr(function, "__code__", None), "co_filename", None)
            line = where_raised(error, own)
            at = f"{place} line {line}" if line is not None else f"{quoted(name)} of {place}"
            return Finding(outcome="broken", reason=f"{at} raised {told(error)}")
        return _finding(name, found)


def _arguments(function: Callable[..., Any], subject: Subject, given: Mapping[str, Json]) -> dict[str, Any]:
    """What a function is called with: of what is offered what it names, and all that is given.

    All of it is the function's own: what it changes there changes nothing of the conversation.
    """
    named = set(parameters_of(function).parameters)
    arguments: dict[str, Any] = deepcopy(dict(given))
    if "reply" in named:
        arguments["reply"] = subject.reply.text
    if "transcript" in named:
        if subject.tell is None:
            raise UnusableError("asks for the transcript, and there is none here")
        arguments["transcript"] = SpokenTranscript.of(subject.tell(subject).model_copy(deep=True))
    return arguments


def _finding(name: str, found: Any) -> Finding:
    """What a function's answer means."""
    match found:
        case Finding():
            return found
        case bool():
            return _judged(f"{quoted(name)} says {'yes' if found else 'no'}", holds=found)
        case (bool() as holds, str() as reason):
            return _judged(reason[:_LONGEST], holds=holds)
    if inspect.iscoroutine(found):
        found.close()
    kind = excerpt(found) if isinstance(found, str) else quoted(type(found).__name__)
    kind = "nothing" if found is None else kind
    return Finding(outcome="broken", reason=f"{quoted(name)} returned {kind}: {_EXPECTED}")


def _judged(reason: str, *, holds: bool) -> Finding:
    """A yes or no as a finding."""
    return Finding(outcome="passed" if holds else "failed", reason=reason)
