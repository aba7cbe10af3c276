"""Gates of scenarios, read, extended and written again."""

from pathlib import Path

import pytest

from runner.core.scenario import Scenario
from runner.errors import ProblemsError
from runner.formats.native import load
from runner.formats.writer import write_scenario

TURNS = "turns:\n  - {user: Hello, expect: {contains: hi}}\n"
GATE = {
    "pass_rate": 0.8,
    "pass^3": 0.5,
    "pass@3": 0.9,
    "min_trials": 3,
    "latency": {"p95": "5s"},
    "cost": {"max": 0.01},
    "only": {"temperature": [0, 0.7]},
}


def read(folder: Path, text: str, name: str = "a.yaml") -> Scenario:
    (folder / name).write_text(text, encoding="utf-8")
    (scenario,) = load([name], {}, folder)
    return scenario


def complaints(folder: Path, text: str) -> list[str]:
    with pytest.raises(ProblemsError) as raised:
        read(folder, text)
    return [str(problem) for problem in raised.value.problems]


def test_a_gate_is_kept_as_it_was_written(tmp_path: Path) -> None:
    """Numbers are numbers and times are text; a scenario without a gate has none."""
    text = f"""{TURNS}matrix: {{temperature: [0, 0.7, 1]}}
gate:
  pass_rate: 0.8
  pass^3: 0.5
  pass@3: 0.9
  min_trials: 3
  latency: {{p95: 5s}}
  cost: {{max: 0.01}}
  only: {{temperature: [0, 0.7]}}
"""
    found = read(tmp_path, text)
    assert found.gate == GATE
    assert read(tmp_path, TURNS).gate is None


def test_a_written_gate_reads_back(tmp_path: Path) -> None:
    """Whatever a gate says is said by the file that is written."""
    text = f"{TURNS}matrix: {{temperature: [0, 0.7, 1]}}\ngate: {{$file: gate.json}}\n"
    (tmp_path / "gate.json").write_text(
        '{"pass_rate": 0.8, "pass^3": 0.5, "pass@3": 0.9, "min_trials": 3, "latency": {"p95": "5s"}, '
        '"cost": {"max": 0.01}, "only": {"temperature": [0, 0.7]}}'
    )
    scenario = read(tmp_path, text)
    assert scenario.gate == GATE
    assert read(tmp_path, write_scenario(scenario), "b.yaml").gate == GATE


def test_a_gate_goes_on_from_the_one_that_is_extended(tmp_path: Path) -> None:
    """Key by key: what the second says holds, what it does not say stays."""
    (tmp_path / "_base.yaml").write_text("gate: {pass_rate: 0.8, min_trials: 5}\n")
    found = read(tmp_path, f"extends: _base.yaml\n{TURNS}gate: {{pass_rate: 0.9, latency: {{max: 3s}}}}\n")
    assert found.gate == {"pass_rate": 0.9, "min_trials": 5, "latency": {"max": "3s"}}


def test_a_complaint_stands_where_its_key_does_in_whichever_file(tmp_path: Path) -> None:
    """A key of the file that is extended, or of a file with the gate, is blamed there."""
    (tmp_path / "_base.yaml").write_text("params: {}\ngate:\n  pass_rate: 80\n")
    assert complaints(tmp_path, f"extends: _base.yaml\n{TURNS}gate: {{min_trials: x}}\n") == [
        "_base.yaml:3:3: gate.pass_rate: expected a share above 0, up to 1, such as 0.8, not 80; 80 % is 0.8",
        'a.yaml:4:8: gate.min_trials: expected a whole number from 1, not "x"',
    ]
    (tmp_path / "gate.yaml").write_text("pass_rate: 0.9\nlatency: {p95: soon}\n")
    (found,) = complaints(tmp_path, f"{TURNS}gate: {{$file: gate.yaml}}\n")
    assert found.startswith("gate.yaml:2:11: gate.latency.p95: expected a time such as `5s`")


def test_a_gate_that_cannot_be_read_as_data_is_blamed_once(tmp_path: Path) -> None:
    """A number beyond JSON is told, and nothing that follows from it."""
    assert complaints(tmp_path, f"{TURNS}gate: {{pass_rate: .nan}}\n") == [
        "a.yaml:3:19: gate.pass_rate: `.nan` is not a finite number, and JSON has none other; as text it needs quotes"
    ]


def test_what_only_names_is_looked_for_in_the_cases_too(tmp_path: Path) -> None:
    """`case` stands beside the axes."""
    text = f"{TURNS}cases: [{{id: kettle, product: x}}]\ngate: {{only: {{case: %s}}}}\n"
    assert read(tmp_path, text % "kettle").gate == {"only": {"case": "kettle"}}
    assert complaints(tmp_path, text % "pot") == [
        "a.yaml:4:15: gate.only.case: unknown value `pot`; expected `kettle`"
    ]
