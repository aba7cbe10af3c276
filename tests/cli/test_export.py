"""`runner export`."""

import csv
import io
import json
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from runner.errors import StoreError
from runner.formats import EXPORTERS
from runner.store.folder import RunFolder
from tests.cli.front import Front
from tests.cli.test_play import SHOP, TALK


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("talk.yaml", TALK)
    front.write("shop.yaml", SHOP)
    front.type("play", "talk.yaml", "shop.yaml", "--quiet", "--in-flight", "1")
    return front


@pytest.mark.parametrize("form", EXPORTERS)
def test_to_a_file_as_to_stdout(front: Front, form: str) -> None:
    """A file holds what stdout would; it is written over only where that is asked for."""
    shown = front.type("export", "latest", form)
    assert shown.exit_code == 0
    words = ["export", "latest", form, "--to", "x"]
    again = front.type(*words)
    assert (again.exit_code, again.out) == (0, "")
    assert "written to x" in again.err
    assert Path("x").read_text(encoding="utf-8") == shown.out
    refused = front.type(*words)
    assert refused.exit_code == 2
    assert "--force" in refused.err
    assert front.type(*words, "--force").exit_code == 0
    assert [path.name for path in Path().glob("*x*")] == ["x"]


@pytest.mark.skipif(sys.platform == "win32", reason="who may read a file is told otherwise there")
def test_a_file_that_others_cannot_read_stays_so(front: Front) -> None:
    """Writing over a file leaves it to those who could read it."""
    front.write("kept.csv", "old").chmod(0o600)
    assert front.type("export", "latest", "csv", "--to", "kept.csv", "--force").exit_code == 0
    assert Path("kept.csv").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_where_a_link_leads(front: Front) -> None:
    """Written over is what a link leads to: the link stays one."""
    front.write("kept.csv", "old")
    Path("link.csv").symlink_to("kept.csv")
    assert front.type("export", "latest", "csv", "--to", "link.csv", "--force").exit_code == 0
    assert Path("link.csv").is_symlink()
    assert Path("kept.csv").read_text(encoding="utf-8").startswith("run,id")


def test_jsonl_is_the_file(front: Front) -> None:
    """JSON lines are the transcripts as they stand."""
    kept = (front.run_folder / "transcripts.jsonl").read_text(encoding="utf-8")
    assert front.type("export", "latest", "jsonl").out == kept


def test_what_cannot_be_learned_from_is_said(front: Front) -> None:
    """Of training data stderr says how much was left out, and why."""
    shown = front.type("export", "latest", "openai-finetune")
    assert shown.out.count("\n") == 9
    assert shown.err == "left out: 4 conversations (4 unanswered)\n"
    assert json.loads(shown.out.splitlines()[0])["messages"][-1]["role"] == "assistant"


def ids(front: Front, *words: str) -> list[str]:
    shown = front.type("export", *words)
    assert shown.exit_code == 0, shown.err
    return list(dict.fromkeys(row["id"] for row in csv.DictReader(io.StringIO(shown.out, newline=""))))


def test_a_part_of_a_run(front: Front) -> None:
    """A trial, scenarios, and what passed or failed can be chosen."""
    trial = "shop[case=kettle,temperature=0]#2"
    assert ids(front, "latest", "csv", trial) == [trial]
    assert ids(front, f"latest#{trial}", "csv") == [trial]
    assert ids(front, "latest", "csv", "--only", "talk") == ["talk#1"]
    assert len(ids(front, "latest", "csv", "--passed")) == 8
    failed = ids(front, "latest", "csv", "--failed")
    assert len(failed) == 5
    assert "talk#1" in failed
    shown = front.type("export", "latest", "markdown", "--only", "talk", "--passed")
    assert shown.err == "no conversation to write\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere", "csv"], "no run 'nowhere'"),
        (["latest", "cvs"], "did you mean `csv`?"),
        (["latest", "csv", "nobody"], "unknown trial `nobody`"),
        (
            ["latest", "csv", "--only", "talk", "--only", "shp"],
            "unknown scenario `shp`; did you mean `shop`?",
        ),
        (["latest#talk", "csv", "shop"], "named twice"),
        (["latest", "csv", "--passed", "--failed"], "give one of them"),
        (["latest", "csv", "--inline-files"], "--inline-files is for jsonl"),
        (["latest", "jsonl", "--raw"], "--raw is for csv"),
        (["latest", "csv", "--to", "no/such/folder/x"], "cannot write"),
        (["latest", "csv", "--to", "", "--force"], "this is no file"),
        (["latest", "csv", "--to", "outputs", "--force"], "this is no file"),
    ],
)
def test_what_cannot_be_written(front: Front, words: list[str], said: str) -> None:
    """What is wrong is said, and nothing is written."""
    shown = front.type("export", *words)
    assert (shown.exit_code, shown.out) == (2, "")
    assert said in shown.err


def test_files_go_in(front: Front) -> None:
    """With `--inline-files` an image stands in the line; one that is not kept any more is an error."""
    front.write("look.yaml", "turns:\n  - user: [{type: image_url, image_url: {url: {$file: a.png}}}]\n")
    (front.folder / "a.png").write_bytes(b"not really")
    front.type("play", "look.yaml", "--quiet")
    encoded = b64encode(b"not really").decode()
    assert encoded not in front.type("export", "latest", "jsonl").out
    assert encoded in front.type("export", "latest", "jsonl", "--inline-files").out
    assert encoded in front.type("export", "latest", "openai-finetune").out
    [kept] = (front.run_folder / "files").iterdir()
    kept.unlink()
    shown = front.type("export", "latest", "jsonl", "--inline-files", "--to", "x")
    assert shown.exit_code == 2
    assert not Path("x").exists()


def test_a_run_that_may_only_be_read(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where transcripts cannot be made anew they are folded for the moment."""

    def refuse(_: RunFolder) -> None:
        raise StoreError("cannot write")

    kept = front.type("export", "latest", "jsonl").out
    (front.run_folder / "transcripts.jsonl").unlink()
    monkeypatch.setattr("runner.store.transcripts.write_transcripts", refuse)
    assert front.type("export", "latest", "jsonl").out == kept
    assert front.type("show", "latest", "--json").out == kept
    assert front.type("diff", "latest", "latest").out.endswith("13 conversations are the same\n")
    assert not (front.run_folder / "transcripts.jsonl").exists()
