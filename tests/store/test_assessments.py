"""What a check found, kept in its run's folder."""

from pathlib import Path

import pytest

from runner.errors import StoreError
from runner.reports.json_report import assessment_json
from runner.store.assessments import NAME, forget_assessment, keep_assessment, read_assessment
from runner.store.folder import RunFolder
from tests.assessed import assessment


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    """Every field of it, whatever was said; and nothing once it is forgotten, however often."""
    folder = RunFolder(tmp_path)
    assert read_assessment(folder) is None
    found = assessment("\ud800 </script> \u202e")
    keep_assessment(folder, assessment_json(found))
    assert read_assessment(folder) == found
    forget_assessment(folder)
    forget_assessment(folder)
    assert read_assessment(folder) is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": "runner.assessment/1", "run": 3}', "\ud800", "nonsense"]
)
def test_what_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    """With the file, and the way on."""
    (tmp_path / NAME).write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(StoreError, match=r"assessment\.json is no assessment .* check the run again"):
        read_assessment(RunFolder(tmp_path))
