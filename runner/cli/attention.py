"""Ctrl-C and the system's signals in a talk: heard where it waits for a person or a model, and nowhere else.

Law: what is being written down is written down whole; a signal that comes meanwhile is heard at the next waiting.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

STOPS = ("SIGINT",)
ENDS = ("SIGTERM", "SIGHUP")
"""The system's wish to end, and a terminal that went away."""


class Attention:
    """Who hears signals while a talk is held."""

    def __init__(self) -> None:
        """Hear nothing yet."""
        self.is_called_off = False
        """Whether the talk is to end, not the reply alone."""
        self._is_listening = False
        self._is_pending = False
        self._previous: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        """Hear signals."""
        for name in (*STOPS, *ENDS):
            if name in signal.Signals.__members__:
                which = signal.Signals[name]
                self._previous[which] = signal.signal(which, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hear them no longer."""
        for which, handler in self._previous.items():
            signal.signal(which, handler)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """A place where a signal is raised as KeyboardInterrupt, one that came before as well."""
        if self._is_pending:
            self._is_pending = False
            raise KeyboardInterrupt
        self._is_listening = True
        try:
            yield
        finally:
            self._is_listening = False

    def _take(self, number: int, _: object) -> None:
        """Hear a signal."""
        self.is_called_off = self.is_called_off or signal.Signals(number).name in ENDS
        if not self._is_listening:
            self._is_pending = True
            return
        self._is_listening = False  # a second one must not tear what the first one ends
        raise KeyboardInterrupt
