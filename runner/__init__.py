"""The public door: what programs and notebooks may import, each name loaded when it is first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runner.core.check import Check, Judge, Question, Subject, Surroundings
    from runner.core.finding import Finding
    from runner.core.message import Answer
    from runner.core.scenario import Scenario
    from runner.door.ask import achat, chat
    from runner.door.play import aplay, load, play, read
    from runner.door.reply import Reply
    from runner.door.resume import aresume, resume
    from runner.door.run import Run
    from runner.door.transcript import Transcript
    from runner.errors import (
        NothingToPlayError,
        ProblemsError,
        ProviderError,
        RunnerError,
        StoreError,
        UnansweredError,
        UsageError,
    )

    __version__: str

_DOOR = {
    "Answer": "runner.core.message",
    "Check": "runner.core.check",
    "Finding": "runner.core.finding",
    "Judge": "runner.core.check",
    "NothingToPlayError": "runner.errors",
    "ProblemsError": "runner.errors",
    "ProviderError": "runner.errors",
    "Question": "runner.core.check",
    "Reply": "runner.door.reply",
    "Run": "runner.door.run",
    "RunnerError": "runner.errors",
    "Scenario": "runner.core.scenario",
    "StoreError": "runner.errors",
    "Subject": "runner.core.check",
    "Surroundings": "runner.core.check",
    "Transcript": "runner.door.transcript",
    "UnansweredError": "runner.errors",
    "UsageError": "runner.errors",
    "achat": "runner.door.ask",
    "aplay": "runner.door.play",
    "aresume": "runner.door.resume",
    "chat": "runner.door.ask",
    "load": "runner.door.play",
    "play": "runner.door.play",
    "read": "runner.door.play",
    "resume": "runner.door.resume",
}
"""Public name → module that holds it; a test keeps it in step with what type checkers see above."""

__all__ = [
    "Answer",
    "Check",
    "Finding",
    "Judge",
    "NothingToPlayError",
    "ProblemsError",
    "ProviderError",
    "Question",
    "Reply",
    "Run",
    "RunnerError",
    "Scenario",
    "StoreError",
    "Subject",
    "Surroundings",
    "Transcript",
    "UnansweredError",
    "UsageError",
    "__version__",
    "achat",
    "aplay",
    "aresume",
    "chat",
    "load",
    "play",
    "read",
    "resume",
]


if not TYPE_CHECKING:  # or a type checker would take every name for a public one

    def __getattr__(name: str) -> Any:
        """The public name, loaded now; raises AttributeError where there is none."""
        if name == "__version__":
            from importlib.metadata import version  # noqa: PLC0415 - the package's metadata is read only when asked for

            return version("conversation-runner")
        if name in _DOOR:
            return getattr(import_module(_DOOR[name]), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
