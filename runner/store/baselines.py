"""Baselines on disk: `baselines/<scenario>.json`, small and sorted, written whole; it compares nothing."""

import json
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from runner.core.baselines.baseline import SCHEMA, Baseline
from runner.core.value import Json, encode_readable
from runner.core.wording import quoted
from runner.errors import StoreError
from runner.store.cassettes import file_name
from runner.store.manifest import replace_file

WIDTH: Final = 90
"""Characters of what stands on one line."""
SUFFIX: Final = ".json"
_CONFLICT: Final = ("<<<<<<< ", ">>>>>>> ")
_ANEW: Final = "restore it from your version control, or delete it and accept a run again"
"""What can be done about a file that cannot be read; accepting alone reads it, too, lest cells be lost."""


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
    except UnicodeDecodeError as error:
        raise StoreError(f"{path} is no text in UTF-8: {_ANEW}") from error
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error
    if any(line.startswith(_CONFLICT) for line in text.splitlines()):
        raise StoreError(f"{path} holds a merge that was not finished: choose a side, then go on")
    found = _parse(path, text)
    if found.scenario != scenario:
        raise StoreError(
            f"{path} is the baseline of {quoted(found.scenario)}, not of {quoted(scenario)}: give it its own name again"
        )
    return found


def _parse(path: Path, text: str) -> Baseline:
    """The baseline in a file's text; raises StoreError where it is none that this version can read."""
    try:
        data: Json = json.loads(text)
    except json.JSONDecodeError as error:
        raise StoreError(f"{path}:{error.lineno}:{error.colno}: damaged: {error.msg}; {_ANEW}") from error
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{path} is damaged; {_ANEW}") from error
    schema = data.pop("schema", None) if isinstance(data, dict) else None
    name = str(schema).partition("/")[0]
    if name != SCHEMA.partition("/")[0]:
        raise StoreError(f"{path} is no baseline: it does not begin with the schema {SCHEMA!r}; {_ANEW}")
    if schema != SCHEMA:
        raise StoreError(
            f"{path}: the schema is {schema!r}, this version reads {SCHEMA!r}; use the runner that wrote it, or a newer one"
        )
    try:
        return Baseline.model_validate(data)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(key) for key in fault["loc"])
        raise StoreError(f"{path} is damaged: {place}: {fault['msg']}; {_ANEW}") from error


def write_baseline(folder: Path, baseline: Baseline) -> bool:
    """Write a scenario's baseline; whether that changed its file."""
    path = baseline_path(folder, baseline.scenario)
    data = {"schema": baseline.schema_, **baseline.dump()}
    content = (_spread(data) + "\n").encode()
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error
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
