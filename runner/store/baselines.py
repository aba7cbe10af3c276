"""Baselines on disk: `baselines/<scenario>.json`, small and sorted, written whole; it compares nothing."""

import json
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from runner.core.baseline import SCHEMA, Baseline
from runner.core.value import Json, encode_readable
from runner.core.wording import quoted
from runner.errors import StoreError
from runner.store.cassettes import file_name
from runner.store.manifest import replace_file

WIDTH: Final = 90
"""Characters of what stands on one line."""
SUFFIX: Final = ".json"
_CONFLICT: Final = ("<<<<<<< ", ">>>>>>> ")


def baseline_path(folder: Path, scenario: str) -> Path:
    """Where a scenario's baseline is."""
    return folder / f"{Path(file_name(scenario)).name.partition('.jsonl')[0]}{SUFFIX}"


def read_baseline(folder: Path, scenario: str) -> Baseline | None:
    """A scenario's baseline; None where it has none. Raises StoreError where its file holds something else."""
    path = baseline_path(folder, scenario)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"cannot read {path}: {error}") from error
    if any(line.startswith(_CONFLICT) for line in text.splitlines()):
        raise StoreError(f"{path} holds a merge that was not finished: choose a side, or accept a run again")
    try:
        data: Json = json.loads(text)
        schema = data.pop("schema")
        found = Baseline.model_validate(data) if schema == SCHEMA else None
    except (ValueError, KeyError, AttributeError, ValidationError) as error:
        raise StoreError(
            f"{path} is no baseline, or is damaged: accept a run again ({_first(error)})"
        ) from error
    if found is None:
        raise StoreError(
            f"{path}: the schema is {schema!r}, this version reads {SCHEMA!r}; use a newer runner"
        )
    if found.scenario != scenario:
        raise StoreError(
            f"{path} is the baseline of {quoted(found.scenario)}, not of {quoted(scenario)}: give it its own name again"
        )
    return found


def write_baseline(folder: Path, baseline: Baseline) -> bool:
    """Write a scenario's baseline; whether that changed its file."""
    path = baseline_path(folder, baseline.scenario)
    data = {"schema": baseline.schema_, **baseline.dump()}
    content = (_spread(data) + "\n").encode()
    if path.is_file() and path.read_bytes() == content:
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make {folder}: {error.strerror}") from error
    replace_file(path, content)
    return True


def _spread(value: Json, indent: str = "") -> str:
    """The value as JSON whose short parts stand on one line each, so that a diff shows what changed and no more."""
    flat = encode_readable(value).decode()
    if not isinstance(value, dict | list) or not value or (len(flat) <= WIDTH and indent):
        return flat
    inner = indent + "  "
    if isinstance(value, dict):
        lines = [
            f"{inner}{encode_readable(name).decode()}: {_spread(part, inner)}" for name, part in value.items()
        ]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    return "[\n" + ",\n".join(f"{inner}{_spread(part, inner)}" for part in value) + f"\n{indent}]"


def _first(error: Exception) -> str:
    """What is wrong, on one line."""
    return str(error).splitlines()[0]
