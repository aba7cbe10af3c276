"""The first files of a project: written where they are missing, left alone where they are."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import ProblemsError, UsageError
from runner.operations.init import FIRST_SCENARIO, KEY_NAME, Start, read_key
from runner.settings import Settings, read_environment

KEY = "sk-a'b\"c$d#e=f\\g"
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)
POSIX = pytest.mark.skipif(os.name != "posix", reason="modes")


def begin(folder: Path, key: str | None = KEY, **environ: str) -> dict[str, tuple[str, str]]:
    """What became of each file."""
    items = Start.find(folder, environ).write(key)
    return {item.path.as_posix(): (item.outcome, item.note) for item in items}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_writes_all_that_is_missing(tmp_path: Path) -> None:
    """In an empty folder there are a key, a `.gitignore` and a first scenario afterwards."""
    done = begin(tmp_path)
    assert {path: outcome for path, (outcome, _) in done.items()} == {
        ".gitignore": "written",
        ".env": "written",
        "scenarios/first-chat.yaml": "written",
    }
    assert read_environment(tmp_path, {})[KEY_NAME] == KEY
    assert (tmp_path / ".gitignore").read_bytes() == b".env\noutputs/\n"
    assert (tmp_path / "scenarios/first-chat.yaml").read_text(encoding="utf-8") == FIRST_SCENARIO
    assert Settings.load(tmp_path, {}).ready("openai").api_key is not None


@POSIX
def test_the_key_is_its_owners_from_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.env` is created closed to everybody else, whatever the mask of this process, and never opened up."""
    opened: list[tuple[str, int]] = []
    real = os.open

    def watch(path: Path, flags: int, mode: int = 0o777) -> int:
        opened.append((Path(path).name, mode if flags & os.O_EXCL else 0))
        return real(path, flags, mode)

    before = os.umask(0)
    try:
        monkeypatch.setattr("os.open", watch)
        begin(tmp_path)
    finally:
        os.umask(before)
    assert (".env", 0o600) in opened
    assert mode(tmp_path / ".env") == 0o600


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """What is there already stays as it is to the letter, and is said to be; a second time nothing is done."""
    (tmp_path / "scenarios").mkdir()
    texts = {
        ".env": f"# mine\n{KEY_NAME}=sk-mine",
        ".gitignore": "/outputs\n.env*\n",
        "scenarios/first-chat.yaml": "turns: [mine]\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    for _ in range(2):
        done = begin(tmp_path)
        assert {outcome for outcome, _ in done.values()} == {"kept"}
        assert {name: (tmp_path / name).read_text(encoding="utf-8") for name in texts} == texts


@given(
    KEYS, st.sampled_from(["", "A=1", "A=1\n", "A=1\r\nB='x y'\r\n", "\ufeffA=1", f"{KEY_NAME}=\n", "# é"])
)
def test_the_key_is_added_to_what_is_there(
    tmp_path_factory: pytest.TempPathFactory, key: str, text: str
) -> None:
    """A `.env` without the key keeps its lines and their ends, and gets one more that is read back to the letter."""
    folder = tmp_path_factory.mktemp("init")
    (folder / ".env").write_text(text, encoding="utf-8", newline="")
    before = {name: value for name, value in read_environment(folder, {}).items() if name != KEY_NAME}
    assert begin(folder, key)[".env"][0] == "extended"
    written = (folder / ".env").read_bytes().decode()
    assert written.startswith(text)
    assert ("\r\n" in text) == ("\r\n" in written)
    assert read_environment(folder, {}) == {**before, KEY_NAME: key}


@POSIX
def test_a_file_that_others_can_read_is_closed_or_named(tmp_path: Path) -> None:
    """A key goes only into a `.env` that is closed to others; one that holds it already is left, with a warning."""
    path = tmp_path / ".env"
    path.write_text("A=1\n", encoding="utf-8")
    path.chmod(0o644)
    assert "others could read it, now only you can" in begin(tmp_path)[".env"][1]
    assert mode(path) == 0o600
    path.chmod(0o640)
    assert "chmod 600 .env" in begin(tmp_path)[".env"][1]
    assert mode(path) == 0o640
    path.chmod(0o400)
    assert begin(tmp_path)[".env"] == (
        "kept",
        f"{KEY_NAME} stands there already (edit it there)",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("*.log", "*.log\n.env\noutputs/\n"),
        ("*.log\r\n", "*.log\r\n.env\r\noutputs/\r\n"),
        (".env\n", ".env\noutputs/\n"),
        ("outputs/*\n!outputs/.gitkeep\n", "outputs/*\n!outputs/.gitkeep\n.env\n"),
        (".env\noutputs\n!.env\n", ".env\noutputs\n!.env\n.env\n"),
        ("# .env\n", "# .env\n.env\noutputs/\n"),
        ("", ".env\noutputs/\n"),
    ],
)
def test_gitignore_gets_the_missing_lines_alone(tmp_path: Path, before: str, after: str) -> None:
    """Lines that are missing are added, ended as the others are; what git is told already is not said again."""
    path = tmp_path / ".gitignore"
    path.write_text(before, encoding="utf-8", newline="")
    begin(tmp_path)
    assert path.read_bytes().decode() == after


