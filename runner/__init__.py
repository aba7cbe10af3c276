"""The public door: what other programs may import, each name loaded when it is first used."""

from importlib import import_module
from typing import Any

_DOOR = {
    "Reply": "runner.core.message",
    "Transcript": "runner.core.transcript",
}
"""Public name → module that holds it."""

__all__ = ["Reply", "Transcript", "__version__"]


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
