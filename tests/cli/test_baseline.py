"""`runner baseline`, through the front door."""

from pathlib import Path

import pytest

from tests.cli.front import Front, require_golden, spoken

TALK = """\
name: talk
turns:
  - user: hello {{ who }}
    expect: {contains: right}
cases: [{id: a, who: ann}, {id: b, who: bob}]
repeat: 3
"""


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("talk.yaml", TALK)
    front.answer(lambda request, _: spoken("right" if request.draw != 2 else "wrong"))
    front.type("play", "talk.yaml", "--quiet")
    return front


def test_what_changed_is_told(front: Front) -> None:
    """New, changed, the same, kept and removed cells, with how many trials passed; the hint goes to stderr."""
    shown = front.type("baseline", "accept", "latest")
    assert shown.out == "baselines/talk.json: 2 cells (2 new); 4 of 6 trials passed\n"
    assert "`runner check` finds it" in shown.err
    assert shown.exit_code == 0
    assert "2 cells (2 the same)" in front.type("baseline", "accept", "latest").out
    front.type("play", "talk.yaml", "--quiet", "--case", "a")
    part = " ".join(front.type("baseline", "accept", "latest").out.split())
    assert part == "baselines/talk.json: 1 cell (1 the same, 1 kept, not played); 2 of 3 trials passed"
    front.write("talk.yaml", TALK.replace(", {id: b, who: bob}", "").replace("hello", "hullo"))
    front.type("play", "talk.yaml", "--quiet")
    whole = " ".join(front.type("baseline", "accept", "latest").out.split())
    assert whole == (
        "baselines/talk.json: 1 cell (1 changed, 1 removed, no longer there); 2 of 3 trials passed"
    )


def test_elsewhere_and_by_name(front: Front) -> None:
    """Folders and scenarios are chosen; what is not there is refused with code 2."""
    shown = front.type("baseline", "accept", "latest", "--baselines", "kept", "--only", "talk")
    assert shown.out.startswith("kept/talk.json")
    assert "`runner check --baselines kept` holds runs against it" in shown.err
    assert (front.folder / "kept" / "talk.json").is_file()
    for words, why in (
        (("nope",), "there is no run 'nope'"),
        (("latest", "--only", "tlak"), "did you mean `talk`?"),
        (("latest", "--outputs", "nowhere"), "there is no run in nowhere yet"),
    ):
        refused = front.type("baseline", "accept", *words)
        assert (refused.exit_code, refused.out) == (2, "")
        assert why in refused.err


def test_a_terminal_obeys_nothing_of_a_name(front: Front) -> None:
    """A scenario's name is shown as it can be shown."""
    front.write("odd.yaml", TALK.replace("name: talk", 'name: "a\\x1b[31m b"'))
    front.type("play", "odd.yaml", "--quiet")
    shown = front.type("baseline", "accept", "latest")
    assert "\x1b" not in shown.page


@pytest.mark.parametrize("words", [("baseline",), ("baseline", "accept")])
def test_help(front: Front, words: tuple[str, ...]) -> None:
    """Every command says what it does, what it takes and what it gives."""
    require_golden(f"help-{'-'.join(words)}", front.type(*words, "--help").page)
