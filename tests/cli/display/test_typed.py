"""Commands that people can type."""

import os
from pathlib import Path

import pytest

from runner.cli.display.typed import command, typed


def test_words_are_quoted() -> None:
    """What a shell would take apart is quoted, and what a terminal would obey is written out."""
    assert typed("show", "a b", "x[1]#2", "it's") == "show 'a b' 'x[1]#2' 'it'\"'\"'s'"
    assert "\x1b" not in typed("\x1b[2J")


@pytest.mark.parametrize(
    ("called", "found", "said"),
    [
        ("runner", True, "runner show"),
        (".venv/bin/runner", False, ".venv/bin/runner show"),
        (".venv/bin/runner", True, "runner show"),
        ("/somewhere/runner/__main__.py", False, "python -m runner show"),
        ("/somewhere/else/bin/runner", False, "/somewhere/else/bin/runner show"),
        ("-c", False, "runner show"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="paths are written otherwise there")
def test_the_program_is_called_as_it_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, called: str, found: bool, said: str
) -> None:
    """A command is named so that typing it finds the program."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [called])
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/runner" if found else None)
    assert command("show") == said
