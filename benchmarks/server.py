"""The server that everything is measured against: `server.c`, compiled where there is a compiler, else one in Python."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self
from urllib.request import urlopen

HERE = Path(__file__).parent


class Server:
    """The running server."""

    def __init__(self, core: int | None) -> None:
        """Take the core that it runs on; None leaves that to the system."""
        self._core = core
        self._folder = TemporaryDirectory()
        command, self.kind = self._make()
        self.is_compiled = self.kind == "compiled"
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if core is not None:
            os.sched_setaffinity(self._process.pid, {core})
        assert self._process.stdout is not None
        port = self._process.stdout.readline().decode().strip()
        self.address = f"http://127.0.0.1:{port}"

    def _make(self) -> tuple[list[str], str]:
        """The command that starts it, and of which kind it is."""
        compiler = os.environ.get("CC") or shutil.which("cc")
        made = Path(self._folder.name) / "server"
        if compiler:
            source = str(HERE / "server.c")
            done = subprocess.run(
                [compiler, "-O2", "-o", str(made), source], check=False, capture_output=True
            )
            if not done.returncode:
                return [str(made)], "compiled"
        return [sys.executable, str(HERE / "plain_server.py")], "plain"

    @property
    def base_url(self) -> str:
        """Where it answers at once."""
        return self.answering_after(0)

    def answering_after(self, milliseconds: int) -> str:
        """Where it answers after so many milliseconds."""
        return f"{self.address}/after/{milliseconds}/v1" if milliseconds else f"{self.address}/v1"

    def counts(self) -> dict[str, int]:
        """How many requests and connections it had, and the microseconds of processor time that they took it."""
        with urlopen(f"{self.address}/counts") as response:
            counts: dict[str, int] = json.load(response)
        return counts

    def __enter__(self) -> Self:
        """Enter."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()
