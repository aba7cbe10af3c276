"""What somebody types or pastes without its being shown, all lines of it; it judges none of them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from runner.errors import UsageError

_PAUSE: Final = 1
"""Tenths of a second without a character, after which a paste is over."""
_MOST: Final = 100_000
"""Bytes of a paste that are looked at."""


def read_unseen(prompt: str) -> str:
    """The line that is given, and what was pasted behind it; empty at the end of input.

    Raises UsageError where it would be shown.
    """
    try:
        import termios
    except ImportError:  # on Windows, where what stands behind the line is left to the console
        return _read_console(prompt)
    with _terminal() as terminal:
        try:
            before = termios.tcgetattr(terminal)
        except termios.error:
            raise _seen() from None
        control, local = 6, 3
        hidden: list[Any] = [*before]
        hidden[local] &= ~termios.ECHO
        at_once: list[Any] = [*hidden]
        at_once[local] &= ~termios.ICANON
        at_once[control] = [*hidden[control]]
        at_once[control][termios.VMIN], at_once[control][termios.VTIME] = 0, _PAUSE
        try:
            termios.tcsetattr(terminal, termios.TCSAFLUSH, hidden)
            _show(terminal, prompt)
            given = b"".join(_until_line_end(terminal))
            if (
                given
            ):  # its last line may lack its end, and a terminal that waits for whole lines would keep it
                termios.tcsetattr(terminal, termios.TCSANOW, at_once)
                given += b"".join(_until_pause(terminal))
        finally:
            # What is still to come is thrown away: a shell would take it for a command, and keep it in its history.
            termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
            _show(terminal, "\n")
    return given.decode(errors="replace")


@contextmanager
def _terminal() -> Iterator[int]:
    """The terminal that this program is controlled from, or else its input."""
    try:
        number = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        yield sys.stdin.fileno()
        return
    try:
        yield number
    finally:
        os.close(number)


def _show(terminal: int, text: str) -> None:
    """Write on the terminal, or beside it where it can only be read."""
    try:
        os.write(terminal, text.encode())
    except OSError:
        sys.stderr.write(text)
        sys.stderr.flush()


def _until_line_end(terminal: int) -> Iterator[bytes]:
    """The first line; without an end at the end of input."""
    while piece := os.read(terminal, _MOST):
        yield piece
        if piece.endswith(b"\n"):
            return


def _until_pause(terminal: int) -> Iterator[bytes]:
    """What comes without a pause."""
    size = 0
    while size < _MOST and (piece := os.read(terminal, _MOST)):
        size += len(piece)
        yield piece


def _read_console(prompt: str) -> str:
    """The line that is given on a Windows console."""
    import getpass
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(prompt)
        except EOFError:
            return ""
        except getpass.GetPassWarning:
            raise _seen() from None


def _seen() -> UsageError:
    """What is said where a terminal cannot be kept from showing what is typed."""
    return UsageError(
        "this terminal would show the key: give it by --key-from-env or --key-from-stdin instead"
    )
