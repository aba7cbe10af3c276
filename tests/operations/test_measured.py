"""A run read back and measured, beside what was planned of it."""

from pathlib import Path

import pytest

from runner.operations.measured import measure_run, planned_blocks
from runner.store.folder import RunFolder
from tests.cli.front import Front, spoken

SCENARIO = """\
---
name: b
tags: [smoke]
turns: [{user: "hi {{ x }}", expect: {contains: 'yes'}}]
cases: [{id: one, x: 1}, {id: two, x: 2}]
matrix: {temperature: [0, 1]}
repeat: 2
gate: {pass_rate: 0.5, only: {temperature: 0}}
---
name: a
turns: [{user: hi, expect: {contains: 'yes'}}]
"""


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("talk.yaml", SCENARIO)
    front.answer(lambda request, _: spoken("yes" if request.draw == 1 else "no"))
    front.type("play", "talk.yaml", "--reproduce")
    return front


def test_every_block_is_planned_in_the_order_of_play(front: Front) -> None:
    """With its trials, its line, its case and axes, and its gate, or none where `only` leaves it out."""
    parts = planned_blocks(front.staged[0])
    assert list(parts) == [part.planned.id for part in parts.values()]
    assert {part.planned.scenario for part in parts.values()} == {"a", "b"}
    cold = parts["b[case=one,temperature=0]"].planned
    assert cold.trials == ("b[case=one,temperature=0]#1", "b[case=one,temperature=0]#2")
    assert (cold.case, cold.variant, cold.tags, cold.path) == (
        "one",
        {"temperature": 0},
        ("smoke",),
        "talk.yaml",
    )
    assert list(cold.asked) == ["turn 1: contains"]
    gated = {name for name, part in parts.items() if part.planned.gate is not None}
    assert gated == {"a", "b[case=one,temperature=0]", "b[case=two,temperature=0]"}
    assert parts["a"].planned.line > cold.line > 0


def test_a_run_is_measured_by_what_was_planned(front: Front) -> None:
    """Each block with what went wrong in it and what the baseline had; what is not planned now is left out."""
    parts = planned_blocks(front.staged[0])
    name = "b[case=one,temperature=0]"
    folder = RunFolder(front.run_folder)
    measured, reds = measure_run(folder, parts, lambda transcript: transcript.id, {name: {0: "yes, then"}})
    assert set(measured) == set(reds) == set(parts)
    assert measured[name].trials == {f"{name}#1": "passed", f"{name}#2": "failed"}
    [red] = reds[name].close()
    assert (red.trial, red.expected, red.had, red.again) == (
        f"{name}#2",
        "contains: yes",
        "yes, then",
        f"{name}#2",
    )
    assert reds["a"].close() == ()
    fewer, _ = measure_run(folder, {name: parts[name]}, lambda _: "", {})
    assert set(fewer) == {name}
