"""A talk written down as a scenario file that plays it back; it writes over nothing but what it wrote itself."""

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
from runner.store.manifest import replace_file

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


class Saved:
    """The scenarios that one talk was written down as: as it goes on, these alone are written anew."""

    def __init__(self) -> None:
        """Begin with none."""
        self._texts: dict[Path, str] = {}
        """What was written, by the file's own path."""

    def write(self, script: Script, path: Path, files: Mapping[str, Path]) -> None:
        """Write the scenario of a talk, with the files that it sends beside it.

        Raises UsageError where there is nothing to save, or a file of that name that is not this talk's any more.
        """
        place = path.resolve()
        is_ours = place in self._texts and place.exists()
        if is_ours:
            self._require_unchanged(path)
        else:
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
            if is_ours:
                replace_file(place, text.encode())
            else:
                with path.open("x", encoding="utf-8", newline="\n") as file:
                    file.write(text)
        except ValueError as error:
            raise UsageError(f"the talk cannot be written as YAML: {error}") from error
        except OSError as error:
            raise StoreError(f"cannot write {path}: {error.strerror}") from error
        self._texts[place] = text

    def _require_unchanged(self, path: Path) -> None:
        """Raise UsageError where somebody else changed a file after it was written here."""
        try:
            is_same = path.read_bytes() == self._texts[path.resolve()].encode()
        except OSError as error:
            raise StoreError(f"cannot read {path}: {error.strerror}") from error
        if not is_same:
            raise UsageError(
                f"{path} was changed since this talk wrote it, and nothing is written over: name another file"
            )
