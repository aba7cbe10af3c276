"""Whole processes, measured from outside by what the system says of them once they have ended."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

LONGEST: Final = 600.0
"""Seconds after which a process is taken to hang, and is ended."""
_PER_MEGABYTE: Final = 1 << 20 if sys.platform == "darwin" else 1 << 10
"""The system counts memory in bytes on macOS, in kilobytes elsewhere."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process took."""

    cpu: float
    """Seconds of processor time, user and system."""
    wall: float
    """Seconds from its start to its end."""
    memory: float
    """The most memory it held, in MB."""


class BrokenError(Exception):
    """A process did not do what it was started for; the measure would be worth nothing."""


def run(command: Sequence[str | Path], folder: Path, environ: Mapping[str, str]) -> Spent:
    """What a command takes; raises BrokenError with its last words where it fails."""
    with TemporaryFile() as said:
        start = time.monotonic()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        timer = threading.Timer(LONGEST, process.kill)
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            words = said.read()[-2000:].decode(errors="replace").strip()
            raise BrokenError(f"{' '.join(map(str, command))}: exit {process.returncode}: {words}")
    return Spent(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / _PER_MEGABYTE)


def part_cores() -> tuple[str, int | None]:
    """Put what is started from now on onto one core; say which, and the core that is left for the server, if one is."""
    if not hasattr(os, "sched_setaffinity"):
        return "not pinned: this system has no such call", None
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    if len(cores) == 1:
        return f"core {cores[-1]}, which the server has to share: there is no other", None
    return f"core {cores[-1]}, the server on core {cores[0]}", cores[0]
