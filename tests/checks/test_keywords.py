"""Slips in the words of JSON Schemas."""

import pytest

from runner.checks.keywords import slips


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"requried": []}, "requried"),
        ({"properties": {"a": {"tpye": "string"}}}, "properties.tpye"),
        ({"items": {"anyOf": [True, {"minimun": 1}]}}, "items.anyOf.minimun"),
        ({"$defs": {"a": {"not": {"propertys": {}}}}}, "$defs.not.propertys"),
    ],
)
def test_a_slip_is_found_where_schemas_stand(schema: object, place: str) -> None:
    """Wherever one schema stands in another, a word like a known one is told with its place."""
    [why] = slips(schema, "", 0)
    assert f"unknown keyword `{place}`" in why


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {"properties": {"requried": {}, "tpye": {}}},
        {"enum": [{"tpye": 1}], "const": {"tpye": 1}, "default": {"tpye": 1}},
        {"x-order": 1, "example": 1, "nullable": True, "format": "int32"},
    ],
)
def test_what_is_no_word_of_a_schema_is_left_alone(schema: object) -> None:
    """Names of properties, values, words of other standards, formats that are like none."""
    assert list(slips(schema, "", 0)) == []
