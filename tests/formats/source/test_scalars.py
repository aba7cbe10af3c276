"""What unquoted words mean where data is wanted."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.formats.source.scalars import ambiguous, data, lossless


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("", None), ("~", None), ("null", None), ("Null", None), ("true", True), ("FALSE", False)),
        *(
            ("0", 0),
            ("-7", -7),
            ("+7", 7),
            ("0.5", 0.5),
            (".5", 0.5),
            ("1.", 1.0),
            ("1e3", 1000.0),
            ("-0.0", -0.0),
        ),
        *(
            (text, text)
            for text in ("yes", "No", "on", "off", "y", "007", "1_000", "0x1F", "0o17", "12:30", "2024-01-01")
        ),
        *(
            (text, text)
            for text in ("1.2.3", "-", "+", ".", "1e", "e3", "tRue", "nan", "inf", "Infinity", "1,5", "٣")
        ),
    ],
)
def test_only_what_json_has_is_converted(text: str, value: object) -> None:
    """Numbers, true, false and null in YAML 1.2's spellings; everything else is the text that it is."""
    assert data(text) == value
    assert type(data(text)) is type(value)


@pytest.mark.parametrize("text", [".inf", "-.Inf", "+.INF", ".nan", ".NaN", "1e999", "-1e400", "9" * 5_000])
def test_numbers_that_json_cannot_carry_are_refused(text: str) -> None:
    """Infinities and numbers without end are errors, not text."""
    with pytest.raises(ValueError, match="number"):
        data(text)
    assert lossless(text) == text


@given(
    st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.none()
)
def test_what_json_writes_is_read(value: object) -> None:
    """Every JSON scalar but text reads back from what `json` writes."""
    assert data(json.dumps(value)) == value


@given(
    st.text() | st.sampled_from(["True", "TRUE", "Null", "+1", "1.50", "1e3", "-0", "0.1", "true", "null"])
)
def test_lossless_loses_nothing(text: str) -> None:
    """A word is converted only where writing it again gives the same word."""
    value = lossless(text)
    assert value == text if isinstance(value, str) else json.dumps(value) == text


def test_words_that_yaml_versions_read_differently_are_told() -> None:
    """Truths and numbers of YAML 1.1 are pointed out with what to write; times and dates are harmless."""
    assert "write `true`" in str(ambiguous("Yes"))
    assert "write `false`" in str(ambiguous("off"))
    for text in ("007", "1_000", "0x1F", "0b1", "-010"):
        assert "write the number plainly" in str(ambiguous(text))
    for text in ("0", "10", "0.5", "12:30", "2024-01-01", "none", "yes!", "_", ""):
        assert ambiguous(text) is None
