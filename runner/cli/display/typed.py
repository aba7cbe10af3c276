"""Commands that are printed for people to type: quoted for the shell, harmless to the terminal."""

import os
import shlex
import shutil
import sys

from runner.core.harmless import harmless_line


def typed(*words: str) -> str:
    """The words as they are typed."""
    if os.name == "nt":
        from subprocess import list2cmdline

        return harmless_line(list2cmdline(words))
    return harmless_line(shlex.join(words))


def command(*words: str) -> str:
    """A command of this program, by the name under which the program was found."""
    return typed(*_program(), *words)


def _program() -> tuple[str, ...]:
    """How this program is called from where one stands: by its bare name, where a shell would find it so."""
    path = sys.argv[0]
    name = os.path.basename(path)  # noqa: PTH119 - a text, not a file
    if name == "__main__.py":
        return ("python", "-m", "runner")
    if name == path or not name.startswith("runner") or shutil.which("runner") is not None:
        return ("runner",)
    nearer = os.path.relpath(path)
    return (path if nearer.startswith(os.pardir) else nearer,)
