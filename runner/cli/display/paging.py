"""A long text shown page by page by the program that the person reads with; it makes no text.

Law: whatever is wrong with that program, the text is shown.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from runner.cli.display.screen import Screen

_NOT_RUN: Final = {126, 127}
"""What a shell says of a program that it cannot run, or does not find."""


def tell(text: str, screen: Screen, *, paged: bool) -> None:
    """Write a text to stdout, through a pager where it is longer than the terminal and somebody can turn the pages."""
    is_long = text.count("\n") >= screen.height
    if not (paged and screen.reads and is_long and _has_keys() and _paged(text, os.environ)):
        screen.tell(text, end="")


def _has_keys() -> bool:
    """Whether there are keys to turn pages with."""
    return sys.stdin is not None and sys.stdin.isatty()


def _paged(text: str, environ: Mapping[str, str]) -> bool:
    """Show a text page by page; False where no pager could be run."""
    pager = environ.get("PAGER", "").strip() or next(filter(shutil.which, ("less", "more")), None)
    if pager is None:
        return False
    if os.name == "nt":  # its shell gives a program no pipe that it could turn the pages of
        import pydoc

        pydoc.pager(text)
        return True
    less = environ.get("LESS", "")
    if "R" not in less and "r" not in less:  # or less shows colours as letters
        less = f"-R {less}".strip()
    sys.stdout.flush()
    # PAGER is a command line, by custom: `less -S`.
    running = subprocess.Popen(pager, shell=True, stdin=subprocess.PIPE, env={**environ, "LESS": less})  # noqa: S602
    assert running.stdin is not None
    with suppress(OSError, KeyboardInterrupt), running.stdin as pipe:  # who has read enough closes it
        pipe.write(text.encode(errors="backslashreplace"))
    while True:
        try:
            return running.wait() not in _NOT_RUN
        except KeyboardInterrupt:  # the pager's own key; it ends by itself
            continue
