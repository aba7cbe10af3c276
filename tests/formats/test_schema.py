"""The JSON Schema that editors complete from, held against the files that load and those that do not."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from runner.checks import CHECKS
from runner.core.request_fields import SETTABLE
from runner.core.value import Json
from runner.formats.scenario.keys import SCENARIO
from runner.formats.schema import schema

HERE = Path(__file__).parent.parent
GOOD = sorted((HERE / "scenarios" / "good").glob("*.yaml")) + sorted(
    (HERE.parent / "scenarios").rglob("[!_]*.yaml")
)
STRUCTURAL = [
    *("temprature", "temprature-at-top", "top-k", "unknown-key", "turns-one-string", "turns-map"),
    *("two-speakers", "nobody-speaks", "system-turn", "gold-with-expect", "note", "empty-turns", "root-list"),
    *(
        "root-text",
        "messages-in-params",
        "unknown-check",
        "bad-checks",
        "turn-id-reserved",
        "repeat",
        "bad-part",
    ),
    *("parts", "turn-as-message", "file-unknown-key", "foot", "vars-list", "number-as-map", "brackets-alone"),
]


def documents(path: Path) -> list[Json]:
    found = list(yaml.safe_load_all(path.read_text("utf-8")))
    return [json.loads(json.dumps(document, default=str)) for document in found]


def test_it_is_a_schema() -> None:
    """It is valid by its own dialect."""
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_every_good_scenario_and_every_example_fits(path: Path) -> None:
    """What loads is not marked as wrong in an editor."""
    validator = Draft202012Validator(schema())
    for document in documents(path):
        assert [error.message for error in validator.iter_errors(document)] == []


@pytest.mark.parametrize("name", STRUCTURAL)
def test_what_is_wrong_in_its_shape_is_marked(name: str) -> None:
    """Unknown keys, wrong kinds of value and refused fields are seen before the file is loaded."""
    (document,) = documents(HERE / "scenarios" / "bad" / f"{name}.yaml")
    assert not Draft202012Validator(schema()).is_valid(document)


def test_every_key_has_its_sentence() -> None:
    """Each key of a scenario, each request field and each check is described where an editor shows it."""
    parts = schema()["$defs"]
    assert parts["scenario"]["properties"].keys() == SCENARIO.keys()
    assert parts["params"]["anyOf"][1]["properties"].keys() == SETTABLE
    assert parts["check"]["properties"].keys() == {"name", *CHECKS, *(f"not-{name}" for name in CHECKS)}
    tables = [
        form for part in parts.values() for form in (part, *part.get("anyOf", ())) if "properties" in form
    ]
    for table in tables:
        if "type" not in table["properties"]:
            assert all(form.get("description", "").endswith(".") for form in table["properties"].values()), (
                table
            )
