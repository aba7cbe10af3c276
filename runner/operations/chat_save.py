"""A talk written down as a scenario file that plays it back; it writes over nothing."""

import os
import re
from collections.abc import Mapping
from mimetypes import guess_extension
from pathlib import Path
from typing import Final

from runner.core.talk import write_down
from runner.core.trial import Script
from runner.core.value import canonical
from runner.errors import StoreError, UsageError
from runner.formats.writer import write_scenario

_FILE: Final = re.compile(r"(?:data:([^;,\"]*)|base64);sha256,([0-9a-f]{64})")


def require_free(path: Path) -> None:
    """Raise UsageError where a talk cannot be saved under a path, before anything is said in vain."""
    if path.suffix not in {".yaml", ".yml"}:
        raise UsageError(f"a talk is saved as a scenario: expected a name that ends in .yaml, not {path}")
    if path.exists():
        raise UsageError(f"{path} exists already, and nothing is written over: name another file")
    folder = next((each for each in path.absolute().parents if each.exists()), Path())
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise UsageError(f"{path} cannot be written: {folder} is no folder that can be written to")


def save_talk(script: Script, path: Path, files: Mapping[str, Path]) -> None:
    """Write the scenario of a talk, with the files that it sends beside it.

    Raises UsageError where there is nothing to save, or a file of that name.
    """
    require_free(path)
    scenario = write_down(script, path.stem)
    if not scenario.turns:
        raise UsageError("nothing was said that could be saved")
    names: dict[str, str] = {}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for kind, digest in dict.fromkeys(_FILE.findall(canonical(scenario.dump()).decode())):
            if digest in files:
                name = f"{path.stem}-{digest[:8]}{guess_extension(kind) or ''}"
                (path.parent / name).write_bytes(files[digest].read_bytes())
                names[digest] = name
        text = write_scenario(scenario.model_copy(update={"files": names}))
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except ValueError as error:
        raise UsageError(f"the talk cannot be written as YAML: {error}") from error
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error
