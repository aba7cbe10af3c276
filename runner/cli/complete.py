"""What shells complete beside options and files: the names of runs; it reads no file and loads nothing."""

import os
from contextlib import suppress


def run_names(incomplete: str) -> list[str]:
    """The runs in the usual folder whose names begin so, the newest first, and `latest`."""
    names: list[str] = []
    with suppress(OSError):
        names = sorted((entry.name for entry in os.scandir("outputs") if entry.is_dir()), reverse=True)
    return [name for name in ("latest", *names) if name.startswith(incomplete)]
