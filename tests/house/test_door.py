"""The public door: what type checkers see is what is there, typed, documented and light."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import runner

ROOT = Path(__file__).parents[2]
CALLABLES = [name for name in runner.__all__ if name != "__version__" and name[0].islower()]


def seen_by_type_checkers() -> dict[str, str]:
    """The names under `if TYPE_CHECKING:`, each with the module that it comes from."""
    tree = ast.parse(Path(runner.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name: str(node.module) for node in imports for alias in node.names}


def test_type_checkers_see_what_is_there() -> None:
    """The lazy names, the typed ones and `__all__` are the same."""
    assert seen_by_type_checkers() == runner._DOOR
    assert sorted(runner.__all__) == sorted([*runner._DOOR, "__version__"])


@pytest.mark.parametrize("name", CALLABLES)
def test_every_public_function_is_typed_and_says_what_can_go_wrong(name: str) -> None:
    """Each parameter and the result have a type; the twin of a function has its parameters."""
    function = getattr(runner, name)
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    for parameter in signature.parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty, parameter
    twin = getattr(runner, name.removeprefix("a"), None)
    if inspect.iscoroutinefunction(function):
        assert twin is not None
        assert inspect.signature(twin).parameters == signature.parameters
    else:
        doc = inspect.getdoc(function) or ""
        for section in ("Args:", "Returns:", "Raises:"):
            assert section in doc
        for parameter in signature.parameters.values():
            assert f"{parameter.name}: " in doc, parameter


def test_every_public_member_is_documented() -> None:
    """What can be asked of a run, a transcript, a reply."""
    for kind in (runner.Run, runner.Transcript, runner.Reply):
        for name, member in vars(kind).items():
            if not name.startswith("_") and (callable(member) or isinstance(member, property)):
                assert inspect.getdoc(member), f"{kind.__name__}.{name}"


def test_importing_runner_loads_nothing_heavy() -> None:
    """`import runner`, and asking it what it has, costs nothing."""
    heavy = (
        "openai",
        "pydantic",
        "yaml",
        "asyncio",
        "httpx2",
        "filelock",
        "IPython",
        "runner.core",
        "runner.door",
    )
    program = f"import sys, runner; dir(runner); print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_package_says_that_it_is_typed() -> None:
    """Type checkers of other programs read the annotations."""
    assert (ROOT / "runner" / "py.typed").is_file()
