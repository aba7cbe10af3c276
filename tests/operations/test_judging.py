"""Whom checks ask, counted before anything is sent."""

from pathlib import Path

import pytest

from runner.operations.stage import Asked, Stage, stage

SETTINGS = """
provider = "mine"
[providers.mine]
base_url = "http://127.0.0.1:9/v1"
models = {main = "m"}
[providers.judges]
base_url = "http://127.0.0.1:9/v1"
[judge]
provider = "judges"
model = "j"
"""
ASKS = "{llm-rubric: Is polite}"
VOTES = "{llm-rubric: {rubric: Is polite, votes: 3, model: j-2}}"


def staged(folder: Path, text: str) -> Stage:
    (folder / "runner.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "talk.yaml").write_text(text, encoding="utf-8")
    return stage(Asked(paths=("talk.yaml",)), folder, {})


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("turns: [hi, {user: hi, expect: {contains: x}}]\n", 0),
        (f"turns: [hi, {{user: hi, expect: {ASKS}}}]\n", 1),
        (f"turns: [hi, {{user: hi, expect: [{ASKS}, {VOTES}]}}]\n", 4),
        (f"turns: [hi, {{user: hi, when: {ASKS}}}]\n", 1),
        (f"turns: [hi, hi, {{assistant: ho}}, hi]\nexpect: [{{every: {ASKS}}}]\n", 3),
        (f"turns: [hi, hi]\nexpect: [{{any: {VOTES}}}]\n", 6),
        (f"turns: [hi, hi]\nexpect: [{{last: {ASKS}}}]\n", 1),
        (f"turns: [hi, {{user: hi, id: second}}]\nexpect: [{{second: {ASKS}}}]\n", 1),
        (f"turns: [{{user: hi, expect: {VOTES}}}]\nmatrix: {{temperature: [0, 1]}}\nrepeat: 5\n", 30),
    ],
)
def test_questions_are_counted_beside_requests(tmp_path: Path, text: str, questions: int) -> None:
    """One for each vote about each reply that a check speaks of, in every trial."""
    found = staged(tmp_path, text)
    assert found.questions == questions
    assert found.requests == len(found.trials) * sum(
        line.role == "user" for line in found.trials[0].script.turns
    )


def test_who_is_asked_is_known_by_provider_and_model(tmp_path: Path) -> None:
    """Each once, apart from what is played on."""
    found = staged(tmp_path, f"turns: [{{user: hi, expect: [{ASKS}, {VOTES}, {ASKS}]}}]\n")
    assert found.judges == (("judges", "j"), ("judges", "j-2"))
    assert found.providers == (("mine", "m"),)
    assert found.endpoints == (("mine", "m"), ("judges", "j"), ("judges", "j-2"))


def test_a_judge_that_varies_is_known_in_every_variant(tmp_path: Path) -> None:
    """Its provider may be a value of an axis: each has to be ready before anything is sent."""
    other = '[providers.others]\nbase_url = "http://127.0.0.1:9/v1"\n'
    rubric = '{llm-rubric: {rubric: Is polite, provider: "{{by}}", model: j}}'
    text = f"turns: [{{user: hi, expect: {rubric}}}]\nmatrix: {{vars.by: [judges, others]}}\n"
    (tmp_path / "runner.toml").write_text(SETTINGS + other, encoding="utf-8")
    (tmp_path / "talk.yaml").write_text(text, encoding="utf-8")
    found = stage(Asked(paths=("talk.yaml",)), tmp_path, {})
    assert found.judges == (("judges", "j"), ("others", "j"))
