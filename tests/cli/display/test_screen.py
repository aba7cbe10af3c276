"""Where results and talk go, and what may be done there."""

import io
import sys

import pytest

from runner.cli.display.screen import Screen


class Terminal(io.TextIOWrapper):
    def __init__(self, encoding: str = "utf-8", tty: bool = True) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


def open_with(
    monkeypatch: pytest.MonkeyPatch,
    env: dict[str, str],
    out: bool = True,
    err: bool = True,
    encoding: str = "utf-8",
) -> Screen:
    monkeypatch.setattr(sys, "stdout", Terminal(encoding, out))
    monkeypatch.setattr(sys, "stderr", Terminal(encoding, err))
    return Screen.open({"TERM": "xterm", **env})


@pytest.mark.parametrize(
    ("env", "out", "err", "watches", "colour"),
    [
        ({}, True, True, True, True),
        ({}, False, True, False, False),
        ({}, True, False, False, True),
        ({"NO_COLOR": "1"}, True, True, True, False),
        ({"FORCE_COLOR": "1"}, False, False, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, True, True, False),
        ({"CI": "true"}, True, True, False, False),
        ({"CI": "false"}, True, True, True, True),
        ({"CI": "1", "FORCE_COLOR": "1"}, True, True, False, True),
        ({"TERM": "dumb"}, True, True, False, False),
    ],
)
def test_what_may_be_done(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str], out: bool, err: bool, watches: bool, colour: bool
) -> None:
    """Redrawing needs two terminals, no CI and no dumb one; colour follows NO_COLOR, then FORCE_COLOR, then stdout."""
    screen = open_with(monkeypatch, env, out, err)
    assert (screen.watches, screen.colour) == (watches, colour)
    assert ("\x1b" in screen.paint("x", "red")) is colour


def test_signs_that_cannot_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the encoding has no sign for an outcome, it is said in letters."""
    assert open_with(monkeypatch, {}).signs["passed"] == "✓"
    screen = open_with(monkeypatch, {}, encoding="ascii")
    assert (screen.signs["passed"], screen.signs["failed"], screen.signs["cut"]) == ("ok", "FAILED", "...")
    screen.tell("".join(screen.signs.values()))


def test_width_is_never_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of no columns is written for as if it had some."""
    monkeypatch.setenv("COLUMNS", "1")
    assert open_with(monkeypatch, {}).width == 20
