"""The page of a run, written beside it."""

from pathlib import Path

import pytest

from runner.operations.report import page_of
from runner.store.folder import RunFolder
from tests.cli.front import Front
from tests.cli.test_compare import SCENARIO, WORDS, warm
from tests.pages import Parts, parts_of


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("hello.yaml", SCENARIO)
    front.answer(warm)
    return front


def folders(front: Front) -> list[RunFolder]:
    return [RunFolder(path) for path in sorted((front.folder / "outputs").iterdir())]


def read(page: bytes) -> Parts:
    return parts_of(page.decode("utf-8"))


def test_every_conversation_is_in_it(front: Front) -> None:
    """In the order of the file."""
    front.type("play", "hello.yaml", "--repeat", "2")
    [folder] = folders(front)
    assert [each["id"] for each in read(page_of([folder])).blocks["data"]] == [
        "hello[case=anna]#1", "hello[case=anna]#2", "hello[case=bob]#1", "hello[case=bob]#2",
    ]  # fmt: skip


def test_several_runs_stand_side_by_side(front: Front) -> None:
    """Each conversation has its run in its name and as a value to choose by, so that equal ones are told apart."""
    front.type("play", "hello.yaml")
    front.type("play", "hello.yaml")
    both = folders(front)
    data = read(page_of(both)).blocks["data"]
    assert [each["variant"]["run"] for each in data] == [folder.name for folder in both for _ in range(2)]
    assert len({each["id"] for each in data}) == 4


def test_a_comparison_is_compared_for_it(front: Front) -> None:
    """A run that was played as one has its figures in its page, whoever asks for the page later."""
    front.type(*WORDS)
    found = read(page_of(folders(front)))
    assert "Comparison of temperature" in found.text
    assert "0 again (A/A)" in found.text
    assert any(tag == "svg" for tag, _ in found.tags)


def test_a_check_has_its_verdict_in_the_page(front: Front) -> None:
    """Until the run goes on: then it would be of other transcripts, and the page says nothing of it."""
    assert (
        front.type("check", "hello.yaml", "--temperature", "1.5", "--repeat", "3", "--no-baseline").exit_code
        == 1
    )
    [folder] = folders(front)
    assert "Verdict✗" in read(page_of([folder])).text
    front.type("play", "--resume", folder.name)
    assert "Verdict" not in read(page_of([folder])).text
