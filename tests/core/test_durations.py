"""Times as people write them."""

import pytest

from runner.core.durations import read_duration
from runner.core.value import Json


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("5s", 5),
        ("500ms", 0.5),
        ("1m 30s", 90),
        ("2min", 120),
        ("1h", 3600),
        (".5s", 0.5),
        ("1.5 s", 1.5),
    ],
)
def test_a_time_is_read_in_seconds(written: Json, seconds: float) -> None:
    """A number with a unit, or several of them."""
    assert read_duration(written) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "written", ["", "s", "5 fortnights", "-1s", "1s and more", "1e3s", True, None, [5], float("inf"), -1]
)
def test_what_is_no_time_is_refused_with_a_form(written: Json) -> None:
    """Whatever else stands there gets the form that is expected."""
    with pytest.raises(ValueError, match="expected a time such as `5s`, `500ms` or `1m 30s`, not "):
        read_duration(written)


@pytest.mark.parametrize("written", ["2", 2, 5000, 0.25])
def test_a_number_alone_is_asked_for_its_unit(written: Json) -> None:
    """Other tools mean milliseconds by it: a limit a thousand times too wide would always be kept."""
    with pytest.raises(ValueError, match=f"{written} of what\\? Write `{written}s` or `{written}ms`"):
        read_duration(written)
