"""What shells complete from the files at hand."""

from pathlib import Path

import pytest

from tests.cli.front import Front

MANY = "name: 'one'  # the first\ntags: [a, 'b']\nturns: [x]\n---\nname: two\ntags:\n  - c\n  - \"d\"\nturns: [x]\n"


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    return Front(tmp_path, monkeypatch)


def complete(front: Front, *words: str) -> list[str]:
    """What bash is offered."""
    env = {
        "_RUNNER_COMPLETE": "complete_bash",
        "COMP_WORDS": "\n".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    return front.type(env=env).out.split()


def test_providers(front: Front) -> None:
    """Providers are the built-in ones and those of the settings."""
    assert complete(front, "runner", "play", "--provider", "") == ["openai", "azure", "local", "canned"]
    assert complete(front, "runner", "play", "--provider", "c") == ["canned"]


def test_models(front: Front) -> None:
    """Models are offered by the aliases of the provider that was named."""
    text = '[providers.a]\nmodels = { small = "x" }\n[providers.b]\nmodels = { large = "y" }\n'
    front.write("runner.toml", text)
    assert complete(front, "runner", "play", "--model", "") == ["main", "small", "large"]
    assert complete(front, "runner", "play", "--provider", "b", "--model", "") == ["main", "large"]


def test_settings_in_pyproject_and_above(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are looked for upward, in either file; a file without them is passed over."""
    (front.folder / "runner.toml").unlink()
    front.write("pyproject.toml", "[tool.runner.providers.mine]\n")
    front.write("below/pyproject.toml", "[project]\n")
    monkeypatch.chdir(front.folder / "below")
    assert complete(front, "runner", "play", "--provider", "m") == ["mine"]


def test_names_and_tags_of_scenarios(front: Front) -> None:
    """Names and tags are those of the paths that were typed, or of the folder `scenarios`."""
    front.write("scenarios/many.yaml", MANY)
    front.write("scenarios/deep/bare.yml", "turns: [x]\n")
    front.write("scenarios/_base.yaml", "name: base\nturns: [x]\n")
    front.write("scenarios/data.yaml", "rows: [1]\n")
    front.write("other/z.yaml", "tags: [z]\nturns: [x]\n")
    assert complete(front, "runner", "play", "--only", "") == ["bare", "one", "two"]
    assert complete(front, "runner", "play", "--tag", "") == ["a", "b", "c", "d"]
    assert complete(front, "runner", "play", "other", "--only", "") == ["z"]
    assert complete(front, "runner", "validate", "other", "--skip-tag", "") == ["z"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("", ["cassettes/", "one.yaml", "scenarios/"]),
        ("sc", ["scenarios/", "scenarios/a.yaml", "scenarios/b.yml", "scenarios/deep/"]),
        ("scenarios/", ["scenarios/a.yaml", "scenarios/b.yml", "scenarios/deep/"]),
        ("./scenarios/d", ["./scenarios/deep/", "./scenarios/deep/c.yaml"]),
        ("scenarios/_", ["scenarios/_base.yaml"]),
        ("scenarios/scenario.s", []),
        ("nowhere/", []),
    ],
)
def test_paths_of_scenarios(front: Front, typed: str, offered: list[str]) -> None:
    """Folders and scenario files are offered, and no schema; a folder that is the only one with what it holds."""
    for name in ("one.yaml", "scenarios/a.yaml", "scenarios/b.yml", "scenarios/_base.yaml", "notes.md"):
        front.write(name, "turns: [x]\n")
    front.write("scenarios/scenario.schema.json", "{}")
    front.write("scenarios/deep/c.yaml", "turns: [x]\n")
    front.write("cassettes/a.jsonl", "")
    assert complete(front, "runner", "cassette", "status", "cassettes", typed) == offered
    assert complete(front, "runner", "play", typed) == offered


@pytest.mark.parametrize("text", ["providers = 1\n", "not toml", "[providers]\na = 1\n"])
def test_whatever_is_wrong_completing_says_nothing(front: Front, text: str) -> None:
    """Settings that cannot be read offer nothing, and no complaint stands between somebody's words."""
    front.write("runner.toml", text)
    (front.folder / "scenarios").mkdir()
    (front.folder / "scenarios" / "odd.yaml").write_bytes(b"\xff\xfe turns: [")
    for option in ("--provider", "--model", "--only", "--tag"):
        env = {
            "_RUNNER_COMPLETE": "complete_bash",
            "COMP_WORDS": f"runner\nplay\n{option}\n",
            "COMP_CWORD": "3",
        }
        shown = front.type(env=env)
        assert (shown.exit_code, shown.err) == (0, "")
