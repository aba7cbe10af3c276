"""Lines that are not shown; what a terminal does with them is tried in `test_init.py`."""

import os
from pathlib import Path

import pytest

from runner.cli.unseen import read_unseen
from runner.errors import UsageError

POSIX = pytest.mark.skipif(os.name != "posix", reason="a console keeps its own counsel")


@POSIX
def test_nothing_is_read_where_it_would_be_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no terminal whose echo can be stopped, the other ways are told, and nothing is taken."""
    path = tmp_path / "input"
    path.write_text("sk-one\n", encoding="utf-8")

    def refuse(*_: object) -> int:
        raise OSError

    with path.open(encoding="utf-8") as file:
        monkeypatch.setattr("sys.stdin", file)
        monkeypatch.setattr("os.open", refuse)
        with pytest.raises(UsageError, match="--key-from-stdin instead"):
            read_unseen("key: ")
        assert file.read() == "sk-one\n"
