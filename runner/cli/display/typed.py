"""Commands that are printed for people to type: quoted for the shell, harmless to the terminal."""

import os
import shlex

from runner.cli.display.harmless import harmless_line


def typed(*words: str) -> str:
    """The words as one command line."""
    if os.name == "nt":
        from subprocess import list2cmdline  # only there

        return harmless_line(list2cmdline(words))
    return harmless_line(shlex.join(words))
