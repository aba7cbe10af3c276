"""What can be wrong before a run starts: problems with an address, and the errors that carry them.

During a run nothing here is raised: there a failure is an event, and the other conversations go on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, where it stands, and what was expected."""

    path: str = ""
    """The file as the user named it; empty where the problem is not in a file."""
    line: int = 0
    """1-based; 0 where the whole file is meant."""
    column: int = 0
    """1-based; 0 where the whole line is meant."""
    key: str = ""
    """The key's place, dotted: `turns[1].expect`."""
    message: str = ""
    """What is wrong, what was expected, and what to do next."""

    def __str__(self) -> str:
        """The problem as `path:line:column: key: message`, leaving out what is not known."""
        place = ":".join([self.path, *(str(number) for number in (self.line, self.column) if number)])
        return ": ".join(part for part in (place, self.key, self.message) if part)


class RunnerError(Exception):
    """The base of every error that a person can mend; its text says what to do next."""

    def _render_traceback_(self) -> list[str]:
        """What notebooks show: the sentence alone, since where in runner it was raised mends nothing."""
        return [f"{type(self).__name__}: {self}"]


class ProblemsError(RunnerError):
    """Scenarios or settings that cannot be used: all their problems at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems in the order of their addresses."""
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(RunnerError):
    """Options that do not fit together, or that name what is not there."""


class NothingToPlayError(RunnerError):
    """The selection holds no scenario to play."""


class StoreError(RunnerError):
    """A run folder that cannot be read, written or locked."""


class ProviderError(RunnerError):
    """A provider that cannot be used as it is set: no key, no weights, no such name."""


class Reason(Protocol):
    """Why there is no reply, as the ground floor's failures have it."""

    @property
    def kind(self) -> str:
        """The failure in a word: `no_credit`, `unreachable`."""
        ...

    @property
    def message(self) -> str:
        """A sentence for people, with keys masked."""
        ...

    @property
    def status(self) -> int | None:
        """The HTTP status, where the server answered."""
        ...

    @property
    def param(self) -> str | None:
        """The parameter that the server named."""
        ...

    @property
    def code(self) -> str | None:
        """The server's own code: `insufficient_quota`."""
        ...


class UnansweredError(RunnerError):
    """A question of `runner.chat` that got no reply, once all tries were made."""

    def __init__(self, message: str, failure: Reason) -> None:
        """Keep why there is no reply."""
        super().__init__(message)
        self.failure = failure
