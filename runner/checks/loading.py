"""Functions that authors wrote, loaded by file or by import path when a reply is judged, each once.

Law: nothing of an author's runs before a reply is judged, and what the interpreter looks for modules in is afterwards
what it was before. A file is a module of its own under a name that nothing else has: its neighbours are not imported by
their bare names, but the working folder is looked in last while it is loaded (`from checks.words import RUDE`).
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from importlib.machinery import ModuleSpec, SourceFileLoader
from inspect import Parameter, Signature, iscoroutinefunction, signature
from threading import RLock
from traceback import extract_tb
from types import ModuleType
from typing import Any, Final

from runner.checks.source import SUFFIX, UnusableError, misfit, no_async, read_source, told
from runner.core.wording import quoted, unknown

_WORKING: Final = ""
"""The working folder, as the interpreter's path has it."""
_lock: Final = RLock()
_loaded: Final[dict[tuple[str, bytes], ModuleType | str]] = {}
"""By file and its digest: the module, or why it cannot be loaded."""


def look_for(module: str) -> None:
    """See whether the package of a module is there; raises `ValueError` where it is not."""
    package = module.partition(".")[0]
    with _lock, _working_folder_too():
        try:
            found = package in sys.modules or importlib.util.find_spec(package) is not None
        except (ImportError, ValueError):
            found = False
    if not found:
        raise ValueError(
            f"there is no module {quoted(package)}: install it, or name a file: `checks/polite.py:is_polite`"
        )


def load_function(path: str | None, shown: str, name: str, given: Collection[str]) -> Callable[..., Any]:
    """The function, of a file or, where that is None, of a module that is imported.

    Raises `UnusableError` where there is none that can be called.
    """
    with _lock:
        module = _import(shown) if path is None else _load(path, shown)
    function = getattr(module, name, None)
    if function is None:
        raise UnusableError(f"{shown} {unknown('function', name, _functions(module))}")
    if not callable(function):
        raise UnusableError(f"{quoted(name)} of {shown} is no function")
    if iscoroutinefunction(function):
        raise UnusableError(no_async(name, shown))
    found: Callable[..., Any] = function
    if (why := misfit(parameters_of(found), given)) is not None:
        raise UnusableError(f"{quoted(name)} of {shown} {why}")
    return found


def parameters_of(function: Callable[..., Any]) -> Signature:
    """A function's parameters; those of one that is not written in Python, and does not tell, are taken to fit."""
    try:
        return signature(function)
    except (ValueError, TypeError):
        return Signature(
            [Parameter("reply", Parameter.KEYWORD_ONLY), Parameter("rest", Parameter.VAR_KEYWORD)]
        )


def where_raised(error: BaseException, path: str | None) -> int | None:
    """The line of a file in which something was raised, the deepest one; None where that is not known."""
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == path]
    return lines[-1] if lines else None


def _load(path: str, shown: str) -> ModuleType:
    """The module in a file, loaded once for each state of the file; raises `UnusableError` where that fails."""
    source = read_source(path, shown)
    digest = blake2b(source, digest_size=16).digest()
    found = _loaded.get((path, digest))
    if found is None:
        found = _loaded[path, digest] = _run(path, shown, source, digest)
    if isinstance(found, str):
        raise UnusableError(found)
    return found


def _run(path: str, shown: str, source: bytes, digest: bytes) -> ModuleType | str:
    """The module that a source makes, or why it makes none."""
    stem = shown.replace("\\", "/").rpartition("/")[2].removesuffix(SUFFIX)
    mark = blake2b(path.encode("utf-8", "surrogatepass") + digest, digest_size=6).hexdigest()
    name = f"runner_check_{stem}_{mark}"
    loader = SourceFileLoader(name, path)
    module = importlib.util.module_from_spec(ModuleSpec(name, loader, origin=path))
    module.__file__ = path
    sys.modules[name] = module  # dataclasses and pickles look their module up there
    try:
        with _working_folder_too():
            # Not by `exec_module`: that may take older code of the same size and second, and writes beside the file.
            exec(loader.source_to_code(source, path), module.__dict__)  # noqa: S102 - the author's own, named by them
    except KeyboardInterrupt:
        sys.modules.pop(name, None)
        raise
    except BaseException as error:  # noqa: BLE001 - it is an author's, whatever it raises
        sys.modules.pop(name, None)
        line = where_raised(error, path)
        return f"{shown}{'' if line is None else f' line {line}'} cannot be loaded: {told(error)}"
    return module


def _import(shown: str) -> ModuleType:
    """The module of an import path; raises `UnusableError` where it cannot be imported."""
    try:
        with _working_folder_too():
            return importlib.import_module(shown)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - as above
        raise UnusableError(f"{shown} cannot be imported: {told(error)}") from None


@contextmanager
def _working_folder_too() -> Iterator[None]:
    """Let modules be looked for in the working folder as well, after everywhere else, for as long as this lasts."""
    if _WORKING in sys.path:
        yield
        return
    sys.path.append(_WORKING)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        with suppress(ValueError):
            sys.path.remove(_WORKING)


def _functions(module: ModuleType) -> list[str]:
    """The functions that a module has to offer."""
    return [name for name, value in vars(module).items() if callable(value) and not name.startswith("_")]
