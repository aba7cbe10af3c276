"""How each shell is answered when it completes; typer's own ways, made lighter and safer, loaded while completing alone.

Law: what is offered is put into somebody's command line: a name that a shell would take for more than a name is
left out, and no sentence of help is ever offered as a name.
"""

import os
import re
from typing import Final

from typer._click.shell_completion import CompletionItem, add_completion_class, split_arg_string
from typer._completion_classes import BashComplete, FishComplete, ZshComplete, completion_init

_BREAKS: Final = ("=", ":")
"""Where bash parts words, however they were meant."""
_RISKY: Final = re.compile(r"[\x00-\x20\x7f-\xa0\\\"'`$;&|<>(){}!*?~\u2028\u2029]")
"""In bash names stand in the line as they are, without quotes."""
_UNQUOTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\\\u2028\u2029]")
"""The others put quotes around names where they need them."""


class Bash(BashComplete):
    """As bash wants it: words are parted at spaces alone, and what is offered follows the last `=` or `:`."""

    _given = ""
    """What bash takes as given of the word that is completed."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is completed, and that one."""
        typed = os.environ["COMP_WORDS"]
        parts = [*typed.split("\n" if "\n" in typed else " "), ""][: int(os.environ["COMP_CWORD"]) + 1]
        words: list[str] = []
        for place, part in enumerate(parts):
            if place > 1 and (part in _BREAKS or parts[place - 1] in _BREAKS):
                words[-1] += part
            else:
                words.append(part)
        *before, last = (" ".join(split_arg_string(word)) for word in words)
        self._given = last[: max(last.rfind(sign) for sign in _BREAKS) + 1]
        return before[1:], last

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """What is offered."""
        return _without(_RISKY, super().get_completions(args, incomplete))

    def format_completion(self, item: CompletionItem) -> str:
        """What bash adds to what it takes as given."""
        return str(item.value).removeprefix(self._given)


class Zsh(ZshComplete):
    """As zsh wants it: names with sentences, both within quotes."""

    _given = ""
    """The option, with its `=`, that stands in one word with the name."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """What is offered."""
        self._given = _option_of(incomplete)
        return _without(_UNQUOTABLE, super().get_completions(args, incomplete))

    def format_completion(self, item: CompletionItem) -> str:
        """A name with its sentence."""
        said = f':"{_quoted(_sentence(item.help))}"' if item.help else ""
        return f'"{_quoted(self._given + str(item.value))}"{said}'


class Fish(FishComplete):
    """As fish wants it: names with sentences, a tab between."""

    _given = ""
    """The option, with its `=`, that stands in one word with the name."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """What is offered."""
        self._given = _option_of(incomplete)
        return _without(_UNQUOTABLE, super().get_completions(args, incomplete))

    def format_completion(self, item: CompletionItem) -> str:
        """A name with its sentence."""
        name = f"{self._given}{item.value}"
        return f"{name}\t{_sentence(item.help)}" if item.help else name


def register() -> None:
    """Let these answer in the place of typer's own."""
    completion_init()
    add_completion_class(Bash, "bash")
    add_completion_class(Zsh, "zsh")
    add_completion_class(Fish, "fish")


def _option_of(word: str) -> str:
    """`--provider=` of `--provider=lo`; empty where there is no option in the word."""
    return word[: word.find("=") + 1] if word.startswith("-") else ""


def _without(pattern: re.Pattern[str], items: list[CompletionItem]) -> list[CompletionItem]:
    """The items whose names hold nothing of a kind."""
    return [item for item in items if not pattern.search(str(item.value))]


def _sentence(text: str) -> str:
    """A sentence of help on one line."""
    return " ".join(text.split())


def _quoted(text: str) -> str:
    """A text as it stands between double quotes that zsh reads twice, the first time between single ones."""
    for sign, spelled in (('"', '\\"'), ("'", "'\\''"), ("$", "\\$"), ("`", "\\`"), (":", r"\\:")):
        text = text.replace(sign, spelled)
    return text
