"""What was asked of a run and how it stands: `run.json`, written whole and moved into place, never in part."""

import json
import os
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from runner.core.run import RunStatus
from runner.core.value import Json, Value
from runner.errors import StoreError

SCHEMA: Final = "runner.run/1"


Kind = Literal["play", "chat", "judge"]
"""How a run came about: scenarios were played, somebody talked, or another run was judged."""


class Manifest(Value):
    """What `run.json` says."""

    schema_: str = SCHEMA
    """`runner.run/1`."""
    run: str
    """The run's name, which is its folder's."""
    kind: Kind = "play"
    """How it came about: scenarios were played, somebody talked, or another run was judged."""
    command: tuple[str, ...] = ()
    """What was typed."""
    folder: str = ""
    """The working folder that the paths are relative to."""
    asked: dict[str, Json] = {}
    """The options as they were understood: enough to go on with the run."""
    versions: dict[str, str] = {}
    """Of runner, Python and the openai package."""
    settings: dict[str, Json] = {}
    """What the settings said of the providers played on, without secrets."""
    digests: dict[str, str] = {}
    """SHA-256 of each scenario file, by path."""
    plan: str | None = None
    """Of a part of a plan: the digest of the whole plan."""
    trials: int = 0
    """How many trials were planned."""
    status: RunStatus = "playing"
    """Still going, or killed; all was played and judged; trials are unanswered or checks broke; ended early."""
    reason: str | None = None
    """Why the run ended early."""
    started_at: str
    """UTC, ISO 8601."""
    ended_at: str | None = None
    """UTC, ISO 8601; null while it is played, and where it was killed."""
    totals: dict[str, Json] = {}
    """Trials by status, verdicts, tokens and cost, once the run has ended."""


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write the manifest beside its place and move it there."""
    data = manifest.model_dump(mode="json")
    data = {"schema": data.pop("schema_"), **data}
    replace_file(path, (json.dumps(data, indent=2, ensure_ascii=True) + "\n").encode())


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file; raises StoreError where there is none that this version can read."""
    try:
        data = json.loads(path.read_bytes())
        schema = data.pop("schema")
        if schema != SCHEMA:
            raise StoreError(
                f"{path}: the schema is {schema!r}, this version reads {SCHEMA!r}; use a newer runner"
            )
        return Manifest.model_validate(data)
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, KeyError, AttributeError, ValidationError) as error:
        raise StoreError(f"{path} is not a run's manifest") from error


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that whoever looks sees the old one or the new one, never a part."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StoreError(f"cannot write {path}: {error.strerror}") from error
