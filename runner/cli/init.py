"""`runner init`: asks for the key, writes the first files, and says what to type next; it never shows the key."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from runner.cli.display.screen import Screen
    from runner.operations.init import Item

KeyFromEnv = Annotated[
    bool,
    typer.Option("--key-from-env", help="Do not ask: take the key from OPENAI_API_KEY in the environment."),
]
KeyFromStdin = Annotated[bool, typer.Option("--key-from-stdin", help="Do not ask: read the key from a pipe.")]
NoKey = Annotated[bool, typer.Option("--no-key", help="Do not ask, and write no key.")]


def init(
    context: typer.Context,
    key_from_env: KeyFromEnv = False,
    key_from_stdin: KeyFromStdin = False,
    no_key: NoKey = False,
) -> None:
    """Ask for your key, write .env and a first scenario."""
    from runner.cli.display.layout import wrapped
    from runner.cli.display.screen import Screen
    from runner.errors import UsageError
    from runner.operations.init import Start

    if context.args:  # typer's own complaint about them would show a key
        raise UsageError(
            "this command takes no argument: what is typed there can be seen by others, and stays in the shell's "
            "history. Type `runner init` alone, and give the key when you are asked for it"
        )
    if key_from_env + key_from_stdin + no_key > 1:
        raise UsageError(
            "--key-from-env, --key-from-stdin and --no-key say different things: give one of them"
        )
    screen = Screen.open()
    start = Start.find(Path.cwd(), os.environ)
    key = None
    if key_from_env:
        key = _take(os.environ)
    elif key_from_stdin:
        key = _read_stdin()
    elif not (no_key or start.has_key):
        key = _ask(screen)
    items = start.write(key)
    _tell(screen, items)
    has_key = key is not None or start.has_key
    if not has_key:
        text = "no key yet: type this command again once you have one; until then play on the embedded model"
        screen.say(wrapped(text, screen.width, 2))
    elif key is None and start.is_in_environment:
        screen.say(wrapped("the key is in the environment already, which goes before .env", screen.width, 2))
    for line in _next(items, has_key=has_key):
        screen.say(line)


def _take(environ: "os._Environ[str]") -> str:
    """The key that stands in the environment."""
    from runner.errors import UsageError
    from runner.operations.init import KEY_NAME, read_key

    key = read_key(environ.get(KEY_NAME, ""))
    if key is None:
        raise UsageError(f"--key-from-env: {KEY_NAME} is not set in the environment")
    return key


def _read_stdin() -> str:
    """The key that comes through a pipe."""
    from runner.errors import UsageError
    from runner.operations.init import read_key

    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("--key-from-stdin: nothing is piped in; without this option the key is asked for")
    try:
        key = read_key(sys.stdin.read(100_000))
    except UnicodeDecodeError:
        key = read_key("\x00")
    if key is None:
        raise UsageError("--key-from-stdin: nothing came through the pipe")
    return key


def _ask(screen: "Screen") -> str | None:
    """The key that somebody types or pastes, unseen; None where they give none."""
    from runner.cli.display.layout import wrapped
    from runner.cli.unseen import read_unseen
    from runner.errors import UsageError
    from runner.operations.init import read_key

    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask for the key on: give --key-from-env (it stands in OPENAI_API_KEY), "
            "--key-from-stdin (it comes through a pipe) or --no-key"
        )
    why = "Your OpenAI key goes into .env, which only you can read. It is not shown while you paste it."
    new = "You make one at platform.openai.com/api-keys; without one, just press Enter."
    screen.say(wrapped(f"{why} {new}", screen.width))
    return read_key(read_unseen("OpenAI key: "))


def _tell(screen: "Screen", items: "list[Item]") -> None:
    """Tell what became of each file."""
    from runner.cli.display.layout import wrapped
    from runner.core.harmless import harmless_line

    for item in items:
        words = {"written": "wrote", "extended": "added to", "kept": "left alone"}[item.outcome]
        text = harmless_line(f"{words} {item.path}: {item.note}")
        screen.tell(wrapped(text, screen.width, 2))


def _next(items: "list[Item]", *, has_key: bool) -> list[str]:
    """What to type next."""
    from runner.cli.display.typed import command
    from runner.transports.weights import find_weights

    words = ["play", items[-1].path.as_posix()]
    if has_key:
        return [f"next: {command(*words)}"]
    last = command(*words, "--provider", "local")
    if find_weights() is not None:
        return [f"next: {last}"]
    return [f"next: {command('pull')}", f"then: {last}"]
