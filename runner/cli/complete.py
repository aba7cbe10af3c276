"""What shells complete beside options and files: the names of runs and of trials; it loads nothing heavy.

Law: whatever is wrong with a file, completing says nothing and offers nothing.
"""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

import typer

MOST: Final = 500
"""How many trials of a run are offered."""
_HEAD: Final = 4096
"""In so many bytes at a line's beginning its id is found."""
_MANIFEST: Final = "run.json"
_BEGUN: Final = re.compile(rb'"started_at": *"([^"]*)"')
_ID: Final = re.compile(rb'"id": ("(?:[^"\\]|\\.)*")')


def run_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The runs in the folder where they are kept whose names begin so, the newest first, and `latest`."""
    return [name for name in ("latest", *_runs(_outputs(ctx))) if name.startswith(incomplete)]


def trial_ids(ctx: typer.Context, incomplete: str) -> list[str]:
    """The trials of the run that was named before, whose ids begin so."""
    run = str(ctx.params.get("run") or "")
    return [trial for trial in _trials(run, _outputs(ctx)) if trial.startswith(incomplete)]


def conversations(ctx: typer.Context, incomplete: str) -> list[str]:
    """Runs, or after `RUN#` the trials of that run."""
    run, mark, trial = incomplete.partition("#")
    if not mark:
        return run_names(ctx, incomplete)
    return [f"{run}#{each}" for each in _trials(run, _outputs(ctx)) if each.startswith(trial)]


def _outputs(ctx: typer.Context) -> Path:
    """The folder in which runs are kept."""
    return Path(str(ctx.params.get("outputs") or "outputs"))


def _runs(outputs: Path) -> list[str]:
    """The names of the runs in a folder, the newest first as far as their names tell."""
    with suppress(OSError):
        found = (each.name for each in outputs.iterdir() if (each / _MANIFEST).is_file())
        return sorted(found, reverse=True)
    return []


def _latest(outputs: Path) -> str:
    """The run that began last: a renamed folder does not sort by time."""

    def begun(run: str) -> bytes:
        with suppress(OSError):
            found = _BEGUN.search((outputs / run / _MANIFEST).read_bytes())
            return b"" if found is None else found[1]
        return b""

    return max(_runs(outputs), key=begun, default="")


def _trials(run: str, outputs: Path) -> list[str]:
    """The ids of a run's trials, as its transcripts have them."""
    if run == "latest":
        run = _latest(outputs)
    ids: list[str] = []
    for folder in (Path(run), outputs / run):
        with suppress(OSError, ValueError), (folder / "transcripts.jsonl").open("rb") as file:
            for line in file:
                if (found := _ID.search(line[:_HEAD])) is not None:
                    ids.append(json.loads(found[1]))
                if len(ids) >= MOST:
                    break
            return ids
    return ids
