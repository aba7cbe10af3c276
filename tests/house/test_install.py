"""What installing runner brings along, and what its wheel is made of; `make installs` builds and installs it."""

import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
MOST_PACKAGES = 35
MOST_BYTES = 100_000_000


def needed(name: str, extras: frozenset[str] = frozenset()) -> Iterator[tuple[str, frozenset[str]]]:
    """What a package needs on this machine, with the extras that are asked of each."""
    for text in distribution(name).requires or ():
        wanted = Requirement(text)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in {"", *extras}):
            yield canonicalize_name(wanted.name), frozenset(wanted.extras)


def installed() -> dict[str, Distribution]:
    """All that a bare `pip install conversation-runner` brings, runner itself included."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [("conversation-runner", frozenset[str]())]
    while waiting:
        package = waiting.pop()
        if package not in seen:
            seen.add(package)
            waiting += needed(*package)
    return {name: distribution(name) for name in sorted({name for name, _ in seen})}


def size(found: Distribution) -> int:
    """The bytes of a package's files."""
    paths = (Path(str(found.locate_file(file))) for file in found.files or ())
    if (
        found.metadata["Name"] == "conversation-runner"
    ):  # it may be installed as a mere pointer to the checkout
        paths = (path for path in (ROOT / "runner").rglob("*") if "__pycache__" not in path.parts)
    return sum(path.stat().st_size for path in paths if path.is_file())


def test_the_base_install_is_small() -> None:
    """Without extras, at most 35 packages and 100 MB are installed."""
    sizes = sorted(((size(found), name) for name, found in installed().items()), reverse=True)
    biggest = ", ".join(f"{name} {bytes_ / 1e6:.1f} MB" for bytes_, name in sizes[:6])
    assert len(sizes) <= MOST_PACKAGES, (
        f"{len(sizes)} packages: {', '.join(sorted(name for _, name in sizes))}"
    )
    assert sum(bytes_ for bytes_, _ in sizes) <= MOST_BYTES, f"the biggest are {biggest}"


@pytest.mark.parametrize("name", ["pytest", "xllamacpp", "aiohttp"])
def test_extras_stay_extras(name: str) -> None:
    """What only an extra asks for is not part of the base install."""
    assert name not in installed()


def test_the_wheel_holds_the_package_alone() -> None:
    """The wheel is made from the package's folder, with its types; tests and docs stay in the source archive."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"] == {"packages": ["runner"]}
    assert (ROOT / "runner" / "py.typed").is_file()
