"""The console command: it opens the front door, and leaves by it without taking the house apart."""

import atexit
import gc
import os
import sys

from runner.cli import app

_NEW_OBJECTS = 20_000
"""After so many Python looks for circles among them. Its own 700 takes a sixth of the time of loading many scenarios."""


def main() -> None:
    """Run the command line that was typed, and end with its exit code."""
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    code = 1  # of an error that nobody caught, whose traceback Python itself shows

    def leave() -> None:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        os._exit(code)

    if not sys.flags.dev_mode:  # which tells of what was left open, while modules are taken apart
        # Registered first, it is called last, when threads have ended and everybody else has cleaned up. What is
        # left is giving memory back piece by piece, which takes longer than many a command.
        atexit.register(leave)
    try:
        app(prog_name="runner")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        raise
    else:
        code = 0


if __name__ == "__main__":
    main()
