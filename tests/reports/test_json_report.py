"""An assessment as JSON."""

import json
import math

import pytest
from hypothesis import given

from runner.core.assessment import Assessment
from runner.core.comparison.compared import Compared
from runner.reports.json_report import assessment_json, compared_json
from tests.assessed import assessment, block
from tests.compared import compared
from tests.reports.hostile import TEXTS, assessments


def test_every_field_is_there() -> None:
    """Those at their defaults too, under the name of the schema."""
    data = json.loads(assessment_json(assessment()))
    assert data.pop("schema") == "runner.assessment/1"
    assert Assessment.load(data) == assessment()
    assert set(data) == set(Assessment.model_fields)
    assert data["saved"] is None


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_text_comes_back_as_it_was(text: str) -> None:
    """Lone surrogates too; the document is one line of UTF-8."""
    document = assessment_json(assessment(text))
    assert len(document.decode().splitlines()) == 1
    assert json.loads(document)["sentence"] == text


def test_what_is_no_number_is_null() -> None:
    """JSON has no infinity; null says that it is not known."""
    told = assessment(blocks=(block("x", "passed", {"passed": 1}, seconds=math.inf),), seconds=math.nan)
    data = json.loads(assessment_json(told))
    assert data["seconds"] is None
    assert data["blocks"][0]["seconds"] is None


@given(assessments())
def test_it_is_always_json(told: Assessment) -> None:
    """Whatever was found."""
    assert json.loads(assessment_json(told))["run"] == told.run


def test_every_field_of_a_comparison_is_there() -> None:
    """Known or null, and text as it was, lone surrogates too."""
    found = compared("\ud800")
    data = json.loads(compared_json(found))
    assert data.pop("schema") == "runner.comparison/1"
    assert Compared.load(data) == found
    assert set(data) == set(Compared.model_fields) - {"schema_"}


def test_a_comparison_without_a_number_has_null() -> None:
    """JSON has no infinity."""
    data = json.loads(compared_json(compared().model_copy(update={"detectable": math.inf})))
    assert data["detectable"] is None