def test_a_key_above_counts(tmp_path: Path) -> None:
    """A `.env` of a folder above that holds the key is named and left; one without it no longer counts here."""
    below = tmp_path / "below"
    below.mkdir()
    (tmp_path / ".env").write_text("A=1\n", encoding="utf-8")
    above = Path("..", ".env")
    assert begin(below)[".env"] == (
        "written",
        f"{KEY_NAME}; only you can read it; {above} no longer counts here",
    )
    (below / ".env").unlink()
    (tmp_path / ".env").write_text(f"{KEY_NAME}=sk-above\n", encoding="utf-8")
    start = Start.find(below, {})
    assert (start.has_key, start.is_in_environment) == (True, False)
    assert begin(below)[above.as_posix()][0] == "kept"
    assert not (below / ".env").exists()


def test_no_key_writes_no_env(tmp_path: Path) -> None:
    """Without a key there is no `.env`, but the rest."""
    assert set(begin(tmp_path, None)) == {".gitignore", "scenarios/first-chat.yaml"}
    assert not (tmp_path / ".env").exists()
    assert Start.find(tmp_path, {KEY_NAME: " sk "}).has_key
    assert not Start.find(tmp_path, {KEY_NAME: " "}).has_key


def test_scenarios_of_ones_own_are_enough(tmp_path: Path) -> None:
    """Where there are scenarios, no first one is written among them."""
    (tmp_path / "scenarios" / "deep").mkdir(parents=True)
    (tmp_path / "scenarios" / "_base.yaml").write_text("", encoding="utf-8")
    (tmp_path / "scenarios" / "deep" / "mine.yml").write_text("turns: [hi]\n", encoding="utf-8")
    assert begin(tmp_path)["scenarios"] == ("kept", "scenarios stand there already")
    assert not (tmp_path / "scenarios/first-chat.yaml").exists()


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        (".env", "sk-pasted-alone\n", r"\.env:1: the line has no `=`"),
        (".env", "A='open", r"\.env:1: the line cannot be read"),
        (".env", "é", "should be UTF-8"),
        (".gitignore", "é", "should be UTF-8"),
        ("scenarios", "", "scenarios is there, but is no folder"),
        (".env", None, ".env is there, but is no file"),
        (".gitignore", None, ".gitignore is there, but is no file"),
    ],
)
def test_what_stands_in_the_way_is_said_before_anything_is_written(
    tmp_path: Path, name: str, text: str | None, error: str
) -> None:
    """A file that cannot be added to is named, and nothing is written at all."""
    path = tmp_path / name
    path.mkdir() if text is None else path.write_bytes(text.encode("latin-1"))
    with pytest.raises((UsageError, ProblemsError), match=error) as raised:
        begin(tmp_path)
    assert "pasted" not in str(raised.value)
    assert os.listdir(tmp_path) == [name]  # noqa: PTH208


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "you may not write to this folder"),
        (".gitignore", r"you may not write to \.gitignore"),
        (".env", r"you may not write to \.env"),
        ("scenarios", "you may not write to scenarios"),
    ],
)
def test_what_may_not_be_written_is_said_before_anything_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: str
) -> None:
    """Where one of the files may not be written, none is, and none gets other rights."""
    (tmp_path / "scenarios").mkdir()
    for each in (".env", ".gitignore"):
        (tmp_path / each).write_text("A=1\n", encoding="utf-8")
    if not name:
        (tmp_path / ".env").unlink()
    kept = {each: each.stat() for each in tmp_path.iterdir()}
    monkeypatch.setattr("os.access", lambda path, _: Path(path) != tmp_path / name)
    with pytest.raises(UsageError, match=error):
        begin(tmp_path)
    assert {each: each.stat() for each in tmp_path.iterdir()} == kept
    assert not any((tmp_path / "scenarios").iterdir())


@POSIX
def test_no_key_goes_into_somebody_elses_open_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `.env` of another owner, which others can read and nobody here can close, gets no key; nothing else is written."""
    (tmp_path / ".env").write_text("A=1\n", encoding="utf-8")
    (tmp_path / ".env").chmod(0o666)
    monkeypatch.setattr("os.geteuid", lambda: 4711)
    with pytest.raises(UsageError, match="belongs to somebody else"):
        begin(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [".env"]


def test_a_key_that_cannot_be_written_leaves_no_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk fails, there is no `.env` with half a key in it."""

    def fail(number: int, _: str) -> None:
        os.close(number)
        raise OSError(28, "No space left on device")

    (tmp_path / ".gitignore").write_text(".env\noutputs/\n", encoding="utf-8")
    monkeypatch.setattr("os.fdopen", fail)
    with pytest.raises(OSError, match="No space"):
        begin(tmp_path)
    assert not (tmp_path / ".env").exists()


@pytest.mark.parametrize(
    "text", ["sk-é", "sk a", "sk-a\nsk-b", "sk-\x1b[31m", "sk-“a”", "sk-...", "OPENAI_API_KEY=", '""']
)
def test_what_is_no_key_is_refused_unseen(text: str) -> None:
    """Spaces, accents and control characters within are refused in a sentence that does not show what was given."""
    with pytest.raises(UsageError) as raised:
        read_key(text)
    assert "sk" not in str(raised.value)


@pytest.mark.parametrize(
    "text", ["sk-a\nsk-b", "sk-a\r\nsk-b\r\n", "OPENAI_API_KEY=sk-a\nsk-b", "\n'sk-a\n\nsk-b'\n"]
)
def test_a_key_is_one_line(text: str) -> None:
    """Where there are several lines, none of them is taken for the key, and it is said how many a key has."""
    with pytest.raises(UsageError, match="more than one line, and a key is one"):
        read_key(text)


@given(KEYS)
def test_any_key_is_taken(key: str) -> None:
    """Any printable ASCII without spaces is a key; nothing at all is none."""
    assert read_key(f" {key} \n") in {key, key[1:-1]} or key.startswith(KEY_NAME)
    assert read_key(" \n") is None
