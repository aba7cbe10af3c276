"""Scenarios that are written read back to the same conversation."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runner.checks import build
from runner.core.matrix import expand
from runner.core.scenario import Opening, Scenario, Turn
from runner.core.trial import Script
from runner.formats.native import load
from runner.formats.writer import write_scenario

SCENARIOS = Path(__file__).parent.parent / "scenarios"
ENVIRON = {"CRM_TOKEN": "s3cret", "HOME_PAGE": "example"}
TRICKY = st.sampled_from(
    [
        *(
            "# ",
            "#",
            " #x",
            "&a ",
            "*b*",
            "{{",
            "}}",
            "{{ x }}",
            "\t",
            " ",
            "\n",
            "\n\n",
            "\r",
            "\r\n",
            "- ",
            ": ",
            "| ",
        ),
        *(
            "'",
            '"',
            "\\",
            "%",
            "@",
            "`",
            "!tag ",
            "漢字",
            "é",
            "😀",
            "\ud83d",
            "\udc00",
            "\0",
            "\x85",
            "\u2028",
            "\ufeff",
        ),
        *("---\n", "...\n", "null", "~", "yes", "007", "<<", "[", "]", "{", "}", ",", "?", "a" * 200),
    ]
)
texts = st.text(st.characters()) | st.lists(TRICKY | st.text(st.characters(), max_size=4), max_size=8).map(
    "".join
)


def scripts(scenario: Scenario) -> list[Script]:
    return list(expand(scenario, lambda provider, model: (provider or "p", model or "m"), build))


def read_back(scenario: Scenario) -> Scenario:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_bytes(write_scenario(scenario).encode())
        (found,) = load([path], ENVIRON)
    return found


@given(st.lists(st.tuples(st.sampled_from(["user", "assistant"]), texts), min_size=1, max_size=4), texts)
@example([("user", "")], "")
@example([("user", "a\n b\n")], "\n")
@example([("user", "user Hello"), ("assistant", "\ud83d\ude00")], " x\ny")
@example([("user", "a\n\n\n"), ("user", "a\n\nb"), ("user", "a\n \nb"), ("user", "a \nb ")], "a\n\tb\n")
def test_any_text_comes_back_to_the_letter(turns: list[tuple[str, str]], system: str) -> None:
    """Whatever a turn holds, it is said again exactly: comments, anchors, braces, controls, half surrogate pairs."""
    scenario = Scenario.model_validate(
        {
            "name": "a",
            "opening": Opening(content=system, template=False),
            "turns": [Turn(content="Hello")]
            + [
                Turn.model_validate({"role": role, "content": text, "template": False})
                for role, text in turns
            ],
        }
    )
    (script,) = scripts(read_back(scenario))
    assert [line.message for line in script.turns[1:]] == [
        {"role": role, "content": text} for role, text in turns
    ]
    assert script.opening == ({"role": "system", "content": system},)


@pytest.mark.parametrize("number", range(8))
def test_the_good_scenarios_come_back(number: int) -> None:
    """A scenario with everything in it, written and read, makes the same variants."""
    scenario = load([SCENARIOS / "good"], ENVIRON)[number]
    for before, after in zip(scripts(scenario), scripts(read_back(scenario)), strict=True):
        assert after.variant == before.variant
        assert after.plays == before.plays
        assert after.judges == before.judges
        assert after.axes == before.axes


def test_a_line_that_needs_no_block_stays_on_its_line() -> None:
    """Written files read well: short texts in quotes, several lines as a block."""
    scenario = Scenario(
        name="greeting",
        tags=("smoke",),
        turns=(
            Turn(content="Hello: #1"),
            Turn(content="One\nTwo", id="two"),
            Turn(role="assistant", content="Yes\n"),
        ),
    )
    assert write_scenario(scenario) == (
        'name: greeting\ntags: ["smoke"]\nturns:\n  - "Hello: #1"\n'
        "  - user: |-\n      One\n      Two\n    id: two\n  - assistant: |\n      Yes\n"
    )


def test_what_no_file_can_hold_is_refused() -> None:
    """Half a surrogate pair in a param, where there are no templates, is an error and not a broken file."""
    with pytest.raises(ValueError, match="half a surrogate pair"):
        write_scenario(Scenario(name="a", params={"user": "\ud800"}, turns=(Turn(content="x"),)))
