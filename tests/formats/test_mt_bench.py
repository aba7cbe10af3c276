"""MT-Bench questions as scenarios."""

import json
from pathlib import Path

import pytest

from runner.checks import build
from runner.core.matrix import expand
from runner.errors import ProblemsError
from runner.formats.mt_bench import read
from runner.formats.native import load

QUESTIONS = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "mt_bench_questions.jsonl"


def asked(folder: Path) -> dict[str, list[object]]:
    found = {}
    for scenario in load([folder], {}):
        (script,) = expand(scenario, lambda *_: ("p", "m"), build)
        found[scenario.name] = [line.message["content"] for line in script.turns]
    return found


def write_all(source: Path, folder: Path) -> None:
    for name, text in read(str(source)):
        (folder / name).write_bytes(text.encode())


@pytest.mark.skipif(not QUESTIONS.exists(), reason="the MT-Bench questions are not here")
def test_every_question_comes_through(tmp_path: Path) -> None:
    """All eighty questions are scenarios that say what the file says."""
    write_all(QUESTIONS, tmp_path)
    lines = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    assert asked(tmp_path) == {f"mt-bench-{line['question_id']:03d}": line["turns"] for line in lines}


def test_a_question_says_what_it_is(tmp_path: Path) -> None:
    """A scenario is named by its question, tagged by its category, and literal."""
    source = tmp_path / "q.jsonl"
    turns = ["Render {{ x }} #1", "Then\nthis"]
    source.write_text(json.dumps({"question_id": 7, "category": "coding", "turns": turns}) + "\n\n", "utf-8")
    write_all(source, tmp_path)
    (scenario,) = load([tmp_path / "mt-bench-007.yaml"], {})
    assert scenario.tags == ("mt-bench", "coding")
    assert scenario.description == "MT-Bench question 007 (coding)."
    assert asked(tmp_path) == {"mt-bench-007": turns}


def test_bad_lines_are_problems_with_their_numbers(tmp_path: Path) -> None:
    """Every line that is no question is named, and nothing is written."""
    source = tmp_path / "q.jsonl"
    good = b'{"question_id": 1, "category": "a", "turns": ["x"]}\n'
    bad = b'{\n[1]\n\xff\n{"question_id": "../x", "category": "a", "turns": ["x"]}\n'
    worse = b'{"question_id": 2, "category": 1, "turns": ["x"]}\n{"question_id": 3, "category": "a", "turns": "x"}\n'
    source.write_bytes(good + bad + worse + good)
    with pytest.raises(ProblemsError) as caught:
        read(str(source))
    assert [problem.line for problem in caught.value.problems] == [2, 3, 4, 5, 6, 7, 8]
    assert "stands twice" in caught.value.problems[-1].message
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(ProblemsError):
            read(str(path))
    source.write_bytes(b"\n")
    with pytest.raises(ProblemsError, match="holds no question"):
        read(str(source))


def test_a_file_of_another_kind_is_told_in_a_few_lines(tmp_path: Path) -> None:
    """Of many lines that are no questions the first few are told, and the number of the others."""
    (tmp_path / "words.txt").write_text("no question\n" * 1_000, encoding="utf-8")
    with pytest.raises(ProblemsError) as raised:
        read(str(tmp_path / "words.txt"))
    lines = str(raised.value).splitlines()
    assert len(lines) == 11
    assert "is not JSON" in lines[9]
    assert lines[10].endswith(
        ":11: this line and 989 more are no questions either; is this a file of MT-Bench questions?"
    )
