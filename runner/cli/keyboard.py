"""Where the lines of a talk come from: a terminal with editing and history, a plain one, or a pipe; it understands none."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runner.errors import UsageError

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import History

    from runner.cli.display.screen import Screen

FENCE: Final = '"""'
"""What stands before and after an entry of several lines."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed at once."""

    text: str
    is_literal: bool
    """Whether it stood between three quotes, and so is no command whatever it begins with."""


_BYTE: Final = re.compile("[\udc80-\udcff]")
"""What stands for a byte that is no part of a text in UTF-8."""

Read = Callable[[str], str | None]
"""Reads a line, with a prompt before it; None at the end of input. Raises KeyboardInterrupt where Ctrl-C was pressed."""


class Keyboard:
    """The entries of a talk, one after the other."""

    def __init__(self, screen: "Screen", words: Sequence[str]) -> None:
        """Take the screen on which prompts stand, and the words that can be completed."""
        self.is_typed = sys.stdin is not None and sys.stdin.isatty()
        """Whether a person types."""
        self._is_first = True
        self._prompt, self._more = ("you> ", "...> ") if self.is_typed else ("", "")
        edits = self.is_typed and screen.watches and os.environ.get("TERM", "") not in {"dumb", "unknown"}
        self._edits = edits
        self._raw: Read = _open_editor(words) if edits else _open_plain(screen)
        self._lines = 0
        """How many lines were read."""

    def entry(self) -> Entry | None:
        """The next entry, of several lines where it stands between three quotes; None at the end of input."""
        line = self._read(self._prompt)
        if line is None:
            return None
        if self._is_first and not self.is_typed:
            line = line.removeprefix("\ufeff")
        self._is_first = False
        if not line.lstrip().startswith(FENCE):
            return Entry(line, is_literal=False)
        return Entry("\n".join(self._fenced(line.lstrip().removeprefix(FENCE))), is_literal=True)

    @contextmanager
    def silenced(self) -> Iterator[None]:
        """Keep what is typed meanwhile from standing in the midst of a reply; the editor shows it at the next prompt.

        Where there is no editor nothing would show it then, so that only ^C and its like are kept away.
        """
        restore = _stop_echo(all_of_it=self._edits) if self.is_typed else None
        try:
            yield
        finally:
            if restore is not None:
                restore()

    def _read(self, prompt: str) -> str | None:
        """The next line; raises UsageError where it is no text, which must not be sent as if it were."""
        line = self._raw(prompt)
        self._lines += 1
        if line is not None and (found := _BYTE.search(line)) is not None:
            where = "what was typed" if self.is_typed else f"line {self._lines} of the input"
            raise UsageError(
                f"{where} is not UTF-8: it holds the byte 0x{ord(found[0]) - 0xDC00:02x} at character "
                f"{found.start() + 1}, and was not sent; expected UTF-8 text, as `iconv -t UTF-8` makes it"
            )
        return line

    def _fenced(self, line: str) -> Iterator[str]:
        """The lines of an entry up to the three quotes that end it, or to the end of input."""
        rest: str | None = line
        is_first = True
        while rest is not None:
            ends = rest.rstrip().endswith(FENCE)
            text = rest.rstrip().removesuffix(FENCE) if ends else rest
            if text or not (is_first or ends):
                yield text
            if ends:
                return
            is_first = False
            rest = self._read(self._more)


def _stop_echo(*, all_of_it: bool) -> Callable[[], None] | None:
    """Let the terminal show nothing that is typed, or no control keys; what undoes that, None where nothing is to undo."""
    try:
        import termios
    except ImportError:
        return None
    try:
        stream = sys.stdin.fileno()
        before = termios.tcgetattr(stream)
        shown = termios.ECHO if all_of_it else termios.ECHOCTL
        quiet = [*before[:3], before[3] & ~shown, *before[4:]]
        termios.tcsetattr(stream, termios.TCSANOW, quiet)
    except (OSError, ValueError, termios.error):  # a terminal that went away
        return None

    def restore() -> None:
        with suppress(OSError, ValueError, termios.error):
            termios.tcsetattr(stream, termios.TCSANOW, before)

    return restore


def _open_plain(screen: "Screen") -> Read:
    """What reads lines as they come, the prompt beside the talk."""
    if sys.stdin is not None and (reconfigure := getattr(sys.stdin, "reconfigure", None)) is not None:
        reconfigure(encoding="utf-8", errors="surrogateescape")

    def end_line(prompt: str) -> None:
        """End the line on which a prompt waits in vain."""
        if prompt:
            screen.say()

    def read(prompt: str) -> str | None:
        if prompt:
            screen.err.write(prompt)
            screen.err.flush()
        try:
            line = sys.stdin.readline() if sys.stdin is not None else ""
        except KeyboardInterrupt:
            end_line(prompt)
            raise
        if not line:
            end_line(prompt)
        return line.rstrip("\r\n") if line else None

    return read


def _open_editor(words: Sequence[str]) -> Read:
    """What reads lines that can be edited, with those of earlier talks behind the up key."""
    from prompt_toolkit.formatted_text import ANSI

    session = _open_session(words)
    shown = "\x1b[1;36m{}\x1b[0m" if not os.environ.get("NO_COLOR") else "{}"

    def read(prompt: str) -> str | None:
        try:
            return session.prompt(
                ANSI(shown.format(prompt)), prompt_continuation=lambda width, _, __: " " * width
            )
        except EOFError:
            return None

    return read


def _open_session(words: Sequence[str]) -> "PromptSession[str]":
    """The editor: Enter sends, Alt-Enter begins a line, Tab completes commands."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.key_binding.key_processor import KeyPressEvent

    keys = KeyBindings()

    @keys.add("escape", "enter")
    def begin_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return PromptSession(
        history=_open_history(),
        completer=WordCompleter(list(words), sentence=True),
        complete_while_typing=False,
        key_bindings=keys,
        enable_suspend=True,
    )


def _open_history() -> "History":
    """The lines of earlier talks, in a file that nobody else may read; in memory alone where it cannot be kept."""
    from platformdirs import user_state_path
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    path = Path(user_state_path("conversation-runner")) / "chat-history"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))
