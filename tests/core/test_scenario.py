"""Scenarios as values."""

import pytest
from pydantic import ValidationError

from runner.core.scenario import Opening, Scenario, Setup, Turn


def test_a_scenario_is_written_and_read() -> None:
    """What a scenario says of itself as data makes the same scenario again."""
    scenario = Scenario(
        name="s",
        opening=Opening(content="Be brief."),
        turns=(Turn(content="Hello"), Turn(content=[{"type": "text", "text": "x"}], template=False)),
        secrets={"t": "T"},
    )
    assert Scenario.load(scenario.dump()) == scenario


def test_a_scenario_cannot_be_changed() -> None:
    """What an author meant stays what it was; changes make another scenario."""
    with pytest.raises(ValidationError):
        Scenario(name="s").name = "t"


def test_a_setup_says_what_it_sets() -> None:
    """Dotted names tell where two setups would meet."""
    setup = Setup(model="x", opening=(), params={"seed": 1}, vars={"a": "b"})
    assert list(setup.targets()) == ["model", "opening", "params.seed", "vars.a"]
    assert list(Setup().targets()) == []


def test_every_field_that_authors_write_has_its_sentence() -> None:
    """The schema's descriptions are the sentences under the fields."""
    wordless = {name for name, field in Scenario.model_fields.items() if not field.description}
    assert wordless <= {"opening"}
