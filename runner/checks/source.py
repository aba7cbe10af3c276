"""Functions that authors wrote, looked at without running them: their names, their files, what they can be called with."""

import ast
import warnings
from collections.abc import Collection
from functools import lru_cache
from importlib.machinery import SourceFileLoader
from importlib.util import decode_source
from inspect import Parameter, Signature
from keyword import iskeyword
from symtable import symtable
from typing import Final

from runner.core.wording import excerpt, listed, nearest, quoted, unknown

OFFERED: Final = ("reply", "transcript")
"""What every function may ask for by naming a parameter so."""
SUFFIX: Final = ".py"
"""What the name of a file of Python ends with."""

_LONGEST: Final = 200
_HOW: Final = "write `checks/polite.py:is_polite`, or `package.module:is_polite`"


class UnusableError(ValueError):
    """A function that cannot be called; its text is a part of a sentence."""


def parted(function: str) -> tuple[str, str]:
    """The module, or the file, and the name of a function; raises `ValueError` with how to write them."""
    if "\n" in function.strip():
        raise ValueError(f"`python` takes the name of a function, not code: {_HOW}")
    place, colon, name = function.strip().rpartition(":")
    if not colon or not _is_name(name):
        raise ValueError(f"{excerpt(function)} names no function: {_HOW}")
    if not is_file(place) and not all(map(_is_name, place.split("."))):
        raise ValueError(f"{excerpt(place)} is neither a file that ends with .py nor an import path: {_HOW}")
    return place, name


def is_file(place: str) -> bool:
    """Whether a function stands in a file, and not in a module that is imported."""
    return place.endswith(SUFFIX) and len(place) > len(SUFFIX)


def look(path: str, shown: str, name: str, given: Collection[str]) -> None:
    """Read a file and see whether its function can be there and be called; nothing of it runs.

    Raises `ValueError` with what is wrong.
    """
    _look_at(read_source(path, shown), shown, name, frozenset(given))


def misfit(parameters: Signature, given: Collection[str]) -> str | None:
    """Why a function cannot be called with what is offered and given; None where it can."""
    named = {
        name: each
        for name, each in parameters.parameters.items()
        if each.kind in {Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY}
    }
    for name, each in parameters.parameters.items():
        if each.kind is Parameter.POSITIONAL_ONLY:
            return f"takes {quoted(name)} by its place alone: leave out the `/`"
        if name in named and each.default is Parameter.empty and name not in {*OFFERED, *given}:
            near = nearest(name, OFFERED)
            meant = f"; did you mean {quoted(near)}?" if near else f": it may take {listed(OFFERED)}"
            return f"asks for {quoted(name)}, which `with` does not give{meant}"
    takes_any = any(each.kind is Parameter.VAR_KEYWORD for each in parameters.parameters.values())
    strange = next((name for name in given if name not in named), None)
    if strange is not None and not takes_any:
        return f"does not take what `with` gives: {unknown('argument', strange, named.keys() - {*OFFERED})}"
    return None


def read_source(path: str, shown: str) -> bytes:
    """The source in a file; raises `UnusableError` where it cannot be read."""
    try:
        return SourceFileLoader("", path).get_data(path)
    except OSError as error:
        why = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror
        raise UnusableError(f"{shown} cannot be read: {why}") from None


def no_async(name: str, shown: str) -> str:
    """The complaint about a function that has to be awaited."""
    return f"{quoted(name)} of {shown} is `async`: a check takes an ordinary function"


def told(error: BaseException) -> str:
    """An exception as a part of a sentence: its type, and what it says."""
    try:
        said = str(error)
    except Exception:  # noqa: BLE001 - it is an author's, whatever it does
        said = ""
    kind = quoted(type(error).__name__)[1:-1]
    return f"{kind}: {excerpt(said, _LONGEST)[1:-1]}" if said else kind


def _is_name(text: str) -> bool:
    """Whether a text is a name in Python."""
    return text.isidentifier() and not iskeyword(text)


@lru_cache(maxsize=256)
def _look_at(source: bytes, shown: str, name: str, given: frozenset[str]) -> None:
    """Raise `ValueError` where a source does not define a function that can be called; kept, since variants repeat it."""
    try:
        with warnings.catch_warnings(action="ignore"):  # they are told when it is loaded
            tree = ast.parse(source, shown)
            symbols = symtable(decode_source(source), shown, "exec").get_symbols()
    except SyntaxError as error:
        raise ValueError(f"{shown} line {error.lineno}: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"{shown} is no Python: {told(error)}") from None
    bound = {
        each.get_name() for each in symbols if each.is_assigned() or each.is_imported() or each.is_namespace()
    }
    is_open = "__getattr__" in bound or any(
        alias.name == "*"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    )
    if name not in bound and not is_open:
        defined = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        raise ValueError(f"{shown} {unknown('function', name, defined)}")
    definitions = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
    ]
    if len(definitions) != 1 or definitions[0].decorator_list:
        return  # what it will be is known once it is loaded
    if isinstance(definitions[0], ast.AsyncFunctionDef):
        raise ValueError(no_async(name, shown))  # noqa: TRY004 - an author's mistake, told like any other
    if (why := misfit(_written(definitions[0].args), given)) is not None:
        raise ValueError(f"{quoted(name)} of {shown} {why}")


def _written(arguments: ast.arguments) -> Signature:
    """The parameters of a definition, as they will be once it is loaded."""
    placed = [*arguments.posonlyargs, *arguments.args]
    needed = len(placed) - len(arguments.defaults)
    found = []
    for number, each in enumerate(placed):
        by_place = number < len(arguments.posonlyargs)
        kind = Parameter.POSITIONAL_ONLY if by_place else Parameter.POSITIONAL_OR_KEYWORD
        found.append(Parameter(each.arg, kind, default=Parameter.empty if number < needed else None))
    if arguments.vararg is not None:
        found.append(Parameter(arguments.vararg.arg, Parameter.VAR_POSITIONAL))
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        empty = Parameter.empty if default is None else None
        found.append(Parameter(each.arg, Parameter.KEYWORD_ONLY, default=empty))
    if arguments.kwarg is not None:
        found.append(Parameter(arguments.kwarg.arg, Parameter.VAR_KEYWORD))
    return Signature(found)
