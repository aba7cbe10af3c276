"""Every page as a reader types it in: commands run, files are right, settings load, Python does what it says."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, Block, blocks_of
from tests.loopback import LoopbackApi


@pytest.fixture(scope="module")
def api() -> Iterator[LoopbackApi]:
    with LoopbackApi() as api:
        yield api


@pytest.fixture
def desk(tmp_path: Path, api: LoopbackApi) -> "Desk":
    return Desk(tmp_path, api)


class Desk:
    """A folder in which a page is typed in, with the API on loopback."""

    def __init__(self, folder: Path, api: LoopbackApi) -> None:
        self.folder = folder
        self._api = api
        shutil.copytree(ROOT / "scenarios", folder / "scenarios")
        shutil.copy(ROOT / ".env.example", folder / ".env.example")
        (folder / "bin").mkdir()
        command = f'#!/bin/sh\nexec "{sys.executable}" -m runner "$@"\n'
        (folder / "bin" / "runner").write_text(command, encoding="utf-8")
        (folder / "bin" / "runner").chmod(0o755)

    def environ(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("RUNNER_CACHE", "SYSTEMROOT") if name in os.environ}
        return {
            **kept,
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "OPENAI_API_KEY": "sk-test-0123456789",
            "OPENAI_BASE_URL": self._api.base_url,
            "OPENROUTER_API_KEY": "sk-test-0123456789",
            "AZURE_OPENAI_API_KEY": "sk-test-0123456789",
            "AZURE_OPENAI_ENDPOINT": self._api.base_url.removesuffix("/v1"),
            "OPENAI_API_VERSION": "2025-01-01",
        }

    def run(self, *command: str, text: str, place: str) -> None:
        done = subprocess.run(
            command,
            check=False,
            cwd=self.folder,
            env=self.environ(),
            input=text,
            capture_output=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, (
            f"{place} ended with {done.returncode}:\n{text}\n{done.stdout}\n{done.stderr}"
        )

    def take(self, block: Block) -> None:
        """Do what a reader does with a block."""
        text = block.text
        if block.language == "toml":
            text = re.sub(r'base_url = "[^"]*"', f'base_url = "{self._api.base_url}"', text)
        if block.name is not None:
            (self.folder / block.name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / block.name).write_text(text, encoding="utf-8")
        match block.language:
            case "sh":
                # The API on loopback takes the part of the embedded model, which other tests play on.
                script = block.script.replace("echo 'provider = \"local\"'", "echo 'provider = \"openai\"'")
                self.run("bash", "-euo", "pipefail", text=script, place=block.place)
            case "python":
                self.run(sys.executable, "-", text=text, place=block.place)
            case "yaml" if "turns:" in text:
                path = self.folder / "page.yaml"
                path.write_text(text, encoding="utf-8")
                self.run("runner", "validate", "page.yaml", text="", place=block.place)
                path.unlink()
            case "toml":
                self.run("runner", "validate", "scenarios/first-chat.yaml", text="", place=block.place)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_typed_in_as_it_stands(desk: Desk, page: str) -> None:
    """From top to bottom, in one folder: no command fails, no file is refused."""
    for block in blocks_of(page):
        desk.take(block)


def test_there_is_something_to_type() -> None:
    """The pages are found, and so are the commands in them."""
    commands = [line for page in PAGES for block in blocks_of(page) for line in block.script.splitlines()]
    assert sum(line.startswith("runner ") for line in commands) > 40
