"""How numbers stand in sentences."""

import pytest

from runner.core.comparison.phrasing import joined, points, trials_each
from runner.core.wording import count, percent, probability


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.01, "+1 point"), (-0.01, "-1 point"), (0.6, "+60 points"), (-0.004, "0 points"), (0.0, "0 points")],
)
def test_points_have_a_sign_and_their_number(share: float, told: str) -> None:
    """One point is one point, and nothing has no sign."""
    assert points(share) == told
    assert points(-0.061, "") == "-6"


@pytest.mark.parametrize(
    ("share", "told"), [(0, "0"), (1, "100"), (0.004, "0.4"), (0.999, "99.9"), (0.314, "31")]
)
def test_nearly_all_is_not_all(share: float, told: str) -> None:
    """What is nearly nothing or nearly everything is not told as that."""
    assert percent(share) == told


def test_numbers_have_their_nouns() -> None:
    """One is singular; two sides with the same number have it once."""
    assert (count(1, "trial"), count(2000, "trial")) == ("1 trial", "2,000 trials")
    assert (trials_each(4, 4), trials_each(4, 5)) == ("4 trials each", "4 and 5 trials")
    assert (probability(0.0001), probability(0.0432)) == ("p < 0.001", "p = 0.043")
    assert (joined(["1"]), joined(["1", "2", "3"]), joined([])) == ("1", "1, 2 and 3", "")
