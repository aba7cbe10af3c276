"""The tutorial, run from top to bottom as Jupyter runs it, on the embedded model."""

import os
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial.ipynb"
WRITE = "RUNNER_WRITE_TUTORIAL"
"""Set to anything, the tutorial is written anew with the outputs of this run."""

_PATH = re.compile(r"/(?:root|home|Users|tmp|usr|var|opt|private|mnt)/|[A-Z]:\\")
"""Where machines keep things; what a model makes up may look like any other path."""
_TIMED = re.compile(r"\d\.\d+ m?s\b|latency|duration")


def told(notebook: Any) -> str:
    """All that the cells' outputs say."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    texts = [output.get("text", "") for output in outputs]
    texts += [str(text) for output in outputs for text in output.get("data", {}).values()]
    return "\n".join(texts)


@pytest.mark.model
@pytest.mark.filterwarnings("ignore")  # of Jupyter's own
def test_the_tutorial_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No cell fails, in a folder that holds nothing; what is shown names nothing of the machine."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # what is tried is what stands here
    folder = tmp_path / "folder"
    folder.mkdir()
    notebook = nbformat.read(TUTORIAL, as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(
        notebook,
        timeout=240,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    shown = told(notebook)
    assert "Goodbye!" in shown
    assert "transcripts.jsonl" in shown
    for place in (tmp_path, ROOT, Path(sys.prefix)):
        assert str(place) not in shown
    assert _PATH.findall(shown) == []
    if os.environ.get(WRITE):
        notebook.metadata = nbformat.read(TUTORIAL, as_version=4).metadata  # type: ignore[no-untyped-call]
        nbformat.write(notebook, TUTORIAL)  # type: ignore[no-untyped-call]


def test_the_outputs_that_are_kept_name_nothing_of_a_machine() -> None:
    """No path, no time that something took, no warning and no error stands in the committed file."""
    notebook = nbformat.read(TUTORIAL, as_version=4)  # type: ignore[no-untyped-call]
    shown = told(notebook)
    assert _PATH.findall(shown) == []
    assert _TIMED.findall(shown) == []
    kinds = {out.output_type for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs}
    assert kinds <= {"stream", "display_data", "execute_result"}
    streams = {
        out.name
        for cell in notebook.cells
        if cell.cell_type == "code"
        for out in cell.outputs
        if "name" in out
    }
    assert streams <= {"stdout"}
