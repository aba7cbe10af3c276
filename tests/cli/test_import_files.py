"""`runner import`."""

import json
from pathlib import Path

import pytest

from tests.cli.front import Front


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    questions = [
        {"question_id": number, "category": "writing", "turns": ["One?", "Two?"]} for number in (81, 82)
    ]
    front.write("questions.jsonl", "".join(f"{json.dumps(question)}\n" for question in questions))
    return front


def test_import(front: Front) -> None:
    """Another tool's file becomes scenario files that can be played; it is said how many."""
    shown = front.type("import", "mt-bench", "questions.jsonl", "--to", "their questions")
    assert (shown.exit_code, shown.out) == (0, "2 scenarios written to their questions\n")
    assert shown.err == "play them: runner play 'their questions'\n"
    assert front.type("validate", "their questions").out == "2 scenarios, 2 trials, 4 requests\n"


def test_nothing_is_overwritten_unasked(front: Front) -> None:
    """Where a file exists nothing is written, and the files are named; `--force` writes over them."""
    words = ["import", "mt-bench", "questions.jsonl", "--to", "to"]
    front.type(*words)
    first, second = sorted((front.folder / "to").iterdir())
    second.unlink()
    first.write_text("mine", encoding="utf-8")
    shown = front.type(*words)
    assert (shown.exit_code, shown.out) == (2, "")
    assert first.name in shown.err
    assert (first.read_text(encoding="utf-8"), second.exists()) == ("mine", False)
    assert front.type(*words, "--force").exit_code == 0
    assert first.read_text(encoding="utf-8") != "mine"


def test_what_cannot_be_read(front: Front) -> None:
    """An unknown format and a bad file are errors that say so."""
    shown = front.type("import", "mtbench", "questions.jsonl", "--to", "to")
    assert shown.exit_code == 2
    assert "did you mean `mt-bench`" in shown.err
    front.write("bad.jsonl", "{\n")
    shown = front.type("import", "mt-bench", "bad.jsonl", "--to", "to")
    assert shown.exit_code == 2
    assert "bad.jsonl:1" in shown.err
