"""What shells complete from the files at hand: providers of the settings, paths, names and tags of scenarios; by a glance alone.

Law: whatever is wrong with a file, completing says nothing and goes on with the others.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import typer

BUILT_IN: Final = ("openai", "azure", "local")
MOST: Final = 300
"""How many scenario files are looked into."""
_ENDINGS: Final = (".yaml", ".yml")
_HEAD: Final = 20_000
"""In so many bytes at a file's beginning its name and its tags are looked for."""
_PARTED: Final = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_NAME: Final = re.compile(r"""^name:[ ]+(["']?)(?P<name>.+?)\1[ ]*(?:[ ]\#.*)?$""", re.MULTILINE)
_TAGS: Final = re.compile(r"^tags:[ ]*(?:\[(?P<flow>[^\]]*)\]|(?P<block>(?:\n[ ]*- .*)+))", re.MULTILINE)
_SCENARIO: Final = re.compile(r"^(turns|extends):", re.MULTILINE)


def provider_names(incomplete: str) -> list[str]:
    """The built-in providers and those of the nearest settings whose names begin so."""
    names = dict.fromkeys((*BUILT_IN, *_providers()))
    return [name for name in names if name.startswith(incomplete)]


def model_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The aliases that the settings give to models, of the provider that was named or of all."""
    wanted = ctx.params.get("provider")
    tables = [table for name, table in _providers().items() if wanted in {None, name}]
    models = [table["models"] for table in tables if isinstance(table, dict) and "models" in table]
    names = dict.fromkeys(
        ("main", *(alias for found in models if isinstance(found, dict) for alias in found))
    )
    return [name for name in names if name.startswith(incomplete)]


def profile_names(incomplete: str) -> list[str]:
    """The profiles of the nearest settings whose names begin so."""
    found = _settings(Path.cwd()).get("profiles")
    return [name for name in (found if isinstance(found, dict) else ()) if name.startswith(incomplete)]


def scenario_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The scenarios, of the paths that were typed or else of this folder, whose names begin so."""
    found = (name for path, text in _scenarios(ctx) for name in _names(path, text))
    return [name for name in dict.fromkeys(found) if name.startswith(incomplete)]


def tags(ctx: typer.Context, incomplete: str) -> list[str]:
    """The tags of those scenarios that begin so."""
    found = (tag for _, text in _scenarios(ctx) for tag in _tags(text))
    return [tag for tag in sorted(set(found)) if tag.startswith(incomplete)]


def scenario_paths(incomplete: str) -> list[str]:
    """The scenario files and the folders whose paths begin so, and what a folder holds that is the only one.

    Shells end a word that is the only one with a space; so they stop behind the folder's slash.
    """
    found = list(_paths(incomplete))
    return found if len(found) != 1 or not found[0].endswith("/") else [*found, *_paths(found[0])]


def _paths(typed: str) -> Iterator[str]:
    """The scenario files and the folders of which a path was begun; hidden ones where their sign was typed."""
    folder, slash, begun = typed.rpartition("/")
    with suppress(OSError):
        for path in sorted(Path(folder + slash).iterdir()):
            if not path.name.startswith(begun) or (path.name.startswith(("_", ".")) and not begun):
                continue
            if path.is_dir():
                yield f"{folder}{slash}{path.name}/"
            elif path.suffix in _ENDINGS:
                yield f"{folder}{slash}{path.name}"


def _providers() -> dict[str, Any]:
    """What the settings say of each provider."""
    found = _settings(Path.cwd()).get("providers")
    return found if isinstance(found, dict) else {}


def _settings(folder: Path) -> dict[str, Any]:
    """The nearest settings, from a folder upward, as they stand; empty where they cannot be read."""
    import tomllib

    for here in (folder, *folder.parents):
        for name, way in (("runner.toml", ()), ("pyproject.toml", ("tool", "runner"))):
            with suppress(OSError, ValueError, KeyError, TypeError):
                table = tomllib.loads((here / name).read_text(encoding="utf-8"))
                for key in way:
                    table = table[key]
                return dict(table)
    return {}


def _scenarios(ctx: typer.Context) -> Iterator[tuple[Path, str]]:
    """The beginning of each scenario file of the paths that were typed, or else of this folder."""
    typed = ctx.params.get("paths") or ["scenarios" if Path("scenarios").is_dir() else "."]
    found = (each for path in typed for each in _files(Path(str(path))))
    for _, path in zip(range(MOST), found, strict=False):
        with suppress(OSError), path.open("rb") as file:
            yield path, file.read(_HEAD).decode(errors="replace")


def _files(path: Path) -> Iterator[Path]:
    """A file, or the scenario files of a folder."""
    if not path.is_dir():
        yield path
        return
    with suppress(OSError):
        yield from sorted(
            each
            for each in path.glob("**/*.y*ml")
            if not any(part.startswith(("_", ".")) for part in each.relative_to(path).parts)
        )


def _names(path: Path, text: str) -> Iterator[str]:
    """The names of the scenarios in a file."""
    for document in _PARTED.split(text):
        named = _NAME.search(document)
        if named is not None:
            yield named["name"]
        elif _SCENARIO.search(document):
            yield path.stem


def _tags(text: str) -> Iterator[str]:
    """The tags in a file."""
    for found in _TAGS.finditer(text):
        words = found["flow"].split(",") if found["flow"] is not None else found["block"].split("\n")
        for word in words:
            if tag := word.strip().removeprefix("- ").strip().strip("\"'"):
                yield tag
