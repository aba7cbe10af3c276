"""What a person may type in a talk beside what is said: `/undo`, `/system TEXT`, each a function of the talk."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runner.errors import UsageError

if TYPE_CHECKING:
    from runner.cli.display.talking import Talking
    from runner.core.message import Answer
    from runner.operations.chat import Chat

Ask = Callable[[Callable[[], "Answer | None"]], bool]
"""Asks a question and shows its answer; whether the talk can go on."""

NONE: Final = "none"
"""What takes a setting away."""

MARGIN: Final = 18
"""The width of the column in which commands stand."""

KEYS: Final = [
    ("exit, quit", "End the talk; so does Ctrl-D."),
    ("Ctrl-C", "Stop a reply; what was said is taken back."),
    ("Alt-Enter", 'Begin another line; or put several lines between """ and """.'),
]
"""What else can be typed."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be typed."""

    usage: str
    help: str
    act: "Callable[[Order], bool]"
    """What it does; whether the talk can go on."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command that was typed, and what it is about."""

    argument: str
    """What stands behind its name."""
    talk: "Chat"
    talking: "Talking"
    ask: Ask


def obey(text: str, talk: "Chat", talking: "Talking", ask: Ask) -> bool:
    """Do what was typed; whether the talk can go on. Raises RunnerError where that is not possible."""
    from runner.core.wording import excerpt, nearest

    name, argument = [*text.split(None, 1), ""][:2]
    if (command := COMMANDS.get(name.lower())) is None:
        near = nearest(name, COMMANDS)
        guess = f"did you mean {near}?" if near else "/help says which there are;"
        raise UsageError(f"there is no command {name}; {guess} what begins with // is said to the model")
    if argument and command.usage == name.lower():
        raise UsageError(f"{name} takes nothing behind it, not {excerpt(argument.strip())}")
    return command.act(Order(argument.strip(), talk, talking, ask))


def _help(order: Order) -> bool:
    """Say what can be typed."""
    lines = [(command.usage, command.help) for command in COMMANDS.values()]
    order.talking.remark(
        "\n".join(f"{usage:<{MARGIN}}{sentence}" for usage, sentence in lines + KEYS), MARGIN
    )
    return True


def _system(order: Order) -> bool:
    """Show or change the system message."""
    if order.argument:
        order.talk.instruct(None if order.argument == NONE else order.argument)
    said = order.talk.system
    order.talking.remark("there is no system message" if said is None else f"the system message is: {said}")
    return True


def _temperature(order: Order) -> bool:
    """Show or change the temperature."""
    params = {name: value for name, value in order.talk.params.items() if name != "temperature"}
    if order.argument:
        own = (
            {}
            if order.argument == NONE
            else {"temperature": number(order.argument, "/temperature", f", or {NONE}")}
        )
        order.talk.adjust({**params, **own})
    value = order.talk.params.get("temperature")
    order.talking.remark(
        "no temperature is sent: the model's own holds" if value is None else f"the temperature is {value}"
    )
    return True


def number(text: str, place: str, other: str = "") -> float:
    """A temperature; raises UsageError, with where it was typed and what else may stand there, where it is none."""
    from runner.core.change import parsed
    from runner.core.wording import excerpt

    value = parsed(text)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < math.inf:
        raise UsageError(f"{place} {excerpt(text)[1:-1]}: expected a number from 0 up, e.g. 0.7{other}")
    return value


def _undo(order: Order) -> bool:
    """Take back what was said last."""
    from runner.core.wording import excerpt

    order.talking.remark(f"taken back, with its reply: {excerpt(order.talk.undo(), 60)}")
    return True


def _retry(order: Order) -> bool:
    """Ask the last line again."""
    return order.ask(lambda: order.talk.retry(order.talking.watches))


def _save(order: Order) -> bool:
    """Write the talk as a scenario."""
    if not order.argument:
        raise UsageError("/save: expected a file, e.g. /save scenarios/talk.yaml")
    save(order.talk, order.talking, Path(order.argument))
    return True


def _first(lines: int) -> str:
    """So many lines at the beginning, in words."""
    return "the first line" if lines == 1 else f"the first {lines} lines"


def save(talk: "Chat", talking: "Talking", path: Path) -> None:
    """Write a talk as a scenario, and say how it is played back; and what of it a scenario cannot say."""
    from runner.cli.display.typed import command

    talk.saved.write(talk.spoken, path, talk.files)
    talking.say(f"saved; play it back: {command('play', str(path))}")
    if talk.recast:
        talking.remark(
            f"({_first(talk.recast)} had another system message; a scenario has one, and that is the present one)"
        )


COMMANDS: Final = {
    "/help": Command("/help", "Say what can be typed.", _help),
    "/system": Command(
        "/system [TEXT]", f"Show the system message, or change it; {NONE} takes it away.", _system
    ),
    "/temperature": Command(
        "/temperature [T]",
        f"Show the temperature, or change it; {NONE} leaves it to the model.",
        _temperature,
    ),
    "/undo": Command("/undo", "Take back what you said last, and its reply.", _undo),
    "/retry": Command("/retry", "Ask again what you said last.", _retry),
    "/save": Command("/save FILE", "Write the talk as a scenario that plays back.", _save),
}
"""Each command by its name."""
