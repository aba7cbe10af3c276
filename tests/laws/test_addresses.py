"""The law of addresses: a complaint names the line on which the fault was made."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from runner.checks import build
from runner.core.matrix import expand
from runner.errors import ProblemsError
from runner.formats.native import load

SOUND = [
    "  - Hello there",
    "  - user: Hi\n    id: t{n}",
    "  - assistant: Yes",
    "  - |\n    Two\n    lines",
    '  - "a\n\n    b"',
]
"""Turns of one line and of several."""

FAULTS = {
    "  - usr: Hello": 0,
    "  - user: Hello\n    assistant: Hi": 1,
    "  - user: Hello\n    params: {temprature: 1}": 1,
    "  - user: Hello\n    expect:\n      - contians: x": 2,
    "  - user: Hello\n    expect:\n      - contains:\n          - x\n          -": 4,
    "  - user: Hello\n    expect:\n      regex: '('": 2,
    "  - |\n    Two\n    lines with {{ nothing }}\n    in them": 2,
    "  - user: >-\n      folded\n      {{ nothing }} text": 2,
    '  - "quoted\n    {{ nothing }}"': 1,
    "  - Ticket #1017 please": 0,
    "  - &hello there": 0,
    "  - *bold": 0,
    "  - {{ x }}": 0,
    "  - @anna": 0,
    "  -": 0,
    "  - include: nowhere.yaml": 0,
    "\t- tab": 0,
    "  - [laughs] Hello": 0,
    '  - "quoted" start': 0,
    "  - user: a: b": 0,
}
"""Faults, each with the line of its text on which it was made."""

blocks = st.lists(st.sampled_from([*SOUND, "", "# a comment"]), max_size=6)


@given(blocks, st.sampled_from(sorted(FAULTS)), blocks)
def test_a_complaint_names_the_line_of_the_fault(before: list[str], fault: str, after: list[str]) -> None:
    """Whatever stands around it, one fault gets one complaint, at its own line."""
    above = ["# yaml-language-server: $schema=x", "turns:", "  - First"]
    above += [block.format(n=number) for number, block in enumerate(before)]
    below = [block.format(n=100 + number) for number, block in enumerate(after)]
    text = "\n".join([*above, fault, *below]) + "\n"
    line = len("\n".join(above).split("\n")) + 1 + FAULTS[fault]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_bytes(text.encode())
        try:
            load([path], {})
        except ProblemsError as error:
            problems = error.problems
    assert [problem.line for problem in problems] == [line], [str(problem) for problem in problems]


@given(blocks)
def test_turns_and_checks_know_their_lines(before: list[str]) -> None:
    """What is played says where it stands: a turn, and each of the checks in a list."""
    above = ["turns:", *(block.format(n=number) for number, block in enumerate(before))]
    text = (
        "\n".join([*above, "  - user: Hello", "    expect:", "      - contains: [a,", "          b]"]) + "\n"
    )
    line = len("\n".join(above).split("\n")) + 1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_bytes(text.encode())
        (scenario,) = load([path], {})
    (script,) = expand(scenario, lambda *_: ("p", "m"), build)
    assert script.turns[-1].line == line
    assert [check.line for check in script.turns[-1].checks] == [line + 2, line + 3]
