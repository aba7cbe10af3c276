"""Streams that outlive their readers: what cannot be shown any more is not shown, and the work goes on.

Law: showing a reply never ends a run, whatever became of the pipe or the terminal that it is shown on.
"""

import os
import sys
from contextlib import suppress
from typing import Any, TextIO, cast


class Lasting:
    """A stream that goes mute for good at the first write that fails, and raises nothing."""

    def __init__(self, stream: TextIO) -> None:
        """Take the stream."""
        self._stream = stream
        self._is_mute = False

    def write(self, text: str) -> int:
        """Write a text, if there still is a reader."""
        if not self._is_mute:
            try:
                self._stream.write(text)
            except OSError:
                self._go_mute()
        return len(text)

    def flush(self) -> None:
        """Pass on what was written, if there still is a reader."""
        if not self._is_mute:
            try:
                self._stream.flush()
            except OSError:
                self._go_mute()

    def _go_mute(self) -> None:
        """Write nothing more."""
        self._is_mute = True
        silence(self._stream)

    def __getattr__(self, name: str) -> Any:
        """Whatever else the stream can tell."""
        return getattr(self._stream, name)


def lasting(stream: TextIO) -> TextIO:
    """The stream, made to outlive its reader."""
    return cast("TextIO", Lasting(stream))


def silence(stream: TextIO) -> None:
    """Send to nowhere what a stream still holds: Python's own last flush would complain, and end with 120."""
    with suppress(OSError, ValueError):
        _point_nowhere(stream.fileno())


def open_closed() -> None:
    """Open to nowhere the streams that were closed before the program began, lest a file of the run take their place."""
    for number, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:
            _point_nowhere(number)
            setattr(sys, name, open(number, "w", encoding="utf-8", closefd=False))  # noqa: SIM115 - it stays open


def _point_nowhere(number: int) -> None:
    """Make a file descriptor lead nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)
