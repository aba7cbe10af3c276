"""`runner chat`: a talk that remembers what was said; `exit` or `quit` ends it, and everything is kept as a run."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.cli import options
from runner.cli.boundary import INTERRUPTED
from runner.cli.complete import run_names
from runner.errors import RunnerError, UsageError

if TYPE_CHECKING:
    from runner.cli.attention import Attention
    from runner.cli.display.screen import Screen
    from runner.cli.display.talking import Talking
    from runner.cli.keyboard import Entry, Keyboard
    from runner.core.message import Answer
    from runner.operations.chat import Chat
    from runner.operations.chat_start import Wish
    from runner.operations.play import Played

System = Annotated[
    str | None,
    typer.Option("--system", metavar="TEXT", help="The system message: what the model is told to be."),
]
Temperature = Annotated[
    str | None, typer.Option("--temperature", metavar="T", help="The sampling temperature, e.g. 0.7.")
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set a request field, e.g. params.max_completion_tokens=200. May be given several times.",
    ),
]
Save = Annotated[
    Path | None,
    typer.Option(
        "--save",
        metavar="FILE",
        help="Write the talk as a scenario when it ends; `runner play` plays it back.",
        show_default=False,
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="RUN#TRIAL", help="Go on from a played conversation.", autocompletion=run_names
    ),
]
Turn = Annotated[
    int | None,
    typer.Option(
        "--turn", metavar="N", min=1, help="With --from: after this turn, from 1; by default the last."
    ),
]
Resume = Annotated[
    str | None,
    typer.Option(
        "--resume",
        metavar="RUN",
        help="Go on with a talk: a run's folder, its name, or latest.",
        autocompletion=run_names,
    ),
]
ENDINGS = {"exit", "quit", "/exit", "/quit"}
NO_REPLY = "a question got no reply"
"""Why a script is not talked to its end that is not interrupted."""


def chat(
    provider: options.Provider = None,
    model: options.Model = None,
    system: System = None,
    temperature: Temperature = None,
    set_: Set = None,
    save: Save = None,
    source: From = None,
    turn: Turn = None,
    resume: Resume = None,
    outputs: options.Outputs = Path("outputs"),
) -> None:
    """Talk with a model; exit or quit ends it. It is kept as a run."""
    from runner.cli.attention import Attention
    from runner.cli.display.talking import Talking
    from runner.cli.keyboard import Keyboard
    from runner.cli.slash import COMMANDS
    from runner.operations.chat_save import require_free
    from runner.operations.chat_start import Wish

    talking = Talking(_open_screen())
    if save is not None:
        require_free(save)
    params = _params(temperature, set_ or [])
    wish = Wish(provider, model, system, params, stream=talking.streams)
    if resume is not None:
        _require_alone(wish, source, turn)
    elif turn is not None and source is None:
        raise UsageError("--turn says where a conversation goes on: name it by --from RUN#TRIAL")
    attention = Attention()
    talk = _open(wish, source, turn, resume, outputs, attention)
    keyboard = Keyboard(talking.screen, [*COMMANDS, "exit", "quit"])
    talking.is_prompted = keyboard.is_typed
    raise typer.Exit(_Session(talk, talking, keyboard, attention, save).hold())


def _open_screen() -> "Screen":
    """The screen; a terminal that went away is told by its signal, and must not tear what is kept."""
    from runner.cli.display.lasting import lasting
    from runner.cli.display.screen import Screen

    screen = Screen.open()
    out = lasting(screen.out) if screen.out.isatty() else screen.out
    return replace(screen, out=out, err=lasting(screen.err))


def _params(temperature: str | None, sets: list[str]) -> dict[str, object]:
    """The request fields that options ask for."""
    from runner.cli.slash import number
    from runner.core.change import Changes

    if temperature is not None:
        number(temperature, "--temperature")
    changes = Changes.read(sets, (), temperature)
    if changes.vars:
        raise UsageError("a talk has no variables: expected params.FIELD=VALUE")
    return changes.params


def _require_alone(wish: "Wish", source: str | None, turn: int | None) -> None:
    """Raise UsageError where --resume stands beside what would change what it goes on with."""
    said = {
        "--provider": wish.provider,
        "--model": wish.model,
        "--system": wish.system,
        "--temperature or --set": wish.params or None,
        "--from": source,
        "--turn": turn,
    }
    given = [name for name, value in said.items() if value is not None]
    if given:
        raise UsageError(
            f"--resume goes on as the talk began, and takes no {', '.join(given)}; leave that out, "
            "or change it while talking: /system, /temperature"
        )


def _open(
    wish: "Wish",
    source: str | None,
    turn: int | None,
    resume: str | None,
    outputs: Path,
    attention: "Attention",
) -> "Chat":
    """The talk that was asked for."""
    from runner.operations.chat import Chat
    from runner.operations.chat_start import start, start_from
    from runner.operations.read import open_run, parted, transcripts_of

    if resume is not None:
        return Chat.resume(open_run(resume, outputs, "chat"), wish, os.environ, attention.listening)
    if source is None:
        begun = start(wish, Path.cwd(), os.environ)
        return Chat(begun, outputs, ("runner", *sys.argv[1:]), attention.listening)
    run, trial = parted(source)
    folder = open_run(run, outputs)
    found = list(transcripts_of(folder, trial))
    if not found:
        raise UsageError(f"--from {source}: there is no conversation in {folder.name}")
    if len(found) > 1:
        ids = ", ".join(each.id for each in found[:3])
        raise UsageError(f"--from {source}: {len(found)} conversations are meant, {ids} among them; name one")
    begun = start_from(wish, Path.cwd(), os.environ, folder, found[0], turn)
    return Chat(begun, outputs, ("runner", *sys.argv[1:]), attention.listening)


class _Session:
    """One talk from its first line to its end."""

    def __init__(
        self,
        talk: "Chat",
        talking: "Talking",
        keyboard: "Keyboard",
        attention: "Attention",
        save: Path | None,
    ) -> None:
        """Take the talk, what shows it, where lines come from, who hears signals, and where it is saved at its end."""
        self._talk = talk
        self._talking = talking
        self._keyboard = keyboard
        self._attention = attention
        self._save = save
        self._is_unanswered = False
        """Whether what was asked last got no reply, though nobody broke it off."""

    def hold(self) -> int:
        """Hold the talk; the code that the program ends with."""
        from runner.core.run import INTERRUPTION

        reason: str | None = INTERRUPTION
        with self._attention:
            try:
                self._greet()
                reason = self._converse()
            except Exception as error:
                reason = str(error) or type(error).__name__
                raise
            finally:
                # Also where an error ends it: what was said is kept, and whoever said it is told where.
                played = self._talk.close(reason)
                code = self._part(played, reason)
        return code

    def _greet(self) -> None:
        """Say who is talked with, and how it ends."""
        script = self._talk.script
        ways = "; Ctrl-C stops a reply, exit ends the talk, /help says more"
        how = ways if self._keyboard.is_typed else ""
        self._talking.remark(f"talking with {script.model} on {script.provider}{how}")
        said = self._talk.messages
        if len(said) > 1:
            self._talking.recall(said)
        if self._talk.was_cut:
            self._talking.remark(
                "(the last line was being asked again; the reply that was there before stands)"
                if self._talk.has_stood
                else "(the last line had no reply yet, and was taken back; /retry asks it)"
            )

    def _converse(self) -> str | None:
        """Why the talk was not held to its end; None where it was."""
        from runner.core.run import INTERRUPTION

        while True:
            try:
                with self._attention.listening():
                    entry = self._keyboard.entry()
            except KeyboardInterrupt:
                if self._attention.is_called_off or not self._keyboard.is_typed:
                    return INTERRUPTION
                self._talking.remark("(exit or Ctrl-D ends the talk)")
                continue
            except OSError:
                if not self._keyboard.is_typed:
                    raise
                return INTERRUPTION  # the terminal went away
            except UsageError as error:  # what cannot be read
                if not self._keyboard.is_typed:
                    raise
                self._talking.remark(str(error))
                continue
            if entry is None or (not entry.is_literal and entry.text.strip().lower() in ENDINGS):
                return None
            if not self._take(entry):
                return NO_REPLY if self._is_unanswered else INTERRUPTION

    def _take(self, entry: "Entry") -> bool:
        """Take one entry; False where the talk cannot go on."""
        from runner.cli.slash import obey

        text = entry.text
        command = "" if entry.is_literal else text.lstrip()
        if not text.strip():
            return True
        if not command.startswith("/") or command.startswith("//"):
            words = command[1:] if command.startswith("//") else text
            self._talking.hears(words)
            return self.ask(lambda: self._talk.say(words, self._talking.watches))
        try:
            return obey(command, self._talk, self._talking, self.ask)
        except RunnerError as error:
            if not self._keyboard.is_typed:  # what follows was written for another talk
                raise
            self._talking.remark(str(error))
            return True

    def ask(self, question: Callable[[], "Answer | None"]) -> bool:
        """Ask something and show what comes of it; False where the talk cannot go on."""
        with self._keyboard.silenced():
            answer = question()
            self._talking.ends(answer, has_stood=self._talk.has_stood)
        if self._attention.is_called_off:
            return False
        self._is_unanswered = answer is not None and answer.reply is None
        return self._keyboard.is_typed or (answer is not None and answer.reply is not None)

    def _part(self, played: "Played | None", reason: str | None) -> int:
        """Say goodbye, and where the talk is kept; then save it, if that was asked for."""
        from runner.cli.display.summary import place
        from runner.cli.display.typed import command
        from runner.cli.slash import save
        from runner.core.harmless import harmless_line
        from runner.core.run import INTERRUPTION

        if reason is None:
            self._talking.screen.tell("Goodbye!")
        interrupted = INTERRUPTED if reason == INTERRUPTION else 0
        if self._save is not None and not self._talk.spoken.turns:
            self._talking.remark(f"nothing was said that could be saved: {self._save} was not written")
        if played is None:
            return interrupted
        self._talking.say(f"kept in {harmless_line(str(played.folder.path))}")
        on = command("chat", "--resume", *place(played.folder, played.folder.name))
        self._talking.say(f"go on with it: {on}")
        if self._save is not None and self._talk.spoken.turns:
            save(self._talk, self._talking, self._save)
        # A signal is no goodbye, also where the talk had ended before and nothing more was said.
        return interrupted or played.exit_code
