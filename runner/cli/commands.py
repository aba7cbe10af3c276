"""What every command is made of: light while a shell completes it, and telling shells how to complete.

Law: to complete, and to show a command's help, load neither pydantic nor rich. Typer loads the one to read an option's
value and the other to show its sentence; neither is needed before a command runs.
"""

import os
import shutil
from contextlib import suppress
from typing import Any, Final

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

VARIABLE: Final = "_RUNNER_COMPLETE"
"""The environment variable by which a shell's script asks."""
SHELLS: Final = ("bash", "zsh", "fish", "powershell", "pwsh")

_WORDS: Final = "runner.words"
"""Under this name a context keeps the words that were typed, for options whose value may be left out."""

_TYPERS_LEAST: Final = 52
"""Columns of the narrowest screen that typer lays help out for."""
_LEAST: Final = 24

_AT_ONCE: Final = """

if [[ $funcstack[1] == _runner ]]; then
  _runner_completion "$@"
fi"""
"""zsh loads the script when it is first needed: then it has to complete as well, or the first TAB would do nothing."""


class Command(TyperCommand):
    """A command that takes its options as they were typed while a shell completes it."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Its options and arguments; help calls these by their names alone, without a type that is Python's own word."""
        params = super().get_params(ctx)
        for param in params:
            if isinstance(param, TyperArgument):
                param.display_type_rich = _no_type  # type: ignore[method-assign]
        return params

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What is left of the words once options and arguments are known."""
        if not ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        if args and args[-1].startswith(
            "-"
        ):  # its value is still to come; the parser would give all up for it
            args = args[:-1]
        typed, rest, _ = self.make_parser(ctx).parse_args(args=args)
        for param in self.get_params(ctx):
            assert param.name is not None
            ctx.params[param.name], source = param.consume_value(ctx, typed)
            ctx.set_parameter_source(param.name, source)
        ctx.args = rest
        return rest


def _no_type(ctx: Any) -> None:
    """What help says of the type of an argument: nothing."""


class Commands(TyperGroup):
    """All commands; asked by a shell, they answer it."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run what was typed, or complete it."""
        if VARIABLE in os.environ:
            _prepare()
        return super().main(*arguments, **options)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What is left of the words once options are known; all of them are kept for options that look beyond themselves."""
        ctx.meta[_WORDS] = tuple(args)
        return super().parse_args(ctx, args)

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        """What a command is typed in; help is laid out for narrow screens as well, which typer takes for wider ones."""
        columns = shutil.get_terminal_size().columns
        if columns < _TYPERS_LEAST:
            extra.setdefault("terminal_width", max(_LEAST, columns - 1))
        return super().make_context(info_name, args, parent, **extra)

    def get_help_option(self, ctx: Any) -> Any:
        """The option `--help`, which is false where it is not given: typer reads no value that is one already."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.default = False
        return option


def _prepare() -> None:
    """Let shells be answered; another typer than ours was made for answers them in its own way, which loads more."""
    try:
        from runner.cli.shells import register
    except ImportError:
        from typer.completion import completion_init as register  # type: ignore[attr-defined]
    register()


def install_completion(context: typer.Context, asked: bool) -> None:
    """Write the shell's script to where the shell looks for it, and end."""
    if asked:
        from typer._completion_shared import install

        shell, path = install(_shell(context, "--install-completion"), "runner", VARIABLE)
        if shell == "zsh":  # the others' files hold what typer wrote, perhaps after lines of their owner's
            path.write_text(_script(shell) + "\n", encoding="utf-8", newline="\n")
        print(f"completion for {shell} is written to {path}")
        typer.echo(f"it works in every {shell} that is opened from now on", err=True)
        raise typer.Exit


def show_completion(context: typer.Context, asked: bool) -> None:
    """Write the shell's script to stdout, and end."""
    if asked:
        print(_script(_shell(context, "--show-completion")))
        raise typer.Exit


def _script(shell: str) -> str:
    """What a shell reads in order to complete."""
    from typer._completion_shared import get_completion_script

    script = get_completion_script(prog_name="runner", complete_var=VARIABLE, shell=shell)
    return script + _AT_ONCE if shell == "zsh" else script


def _shell(context: typer.Context, option: str) -> str:
    """The shell that is named behind an option, or else the one that this program was started from, or that SHELL names."""
    words = context.meta[_WORDS]
    behind = words[words.index(option) + 1 :][:1] if option in words else ()
    found = behind[0] if behind and not behind[0].startswith("-") else _detect_shell()
    if found in SHELLS:
        return str(found)
    what = f"{found} is not among them" if found else "it cannot be told which one this is"
    typer.echo(
        f"completion is there for bash, zsh, fish and PowerShell, and {what}: start runner from one of these, "
        f"or name one, e.g. `runner {option} zsh`",
        err=True,
    )
    raise typer.Exit(2)


def _detect_shell() -> str:
    """The shell that this program was started from or, where that is none of these, the one that SHELL names."""
    import shellingham  # type: ignore[import-untyped]

    found = ""
    with suppress(shellingham.ShellDetectionFailure, OSError):
        found = str(shellingham.detect_shell()[0])
    if found not in SHELLS:
        named = os.path.basename(os.environ.get("SHELL", ""))  # noqa: PTH119 - to load pathlib costs more
        found = named if named in SHELLS else found or named
    return found
