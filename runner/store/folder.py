"""A run's folder in `outputs/`: its name, its files, its lock, and how a run is found again by name."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from filelock import FileLock, Timeout

from runner.errors import StoreError
from runner.store.manifest import Kind, Manifest, read_manifest, replace_file, write_manifest

LATEST: Final = "latest"


class RunFolder:
    """Where one run is kept."""

    def __init__(self, path: Path) -> None:
        """Name the folder; nothing is read or written yet."""
        self.path = path
        self.journal = path / "journal.jsonl"
        self.transcripts = path / "transcripts.jsonl"
        self.files = path / "files"
        self._manifest = path / "run.json"
        self._lock = FileLock(path / ".lock", timeout=0)

    @classmethod
    def create(cls, outputs: Path, stamp: str, what: str) -> Self:
        """A new folder whose name sorts by time and says what is played, e.g. `20261122-154012-refund-policy`."""
        slug = re.sub(r"[^\w.-]+", "-", what).strip("-.")[:60] or "run"
        try:
            outputs.mkdir(parents=True, exist_ok=True)
            for count in range(1, 10_000):
                path = outputs / (f"{stamp}-{slug}" + (f"-{count}" if count > 1 else ""))
                try:
                    path.mkdir()
                except FileExistsError:
                    continue
                return cls(path)
        except OSError as error:
            why = "it is a file" if outputs.is_file() else error.strerror
            raise StoreError(
                f"cannot write to {outputs}: {why}; name another folder with --outputs"
            ) from error
        raise StoreError(f"{outputs} holds too many runs of one second")

    @property
    def name(self) -> str:
        """The run's name."""
        return self.path.resolve().name

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other programs from writing here for a while, or until this one ends, however it ends."""
        try:
            self._lock.acquire()
        except Timeout as error:
            raise StoreError(
                f"{self.path} is being written by another runner; wait for it, or end it"
            ) from error
        except OSError as error:
            raise StoreError(f"cannot write to {self.path}: {error.strerror}") from error
        try:
            yield
        finally:
            self._lock.release()

    def write_manifest(self, manifest: Manifest) -> None:
        """Write `run.json`."""
        write_manifest(self._manifest, manifest)

    def read_manifest(self) -> Manifest:
        """Read `run.json`."""
        return read_manifest(self._manifest)

    def keep_file(self, digest: str, source: Path) -> None:
        """Keep a file that is sent, once, under its SHA-256."""
        kept = self.files / digest
        try:
            if kept.exists() and sha256(kept.read_bytes()).hexdigest() == digest:
                return
            content = source.read_bytes()
            self.files.mkdir(exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot keep {source} in {self.files}: {error.strerror}") from error
        if sha256(content).hexdigest() != digest:
            raise StoreError(f"{source} changed after its scenario was read; play again")
        replace_file(kept, content)

    def read_file(self, digest: str) -> bytes:
        """A file that was kept, by its SHA-256."""
        try:
            content = (self.files / digest).read_bytes()
        except OSError as error:
            raise StoreError(f"cannot read {self.files / digest}: {error.strerror}") from error
        if sha256(content).hexdigest() != digest:
            raise StoreError(f"{self.files / digest} is not the file that was kept: its SHA-256 differs")
        return content


def find_run(reference: str, outputs: Path, kind: Kind | None = None) -> RunFolder:
    """The run that a person means by a folder, a run's name, or `latest`, which is the newest one (of a kind).

    Raises StoreError where there is none.
    """
    if reference == LATEST:
        newest = max((run for run in _runs(outputs) if kind in {None, _kind(run)}), key=_age, default=None)
        if newest is None:
            what, how = ("chat", "`runner chat`") if kind == "chat" else ("run", "`runner play PATH`")
            other = ""
            if kind is not None and any(_kind(run) is not None for run in _runs(outputs)):
                other = ", only chats" if kind == "play" else ", only runs of `runner play`"
            raise StoreError(f"there is no {what} in {outputs} yet{other}; {how} makes one")
        return newest
    for path in (Path(reference), outputs / reference):
        if (path / "run.json").is_file():
            return RunFolder(path)
    names = sorted((folder.name for folder in _runs(outputs)), reverse=True)[:5]
    known = f"; the last ones are {', '.join(names)}" if names else ""
    raise StoreError(f"there is no run {reference!r} here or in {outputs}{known}")


def _age(folder: RunFolder) -> tuple[str, str]:
    """What newer runs have more of; a manifest that cannot be read makes its run the oldest, not all runs unusable."""
    try:
        return folder.read_manifest().started_at, folder.name
    except StoreError:
        return "", folder.name


def _kind(folder: RunFolder) -> Kind | None:
    """How a run came about; None where its manifest cannot be read."""
    try:
        return folder.read_manifest().kind
    except StoreError:
        return None


def _runs(outputs: Path) -> Iterator[RunFolder]:
    """The folders that hold a run."""
    if outputs.is_dir():
        for path in outputs.iterdir():
            if (path / "run.json").is_file():
                yield RunFolder(path)
