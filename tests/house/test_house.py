"""The house as a whole: what is public, what is said about it, and what may stand in a committed file."""

import ast
import re
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

import runner

ROOT = Path(__file__).parents[2]


def tracked() -> list[Path]:
    """The files that git tracks; all files of an unpacked archive."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = done.stdout.decode().split("\0") if done.returncode == 0 else []
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("name", runner.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    """What the door names can be imported, and says what it is."""
    value = getattr(runner, name)
    assert name == "__version__" or value.__doc__


def test_a_name_that_is_not_public_is_an_ordinary_error() -> None:
    """The lazy door raises AttributeError, so that hasattr and import behave as anywhere."""
    assert not hasattr(runner, "no_such_name")
    assert set(dir(runner)) == set(runner.__all__)


def test_every_room_says_what_it_never_does_or_is_for() -> None:
    """Each module opens with a sentence."""
    for path in (ROOT / "runner").rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if name != "runner.__main__":
            assert (import_module(name).__doc__ or "").strip(), name


def test_every_test_states_its_sentence() -> None:
    """A test's docstring is the sentence it holds."""
    silent = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_committed_file_names_a_package_index_or_a_home_folder() -> None:
    """Pinned versions carry no addresses, and no path of anybody's machine stands in a file."""
    index = "|".join(["py" + r"pi\.org", "python" + r"hosted\.org", "/ro" + "ot/", r"/ho" + r"me/\w+/"])
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if path.suffix not in {".gguf", ".png"}
        for match in re.finditer(index, path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def test_every_link_in_the_docs_leads_somewhere() -> None:
    """Relative links of all pages name files that are there."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
