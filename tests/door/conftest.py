"""A folder to work in, with a server that stands for the API and is named by the environment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.door.switchboard import switchboard
from tests.loopback import LoopbackApi

SCENARIO = """
name: talk
params: {temperature: 0.5}
turns:
  - user: My name is {{ who }}.
    expect: {contains: Ada}
  - What is my name?
vars: {who: Ada}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a scenario in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "talk.yaml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


@pytest.fixture
def api(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackApi]:
    """The API; what was connected to it is hung up at the end."""
    assert folder.is_dir()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789")
    with LoopbackApi() as api:
        monkeypatch.setenv("OPENAI_BASE_URL", api.base_url)
        try:
            yield api
        finally:
            switchboard().close()
