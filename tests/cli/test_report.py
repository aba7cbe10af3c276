"""`runner report`."""

from pathlib import Path

import pytest

from tests.cli.front import Front
from tests.cli.test_compare import SCENARIO, WORDS, warm
from tests.pages import parts_of


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("hello.yaml", SCENARIO)
    front.answer(warm)
    front.type("play", "hello.yaml", "--quiet")
    return front


def test_it_says_where_the_page_is(front: Front) -> None:
    """On stdout, alone on its line: a script opens it from there."""
    shown = front.type("report", "latest")
    assert (shown.exit_code, shown.err) == (0, "")
    path = Path(shown.out.rstrip("\n"))
    assert path == Path("outputs") / front.run_folder.name / "report.html"
    assert len(parts_of(path.read_text(encoding="utf-8")).blocks["data"]) == 2


def test_it_is_written_where_it_is_asked_for(front: Front) -> None:
    """A page is made anew each time, and stands whole or not at all."""
    for _ in range(2):
        shown = front.type("report", "latest", "--output", "page.html")
        assert (shown.exit_code, shown.out) == (0, "page.html\n")
    assert Path("page.html").read_text(encoding="utf-8").endswith("</html>\n")
    assert not list(front.run_folder.glob("*.html"))


def test_a_place_that_is_none_is_refused(front: Front) -> None:
    """Before anything is read: a folder, a scenario, a place within a file."""
    for place in (".", "hello.yaml", "runner.toml/page.html"):
        shown = front.type("report", "latest", "--output", place)
        assert shown.exit_code == 2
        assert f"--output {place}" in shown.err
    assert (front.folder / "hello.yaml").read_text(encoding="utf-8") == SCENARIO


def test_a_new_folder_is_made_for_it(front: Front) -> None:
    """As for every other file that is written."""
    assert front.type("report", "latest", "--output", "new/page.html").exit_code == 0
    assert Path("new/page.html").is_file()


def test_a_run_that_is_none_is_refused(front: Front) -> None:
    """With the runs that there are."""
    shown = front.type("report", "yesterday")
    assert shown.exit_code == 2
    assert "yesterday" in shown.err


def test_a_comparison_is_a_page_at_once(front: Front) -> None:
    """`compare --report` writes what `report` writes afterwards."""
    assert front.type(*WORDS, "--report", "one.html", "--quiet").exit_code == 0
    assert front.type("report", "latest", "--output", "other.html").exit_code == 0
    one, other = (Path(name).read_text(encoding="utf-8") for name in ("one.html", "other.html"))
    assert parts_of(one).text == parts_of(other).text
    assert parts_of(one).blocks == parts_of(other).blocks
