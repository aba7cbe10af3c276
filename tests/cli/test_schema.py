"""`runner schema`."""

import json
from pathlib import Path

import pytest

from runner.formats.schema import schema
from tests.cli.front import Front


def test_schema_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`runner schema` prints the schema as JSON, and nothing else."""
    shown = Front(tmp_path, monkeypatch).type("schema")
    assert (shown.exit_code, shown.err) == (0, "")
    assert json.loads(shown.out) == schema()
