"""The app as a whole: help, version, completion."""

from pathlib import Path

import pytest

from runner.cli import app
from tests.cli.front import Front, require_golden

COMMANDS = tuple(command.name or "" for command in app.registered_commands)


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    return Front(tmp_path, monkeypatch)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(front: Front, command: str) -> None:
    """Every command says what it does and what each option means."""
    shown = front.type(*command.split(), "--help")
    assert shown.exit_code == 0
    require_golden(f"help-{command or 'runner'}", shown.out)


def test_options_of_one_name_have_one_meaning(front: Front) -> None:
    """An option that two commands share is said in the same words by both."""
    said = {command: said_of_options(front.type(command, "--help").out) for command in ("play", "validate")}
    both = said["play"].keys() & said["validate"].keys()
    assert len(both) > 10
    for name in both:
        assert said["play"][name] == said["validate"][name]


def said_of_options(text: str) -> dict[str, list[str]]:
    """The words of each option's help, wherever they are wrapped."""
    said: dict[str, list[str]] = {}
    for line in text.partition("Options:")[2].splitlines():
        if line.startswith("  -"):
            words = said.setdefault(line.split()[0], [])
        if line.strip():
            words += line.split()
    return said


def test_version(front: Front) -> None:
    """`--version` says the version that is installed."""
    from importlib.metadata import version

    shown = front.type("--version")
    assert (shown.exit_code, shown.out) == (0, f"runner {version('conversation-runner')}\n")


@pytest.mark.parametrize("words", [["plya"], ["play", "--tga", "x"], ["play", "--repeat", "0"], ["show"]])
def test_bad_options_end_with_2(front: Front, words: list[str]) -> None:
    """A command line that cannot be read ends with 2 and says so on stderr alone."""
    shown = front.type(*words)
    assert shown.exit_code == 2
    assert shown.out == ""
    assert "Error" in shown.err


def test_completion(front: Front) -> None:
    """The shell is told commands, options, and the names of runs, the newest first."""
    front.write("outputs/20260101-000000-a/run.json", "{}")
    front.write("outputs/20260102-000000-b/run.json", "{}")

    def complete(words: str) -> list[str]:
        place = str(len(words.split(" ")) - 1)
        env = {"_RUNNER_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": place}
        return front.type(env=env).out.split()

    assert complete("runner va") == ["validate"]
    assert complete("runner play --in") == ["--in-flight"]
    assert complete("runner show ") == ["latest", "20260102-000000-b", "20260101-000000-a"]
    assert complete("runner import mt") == ["mt-bench"]
