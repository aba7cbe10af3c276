"""The one place where errors end: each becomes a sentence on stderr and an exit code, a bug a crash log besides.

Law: a crash log holds the traceback, the versions and what was typed; no environment, no local variables, no keys.
"""

import errno
import os
import platform
import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from typing import Final

import typer

from runner.errors import NothingToPlayError, RunnerError

CANNOT_START, BUG, NOTHING_TO_PLAY, INTERRUPTED = 2, 3, 5, 130
BROKEN_PIPE = 141
"""What a shell says of a program whose reader went away: 128 and the number of SIGPIPE."""

_MACHINE: Final = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}
"""What the machine refuses is for its owner to mend: no bug of ours."""

_SECRET_NAME: Final = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)
_SECRET_SHAPE: Final = re.compile(r"\bsk-[\w-]{8,}|\b[Bb]earer\s+[^\s'\"]+|(?<=://)[^/\s@'\"]+@")
_LEAST_SECRET: Final = 6
"""Shorter values are no secrets, and stand in other words."""


def bounded(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the boundary around it."""

    @wraps(command)
    def within(*arguments: object, **options: object) -> None:
        if sys.stdout is None or sys.stderr is None:  # as after `>&-`
            from runner.cli.display.lasting import open_closed

            open_closed()
        for stream in (sys.stdout, sys.stderr):
            # What an encoding cannot say is shown as an escape; showing a reply must never end a run.
            if (reconfigure := getattr(stream, "reconfigure", None)) is not None:
                reconfigure(errors="backslashreplace")
        try:
            command(*arguments, **options)
            sys.stdout.flush()
        except (typer.Exit, typer.Abort):
            raise
        except BaseException as error:  # noqa: BLE001 - the boundary: here they end
            raise typer.Exit(_end(error)) from None
        finally:
            _leave_streams()

    return within


def _end(error: BaseException) -> int:
    """Show an error; the code that the program ends with."""
    match error:
        case RunnerError():
            tell_error(error)
            return NOTHING_TO_PLAY if isinstance(error, NothingToPlayError) else CANNOT_START
        case BrokenPipeError():
            return BROKEN_PIPE
        case OSError() if error.errno in _MACHINE:
            _write(f"cannot write{f' {error.filename}' if error.filename else ''}: {error.strerror}")
            return CANNOT_START
        case KeyboardInterrupt():
            _write("interrupted")
            return INTERRUPTED
        case Exception():
            return _crash(error)
        case _:
            raise error


def tell_error(error: RunnerError) -> None:
    """Write an error to stderr, each of its problems on a line of its own."""
    from runner.cli.display.layout import wrapped
    from runner.cli.display.screen import Screen
    from runner.core.harmless import harmless

    screen = Screen.open()
    for line in harmless(str(error)).split("\n"):
        address = line.partition(": ")[0]
        shown = wrapped(line, screen.width, 2) if sys.stderr.isatty() else line
        if ":" in address and " " not in address and shown.startswith(f"{address}:"):
            shown = screen.paint_talk(address, "bold") + shown[len(address) :]
        _write(shown)


def _crash(error: Exception) -> int:
    """Write a crash log and say where it is."""
    from runner.core.harmless import harmless_line

    what = traceback.format_exception_only(error)[-1].strip()
    _write(f"this is a bug in runner: {_masked(harmless_line(what))}")
    try:
        number, path = tempfile.mkstemp(prefix="runner-crash-", suffix=".log")
        with open(number, "w", encoding="utf-8", errors="backslashreplace") as file:  # noqa: PTH123 - it is open
            file.write(_masked(_report(error)))
        _write(f"what happened is written in {path}; please report it with that file")
    except OSError as failure:
        _write(
            f"the crash log cannot be written ({failure.strerror}); it would say:\n{_masked(_report(error))}"
        )
    return BUG


def _report(error: Exception) -> str:
    """What a crash log says."""
    head = [
        f"runner {_version('conversation-runner')}, openai {_version('openai')}, typer {_version('typer')}",
        f"Python {platform.python_version()} on {platform.platform()}",
        f"typed: {sys.argv[1:]}",
        "",
    ]
    return "\n".join(head) + "\n" + "".join(traceback.format_exception(error))


def _version(name: str) -> str:
    """A package's version."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"


def _masked(text: str) -> str:
    """The text without anything that is or looks like a key, however it is spelt there."""
    from runner.settings.masking import MASK, Masking

    return _SECRET_SHAPE.sub(MASK, Masking(set(_secrets())).text(text))


def _secrets() -> Iterator[str]:
    """What may be secret: values whose names say so, all of `.env` but addresses, and every provider's key."""
    from pathlib import Path

    from runner.settings import Settings, read_environment

    found = [value for name, value in os.environ.items() if _SECRET_NAME.search(name)]
    with suppress(Exception):  # whatever is wrong with `.env`, the crash log is written
        written = read_environment(Path.cwd(), {})
        found += [value for value in written.values() if not value.startswith(("http://", "https://"))]
    with suppress(Exception):  # likewise
        providers = Settings.load(Path.cwd(), os.environ).providers.values()
        found += [each.api_key.get_secret_value() for each in providers if each.api_key is not None]
    for value in found:
        if len(value) >= _LEAST_SECRET:
            yield from {value, value.strip()}


def _write(text: str) -> None:
    """Write a line to stderr, if there still is one."""
    with suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


def _leave_streams() -> None:
    """Write what is still waiting to be written; what nobody takes any more goes nowhere."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            from runner.cli.display.lasting import silence

            silence(stream)
