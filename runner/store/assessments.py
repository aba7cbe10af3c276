"""What a check found, kept in its run's folder: `assessment.json`, written whole; it is gone as soon as the run goes on.

Law: what stands there is of the transcripts beside it.
"""

import json
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from runner.core.assessment import Assessment
from runner.errors import StoreError
from runner.store.folder import RunFolder
from runner.store.manifest import replace_file

NAME: Final = "assessment.json"


def keep_assessment(folder: RunFolder, document: bytes) -> None:
    """Keep an assessment as one JSON document; raises StoreError where that cannot be written."""
    replace_file(_place(folder), document)


def forget_assessment(folder: RunFolder) -> None:
    """Take away what was found of a run that goes on: it would speak of other transcripts."""
    try:
        _place(folder).unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"cannot take away {_place(folder)}: {error.strerror}") from error


def read_assessment(folder: RunFolder) -> Assessment | None:
    """What a check found; None where the run was not checked, or goes on since. Raises StoreError where it cannot be read."""
    path = _place(folder)
    try:
        fields = json.loads(path.read_bytes())
        del fields["schema"]
        return Assessment.model_validate(fields)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise StoreError(
            f"{path} is no assessment that this version reads: check the run again, or take the file away"
        ) from error


def _place(folder: RunFolder) -> Path:
    """Where it stands."""
    return folder.path / NAME
