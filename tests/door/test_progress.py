"""How far a run is: shown in notebooks, elsewhere only where it was asked for."""

import asyncio
import io
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import runner
from runner.door import progress
from tests.loopback import LoopbackApi, completion


class Handle:
    def __init__(self, drawn: list[dict[str, str]]) -> None:
        self._drawn = drawn

    def update(self, bundle: dict[str, str], *, raw: bool) -> None:
        assert raw
        self._drawn.append(bundle)


class Notebook:
    """What IPython.display is to a program that shows a bar."""

    def __init__(self) -> None:
        self.drawn: list[dict[str, str]] = []
        self.bars = 0

    def display(self, bundle: dict[str, str], *, raw: bool, display_id: bool) -> Handle:
        assert raw
        assert display_id
        self.bars += 1
        self.drawn.append(bundle)
        return Handle(self.drawn)


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    notebook: Any = Notebook()
    ipython: Any = ModuleType("IPython")
    ipython.get_ipython = lambda: SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", notebook)
    shown: Notebook = notebook
    return shown


def test_a_notebook_has_a_bar(api: LoopbackApi, notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """One for each run, drawn anew in its place; the words stay at the end, also as plain text."""
    monkeypatch.setattr(progress, "MOST_OFTEN_S", 0)
    api.respond = lambda record: completion("x", record=record).after(0.15)
    runner.play("talk.yaml", repeat=4, in_flight=1)
    assert notebook.bars == 1
    assert len(notebook.drawn) > 2
    assert '<progress value="0.' in notebook.drawn[0]["text/html"]
    assert notebook.drawn[-1]["text/plain"] == "4 of 4 conversations, 8 replies, 4 checks failed"
    plain = [bundle["text/plain"] for bundle in notebook.drawn[:-1]]
    assert len(set(plain)) == len(plain), "drawn anew though nothing has changed"
    assert "<progress" not in notebook.drawn[-1]["text/html"]


def test_the_bar_can_be_left_out(api: LoopbackApi, notebook: Notebook) -> None:
    """`progress=False` shows nothing."""
    assert api.port
    runner.play("talk.yaml", progress=False)
    assert notebook.drawn == []


def test_a_script_prints_nothing_unless_it_wants_to(
    api: LoopbackApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing by default; one line on stderr where it was asked for."""
    assert api.port
    runner.play("talk.yaml")
    assert capsys.readouterr() == ("", "")
    runner.play("talk.yaml", progress=True)
    assert capsys.readouterr() == ("", "1 of 1 conversation, 2 replies\n")


def test_a_terminal_has_one_line_that_is_written_over(
    api: LoopbackApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends with a line feed, so that what follows begins on a line of its own."""
    assert api.port

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    runner.play("talk.yaml", progress=True)
    assert terminal.getvalue().endswith("\r\x1b[K1 of 1 conversation, 2 replies\n")


def test_the_last_word_of_a_run_that_was_ended_says_why(
    api: LoopbackApi, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It no longer says that replies are waited for."""
    monkeypatch.setattr(progress, "MOST_OFTEN_S", 0)
    api.respond = lambda record: completion("x", record=record).after(0.4)

    async def call() -> None:
        await asyncio.wait_for(runner.aplay("talk.yaml", repeat=5, in_flight=1), 0.5)

    with pytest.raises(TimeoutError):
        asyncio.run(call())
    assert any("stopping: waiting" in bundle["text/plain"] for bundle in notebook.drawn)
    assert notebook.drawn[-1]["text/plain"].endswith(", stopped: interrupted")
    runner.play("talk.yaml", max_tokens_total=1)
    last = notebook.drawn[-1]["text/plain"]
    assert last == "0 of 1 conversation, 0 replies, stopped: max_tokens_total 1 is reached"


def test_a_program_without_stderr_is_played_all_the_same(
    api: LoopbackApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window's program has none."""
    assert api.port
    monkeypatch.setattr(sys, "stderr", None)
    assert runner.play("talk.yaml", progress=True).status == "finished"


def test_what_cannot_be_shown_ends_the_run(
    api: LoopbackApi, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the display is raised once the run has been stopped and written."""
    monkeypatch.setattr(progress, "MOST_OFTEN_S", 0)
    api.respond = lambda record: completion("x", record=record).after(0.5)

    def fail(*_: object, **__: object) -> Handle:
        raise LookupError("no screen")

    monkeypatch.setattr(notebook, "display", fail)
    with pytest.raises(LookupError, match="no screen"):
        runner.play("talk.yaml", repeat=5, in_flight=1)
    assert runner.read().status == "stopped"
