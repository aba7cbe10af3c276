"""What shells complete."""

import json
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from runner.cli import app
from runner.cli.complete import conversations, run_names, trial_ids


@pytest.fixture
def ctx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Context:
    monkeypatch.chdir(tmp_path)
    for name in ("20260101-000000-a", "20260102-000000-b"):
        folder = tmp_path / "outputs" / name
        folder.mkdir(parents=True)
        lines = [{"run": name, "id": f'{name[-1]}[x="{number}"]#1', "messages": ["日"]} for number in (1, 2)]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (folder / "transcripts.jsonl").write_text(text, encoding="utf-8")
        begun = f"2026-01-0{name[7]}T00:00:00Z"
        (folder / "run.json").write_text(json.dumps({"started_at": begun}, indent=2), encoding="utf-8")
    return typer.Context(get_command(app))


def test_runs(ctx: typer.Context) -> None:
    """Runs are offered the newest first, and `latest` before them."""
    assert run_names(ctx, "") == ["latest", "20260102-000000-b", "20260101-000000-a"]
    assert run_names(ctx, "20260101") == ["20260101-000000-a"]
    (Path("outputs") / "no-run").mkdir()
    assert "no-run" not in run_names(ctx, "")
    ctx.params["outputs"] = Path("nowhere")
    assert run_names(ctx, "") == ["latest"]


def test_trials(ctx: typer.Context) -> None:
    """Trials of the run that was named are offered, by their beginning; of none where there is no such run."""
    ctx.params["run"] = "latest"
    assert trial_ids(ctx, "") == ['b[x="1"]#1', 'b[x="2"]#1']
    assert trial_ids(ctx, 'b[x="2') == ['b[x="2"]#1']
    (Path("outputs") / "20260101-000000-a").rename(Path("outputs") / "mine")
    assert (
        trial_ids(ctx, "")[0] == 'b[x="1"]#1'
    )  # `latest` is the one that began last, whatever the names say
    (Path("outputs") / "mine").rename(Path("outputs") / "20260101-000000-a")
    ctx.params["run"] = "outputs/20260101-000000-a"
    assert trial_ids(ctx, "a")[0] == 'a[x="1"]#1'
    ctx.params["run"] = "nowhere"
    assert trial_ids(ctx, "") == []


def test_conversations(ctx: typer.Context) -> None:
    """After a run's name and `#` its trials are offered."""
    assert conversations(ctx, "lat") == ["latest"]
    assert conversations(ctx, "20260101-000000-a#a") == [
        f'20260101-000000-a#a[x="{number}"]#1' for number in (1, 2)
    ]


def test_what_is_wrong_with_a_file_is_not_told(ctx: typer.Context) -> None:
    """A file that is no transcript offers nothing."""
    (Path("outputs") / "20260101-000000-a" / "transcripts.jsonl").write_bytes(b"\xff{\n")
    ctx.params["run"] = "20260101-000000-a"
    assert trial_ids(ctx, "") == []
