"""Who judges and who measures closeness, and which files a check may name."""

from pathlib import Path

import pytest

from runner.core.check import Judge
from runner.core.scenario import Scenario
from runner.operations.surroundings import Bench, _Place
from runner.settings import Settings

SETTINGS = """\
[providers.vllm]
base_url = "http://127.0.0.1:9/v1"
models = {{ main = "small", judge = "large" }}
[providers.other]
base_url = "http://127.0.0.1:8/v1"
models = {{ main = "tiny", strict = "very-strict" }}
{judge}
"""


def place(
    folder: Path, judge: str = "", *, own: dict[str, object] | None = None, provider: str | None = "vllm"
) -> _Place:
    (folder / "runner.toml").write_text(SETTINGS.format(judge=judge), encoding="utf-8")
    scenario = Scenario(name="x", judge=own or {})
    return _Place(Bench(folder, Settings.load(folder, {}), scenario, provider), "scenarios/x.yaml")


def who(judge: Judge) -> tuple[str, str]:
    return judge.provider, judge.model


def test_a_provider_that_names_its_judge_is_asked(tmp_path: Path) -> None:
    """Where nothing else is said, the alias `judge` of the provider under test decides."""
    assert who(place(tmp_path).judge(None, None)) == ("vllm", "large")


def test_nobody_judges_unasked(tmp_path: Path) -> None:
    """Without a judge it is an error that names every way to set one; the model under test does not judge itself."""
    with pytest.raises(
        ValueError, match="no judge is set, and the model under test does not judge itself unasked"
    ):
        place(tmp_path, provider="other").judge(None, None)


def test_the_nearest_word_wins(tmp_path: Path) -> None:
    """A check goes before its scenario, which goes before the settings."""
    settings = '[judge]\nprovider = "other"\nmodel = "from-settings"\nvotes = 3\n'
    assert place(tmp_path, settings).judge(None, None) == Judge("other", "from-settings", {}, None, 3)
    own: dict[str, object] = {"model": "from-scenario", "votes": 5, "params": {"temperature": 0}}
    found = place(tmp_path, settings, own=own).judge(None, None)
    assert found == Judge("other", "from-scenario", {"temperature": 0}, None, 5)
    assert who(place(tmp_path, settings, own=own).judge(None, "from-check")) == ("other", "from-check")


def test_a_model_named_beside_one_provider_is_not_asked_of_another(tmp_path: Path) -> None:
    """A check that names a provider alone does not get the model which the settings name beside another one."""
    settings = '[judge]\nprovider = "other"\nmodel = "from-settings"\n'
    assert who(place(tmp_path, settings).judge("vllm", None)) == ("vllm", "large")
    with pytest.raises(ValueError, match="the judge's provider other is named without a model"):
        place(tmp_path, '[judge]\nprovider = "vllm"\nmodel = "m"\n').judge("other", None)


def test_an_alias_means_what_its_provider_says(tmp_path: Path) -> None:
    """`strict` is a name in that provider's table."""
    assert who(place(tmp_path).judge("other", "strict")) == ("other", "very-strict")


def test_an_unknown_provider_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    """A slip in a judge's provider is an error before anything is sent."""
    with pytest.raises(ValueError, match="did you mean `vllm`"):
        place(tmp_path).judge("vlm", None)


def test_closeness_is_measured_by_the_provider_s_embeddings(tmp_path: Path) -> None:
    """The built-in provider has a model for it; another one names its own."""
    assert who(place(tmp_path, provider="openai").embedder(None, None)) == (
        "openai",
        "text-embedding-3-small",
    )
    with pytest.raises(ValueError, match=r"has no model for embeddings: .*\[providers.vllm.models\]"):
        place(tmp_path).embedder(None, None)
    assert who(place(tmp_path).embedder(None, "bge")) == ("vllm", "bge")


def test_a_file_is_found_beside_its_scenario_and_nowhere_outside(tmp_path: Path) -> None:
    """A path is relative to the YAML; what lies outside the working folder is not run, by whatever way it is reached."""
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "polite.py").write_text("", encoding="utf-8")
    (tmp_path / "shared.py").write_text("", encoding="utf-8")
    here = place(tmp_path)
    assert here.locate("polite.py") == str((tmp_path / "scenarios/polite.py").resolve())
    assert here.locate("../shared.py") == str((tmp_path / "shared.py").resolve())
    with pytest.raises(ValueError, match="is not there"):
        here.locate("missing.py")
    for outside in ("../../x.py", "/etc/hostname"):
        with pytest.raises(ValueError, match="lies outside the folder"):
            here.locate(outside)
    (tmp_path / "scenarios" / "link.py").symlink_to("/etc/hostname")
    with pytest.raises(ValueError, match="lies outside the folder"):
        here.locate("link.py")
