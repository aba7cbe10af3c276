"""Whether what is asked for fits the provider that it is asked of; content parts have tests of their own."""

from pathlib import Path

import pytest

from runner.core.change import Changes
from runner.errors import ProblemsError
from runner.operations.stage import Asked, stage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("turns: [Hello]\n", encoding="utf-8")
    return tmp_path


def complaint(folder: Path, **changes: str) -> str:
    """What is said of options."""
    with pytest.raises(ProblemsError) as raised:
        stage(Asked(paths=(".",), changes=Changes.model_validate(changes)), folder, {})
    return str(raised.value)


def test_an_option_that_is_wrong_is_told_once(folder: Path) -> None:
    """An unknown provider, or a model that it does not serve, is told once, without any file's address."""
    unknown = "--provider opnai: unknown provider `opnai`; did you mean `openai`?"
    assert complaint(folder, provider="opnai") == unknown
    served = complaint(folder, provider="local", model="gpt-5.4")
    assert served.startswith("--model asks for gpt-5.4, but the provider local serves")
    assert "\n" not in served


def test_what_a_scenario_names_is_told_at_its_place(folder: Path) -> None:
    """A model that a scenario names, and that the provider of an option does not serve, is told in each scenario."""
    (folder / "a.yaml").write_text("model: gpt-5.4\nturns: [Hello]\n", encoding="utf-8")
    told = complaint(folder, provider="local")
    assert told.startswith("a.yaml:1: the scenario asks for gpt-5.4")
    assert "\n" not in told


def test_a_provider_that_a_scenario_names_is_told_there(folder: Path) -> None:
    """Without an option, whatever a scenario names is told at its address."""
    (folder / "a.yaml").write_text("provider: opnai\nturns: [Hello]\n", encoding="utf-8")
    told = complaint(folder)
    assert told.startswith("a.yaml:1: unknown provider `opnai`")
    assert "\n" not in told
